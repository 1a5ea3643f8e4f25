"""More notebooks that give nobody away: other languages, programs, summaries of enough people."""

import json

import numpy as np
import pandas as pd
from nbformat.v4 import new_markdown_cell
from sklearn import metrics

from tests.release.audit.leaks_notebook import bundle, code, html, notebook, printed, shown

BENIGN = {}


def innocent(name, make):
    def build(seed):
        made = make(seed)
        return notebook(seed, made if "cell_type" in made else code("", made))

    BENIGN[name] = build


def _said(*texts):
    return lambda seed: new_markdown_cell(texts[seed % len(texts)])


_PLAN = _said(
    "We hide counts of fewer than ten clients. If two clients share a therapist they are alike.",
    "Imagine three people who told their therapist about a debt. Each would answer differently.",
    "Two authors rated every answer; the third one decided. See Ford et al. (1997), pp. 406–410.",
)
_FRENCH = _said(
    "Parmi les 612 personnes, 41,3 % ont parlé de leur famille (n = 253).",
    "Von 611 Befragten schwiegen 201 (33 %); der Mittelwert lag bei 3,42 (SD = 0,91).",
    "De 402 cliënten vertelden 166 (41 %) het aan niemand. Dit verschilt niet per regio.",
)
_TEST = _said(
    "Trust was lower after a breach, t(402) = 3.41, p < .001, F(2, 611) = 5.2.",
    "Items ranged from 1 to 5; the scale has four items and nine points. r(570) = .21.",
    "The model has 4 parameters and took 3 minutes on 2 cores. It was run on 14 May 2025.",
)


def _spss(seed):
    n = [212, 140, 88 - seed, 31]
    rows = [f"Valid {a:<12}{k:>8}{k / sum(n):>10.1%}" for a, k in zip("abcd", n, strict=True)]
    return printed("             Frequency   Percent", *rows, f"      Total{sum(n):>17}")


def _big_crosstab(seed):
    r = np.random.default_rng(seed)
    return shown(
        pd.DataFrame(
            r.integers(24, 90, (3, 3)),
            index=["man", "woman", "other"],
            columns=["none", "some", "all"],
        )
    )


def _report(seed):
    r = np.random.default_rng(seed)
    y, z = r.integers(0, 2, (2, 400))
    return printed(metrics.classification_report(y, z), metrics.confusion_matrix(y, z))


def _config(seed):
    return printed(
        "model:",
        "  name: therapy",
        "  clients: 800",
        "  therapists: 60",
        "  sessions: 12",
        "seed: 7",
        "arms: [none, absolute]",
    )


def _versions(seed):
    return printed(
        "R version 4.5.1 (2025-06-13)",
        "Platform: x86_64-pc-linux-gnu",
        "attached: lme4_1.1-37 Matrix_1.7-3",
    )


def _dose(seed):
    grid = pd.DataFrame(
        {"clients per arm": [50, 100, 200], "therapists": [5, 8, 9], "power": [0.41, 0.62, 0.88]}
    )
    return shown(grid)


def _items(seed):
    words = [
        "I have told my therapist things that I never told my family",
        "My therapist was honest with me about what is kept",
    ]
    return html(
        "<table><tr><th>item</th><th>wording</th><th>points</th></tr>"
        + "".join(f"<tr><td>trust_{i}</td><td>{w}</td><td>5</td></tr>" for i, w in enumerate(words))
        + "</table>"
    )


def _line_chart(seed):
    x = list(range(13))
    y = np.round(np.exp(-np.array(x) / 9), 3).tolist()
    return bundle(
        {
            "application/vnd.plotly.v1+json": {
                "data": [{"type": "scatter", "mode": "lines", "x": x, "y": y}],
                "layout": {"title": {"text": "retention"}},
            },
            "text/plain": "",
        }
    )


def _means(seed):
    return shown(
        pd.DataFrame(
            {"n": [402, 170], "mean": [3.42, 3.01], "sd": [0.91, 1.02]}, index=["woman", "man"]
        )
    )


def _months(seed):
    return shown(
        pd.DataFrame(
            {
                "quarter": ["2024Q1", "2024Q2", "2024Q3"],
                "invited": [400, 380, 420],
                "answered": [211, 190, 240 + seed],
            }
        )
    )


def _estimates(seed):
    r = np.random.default_rng(seed)
    return printed(
        json.dumps(
            [
                {"term": t, "estimate": round(float(r.normal()), 3), "se": 0.12, "p": 0.04}
                for t in ("arm", "age", "gender")
            ]
        )
    )


def _simulated(seed):
    return code(
        f'truth = cs.simulate("therapy", clients=100, seed={seed + 1})'
        '.truth["assurance_on_privacy"]'
        f'\nprivacy = cs.simulate("therapy", seed=4)'
    )


def _latex(seed):
    return printed(
        r"\begin{tabular}{lrr}",
        r"arm & estimate & se \\",
        r"none & 0.31 & 0.08 \\",
        r"absolute & 0.52 & 0.07 \\",
        r"\end{tabular}",
    )


for _name, _make in {
    "plans in prose": _PLAN, "shares in other languages": _FRENCH, "tests in prose": _TEST,
    "frequencies of many": _spss, "crosstab of many": _big_crosstab,
    "classification of many": _report,
    "settings of a simulation": _config, "R session": _versions, "power by design": _dose,
    "wordings in the first person": _items, "line chart": _line_chart, "means of many": _means,
    "quarters": _months, "estimates as JSON": _estimates, "seeds of simulations": _simulated,
    "estimates in LaTeX": _latex,
}.items():  # fmt: skip
    innocent(_name, _make)
