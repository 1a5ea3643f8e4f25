"""Robust errors against the sandwich written out."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning

RNG = np.random.default_rng(81)
N = 120
X = RNG.normal(size=N)
DATA = pd.DataFrame({"x": X, "y": (RNG.random(N) < expit(0.4 + 1.2 * X)).astype(int)})
DATA["rank"] = pd.cut(X + RNG.logistic(size=N), [-99, -1, 1, 99], labels=["low", "middle", "high"])
DATA["clinic"] = np.sort(RNG.integers(0, 11, N))
DATA["score"] = X + RNG.normal(size=11)[DATA["clinic"]] + RNG.normal(size=N)
DATA["count"] = RNG.poisson(np.exp(0.5 + 0.3 * X))
DATA["w"] = RNG.uniform(0.5, 3, N)


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC2", "HC3"])
def test_a_logit_s_errors_are_the_sandwich_respondent_by_respondent(cov):
    fit = cs.fit("y ~ x", DATA, "logit", cov=cov)
    information, meat = np.zeros((2, 2)), np.zeros((2, 2))
    rows = [np.array([1.0, x]) for x in DATA["x"]]
    chances = [expit(row @ fit.coefficients) for row in rows]
    for row, p in zip(rows, chances, strict=True):
        information += p * (1 - p) * np.outer(row, row)
    bread = np.linalg.inv(information)
    for row, p, y in zip(rows, chances, DATA["y"], strict=True):
        leverage = p * (1 - p) * row @ bread @ row
        divisor = {"HC0": 1, "HC1": (N - 2) / N, "HC2": 1 - leverage, "HC3": (1 - leverage) ** 2}
        meat += (y - p) ** 2 / divisor[cov] * np.outer(row, row)
    np.testing.assert_allclose(fit.covariance, bread @ meat @ bread, rtol=1e-8)


@pytest.mark.parametrize("cov", ["HC0", "HC1", "HC2", "HC3"])
def test_weighted_least_squares_has_the_sandwich_of_statsmodels(cov):
    fit = cs.fit("score ~ x", DATA, weights="w", cov=cov)
    there = fit.result.get_robustcov_results(cov).cov_params()
    np.testing.assert_allclose(fit.covariance, there, rtol=1e-10)


def likelihoods(parameters):
    """Log likelihood of each respondent under slope and two thresholds."""
    slope, *thresholds = parameters
    edges = np.array([-np.inf, *thresholds, np.inf])
    rank, index = DATA["rank"].cat.codes.to_numpy(), slope * X
    return np.log(expit(edges[rank + 1] - index) - expit(edges[rank] - index))


@pytest.mark.parametrize(("cov", "factor"), [("HC0", 1.0), ("HC1", N / (N - 3))])
def test_an_ordered_model_s_errors_are_the_sandwich_of_its_scores(cov, factor):
    fit = cs.fit("rank ~ x", DATA, "ordered", cov=cov)
    step, at = 1e-4 * np.eye(3), fit.coefficients
    scores = np.stack([likelihoods(at + s) - likelihoods(at - s) for s in step], axis=1) / 2e-4
    hessian = [
        [
            (likelihoods(at + a + b) - likelihoods(at + a - b)).sum()
            - (likelihoods(at - a + b) - likelihoods(at - a - b)).sum()
            for b in step
        ]
        for a in step
    ]
    bread = np.linalg.inv(-np.array(hessian) / 4e-8)
    expected = factor * bread @ (scores.T @ scores) @ bread
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-5)


@pytest.mark.parametrize("cov", ["HC2", "HC3"])
def test_errors_without_a_definition_for_ordered_models_are_refused(cov):
    with pytest.raises(AnalysisError, match=f"{cov} is not defined for ordered models: use HC1"):
        cs.fit("rank ~ x", DATA, "ordered", cov=cov)


def written_out(gradient, residual, weight, target, groups):
    """CR2 and its degrees of freedom from n × n matrices, as Pustejovsky and Tipton have them."""
    n = len(residual)
    bread = np.linalg.inv(gradient.T @ np.diag(weight) @ gradient)
    rest = np.eye(n) - gradient @ bread @ gradient.T @ np.diag(weight)
    spread = rest @ np.diag(target) @ rest.T
    covariance, vectors = 0, []
    for group in np.unique(groups):
        own = np.flatnonzero(groups == group)
        root = np.diag(np.sqrt(target[own]))
        values, axes = np.linalg.eigh(root @ spread[np.ix_(own, own)] @ root)
        half = axes @ np.diag(values**-0.5) @ axes.T
        adjusted = bread @ gradient[own].T @ np.diag(weight[own]) @ root @ half @ root
        total = adjusted @ residual[own]
        covariance = covariance + np.outer(total, total)
        vectors.append(adjusted @ rest[own])
    degrees = []
    for place in range(gradient.shape[1]):
        rows = np.stack([vector[place] for vector in vectors])
        products = rows @ np.diag(target) @ rows.T
        degrees.append(np.trace(products) ** 2 / (products**2).sum())
    return covariance, degrees


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("family", ["ols", "logit", "probit", "poisson"])
def test_cr2_is_what_its_definition_says(family, weights):
    outcome = {"ols": "score", "poisson": "count"}.get(family, "y")
    fit = cs.fit(f"{outcome} ~ x", DATA, family, cluster="clinic", weights=weights)
    w = np.ones(N) if weights is None else DATA["w"].to_numpy()
    matrix = fit.design.matrix
    index = matrix @ fit.coefficients
    mean, slope, variance = {
        "ols": lambda: (index, np.ones(N), np.ones(N)),
        "logit": lambda: (expit(index), *[expit(index) * expit(-index)] * 2),
        "probit": lambda: (
            stats.norm.cdf(index), stats.norm.pdf(index),
            stats.norm.cdf(index) * stats.norm.sf(index),
        ),
        "poisson": lambda: [np.exp(index)] * 3,
    }[family]()  # fmt: skip
    # Weights of least squares leave the working model alone; those of a glm divide variances.
    target = np.ones(N) if family == "ols" else variance / w
    covariance, degrees = written_out(
        slope[:, None] * matrix, DATA[outcome] - mean, w / variance, target,
        DATA["clinic"].to_numpy(),
    )  # fmt: skip
    np.testing.assert_allclose(fit.covariance, covariance, rtol=1e-8)
    np.testing.assert_allclose(fit.degrees, degrees, rtol=1e-8)


def test_cr2_of_equal_clusters_in_two_arms_is_the_t_test_of_their_means():
    rng = np.random.default_rng(4)
    clinic = np.repeat(np.arange(10), 6)
    arm = (clinic >= 4).astype(int)
    data = pd.DataFrame({"clinic": clinic, "arm": arm})
    data["y"] = rng.normal(size=10)[clinic] + rng.normal(size=60)
    row = cs.fit("y ~ arm", data, cluster="clinic").table.iloc[1]
    means = data.groupby("clinic")["y"].mean()
    few, many = means[:4], means[4:]
    assert row["estimate"] == pytest.approx(many.mean() - few.mean(), rel=1e-10)
    assert row["std_error"] ** 2 == pytest.approx(few.var() / 4 + many.var() / 6, rel=1e-10)
    df = (1 / 4 + 1 / 6) ** 2 / (1 / (16 * 3) + 1 / (36 * 5))
    assert row["df"] == pytest.approx(df, rel=1e-10)


def test_respondents_as_clusters_make_hc2():
    data = DATA.assign(one=np.arange(N)).head(40)
    one = cs.fit("score ~ x", data, cluster="one").covariance
    np.testing.assert_allclose(one, cs.fit("score ~ x", data, cov="HC2").covariance, rtol=1e-9)


def test_fifty_clusters_are_enough_for_cr1():
    data = DATA.assign(pair=np.arange(N) // 2)
    assert cs.fit("score ~ x", data, cluster="pair").errors == "CR1 by pair"
    assert "CR2 by pair" in cs.fit("score ~ x", data.head(98), cluster="pair").errors


def test_effects_of_clusters_in_the_model_leave_a_finite_cr2():
    fit = cs.fit("score ~ x + C(clinic)", DATA, cluster="clinic")
    row = fit.table.set_index("term").loc["x"]
    within = DATA.assign(
        x=DATA["x"] - DATA.groupby("clinic")["x"].transform("mean"),
        score=DATA["score"] - DATA.groupby("clinic")["score"].transform("mean"),
    )
    there = cs.fit("score ~ x", within, cluster="clinic").table.iloc[1]
    assert row["estimate"] == pytest.approx(there["estimate"], rel=1e-9)
    assert row["std_error"] == pytest.approx(there["std_error"], rel=1e-9)


def few_clusters(seed, clusters, size=8, effect=0.0):
    """An exposure of whole clusters, alike inside, unlike in their spread."""
    rng = np.random.default_rng(seed)
    clinic = np.repeat(np.arange(clusters), size)
    arm = (clinic < max(3, clusters // 3)).astype(float)
    y = effect * arm + (0.5 * rng.normal(size=clusters) * (1 + 0.5 * (arm[::size])))[clinic]
    return pd.DataFrame({"y": y + rng.normal(size=len(clinic)), "arm": arm, "clinic": clinic})


@pytest.mark.validate
@pytest.mark.parametrize("clusters", [9, 20, 45])
def test_cr2_rejects_a_true_null_as_often_as_it_says_and_cr1_more_often(clusters):
    rejected = {"CR2": 0, "CR1": 0}
    draws = 1000
    for seed in range(draws):
        data = few_clusters(seed, clusters)
        for cov in rejected:
            table = cs.fit("y ~ arm", data, cluster="clinic", cov=cov).table
            rejected[cov] += table["p_value"][1] < 0.05
    assert abs(rejected["CR2"] / draws - 0.05) < 0.02
    assert rejected["CR1"] >= rejected["CR2"]


def light(seed=2024, n=40):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"x": rng.normal(size=n), "w": rng.integers(0, 3, n)})
    return data.assign(y=1 - data["x"] + rng.normal(size=n), clinic=np.arange(n) % 7)


@pytest.mark.parametrize(
    ("family", "cov"),
    [("ols", "wild"), *product(["ols", "poisson"], ["nonrobust", "HC1", "HC3", "CR1", "CR2"])],
)
def test_who_weighs_nothing_counts_nowhere(family, cov):
    # One clinic weighs nothing at all.
    data = light().assign(count=lambda d: np.arange(len(d)) % 4)
    data.loc[data["clinic"] == 3, "w"] = 0
    formula = "y ~ x" if family == "ols" else "count ~ x"
    options = {"cov": cov, "weights": "w", "cluster": "clinic" if cov[0] in "Cw" else None}
    one, two = (cs.fit(formula, d, family, **options) for d in (data, data[data["w"] > 0]))
    numbers = one.table.iloc[:, 1:]
    np.testing.assert_allclose(numbers, two.table.iloc[:, 1:], rtol=1e-9, atol=1e-12)
    assert (one.n, one.clusters) == (two.n, two.clusters)
    for part in ("n", "bic", "r_squared"):
        assert getattr(one.goodness, part) == pytest.approx(getattr(two.goodness, part))


def test_weights_of_nothing_are_as_r_has_them():
    # R 4.2.2: summary(lm(y ~ x, d, weights = w)), df.residual and BIC of it.
    fit = cs.fit("y ~ x", light(), weights="w")
    row = fit.table.iloc[1]
    expected = [-1.139238217208997, 0.160031622589392, 26, 1.46726698810946e-07]
    found = row[["estimate", "std_error", "df", "p_value"]].astype(float)
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    assert fit.goodness.bic == pytest.approx(71.5547024578544, rel=1e-12)
    assert fit.goodness.r_squared == pytest.approx(0.660918661458435, rel=1e-12)


@pytest.mark.parametrize("cov", ["HC2", "HC3"])
def test_a_respondent_with_a_coefficient_of_their_own_has_no_leverage_left(cov):
    data = DATA.assign(own=(DATA.index == 5).astype(int))
    with pytest.warns(FitWarning, match=f"{cov} is not defined"):
        fit = cs.fit("score ~ x + own", data, cov=cov)
    assert fit.table["std_error"].isna().all()
