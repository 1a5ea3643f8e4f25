"""Pieces of one respondent's record in random clothes, and summaries that are none."""

import base64
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from nbformat.v4 import new_markdown_cell

from tests.release.audit.benign import answers
from tests.release.audit.leaks_notebook import bundle, code, html, notebook, printed, shown
from tests.release.audit.leaks_people import study

_EXACT = ("age", "income", "wait_days", "visits", "sessions", "topics", "outside", "homework")


@dataclass(frozen=True)
class Fragment:
    """Some values of one respondent in a notebook."""

    notebook: dict[str, Any]
    names: tuple[str, ...]
    #: How many respondents share the values: nobody can say whose they are if many do.
    alike: int
    form: str


def fragment(seed):
    """Two to eight values of one respondent, as an output of some kind."""
    rng = np.random.default_rng([seed, 600])
    frame = study().survey.frame
    row = frame.iloc[rng.integers(len(frame))].dropna()
    names = [str(name) for name in rng.permutation(row.index)[: rng.integers(2, 9)]]
    if rng.random() < 0.6:
        exact = [name for name in _EXACT if name in row.index and name not in names]
        names[: len(names) // 2] = rng.permutation(exact)[: len(names) // 2].tolist()
    values = {name: row[name] for name in names}
    same = np.logical_and.reduce([frame[name].eq(cell) for name, cell in values.items()])
    form = str(rng.choice(list(_FORMS)))
    source, outputs = _FORMS[form](_written(values, rng), rng)
    made = outputs if isinstance(outputs, dict) else code(source, *outputs)
    return Fragment(notebook(seed, made), tuple(names), int(same.sum()), form)


def _written(values, rng):
    """The values as somebody would print them, whole numbers with or without a point."""
    whole = rng.random() < 0.5
    return {
        name: int(cell) if whole and not isinstance(cell, str) and cell == int(cell) else cell
        for name, cell in values.items()
    }


def _plain(values, rng):
    mark = str(rng.choice([", ", " ", "; ", "\t", " | ", "\n", " / ", " - "]))
    return "", [printed(mark.join(map(str, values.values())))]


def _pairs(values, rng):
    equal = str(rng.choice(["=", ": ", " is ", " -> ", "\t"]))
    mark = str(rng.choice([", ", "\n", "; ", " and "]))
    return "", [printed(mark.join(f"{name}{equal}{cell}" for name, cell in values.items()))]


def _python(values, rng):
    forms = [dict(values), list(values.values()), tuple(values.values()), pd.Series(values)]
    return "row", [shown(forms[rng.integers(len(forms))])]


def _table(values, rng):
    frame = pd.DataFrame([values], index=[int(rng.integers(500))])
    frame = frame.T if rng.random() < 0.4 else frame
    return "df.loc[[i]]", [shown(frame) if rng.random() < 0.5 else printed(frame.to_string())]


def _markup(values, rng):
    cell = str(rng.choice(["<td>{}</td>", "<li>{}</li>", "<span>{}</span>", "<p>{}</p>"]))
    return "HTML(row)", [html("".join(cell.format(value) for value in values.values()))]


def _prose(values, rng):
    said = ", ".join(f"{name.replace('_', ' ')} {cell}" for name, cell in values.items())
    opening = str(rng.choice(["One client: ", "For example, somebody with ", "Consider: "]))
    if rng.random() < 0.5:
        return "", new_markdown_cell(opening + said + ".")
    return "", [printed(opening + said)]


def _json(values, rng):
    text = json.dumps(values if rng.random() < 0.6 else list(values.values()))
    if rng.random() < 0.4:
        return "JSON(row)", [bundle({"application/json": json.loads(text)})]
    return "print(row)", [printed(text)]


def _coded(values, rng):
    text = json.dumps(values).encode()
    ways = [
        base64.b64encode(text).decode(),
        base64.b64encode(zlib.compress(text)).decode(),
        text.hex(),
        f"data:application/json;base64,{base64.b64encode(text).decode()}",
    ]
    return "row", [printed(ways[rng.integers(len(ways))])]


def _hidden(values, rng):
    said = " ".join(map(str, values.values()))
    forms = ["<!-- {} -->", '<b title="{}">o</b>', "<svg><title>{}</title></svg>"]
    return "fig", [html(forms[rng.integers(len(forms))].format(said))]


def _coloured(values, rng):
    texts = [f"\x1b[{31 + i % 6}m{cell}\x1b[0m" for i, cell in enumerate(values.values())]
    return "", [printed("  ".join(texts), to=str(rng.choice(["stdout", "stderr"])))]


def _source(values, rng):
    return f"row = {list(values.values()) if rng.random() < 0.5 else values!r}", []


_FORMS = {
    "plain": _plain,
    "pairs": _pairs,
    "Python": _python,
    "table": _table,
    "markup": _markup,
    "prose": _prose,
    "JSON": _json,
    "coded": _coded,
    "hidden": _hidden,
    "coloured": _coloured,
    "source": _source,
}


def summary(seed):
    """A regression, a cross-tab, a description, or correlations, of many respondents."""
    rng = np.random.default_rng([seed, 500])
    kinds = (_regression, _crosstab, _description, _correlations, _group_means)
    return notebook(seed, kinds[seed % len(kinds)](rng))


def _regression(rng):
    frame = answers().sample(int(rng.integers(250, len(answers()))), random_state=rng.integers(1e6))
    numbers = ["privacy", "stigma", "fear", "alliance", "wait_days"]
    right = " + ".join(rng.choice(numbers, rng.integers(1, 5), replace=False))
    if rng.random() < 0.4:
        fit = smf.logit(f"told ~ {right}", frame).fit(disp=0)
    else:
        fit = smf.ols(f"trust_now ~ {right} + C(arm)", frame).fit()
    shapes = [
        lambda: shown(fit.summary()),
        lambda: printed(fit.summary()),
        lambda: shown(fit.params.round(3)),
        lambda: shown(pd.DataFrame({"b": fit.params, "p": fit.pvalues}).round(4)),
    ]
    return code("fit.summary()", shapes[rng.integers(len(shapes))]())


def _crosstab(rng):
    shape = rng.integers(2, 6, 2)
    counts = rng.integers(25, 240, shape)
    table = pd.DataFrame(counts, list("ABCDE"[: shape[0]]), list("vwxyz"[: shape[1]]))
    if rng.random() < 0.3:
        table = (table / table.to_numpy().sum()).round(3)
    elif rng.random() < 0.5:
        table["All"] = table.sum(axis=1)
    return code("pd.crosstab(a, b)", shown(table))


def _description(rng):
    names = rng.choice(["trust_now", "privacy", "stigma", "fear", "alliance"], 3, replace=False)
    table = answers()[list(names)].describe().drop(["min", "max"]).round(int(rng.integers(1, 4)))
    return code("described", shown(table.T if rng.random() < 0.5 else table))


def _correlations(rng):
    frame = answers().sample(int(rng.integers(150, 400)), random_state=rng.integers(1e6))
    table = frame.corr(numeric_only=True).round(int(rng.integers(2, 4)))
    return code("df.corr()", shown(table) if rng.random() < 0.5 else printed(table.to_string()))


def _group_means(rng):
    frame = answers().sample(int(rng.integers(300, len(answers()))), random_state=rng.integers(1e6))
    name = str(rng.choice(["trust_now", "privacy", "stigma", "alliance"]))
    table = frame.groupby("arm")[name].agg(["mean", "std", "count"]).round(2)
    return code(f"df.groupby('arm')['{name}'].agg(...)", shown(table))
