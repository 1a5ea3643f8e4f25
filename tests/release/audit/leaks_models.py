"""Leaks in models: what is of one respondent, and models that repeat a small table."""

import warnings

import numpy as np
import pandas as pd
import statsmodels.formula.api as smf
from sklearn.metrics import roc_curve
from sklearn.neighbors import NearestNeighbors
from sklearn.tree import DecisionTreeClassifier, export_text

from tests.release.audit.leaks_notebook import leak, notebook, printed, shown
from tests.release.audit.leaks_people import pick, study


def _people(seed, n):
    names = ["age", "income", "wait_days", "visits", "region", "gender", "consent", "arm"]
    frame = study().file[names].sample(n, random_state=seed).reset_index(drop=True)
    return frame.astype(dict.fromkeys(("region", "gender", "consent", "arm"), "object"))


def _told(result):
    """The summary with the time of its making left as it is."""
    return printed(result.summary().as_text())


def saturated(seed):
    frame = _people(seed, 46)
    formula = pick(
        seed,
        "income ~ C(region) * C(arm)",
        "age ~ C(arm) * C(consent) * C(gender)",
        "wait_days ~ C(region) * C(gender)",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an empty cell leaves a coefficient open
        fit = smf.ols(formula, frame).fit()
    output = shown(fit.summary()) if seed % 2 else _told(fit)
    return notebook(seed, leak(f'smf.ols("{formula}", df).fit().summary()', output))


def few_df(seed):
    n = 9 + seed % 3
    frame = _people(seed, n)
    fit = smf.ols("income ~ age", frame).fit()
    output = pick(
        seed,
        _told(fit),
        shown(fit.summary()),
        printed(f"b = {fit.params['age']:.2f}, t({fit.df_resid:.0f}) = 2.31, p = .049"),
    )
    return notebook(seed, leak('smf.ols("income ~ age", df).fit().summary()', output))


def residuals(seed):
    fit = smf.ols("income ~ age + wait_days", _people(seed, 70)).fit()
    both = pd.DataFrame({"fitted": fit.fittedvalues, "resid": fit.resid})
    output = pick(seed, shown(both.head(8)), shown(fit.resid), printed(fit.fittedvalues.to_numpy()))
    return notebook(seed, leak(pick(seed, "both.head(8)", "fit.resid", "fit.fittedvalues"), output))


def influence(seed):
    fit = smf.ols("income ~ age + wait_days", _people(seed, 70)).fit()
    found = fit.get_influence()
    output = pick(
        seed,
        shown(found.summary_frame().head(6).round(3)),
        shown(found.summary_frame().nlargest(5, "cooks_d")),
        printed(found.summary_table()),
    )
    source = pick(
        seed, "infl.summary_frame().head(6)", "f.nlargest(5, 'cooks_d')", "infl.summary_table()"
    )
    return notebook(seed, leak(source, output))


def random_effects(seed):
    rng = np.random.default_rng(seed)
    ids = rng.choice(study().file["respondent"].to_numpy(), 12, replace=False)
    kind = pick(seed, ids.tolist(), [f"client {i}" for i in range(12)], list(range(101, 113)))
    effects = pd.DataFrame({"Group": rng.normal(0, 0.4, 12)}, kind).rename_axis("respondent")
    output = pick(
        seed,
        shown(effects),
        printed({name: {"Group": round(float(x), 4)} for name, x in effects["Group"].items()}),
        shown(effects["Group"]),
    )
    return notebook(seed, leak("fit.random_effects", output))


def few_at_risk(seed):
    rng = np.random.default_rng(seed)
    at_risk = np.array([84, 61, 40, 22, 11, 6, 2]) + rng.integers(0, 2, 7)
    table = pd.DataFrame(
        {
            "session": [1, 3, 5, 8, 12, 16, 20],
            "at risk": at_risk,
            "events": rng.integers(1, 3, 7),
            "survival": np.linspace(0.98, 0.31, 7).round(3),
        }
    )
    output = pick(
        seed, shown(table), printed(table.to_string()), shown(table.set_index("session").T)
    )
    return notebook(seed, leak("km.event_table", output))


def tree_leaves(seed):
    frame = _people(seed, 60)
    told = (frame["income"] > frame["income"].median()).astype(int)
    inner = ["age", "wait_days", "visits"]
    tree = DecisionTreeClassifier(min_samples_leaf=1, random_state=0).fit(frame[inner], told)
    counts = pd.DataFrame({"leaf": tree.apply(frame[inner])}).value_counts("leaf").head(12)
    output = pick(
        seed,
        printed(export_text(tree, feature_names=inner, show_weights=True)),
        shown(counts),
        printed(*(f"leaf {leaf}: samples = {n}" for leaf, n in counts.items())),
    )
    return notebook(seed, leak("print(export_text(tree, show_weights=True))", output))


def neighbours(seed):
    frame = _people(seed, 60)
    near = NearestNeighbors(n_neighbors=4).fit(frame[["age", "income"]])
    distance, which = near.kneighbors(frame[["age", "income"]].head(6))
    table = pd.DataFrame({"i": range(6), "neighbours": [list(map(int, row)) for row in which]})
    output = pick(
        seed,
        shown(frame.loc[which[0], ["age", "income", "region"]]),
        shown(table.assign(distance=distance[:, 1].round(2))),
        printed(*(f"respondent {i}: nearest {list(map(int, row))}" for i, row in enumerate(which))),
    )
    return notebook(seed, leak("near.kneighbors(df.head(6))", output))


def thresholds(seed):
    frame = _people(seed, 45)
    told = (frame["wait_days"] > 30).astype(int)
    rates, hits, cuts = roc_curve(told, frame["income"], drop_intermediate=False)
    table = pd.DataFrame({"threshold": cuts, "fpr": rates.round(3), "tpr": hits.round(3)})
    output = pick(seed, shown(table), printed(cuts), shown(table.iloc[1:8]))
    return notebook(seed, leak("roc_curve(told, income, drop_intermediate=False)", output))


def predictions(seed):
    frame = _people(seed, 60)
    fit = smf.ols("income ~ age + C(gender)", frame).fit()
    each = frame[["age", "gender"]].assign(predicted=fit.predict(frame).round(1))
    output = pick(
        seed, shown(each.head()), printed(each.head().to_csv()), shown(fit.predict(frame).head(7))
    )
    each_one = "df.assign(predicted=fit.predict(df)).head()"
    source = pick(seed, each_one, f"print({each_one}.to_csv())", "fit.predict(df).head(7)")
    return notebook(seed, leak(source, output))


def outliers(seed):
    frame = study().file
    far = frame.loc[(frame["income"] - frame["income"].mean()).abs() > 2.5 * frame["income"].std()]
    far = far[["age", "gender", "region", "income"]].head(4)
    text = ", ".join(f"{i} ({row.income})" for i, row in far.iterrows())
    output = pick(
        seed,
        shown(far),
        printed(f"Outliers removed: rows {text}"),
        printed(*(f"dropped row {i}: {row.to_dict()}" for i, row in far.iterrows())),
    )
    return notebook(seed, leak("outliers", output))


def small_model_groups(seed):
    rng = np.random.default_rng(seed)
    means = pd.DataFrame(
        {
            "arm": ["none", "conditional", "absolute"],
            "mean": rng.normal(3, 0.3, 3).round(2),
            "sd": rng.uniform(0.5, 1.1, 3).round(2),
            "n": [61, 48, pick(seed, 4, 2, 7)],
        }
    )
    output = shown(means) if seed % 2 else printed(means.to_string(index=False))
    return notebook(seed, leak("means", output))


LISTED = {
    "saturated regression": saturated,
    "residual df 8": few_df,
    "residuals and fitted values": residuals,
    "influence table": influence,
    "random effects of respondents": random_effects,
    "few at risk": few_at_risk,
}
OWN = {
    "leaves of a tree": tree_leaves,
    "neighbours": neighbours,
    "thresholds of a ROC": thresholds,
    "predictions of respondents": predictions,
    "outliers": outliers,
    "mean of a small arm": small_model_groups,
}
