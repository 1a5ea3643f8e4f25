"""Leaks that other programs and languages print: listings, frequencies, logs, exchange formats."""

import json
from xml.etree import ElementTree

import numpy as np
import yaml

from tests.release.audit.leaks_notebook import html, leak, notebook, printed, words
from tests.release.audit.leaks_people import pick, some

OWN = {}


def telling(name, make, room, source=""):
    """A kind whose output, or outputs or cell, is made from the seed."""

    def build(seed):
        made = make(seed)
        if isinstance(made, dict) and "cell_type" in made:
            return notebook(seed, made)
        return notebook(seed, leak(source, *(made if isinstance(made, list) else [made])))

    room[name] = build


def counts(seed, n=4, few=None):
    """Large counts and one small one, at a place that the seed decides."""
    rng = np.random.default_rng([seed, 23])
    made = rng.integers(38, 190, n)
    made[rng.integers(n)] = rng.integers(1, 9) if few is None else few
    return made.tolist()


def _table(lines):
    return printed(*lines)


def _spss(seed):
    n = counts(seed)
    total = sum(n)
    head = "                 Frequency   Percent   Valid Percent   Cumulative Percent"
    levels = ("none of it", "some of it", "most of it", "all of it")
    rows = [
        f"Valid  {level:<11}{k:>8}{k / total:>12.1%}"
        f"{k / total:>12.1%}{sum(n[: i + 1]) / total:>14.1%}"
        for i, (level, k) in enumerate(zip(levels, n, strict=True))
    ]
    return _table(["How much was told", head, *rows, f"       {'Total':<11}{total:>8}"])


def _stata(seed):
    n = counts(seed)
    total = sum(n)
    rows = [
        f"{level:>12} |{k:>11}{100 * k / total:>12.2f}{100 * sum(n[: i + 1]) / total:>12.2f}"
        for i, (level, k) in enumerate(zip(("never", "once", "twice", "often"), n, strict=True))
    ]
    head = ["     rumour |      Freq.     Percent        Cum.", "-" * 12 + "+" + "-" * 35]
    return _table(
        [". tab rumour", "", *head, *rows, head[1], f"      Total |{total:>11}      100.00"]
    )


def _stata_list(seed):
    rows = some(seed, 4, "age gender region visits")
    lines = [
        f"{i:>3}. | {r.age:>3.0f}   {r.gender:>8}   {r.region:>8}   {r.visits:>6.0f} |"
        for i, r in enumerate(rows.itertuples(), 1)
    ]
    rule = "     +" + "-" * 36 + "+"
    return _table(
        [
            ". list in 1/4",
            rule,
            "     | age     gender     region   visits |",
            rule[:5] + "|" + "-" * 36 + "|",
            *lines,
            rule,
        ]
    )


def _sas(seed):
    n = counts(seed)
    total = sum(n)
    lines = ["                    The FREQ Procedure", "", "concern     Frequency     Percent"]
    lines += ["-" * 34]
    lines += [
        f"{level:<12}{k:>8}{100 * k / total:>13.2f}"
        for level, k in zip(("grief", "panic", "work", "anger"), n, strict=True)
    ]
    return _table(lines)


def _knitr(seed):
    rows = some(seed, 3, "age gender region income")
    lines = [
        "## # A tibble: 3 × 4",
        "##     age gender region income",
        "##   <dbl> <chr>  <chr>   <dbl>",
    ]
    lines += [
        f"## {i}  {r.age:.0f} {r.gender} {r.region} {r.income:.0f}."
        for i, r in enumerate(rows.itertuples(), 1)
    ]
    return words("```\n" + "\n".join(lines) + "\n```")


def _glimpse(seed):
    rows = some(seed, 5, "age gender region income")
    lines = ["Rows: 572", "Columns: 4"]
    lines += [
        f"$ {name:<8}<{'chr' if rows[name].dtype.kind not in 'fi' else 'dbl'}> "
        + ", ".join(f'"{v}"' if isinstance(v, str) else f"{v:g}" for v in rows[name])
        + ", …"
        for name in rows
    ]
    return printed(*lines)


def _r_table(seed):
    n = counts(seed, 6)
    lines = ["        ", "         nee  ja  weet niet", f"  man    {n[0]:>3} {n[1]:>3} {n[2]:>6}"]
    return printed(*lines, f"  vrouw  {n[3]:>3} {n[4]:>3} {n[5]:>6}")


def _german(seed):
    n = counts(seed)
    total = sum(n)
    rows = "".join(
        f"<tr><td>{what}</td><td>{k}</td><td>{100 * k / total:.1f} %</td></tr>".replace(".", ",")
        for what, k in zip(("niemals", "selten", "manchmal", "häufig"), n, strict=True)
    )
    head = "<tr><th>Schweigen</th><th>Häufigkeit</th><th>Prozent</th></tr>"
    return html(
        f"<table class='MsoTableGrid'>{head}{rows}"
        f"<tr><td>Gesamt</td><td>{total}</td><td>100 %</td></tr></table>"
    )


def _french(seed):
    few = 2 + seed % 6
    return words(
        f"Parmi les personnes interrogées, {few} seulement sont des hommes suivis pour un deuil "
        "et elles ont toutes refusé de parler à leur famille."
    )


def _spanish(seed):
    rows = some(seed, 4, "age region wait_days visits")
    body = "\n".join(
        f"{r.age:.0f};{r.region};{r.wait_days:.1f};{r.visits:.0f}".replace(".", ",")
        for r in rows.itertuples()
    )
    return printed("edad;zona;días de espera;visitas", body)


def _jsonl(seed):
    return printed(*(row.to_json() for _, row in some(seed, 4).iterrows()))


def _yaml(seed):
    rows = json.loads(some(seed, 2).to_json(orient="records"))
    return printed(
        yaml.safe_dump(rows if seed % 2 else {"proefpersoon": rows[0]}, allow_unicode=True)
    )


def _xml(seed):
    root = ElementTree.Element("export")
    for _, row in some(seed, 3).iterrows():
        one = ElementTree.SubElement(root, "r")
        for name, cell in row.items():
            if seed % 2:
                one.set(str(name), str(cell))
            else:
                ElementTree.SubElement(one, str(name)).text = str(cell)
    return printed(ElementTree.tostring(root, encoding="unicode"))


def _sql(seed):
    rows = some(seed, 4, "age gender region income")
    lines = ["+-----+---------+--------+----------+", "| age | gender  | region | income   |"]
    lines += [
        f"| {r.age:.0f} | {r.gender:<7} | {r.region:<6} | {r.income:>8} |"
        for r in rows.itertuples()
    ]
    grid = [lines[0], lines[1], lines[0], *lines[2:], lines[0], "4 rows in set (0.00 sec)"]
    start = "INSERT INTO"
    insert = [
        f"{start} intake VALUES ({r.age:.0f}, '{r.gender}', '{r.region}', {r.income});"
        for r in rows.itertuples()
    ]
    return printed(
        *pick(
            seed,
            grid,
            insert,
            [f"({r.age!r}, {r.gender!r}, {r.region!r})" for r in rows.itertuples()],
        )
    )


def _pairs(seed):
    row = some(seed, 1, "age gender region concern visits income").iloc[0]
    mark = pick(seed, "=", ": ", " -> ")
    join = pick(seed, "\n", "; ", " | ")
    return printed(join.join(f"{name}{mark}{cell}" for name, cell in row.items()))


def _chat(seed):
    row = some(seed, 1, "age region income concern said").iloc[0]
    lines = [
        f"[10:0{seed}] T: What brought you here?",
        f"[10:0{seed + 1}] C: {row.said}, and I could not sleep after that.",
        f"[10:0{seed + 2}] T: Did you tell anybody else about it?",
        "[10:09] C: No, I was too ashamed of what they might think of me.",
    ]
    return pick(
        seed, words("\n".join(f"> {line}" for line in lines)), printed(*lines), printed(*lines)
    )


def _log(seed):
    rows = some(seed, 3, "respondent age visits")
    return printed(
        *(
            f"2025-04-0{i + 1} 11:2{i}:03 INFO intake: {r.respondent} scored, "
            f"age {r.age:.0f}, visits {r.visits:.0f}"
            for i, r in enumerate(rows.itertuples())
        ),
        to=pick(seed, "stderr", "stdout"),
    )


def _excel(seed):
    rows = some(seed, 4, "age gender region visits")
    body = "".join(
        "<tr height=20>"
        + "".join(f"<td class=xl6{i} x:num>{cell}</td>" for i, cell in enumerate(row))
        + "</tr>"
        for row in rows.itertuples(index=False)
    )
    return html(
        "<html xmlns:x='urn:schemas-microsoft-com:office:excel'><body><!--StartFragment-->"
        f"<table>{body}</table></body></html>"
    )


def _word_list(seed):
    rows = some(seed, 3, "age gender concern region")
    items = "".join(
        f"<li><span lang=EN-GB>{r.gender}, {r.age:.0f}, {r.region}, {r.concern}</span></li>"
        for r in rows.itertuples()
    )
    return html(f"<div class=WordSection1><ul>{items}</ul></div>")


def _pivot(seed):
    n = counts(seed, 9)
    head = f"{'':<12}{'absolute':>10}{'conditional':>12}{'none':>6}"
    rows = [
        f"{('rural', 'town', 'city')[i]:<12}" + "".join(f"{k:>9}" for k in n[3 * i : 3 * i + 3])
        for i in range(3)
    ]
    return printed("arm".ljust(12), head, "where", *rows)


for _name, _make in {
    "SPSS frequencies": _spss, "Stata tabulate": _stata, "Stata list": _stata_list,
    "SAS FREQ": _sas, "knitr tibble": _knitr, "glimpse": _glimpse, "R table in Dutch": _r_table,
    "German table from Word": _german, "French sentence": _french, "Spanish CSV": _spanish,
    "JSON lines": _jsonl, "YAML of records": _yaml, "XML of records": _xml, "SQL grid": _sql,
    "key-value lines": _pairs, "chat transcript": _chat, "log of scoring": _log,
    "Excel fragment": _excel, "list from Word": _word_list, "pivot in text": _pivot,
}.items():  # fmt: skip
    telling(_name, _make, OWN)
