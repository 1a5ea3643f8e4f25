"""Leaks in words: messages, identifiers, sentences, records as Python prints them."""

import html as markup
import io
import json
import logging
import pprint
from typing import NamedTuple

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.traceback import Traceback

from tests.release.audit.leaks_notebook import (
    bundle,
    html,
    leak,
    notebook,
    printed,
    raised,
    shown,
    words,
)
from tests.release.audit.leaks_people import pick, some


def _person(seed, columns="name email phone age gender region income said mail_hash respondent"):
    return some(seed, 1, columns).iloc[0]


def traceback_value(seed):
    row = _person(seed)
    call = pick(
        seed,
        lambda: float(row["said"]),
        lambda: {"other": 1}[row["name"]],
        lambda: pd.to_numeric(pd.Series([row["email"]])),
    )
    return notebook(seed, leak("df['q7'].astype(float)", raised(call)))


def rich_traceback(seed):
    row = _person(seed).to_dict()

    def scored(person):
        return person["age"] / (len(person) - len(person))

    try:
        scored(row)
    except ZeroDivisionError as error:
        shown_locals = Traceback.from_exception(
            type(error), error, error.__traceback__, show_locals=True, width=120
        )
    console = Console(
        record=True, width=140, file=io.StringIO(), force_terminal=True, force_jupyter=False
    )
    console.print(shown_locals)
    text = pick(seed, *[lambda s=s: console.export_text(styles=s) for s in (True, False, True)])()
    text = text.replace(__file__.rsplit("tests", 1)[0], "")
    return notebook(seed, leak("score(df)", printed(text, to=pick(seed, "stdout", "stderr"))))


def verbose_traceback(seed):
    person = _person(seed)

    def scored(name, email, income):
        return income + email + name

    failed = raised(lambda: scored(person["name"], person["email"], person["income"]), "Verbose")
    return notebook(seed, leak("%xmode Verbose\nscored(*row)", failed))


def warning_with_id(seed):
    row = _person(seed)
    text = pick(
        seed,
        f"UserWarning: respondent {row['respondent']} has no answer to 'topics'; dropped",
        f"ParserWarning: line 214: {row['email']} skipped",
        f"RuntimeWarning: duplicate id {row['respondent']} in 'respondent'",
    )
    path = "/usr/lib/python3.11/site-packages/study/clean.py:88: "
    return notebook(seed, leak("clean(df)", printed(path + text, to="stderr")))


def mail_plain(seed):
    mail = _person(seed)["email"]
    cell = pick(
        seed,
        leak("df.email[3]", shown(mail)),
        words(f"Questions came from {mail} in the second week."),
        leak("", printed(f"sent reminder to <{mail}> ok")),
    )
    return notebook(seed, cell)


def mail_entities(seed):
    mail = _person(seed)["email"]
    text = pick(
        seed,
        mail.replace("@", "&#64;").replace(".", "&period;"),
        "".join(f"&#x{ord(c):x};" for c in mail),
        f"{mail[:4]}<wbr>{mail[4:9]}<b></b>{mail[9:]}",
    )
    return notebook(seed, leak("HTML(contact)", html(f"<p>{text}</p>")))


def mail_ansi(seed):
    mail = _person(seed)["email"]
    text = pick(
        seed,
        f"\x1b[1;31m{mail[:5]}\x1b[0m{mail[5:]}",
        "".join(f"\x1b[38;5;{i}m{c}" for i, c in enumerate(mail)) + "\x1b[0m",
        f"{mail[:6]}\u200b{mail[6:12]}\u00ad{mail[12:]}",
    )
    return notebook(seed, leak("print(contact)", printed(text)))


def papermill_paths(seed):
    path = pick(
        seed, "/home/ann/in.ipynb", "C:\\Users\\ann.lee\\in.ipynb", "/Users/annlee/in.ipynb"
    )
    record = {"input_path": path, "output_path": path, "parameters": {}, "version": "2.7.0"}
    return notebook(seed, papermill=record)


def parameter_path(seed):
    path = pick(seed, "/home/ann/data/w1.csv", "C:\\Users\\ann\\w1.sav", "/Users/ann/wave1.csv")
    return notebook(seed, leak(f"data = {path!r}", tags=["parameters"]))


def literal_row(seed):
    row = some(seed, 1).iloc[0].to_dict()
    text = pick(
        seed,
        f"client = {row!r}",
        f"df.loc[len(df)] = {list(row.values())!r}",
        "\n".join(f"df.loc[17, {name!r}] = {cell!r}" for name, cell in row.items()),
    )
    return notebook(seed, leak(text))


def html_comment(seed):
    row = _person(seed)
    hidden = pick(seed, row["email"], f"{row['name']}, {row['phone']}", some(seed, 2).to_csv())
    return notebook(seed, leak("HTML(page)", html(f"<p>Results.</p><!-- {hidden} -->")))


def tooltip(seed):
    row = _person(seed)
    words_ = f"{row['name']}: {row['age']:.0f}, {row['gender']}, {row['income']}"
    form = pick(seed, '<span title="{}">●</span>', "<i data-client='{}'></i>", '<img alt="{}">')
    return notebook(seed, leak("HTML(dots)", html(form.format(markup.escape(words_)))))


def quoted_text(seed):
    said = _person(seed)["said"]
    text = pick(seed, f"“{said}”", f'One client wrote: "{said}".', f"> {said} — client, 43")
    return notebook(seed, pick(seed, leak("print(q)", printed(text)), words(text), words(text)))


def hashed_mail(seed):
    found = some(seed, 4, "mail_hash age")
    output = pick(
        seed,
        shown(found),
        printed(*found["mail_hash"]),
        shown(found["mail_hash"].str[:32].tolist()),
    )
    return notebook(seed, leak("df.mail_hash.head(4)", output))


def noise_seed(seed):
    number = 20260 + seed
    output = pick(
        seed,
        printed(f"noise seed: {number}"),
        printed(f"Laplace noise drawn with seed={number}, epsilon=0.5"),
        shown({"mechanism": "geometric", "epsilon": 1.0, "noise_seed": number}),
    )
    return notebook(seed, leak("release_noisy(counts)", output))


def record_json(seed):
    records = some(seed, 3).astype(object).to_dict("records")
    text = json.dumps(records, indent=pick(seed, None, 2, None), default=str)
    output = pick(
        seed, printed(text), printed(text), bundle({"application/json": json.loads(text)})
    )
    return notebook(seed, leak("json.dumps(records)", output))


def record_repr(seed):
    records = some(seed, 2).astype(object).to_dict("records")
    client = NamedTuple("Client", [(name, object) for name in records[0]])
    text = pick(
        seed, repr(records), pprint.pformat(records), repr([client(**row) for row in records])
    )
    return notebook(seed, leak("records", printed(text)))


def sentence(seed):
    row = _person(seed, "age gender region concern income sessions arm")
    text = pick(
        seed,
        f"respondent 17 is {row['age']:.0f}, {row['gender']}, from the {row['region']}, came for "
        f"{row['concern']} and earns {row['income']}.",
        f"Client 8: {row['gender']}, {row['age']:.0f} years, {row['concern']}, "
        f"{row['sessions']:.0f} sessions, arm {row['arm']}.",
        f"Row 203 -> age={row['age']}; gender={row['gender']}; income={row['income']}",
    )
    return notebook(seed, leak("print(about(17))", printed(text)))


def logged(seed):
    row = _person(seed)
    record = logging.LogRecord(
        "study.clean", logging.INFO, "clean.py", 12, "%s", (pick(seed, *_messages(row)),), None
    )
    text = logging.Formatter("%(levelname)s:%(name)s:%(message)s").format(record)
    return notebook(seed, leak("clean(df)", printed(text, to="stderr")))


def _messages(row):
    return (
        f"merged {row['name']} ({row['age']:.0f}) with wave 2",
        f"recoded answer {row['said']!r} to 'other'",
        f"row 88: income {row['income']} replaced, contact {row['phone']}",
    )


def debugger(seed):
    row = _person(seed)
    text = pick(
        seed,
        f"> <ipython>(3)score()\n-> row.sum()\n(Pdb) p row['name']\n{row['name']!r}\n(Pdb) q",
        f"ipdb> row\n{row.to_string()}\nipdb> exit",
        f"ipdb> pp dict(row)\n{pprint.pformat(row.to_dict())}\nipdb> c",
    )
    return notebook(seed, leak("%debug", printed(text)))


def rich_table(seed):
    table = Table(title="Clients", box=None if seed % 3 == 2 else Table().box)
    frame = some(seed, 3)
    for name in frame:
        table.add_column(name)
    for row in frame.itertuples(index=False):
        table.add_row(*map(str, row))
    console = Console(
        record=True, width=140, file=io.StringIO(), force_terminal=True, force_jupyter=False
    )
    console.print(table)
    text = console.export_text(styles=seed % 2 == 0)
    return notebook(seed, leak("print(table)", printed(text)))


def named_rows(seed):
    names = some(seed, 4, "name visits").set_index("name")["visits"]
    output = pick(seed, shown(names), shown(names.to_dict()), shown(names.index.tolist()))
    return notebook(seed, leak("df.set_index('name').visits", output))


def timeline(seed):
    row = some(seed, 4, "started sessions")
    person = _person(seed)
    lines = [f"{moment}  session {i + 1}" for i, moment in enumerate(sorted(row["started"]))]
    who = pick(seed, person["respondent"], "client 12", person["name"])
    return notebook(seed, leak("visits(12)", printed(f"Visits of {who}:", *lines)))


def places(seed):
    frame = some(seed, 4, "lat lon age")
    geo = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [row.lon, row.lat]},
                "properties": {"age": row.age},
            }
            for row in frame.itertuples()
        ],
    }
    marks = "".join(f"L.marker([{r.lat}, {r.lon}]).addTo(map);" for r in frame.itertuples())
    output = pick(
        seed,
        bundle({"application/geo+json": geo, "text/plain": "<GeoJSON object>"}),
        html(f"<script>{marks}</script>"),
        printed(*(f"({r.lat}, {r.lon})" for r in frame.itertuples())),
    )
    return notebook(seed, leak("map", output))


LISTED = {
    "traceback with a value": traceback_value,
    "rich traceback with locals": rich_traceback,
    "warning with an id": warning_with_id,
    "e-mail, plain": mail_plain,
    "e-mail, entities": mail_entities,
    "e-mail, ANSI": mail_ansi,
    "papermill's paths": papermill_paths,
    "parameter with a path": parameter_path,
    "literal row": literal_row,
    "HTML comment": html_comment,
    "tooltip": tooltip,
    "quoted text": quoted_text,
    "hashed e-mail": hashed_mail,
    "noise seed": noise_seed,
}
OWN = {
    "verbose traceback": verbose_traceback,
    "records as JSON": record_json,
    "records as Python": record_repr,
    "sentence about one": sentence,
    "log": logged,
    "debugger": debugger,
    "rich table": rich_table,
    "rows by name": named_rows,
    "timeline of visits": timeline,
    "places": places,
}
