import numpy as np
import pytest
from statsmodels.stats.power import FTestAnovaPower, FTestPowerF2, GofChisquarePower

from confstudy.design.closed_forms import t_test_power
from confstudy.design.sample_size import (
    anova_power,
    chi2_power,
    correlation_power,
    regression_power,
    shares_power,
    size_for,
)
from confstudy.errors import DeclarationError


@pytest.mark.parametrize(("f2", "tested", "error_df"), [(0.02, 1, 90), (0.15, 4, 60)])
def test_power_of_a_regression_equals_statsmodels(f2, tested, error_df):
    expected = FTestPowerF2().power(f2, tested, error_df, 0.05, ncc=1)
    assert regression_power(f2, tested, error_df) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("groups", [2, 5])
def test_power_of_group_means_equals_statsmodels(groups):
    expected = FTestAnovaPower().power(0.25, 30 * groups, 0.05, groups)
    assert anova_power(0.25, groups, 30) == pytest.approx(expected, rel=1e-9)


def test_power_of_a_chi2_test_equals_statsmodels():
    expected = GofChisquarePower().power(0.2, 150, 0.05, n_bins=4)
    assert chi2_power(0.2, 3, 150) == pytest.approx(expected, rel=1e-9)


def test_two_groups_are_a_t_test():
    # f is half of d where there are two groups.
    assert anova_power(0.15, 2, 80) == pytest.approx(t_test_power(0.3, 80), rel=1e-8)


def test_power_of_shares_is_how_often_the_pooled_test_rejects():
    a, b, n, runs = 0.4, 0.3, 200, 40_000
    first, second = np.random.default_rng(1).binomial(n, [[a], [b]], (2, runs)) / n
    middle = (first + second) / 2
    z = (first - second) / np.sqrt(2 * middle * (1 - middle) / n)
    rejected = (np.abs(z) > 1.959964).mean()
    # The normal approximation itself is good to about .005 here.
    assert rejected == pytest.approx(shares_power(a, b, n), abs=0.01)


def test_power_of_a_correlation_is_how_often_its_test_rejects():
    rng, n, r = np.random.default_rng(2), 60, 0.3
    x, e = rng.normal(size=(2, 20_000, n))
    y = r * x + np.sqrt(1 - r**2) * e
    x, y = x - x.mean(1, keepdims=True), y - y.mean(1, keepdims=True)
    found = (x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))
    t = found * np.sqrt((n - 2) / (1 - found**2))
    assert (np.abs(t) > 2.0017).mean() == pytest.approx(correlation_power(r, n), abs=0.012)


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda: shares_power(0.4, 1.3, 9), "second share lies between 0 and 1"),
        (lambda: regression_power(-1, 3, 9), "above 0"),
        (lambda: regression_power(0.1, 0, 9), "tested coefficient"),
        (lambda: anova_power(0.1, 1, 9), "two groups or more"),
        (lambda: anova_power(0.1, 3, 1), "2 or more in each group"),
        (lambda: correlation_power(1, 9), "between −1 and 1"),
        (lambda: chi2_power(0.1, 0, 9), "one degree of freedom"),
        (lambda: size_for(lambda _: 0.9), "already has this power"),
        (lambda: size_for(lambda _: 0.1), "No size below"),
        (lambda: size_for(lambda n: n, power=2), "power lies between"),
    ],
)
def test_what_has_no_power_is_said(ask, text):
    with pytest.raises(DeclarationError, match=text):
        ask()
