"""Intervals of pooled estimates cover the truth as often as they say; complete cases do not."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from confstudy.models.missing.delta import delta
from confstudy.models.missing.impute import impute
from confstudy.models.missing.pooling import pooled

LEVELS = ["a", "b", "c"]


def slope(frame):
    """Least squares of y on x and z: the coefficient of x."""
    matrix = np.column_stack([np.ones(len(frame)), frame["x"], frame["z"]])
    y = frame["y"].to_numpy(dtype=float)
    inverse = np.linalg.inv(matrix.T @ matrix)
    beta = inverse @ matrix.T @ y
    df = len(y) - 3
    variance = ((y - matrix @ beta) ** 2).sum() / df
    return fit(beta[1], variance * inverse[1, 1], df)


def mean(frame):
    y = frame["y"].cat.codes if isinstance(frame["y"].dtype, pd.CategoricalDtype) else frame["y"]
    y = (y == y.max()) if frame["y"].nunique() <= 4 else y
    y = y.to_numpy(dtype=float)
    return fit(y.mean(), y.var(ddof=1) / len(y), len(y) - 1)


def clustered_mean(frame):
    y = frame["y"].to_numpy(dtype=float)
    sums = np.bincount(frame["g"], weights=y - y.mean())
    count = len(sums)
    return fit(y.mean(), count / (count - 1) * (sums**2).sum() / len(y) ** 2, count - 1)


def fit(estimate, variance, df):
    return SimpleNamespace(
        terms=("x",), coefficients=np.array([estimate]), covariance=np.array([[variance]]), df=df
    )


def predictor_world(rng, kind, n=300):
    """x is missing by y; its effect is .5."""
    z = rng.normal(size=n)
    x = 0.5 * z + rng.normal(size=n)
    if kind == "logit":
        x = (x + rng.logistic(size=n) > 0).astype(float)
    y = 0.5 * x + 0.5 * z + rng.normal(size=n)
    # Matching is no method for ranges that nobody who answered stands in.
    gone = rng.uniform(size=n) < expit((0.7 if kind == "pmm" else 1.5) * y - 1)
    return pd.DataFrame({"x": np.where(gone, np.nan, x), "y": y, "z": z}), 0.5


def outcome_world(rng, kind, n=300):
    """y is missing by z; the estimand is its mean, or the share of its highest level."""
    z = rng.normal(size=n)
    y = {
        "count": lambda: rng.poisson(np.exp(1 + 0.4 * z)).astype(float),
        "ordered": lambda: np.digitize(z + rng.logistic(size=n), [-1, 0.5]).astype(float),
        "multinomial": lambda: (np.outer(z, [0, 1, -1]) + rng.gumbel(size=(n, 3))).argmax(axis=1),
    }[kind]()
    grid, weight = np.polynomial.hermite_e.hermegauss(60)
    at = {
        "count": np.exp(1 + 0.4 * grid),
        "ordered": 1 - expit(0.5 - grid),
        "multinomial": np.exp(-grid) / (1 + np.exp(grid) + np.exp(-grid)),
    }[kind]
    truth = float(weight @ at / weight.sum())
    column = pd.Series(y, dtype=float)
    if kind != "count":
        column = pd.Series(
            pd.Categorical.from_codes(y.astype(int), LEVELS, ordered=kind == "ordered")
        )
    gone = rng.uniform(size=n) < expit(1.5 * z - 1)
    return pd.DataFrame({"y": column.mask(gone), "z": z}), truth


def clustered_world(rng, kind, groups=40, size=10):
    g = np.repeat(np.arange(groups), size)
    z = rng.normal(size=len(g)) + 0.5 * rng.normal(size=groups)[g]
    y = z + rng.normal(size=groups)[g] + rng.normal(size=len(g))
    if kind == "logit":
        y = (y > 0).astype(float)
    gone = rng.uniform(size=len(g)) < expit(1.5 * z - 1)
    return pd.DataFrame({"y": np.where(gone, np.nan, y), "z": z, "g": g}), 0.5 * (kind == "logit")


WORLDS = {
    "normal": (predictor_world, slope, "x", {}),
    "residual": (predictor_world, slope, "x", {}),
    "pmm": (predictor_world, slope, "x", {}),
    "logit": (predictor_world, slope, "x", {}),
    "count": (outcome_world, mean, "y", {}),
    "ordered": (outcome_world, mean, "y", {}),
    "multinomial": (outcome_world, mean, "y", {}),
    "clustered normal": (clustered_world, clustered_mean, "y", {"cluster": "g"}),
    "clustered pmm": (clustered_world, clustered_mean, "y", {"cluster": "g"}),
    "clustered logit": (clustered_world, clustered_mean, "y", {"cluster": "g"}),
}


def study(name, runs, m=10, seed=1):
    """(runs,) covered, covered by complete cases, error, error of complete cases."""
    make, analyse, target, more = WORLDS[name]
    method = name.split()[-1]
    rng = np.random.default_rng(seed)
    rows = []
    for run in range(runs):
        data, truth = make(rng, method)
        imputed = impute(data, m=m, iterations=5, seed=run, methods={target: method}, **more)
        row = pooled([analyse(done) for done in imputed]).table.iloc[0]
        whole = analyse(data.dropna().reset_index(drop=True))
        half = 1.96 * np.sqrt(whole.covariance[0, 0])
        off = whole.coefficients[0] - truth
        rows.append(
            (row["conf_low"] <= truth <= row["conf_high"], abs(off) <= half,
             row["estimate"] - truth, off)
        )  # fmt: skip
    return np.array(rows, dtype=float).T


@pytest.mark.parametrize("name", WORLDS)
def test_imputation_takes_away_the_bias_of_complete_cases(name):
    _, _, error, plain = study(name, runs=16, m=5)
    assert abs(error.mean()) < 4 * error.std(ddof=1) / 4 + 0.01
    assert abs(plain.mean()) > 2 * abs(error.mean())


@pytest.mark.validate
@pytest.mark.parametrize("name", WORLDS)
def test_pooled_intervals_cover_as_they_say(name):
    runs = 600
    covered, plain, error, _ = study(name, runs)
    tolerance = 3.5 * np.sqrt(0.95 * 0.05 / runs)
    assert 0.95 - tolerance < covered.mean() < 0.95 + tolerance
    assert plain.mean() < covered.mean()
    assert abs(error.mean()) < 4 * error.std(ddof=1) / np.sqrt(runs) + 0.2 * error.std(ddof=1)


@pytest.mark.validate
def test_matching_covers_where_few_are_alike():
    # With one set of donors for all imputations .87 of 500 intervals cover.
    rng, hits = np.random.default_rng(1), []
    for run in range(400):
        data, truth = predictor_world(rng, "normal")
        imputed = impute(data, m=10, iterations=1, seed=run, methods={"x": "pmm"})
        row = pooled([slope(done) for done in imputed]).table.iloc[0]
        hits.append(row["conf_low"] <= truth <= row["conf_high"])
    assert abs(np.mean(hits) - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 400)


@pytest.mark.validate
def test_the_right_delta_covers_where_missing_at_random_does_not():
    rng, hits = np.random.default_rng(7), []
    for run in range(400):
        z = rng.normal(size=250)
        silent = rng.uniform(size=250) < 0.4
        y = z - 0.8 * silent + rng.normal(size=250)
        data = pd.DataFrame({"y": np.where(silent, np.nan, y), "z": z})
        found = delta(data, "y", [-0.8], m=10, iterations=1, seed=run, methods={"y": "normal"})
        row = {d: pooled([mean(done) for done in at]).table.iloc[0] for d, at in found}
        hits.append([row[d]["conf_low"] <= -0.32 <= row[d]["conf_high"] for d in (-0.8, 0.0)])
    right, wrong = np.mean(hits, axis=0)
    assert abs(right - 0.95) < 3.5 * np.sqrt(0.95 * 0.05 / 400) + 0.01
    assert wrong < 0.5
