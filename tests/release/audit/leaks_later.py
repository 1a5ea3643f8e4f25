"""Leaks of a second reading: kinds invented after the rules of the first were mended."""

import base64
import io
import json
import lzma
import warnings

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from matplotlib.figure import Figure
from sklearn.tree import DecisionTreeClassifier, export_text

from tests.release.audit.leaks_listings import counts, telling
from tests.release.audit.leaks_notebook import (
    bundle,
    html,
    leak,
    notebook,
    printed,
    shown,
    words,
)
from tests.release.audit.leaks_people import pick, some, study

OWN = {}


def _rng(seed):
    return np.random.default_rng([seed, 71])


def _jamovi(seed):
    n = counts(seed, 3)
    rows = "".join(
        f"<tr><td>{w}</td><td>{k}</td><td>{k / sum(n):.1%}</td></tr>"
        for w, k in zip(("niets", "weinig", "alles"), n, strict=True)
    )
    return html(
        "<table><thead><tr><th>Verzwegen</th><th>Tellingen</th><th>% van totaal</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _r_summary(seed):
    lo, hi = study().file["income"].agg(["min", "max"])
    return printed(
        "   Min. 1st Qu.  Median    Mean 3rd Qu.    Max. ",
        f"  {lo:.0f}   19021   26930   30120   37810   {hi:.0f} ",
    )


def _chisq(seed):
    n = counts(seed, 4)
    return printed(
        "\tPearson's Chi-squared test",
        "",
        "observed:",
        "      ja nee",
        f"man   {n[0]:>3} {n[1]:>3}",
        f"vrouw {n[2]:>3} {n[3]:>3}",
        "X-squared = 4.1, df = 1, p-value = 0.043",
    )


def _ftable(seed):
    n = counts(seed, 8)
    lines = [
        f"{a:<7}{b:<7}{n[2 * i + 4 * j]:>5}{n[2 * i + 1 + 4 * j]:>5}"
        for j, a in enumerate(("east", "west"))
        for i, b in enumerate(("man", "woman"))
    ]
    return printed("              told kept", "region gender           ", *lines)


def _polars(seed):
    rows = some(seed, 3, "age gender region income")
    lines = [
        f"│ {r.age:<5} ┆ {r.gender:<8} ┆ {r.region:<6} ┆ {r.income:<9} │" for r in rows.itertuples()
    ]
    return printed(
        "shape: (3, 4)",
        "┌───────┬──────────┬────────┬───────────┐",
        "│ c1    ┆ c2       ┆ c3     ┆ c4        │",
        "│ ---   ┆ ---      ┆ ---    ┆ ---       │",
        "│ f64   ┆ str      ┆ str    ┆ f64       │",
        "╞═══════╪══════════╪════════╪═══════════╡",
        *lines,
        "└───────┴──────────┴────────┴───────────┘",
    )


def _counter(seed):
    n = counts(seed, 4)
    pairs = dict(zip(("grief", "panic", "work", "anger"), n, strict=True))
    return printed(pick(seed, f"Counter({pairs})", f"{pairs}", str(list(pairs.items()))))


def _bars(seed):
    n = counts(seed, 4)
    return printed(
        *(
            f"{w:<8}{'#' * (k // 4 + 1)} {k}"
            for w, k in zip(("north", "south", "east", "west"), n, strict=True)
        )
    )


def _mermaid(seed):
    n = counts(seed, 3)
    return words(
        "```mermaid\npie title Who dropped out\n"
        + "\n".join(f'  "{w}" : {k}' for w, k in zip(("rural", "town", "city"), n, strict=True))
        + "\n```"
    )


def _flow(seed):
    return words(
        f"Invited (n = 800) → consented (n = 572) → told (n = 410) → crisis (n = {3 + seed})"
    )


def _german_words(seed):
    return words(
        pick(
            seed,
            "Drei der fünf Frauen aus der Landpraxis haben geschwiegen.",
            "Slechts twee mannen vertelden hun therapeut over de schulden.",
            "Nur vier Klienten brachen die Therapie ab.",
        )
    )


def _anecdote(seed):
    row = some(seed, 1, "age region concern").iloc[0]
    return words(
        pick(
            seed,
            f"One widow of {row.age:.0f} from the {row.region}, a retired notary, "
            f"came for {row.concern} and left after two sessions.",
            f"The only male nurse in the {row.region} sample "
            f"(he is {row.age:.0f}) had told nobody.",
            f"A {row.age:.0f}-year-old baker in the {row.region} broke off in week two.",
        )
    )


def _percent_words(seed):
    return words(
        pick(
            seed,
            "Of 43 men, seven percent complained.",
            "A sixth of the 30 men in the rural practice complained.",
            "None of the 14 refugees told their therapist.",
        )
    )


def _bayes(seed):
    return printed(
        "group      n   post.mean   95% HDI",
        f"rural      {4 + seed}   0.31   [0.05, 0.62]",
        "town      88   0.42   [0.33, 0.51]",
        "city     140   0.40   [0.33, 0.47]",
    )


def _tree(seed):
    r = _rng(seed)
    x = r.normal(size=(60, 2))
    y = (r.random(60) < 0.4).astype(int)
    return printed(
        export_text(
            DecisionTreeClassifier(max_depth=4, random_state=seed).fit(x, y), show_weights=True
        )
    )


def _mixed(seed):
    r = _rng(seed)
    rows = [f"T{i:02} {v:.4f}" for i, v in enumerate(r.normal(0, 0.4, 30))]
    return printed("$therapist", "    (Intercept)", *rows)


def _residuals(seed):
    r = _rng(seed)
    lines = [" ".join(f"{v:>9.5f}" for v in row) for row in r.normal(size=(6, 5))]
    return printed("residuals(fit)", "        1         2         3         4         5", *lines)


def _small_ols(seed):
    if not seed:
        return printed("Residual standard error: 0.51 on 5 degrees of freedom")
    r = _rng(seed)
    fitted = smf.ols("y ~ x", pd.DataFrame(r.normal(size=(7, 2)), columns=["y", "x"])).fit()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return printed(fitted.summary().as_text())


def _anova(seed):
    return printed(
        "            Df Sum Sq Mean Sq F value Pr(>F)",
        "region       3   4.1    1.37    2.11   0.24",
        f"Residuals    {4 + seed}   2.6    0.65",
    )


def _km(seed):
    lines = [
        f"{t:>5}{n:>8}{1:>8}{s:>10.3f}"
        for t, n, s in ((2, 41, 0.97), (5, 30, 0.8), (9, 12, 0.6), (14, 5 - seed, 0.4))
    ]
    return printed(
        " time  n.risk n.event  survival std.err", *(line + "     0.04" for line in lines)
    )


def _base85(seed):
    frame = some(seed, 6, "age gender region income")
    data = lzma.compress(frame.to_csv(index=False).encode())
    return printed(
        pick(seed, base64.b85encode(data).decode(), data.hex(), base64.b32encode(data).decode())
    )


def _xor(seed):
    data = bytes(
        b ^ 0x5A for b in some(seed, 12, "age gender region income said").to_csv().encode()
    )
    return printed(base64.b64encode(data).decode())


def _r_dput(seed):
    rows = some(seed, 4, "age gender income")
    cells = ", ".join(
        f"{n} = c({', '.join(json.dumps(v) if isinstance(v, str) else str(v) for v in rows[n])})"
        for n in rows
    )
    return printed(f'structure(list({cells}), class = "data.frame", row.names = c(NA, -4L))')


def _toml(seed):
    row = some(seed, 1, "age gender region visits").iloc[0]
    return printed(
        "[[client]]",
        *(f"{k} = {json.dumps(v) if isinstance(v, str) else v}" for k, v in row.items()),
    )


def _columns(seed):
    rows = some(seed, 6, "age gender region income")
    return printed(*(f"{n}: {', '.join(map(str, rows[n]))}" for n in rows))


def _narrative(seed):
    rows = some(seed, 3, "age gender region concern")
    return printed(
        *(
            f"{r.gender.title()} from the {r.region} ({r.age:.0f}) sought help with {r.concern}."
            for r in rows.itertuples()
        )
    )


def _graph(seed):
    rows = some(seed, 20, "age income")
    return bundle(
        {
            "image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'>"
            + "".join(
                f"<rect x='{a * 4:.1f}' y='{b / 200:.1f}' width='3' height='3'/>"
                for a, b in rows.itertuples(index=False)
            )
            + "</svg>"
        }
    )


def _ascii(seed):
    grid = np.full((14, 50), " ")
    r = _rng(seed)
    grid[r.integers(0, 14, 40), r.integers(0, 50, 40)] = pick(seed, "*", "o", "+")
    return printed(*("| " + "".join(row) for row in grid), "+" + "-" * 51)


def _rgba(seed):
    x, y = _rng(seed).normal(size=(2, 60))
    canvas = Figure(figsize=(4, 3))
    canvas.add_subplot().scatter(x, y, s=12, color="black")
    file = io.BytesIO()
    canvas.savefig(file, dpi=60)
    data = base64.b64encode(file.getvalue()).decode()
    return pick(
        seed,
        html(f"<img src='data:image/png;base64,{data}'>"),
        words(f"![](data:image/png;base64,{data})"),
        words("![](attachment:a.png)", attachments={"a.png": {"image/png": data}}),
    )


def _execution(seed):
    row = some(seed, 1, "name email").iloc[0]
    return leak(
        "fit",
        execution={
            "iopub.status": "ok",
            "by": pick(seed, row.email, row["name"] + " 12", f"/home/{row.email.split('@')[0]}/x"),
        },
    )


def _params(seed):
    row = some(seed, 1, "age gender region visits income").iloc[0]
    return notebook(seed, papermill={"parameters": {"client": json.loads(row.to_json())}})


def _hidden(seed):
    rows = some(seed, 4, "age gender region income")
    text = rows.to_csv(index=False)
    return html(
        pick(
            seed,
            f"<p>ok</p><!-- {text} -->",
            f"<div style='display:none'>{text}</div>",
            f"<p data-rows='{text}'>ok</p>",
        )
    )


def _regional(seed):
    return shown(
        pd.DataFrame(
            {"clients": [61, 48, 2 + seed], "complaints": [12, 14, 1]},
            index=["east", "west", "north"],
        )
    )


def _rate(seed):
    return words(
        pick(
            seed,
            "The odds were 3:4 in the rural group against 120:280 elsewhere.",
            "Sensitivity was 5/6 and specificity 88/94.",
            "Response rate in the hospice: 4/9.",
        )
    )


for _name, _make in {
    "jamovi in Dutch": _jamovi, "R summary": _r_summary, "chisq.test observed": _chisq,
    "ftable": _ftable,
    "polars without names": _polars, "Counter": _counter, "bars of signs": _bars,
    "mermaid pie": _mermaid,
    "flow of participants": _flow, "few in German and Dutch": _german_words, "anecdote": _anecdote,
    "shares in words": _percent_words, "posterior of few": _bayes, "tree with weights": _tree,
    "lme4 effects": _mixed, "R residuals": _residuals, "small model": _small_ols,
    "anova of few": _anova,
    "survfit": _km, "xz in odd bases": _base85, "masked bytes": _xor,
    "dput": _r_dput, "TOML": _toml,
    "columns on lines": _columns, "narratives": _narrative, "rect scatter": _graph,
    "scatter of signs": _ascii,
    "black dots": _rgba, "execution metadata": _execution, "hidden CSV": _hidden,
    "clients by region": _regional,
    "odds of few": _rate,
}.items():  # fmt: skip
    telling(_name, _make, OWN)
OWN["parameters of a run"] = _params
