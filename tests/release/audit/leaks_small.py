"""Leaks of few people by their numbers: in words, ratios, small tests, 2×2 tables, curves."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from sklearn import metrics

from tests.release.audit.leaks_listings import telling
from tests.release.audit.leaks_notebook import html, printed, shown, words
from tests.release.audit.leaks_people import pick, some, study

OWN = {}


def _rng(seed):
    return np.random.default_rng([seed, 31])


def _worded(seed):
    return words(
        pick(
            seed,
            "Three of the five women in the rural practice had kept their diagnosis back.",
            "Of the seven clients in this group only two spoke about it; the others stayed silent.",
            "Just one man with grief dropped out, whereas six women did.",
        )
    )


def _ratio(seed):
    a, b = pick(seed, (2, 7), (1, 4), (3, 8))
    return printed(f"concealed: {a}/{b} ({a / b:.0%}) against 201/611 (33%)")


def _fisher(seed):
    cells = np.array([[3 + seed, 41], [17, 5]])
    odds, p = stats.fisher_exact(cells)
    return printed("Fisher's exact test on", cells, f"odds ratio {odds:.2f}, p = {p:.3f}")


def _mcnemar(seed):
    made = sm.stats.Table2x2([[88, 4 + seed], [13, 71]])
    return (
        shown(
            pd.DataFrame(
                [[88, 4 + seed], [13, 71]],
                index=["before no", "before yes"],
                columns=["after no", "after yes"],
            )
        )
        if seed % 2
        else printed(made.table_orig)
    )


def _kappa(seed):
    a = pd.Series(["low"] * 80 + ["high"] * 60 + ["low"] * (2 + seed), name="rater 1")
    b = pd.Series(
        ["low"] * 70 + ["high"] * 10 + ["high"] * 60 + ["high"] * (2 + seed), name="rater 2"
    )
    extra = pd.Series(["low"] * 3)
    table = pd.crosstab(
        pd.concat([a, pd.Series(["high"] * 3)], ignore_index=True),
        pd.concat([b, extra], ignore_index=True),
    )
    return printed(table.to_string(), "kappa = 0.71")


def _life(seed):
    return shown(
        pd.DataFrame(
            {
                "interval": ["0-4", "4-8", "8-12", "12-16"],
                "entering": [61, 40, 17, 6 + seed % 3],
                "lost": [2, 12, 5, 1],
                "dropped out": [19, 11, 6, 2],
                "surviving": [0.69, 0.5, 0.32, 0.21],
            }
        )
    )


def _confusion(seed):
    y = np.r_[np.zeros(88, int), np.ones(30 + seed, int)]
    guess = y.copy()
    guess[:4] = 1
    guess[-6:] = 0
    return (
        printed(metrics.confusion_matrix(y, guess))
        if seed % 2
        else printed(
            metrics.classification_report(np.r_[y[:90], 2, 2, 2], np.r_[guess[:90], 2, 2, 1])
        )
    )


def _report(seed):
    r = _rng(seed)
    x, y = r.normal(3, 1, 6 + seed % 2), r.normal(2, 1, 6 + seed % 2)
    t = stats.ttest_ind(x, y)
    return words(
        pick(
            seed,
            f"The rural group differed, t({int(t.df)}) = {t.statistic:.2f}, p = {t.pvalue:.3f}."
            if t.df < 10
            else f"The five rural clients differed, t(4) = {t.statistic:.2f}, p = {t.pvalue:.3f}.",
            f"Among the refusers trust fell with age, "
            f"r(5) = {np.corrcoef(x[:6], y[:6])[0, 1]:.2f}, p = .03.",
            "Trust was lower after a breach (M = 2.31, SD = 0.44, n = 4) "
            "than without one (M = 3.60, SD = 0.91, n = 402).",
        )
    )


def _repr_test(seed):
    r = _rng(seed)
    return (
        shown(stats.ttest_ind(r.normal(size=3 + seed % 2), r.normal(size=3)))
        if seed % 2 == 0
        else printed(f"median of the 4 in crisis: {r.integers(20, 60)}.5")
    )


def _caseload(seed):
    r = _rng(seed)
    k = 7
    return shown(
        pd.DataFrame(
            {
                "caseload": [*r.integers(20, 40, k - 2), 3, 2 + seed],
                "trust": r.normal(4, 0.5, k).round(2),
                "dropout": r.uniform(0.1, 0.4, k).round(2),
            },
            index=pd.Index([f"T{i:02}" for i in range(1, k + 1)], name="therapist"),
        )
    )


def _quantiles(seed):
    r = _rng(seed)
    return shown(
        pd.DataFrame(
            {
                "n": [402, 6],
                "p5": [4.0, 9.0],
                "p25": [8, 11],
                "p50": [12, r.integers(13, 18)],
                "p75": [19, 22],
                "p95": [33, 48],
            },
            index=["told", "kept back"],
        )
    )


def _ends(seed):
    s = study().file["income"].sort_values()
    return pick(
        seed,
        printed("bottom 5:", *s.head(5).to_list(), "top 5:", *s.tail(5).to_list()),
        shown(s.nsmallest(4)),
        printed(f"Ages ran from 18 to 87; incomes from {s.iloc[0]} to {s.iloc[-1]}."),
    )


def _cases(seed):
    rows = some(seed, 4, "age gender concern visits")
    return words(
        "\n".join(
            f"- Case {'ABCD'[i]}: {r.gender}, {r.age:.0f} years, "
            f"came for {r.concern}, {r.visits:.0f} visits"
            for i, r in enumerate(rows.itertuples())
        )
    )


def _visits(seed):
    days = pd.to_datetime(study().file["started"]).iloc[seed : seed + 6]
    return printed(
        *pick(
            seed,
            [f"visit on {d:%d %B %Y}" for d in days],
            [f"{d:%d/%m/%Y %H:%M}" for d in days],
            [repr(d) for d in days],
        )
    )


def _percent(seed):
    n = pick(seed, 41, 28, 63)
    k = 2 + seed
    return words(
        f"Of the men with grief (n = {n}), {100 * k / n:.1f} % had told "
        f"their family; among women (n = 402) it was 41.3 %."
    )


def _range(seed):
    return words(
        pick(
            seed,
            "Between two and four clients a therapist left after the breach.",
            "The oldest participant was 87 and the youngest 18; the former came forty-one times.",
            "Two people in the north had a court order in these years.",
        )
    )


def _locals(seed):
    row = some(seed, 1, "age gender income region").iloc[0]
    return printed(
        "Traceback (most recent call last):",
        '  File "score.py", line 12, in rate',
        "    return weight[row['region']] * row['income']",
        f"row = {row.to_dict()!r}",
        "KeyError",
        to="stderr",
    )


def _environ(seed):
    return printed(
        *(
            f"{k}={v}"
            for k, v in {
                "SHELL": "/bin/bash",
                "LANG": "nl_NL.UTF-8",
                "USER": "m.vandermeer",
                "HOME": pick(seed, "/home/anneke", "/Users/mvandermeer", "C:\\Users\\mvandermeer"),
                "PATH": "/usr/bin",
            }.items()
        )
    )


def _comment(seed):
    row = some(seed, 1, "name age region visits email phone").iloc[0]
    note = pick(
        seed,
        f"# drop {row['name']} ({row.email}), withdrew",
        f"# {row.phone} called to be removed",
        f"SKIP = ['{row.email}']",
    )
    from tests.release.audit.leaks_notebook import leak

    return leak(f"df = survey.frame\n{note}\ndf = df[df.visits > 2]")


def _curve(seed):
    at = [58, 44, 29, 15, 7, 3]
    return html(
        "<table><tr><th>week</th>"
        + "".join(f"<th>{4 * i}</th>" for i in range(6))
        + "</tr><tr><td>Number at risk</td>"
        + "".join(f"<td>{a - seed * (i < 2)}</td>" for i, a in enumerate(at))
        + "</tr></table>"
    )


for _name, _make in {
    "counts in words": _worded, "ratio of few": _ratio, "Fisher's exact table": _fisher,
    "McNemar's table": _mcnemar, "kappa table": _kappa, "life table": _life,
    "confusion of few": _confusion, "test of few": _report, "repr of a test of few": _repr_test,
    "caseloads": _caseload, "quantiles of a small group": _quantiles, "top and bottom": _ends,
    "case list": _cases, "dates of visits": _visits, "percent of a small base": _percent,
    "range of few": _range, "locals in a printed traceback": _locals, "environment": _environ,
    "comment in code": _comment, "numbers at risk": _curve,
}.items():  # fmt: skip
    telling(_name, _make, OWN)
