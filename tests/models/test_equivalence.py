import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes import sizes
from confstudy.models.equivalence import equivalence

RNG = np.random.default_rng(71)
X, Y = RNG.normal(0.1, 1, 60), RNG.normal(0, 1.4, 50)


@pytest.mark.parametrize("equal", [True, False])
def test_two_means_equal_statsmodels(equal):
    found = equivalence(sizes.mean_difference(X, Y, equal_variances=equal), (-0.6, 0.5))
    usevar = "pooled" if equal else "unequal"
    p_value, lower, upper = ttost_ind(X, Y, -0.6, 0.5, usevar=usevar)
    assert found.p_value == pytest.approx(p_value, rel=1e-11)
    np.testing.assert_allclose(found.table["statistic"], [lower[0], upper[0]], rtol=1e-11)
    peer = stats.ttest_ind(X, Y, equal_var=equal).confidence_interval(0.90)
    np.testing.assert_allclose([found.conf_low, found.conf_high], peer, rtol=1e-11)


def test_pairs_equal_statsmodels():
    found = equivalence(sizes.paired_difference(X[:50], Y), 0.7)
    assert found.p_value == pytest.approx(ttost_paired(X[:50], Y, -0.7, 0.7)[0], rel=1e-11)


def test_standardised_bounds_are_in_root_mean_variances_or_of_the_differences():
    spread = np.sqrt((X.var(ddof=1) + Y.var(ddof=1)) / 2)
    found = equivalence(sizes.mean_difference(X, Y), 0.4, standardised=True)
    assert found.bounds == pytest.approx((-0.4 * spread, 0.4 * spread))
    paired = equivalence(sizes.paired_difference(X[:50], Y), 0.4, standardised=True)
    assert paired.bounds[1] == pytest.approx(0.4 * (X[:50] - Y).std(ddof=1))


def test_proportions_by_the_formula():
    found = equivalence(sizes.risk_difference((65, 100), (70, 100)), 0.2)
    error = np.sqrt(0.65 * 0.35 / 100 + 0.7 * 0.3 / 100)
    expected = stats.norm.sf((np.array([1, -1]) * -0.05 + 0.2) / error)
    np.testing.assert_allclose(found.table["p_value"], expected, rtol=1e-12)


def test_correlations_on_fisher_s_z():
    found = equivalence(sizes.correlation(X[:50], Y), 0.3)
    r = stats.pearsonr(X[:50], Y).statistic
    expected = (np.arctanh(r) + np.arctanh([0.3, -0.3])) * np.sqrt(47)
    np.testing.assert_allclose(found.table["statistic"], expected, rtol=1e-11)
    assert found.conf_high == pytest.approx(
        np.tanh(np.arctanh(r) + stats.norm.ppf(0.95) / np.sqrt(47))
    )


def test_ratios_on_their_logarithm():
    found = equivalence(sizes.odds_ratio((50, 100), (52, 100)), (0.5, 2))
    error = np.sqrt(1 / 50 + 1 / 50 + 1 / 52 + 1 / 48)
    centre = np.log(48 / 52)
    np.testing.assert_allclose(
        found.table["statistic"], (centre - np.log([0.5, 2])) / error, rtol=1e-12
    )


def test_a_coefficient_of_any_fit():
    data = pd.DataFrame({"y": [*X, *Y], "g": [1] * 60 + [0] * 50})
    found = equivalence(cs.fit("y ~ g", data), 0.6, term="g")
    expected = equivalence(sizes.mean_difference(X, Y, equal_variances=True), 0.6)
    assert found.p_value == pytest.approx(expected.p_value, rel=1e-9)
    assert found.name == "g"


@pytest.mark.parametrize(
    ("effect", "conclusion"),
    [
        ((0.0, 0.05), "equivalent: an effect within the bounds"),
        ((0.15, 0.02), "equivalent: an effect within the bounds, though not zero"),
        ((0.5, 0.1), "not equivalent: an effect, which may matter"),
        ((0.1, 0.3), "undecided: too few data"),
    ],
)
def test_the_four_conclusions(effect, conclusion):
    found = equivalence(effect, 0.3)
    assert found.conclusion == conclusion
    assert conclusion in repr(found)
    inside = found.conf_low > -0.3 and found.conf_high < 0.3
    assert found.equivalent == inside


@pytest.mark.parametrize(
    ("effect", "bounds", "options", "expected"),
    [
        ((0.1, 0.1), (0.3, -0.3), {}, "the lower one first"),
        ((0.1, 0.1), 0.0, {}, "the lower one first"),
        ((0.1, 0.0), 0.2, {}, "no standard error"),
        ((0.1, 0.1), 0.2, {"alpha": 5}, "between 0 and .5"),
        ((0.1, 0.1), 0.2, {"standardised": True}, "for mean_difference"),
        (sizes.correlation(X[:50], Y), 1.5, {}, "that could occur"),
        (sizes.odds_ratio((0, 9), (3, 9)), (0.5, 2), {}, "a cell is empty"),
        (sizes.cramers_v([[9, 5], [3, 8]]), 0.2, {}, "no standard error"),
        ("x", 0.2, {}, "Give an effect size"),
    ],
)
def test_what_cannot_be_tested_says_why(effect, bounds, options, expected):
    with np.errstate(all="ignore"), pytest.raises(AnalysisError, match=expected):
        equivalence(effect, bounds, **options)


def test_an_unknown_term_is_named():
    fit = cs.fit("y ~ x", pd.DataFrame({"y": X[:50], "x": Y}))
    with pytest.raises(AnalysisError, match="Terms not found in the model"):
        equivalence(fit, 0.2, term="z")


def test_at_the_bound_it_errs_as_often_as_it_should():
    rng, runs = np.random.default_rng(5), 1000
    found = [
        equivalence(
            sizes.mean_difference(rng.normal(0.8, 1, 40), rng.normal(0, 1.5, 50)), 0.8
        ).equivalent
        for _ in range(runs)
    ]
    assert abs(np.mean(found) - 0.05) < 4 * np.sqrt(0.05 * 0.95 / runs)
