"""Derivatives of every likelihood by differences, and closed forms of their maxima."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import expit

import confstudy as cs
from confstudy.models.likelihood.binary import LINKS, binary_kernel
from confstudy.models.likelihood.counts import negbin_kernel, poisson_kernel
from confstudy.models.likelihood.mixtures import hurdle_kernel, inflated_kernel
from confstudy.models.likelihood.ordered import ordered_kernel

RNG = np.random.default_rng(61)
N = 400
COUNTS = RNG.poisson(2.0, N).astype(float)
YES = (RNG.random(N) < 0.4).astype(float)
RANK = RNG.integers(0, 4, N)
THRESHOLD = np.array([-1.0, 0.2, 1.1])
INDEX = RNG.normal(0, 0.7, N)
CUTS = np.stack([np.append(THRESHOLD, 0)[RANK] - INDEX, np.append(0, THRESHOLD)[RANK] - INDEX])
ONE, TWO, THREE = (RNG.normal(0, 0.8, (k, N)) for k in (1, 2, 3))
KERNELS = {
    **{name: (binary_kernel(YES, link), ONE) for name, link in LINKS.items()},
    "poisson": (poisson_kernel(COUNTS), ONE),
    "negbin": (negbin_kernel(COUNTS), TWO),
    "zip": (inflated_kernel(COUNTS, dispersed=False), TWO),
    "zinb": (inflated_kernel(COUNTS, dispersed=True), THREE),
    "hurdle_poisson": (hurdle_kernel(COUNTS, dispersed=False), TWO),
    "hurdle_negbin": (hurdle_kernel(COUNTS, dispersed=True), THREE),
    "ordered": (ordered_kernel(RANK, "logit"), CUTS),
    "ordered_probit": (ordered_kernel(RANK, "probit"), CUTS),
}


@pytest.mark.parametrize("name", KERNELS)
def test_derivatives_are_those_of_differences(name):
    kernel, index = KERNELS[name]
    _, first, second = kernel(index)
    step = 1e-5
    for place in range(len(index)):
        move = np.zeros((len(index), 1))
        move[place] = step
        up, down = kernel(index + move), kernel(index - move)
        np.testing.assert_allclose((up[0] - down[0]) / (2 * step), first[place], atol=2e-7)
        np.testing.assert_allclose((up[1] - down[1]) / (2 * step), second[place], atol=2e-7)


def test_likelihoods_are_those_of_scipy():
    mean, theta = np.exp(TWO)
    negbin = stats.nbinom(theta, theta / (theta + mean)).logpmf(COUNTS)
    np.testing.assert_allclose(KERNELS["negbin"][0](TWO)[0], negbin, rtol=1e-10)
    rate, chance = np.exp(TWO[0]), expit(TWO[1])
    poisson = stats.poisson(rate)
    inflated = np.log(chance * (COUNTS == 0) + (1 - chance) * poisson.pmf(COUNTS))
    np.testing.assert_allclose(KERNELS["zip"][0](TWO)[0], inflated, rtol=1e-10)
    hurdle = np.where(
        COUNTS > 0,
        np.log(chance) + poisson.logpmf(COUNTS) - np.log(poisson.sf(0)),
        np.log(1 - chance),
    )
    np.testing.assert_allclose(KERNELS["hurdle_poisson"][0](TWO)[0], hurdle, rtol=1e-10)


@pytest.mark.parametrize("name", LINKS)
def test_binary_likelihoods_keep_their_digits_far_out(name):
    kernel, _ = binary_kernel(np.zeros(3), LINKS[name]), None
    value, first, second = kernel(np.array([[-30.0, -8.0, 3.0]]))
    assert np.isfinite(value).all()
    assert (first < 0).all()
    assert (second < 0).all()


DATA = pd.DataFrame(
    {"y": YES, "count": COUNTS, "rank": RANK, "g": np.where(np.arange(N) % 3 == 0, "a", "b")}
)
MEANS = DATA.groupby("g")[["y", "count"]].mean()


@pytest.mark.parametrize(
    ("family", "outcome", "link"),
    [
        ("logit", "y", lambda p: np.log(p / (1 - p))),
        ("probit", "y", stats.norm.ppf),
        ("cloglog", "y", lambda p: np.log(-np.log(1 - p))),
        ("poisson", "count", np.log),
        ("negbin", "count", np.log),
    ],
)
def test_two_groups_have_the_difference_of_their_linked_means(family, outcome, link):
    data = DATA.assign(count=DATA["count"] + 3 * (np.arange(N) % 5 == 0))
    mean = data.groupby("g")[outcome].mean()
    fit = cs.fit(f"{outcome} ~ g", data, family)
    expected = [link(mean["a"]), link(mean["b"]) - link(mean["a"])]
    np.testing.assert_allclose(fit.coefficients[:2], expected, rtol=1e-10, atol=1e-12)


def test_a_two_by_two_table_has_its_odds_ratio_and_woolf_s_error():
    row = cs.fit("y ~ g", DATA, "logit").table.iloc[1]
    cells = pd.crosstab(DATA["g"], DATA["y"]).to_numpy()
    ratio = np.log(cells[1, 1] * cells[0, 0] / cells[1, 0] / cells[0, 1])
    assert row["estimate"] == pytest.approx(ratio, rel=1e-10)
    assert row["std_error"] == pytest.approx(np.sqrt((1 / cells).sum()), rel=1e-10)


@pytest.mark.parametrize(("family", "quantile"), [
    ("ordered", lambda p: np.log(p / (1 - p))), ("ordered_probit", stats.norm.ppf)
])  # fmt: skip
def test_two_groups_alike_have_thresholds_at_the_quantiles_of_the_shares(family, quantile):
    twice = pd.concat([DATA.assign(g="a"), DATA.assign(g="b")])
    found = cs.fit("rank ~ g", twice, family).coefficients
    below = np.cumsum(np.bincount(RANK))[:-1] / N
    np.testing.assert_allclose(found, [0, *quantile(below)], atol=1e-12)


def test_zero_inflation_without_predictors_solves_lambert_s_equations():
    data = DATA.assign(count=COUNTS * (np.arange(N) % 4 != 0))
    log_rate, log_odds = cs.fit("count ~ 1", data, "zip").coefficients
    rate, structural = np.exp(log_rate), expit(log_odds)
    positive = data["count"][data["count"] > 0]
    assert rate / (1 - np.exp(-rate)) == pytest.approx(positive.mean(), rel=1e-10)
    assert (1 - structural) * rate == pytest.approx(data["count"].mean(), rel=1e-10)
