"""Diagnosands against closed forms, and their intervals against the truth they are to cover."""

import numpy as np
import pytest
from scipy import stats

from confstudy.design.batch import Estimates
from confstudy.design.closed_forms import exaggeration
from confstudy.design.diagnosands import (
    DIAGNOSANDS,
    Replications,
    average,
    diagnosands,
    share_interval,
)

BOUND = stats.norm.isf(0.025)


def normal(true, count, rng, se=1.0):
    z = rng.normal(true, se, count)
    low, high = z - BOUND * se, z + BOUND * se
    errors = np.full(count, se)
    return Replications(z, errors, np.abs(z) > BOUND * se, low, high, true, 0.0, count)


@pytest.mark.parametrize("true", [0.5, 1, 2, 3])
def test_diagnosands_of_normal_estimates_are_their_closed_forms(true):
    found = diagnosands(normal(true, 200_000, np.random.default_rng(int(10 * true))))
    exact = exaggeration(true=true, se=1)
    expected = {
        "mean_estimate": true, "bias": 0, "rmse": 1, "sd_estimate": 1, "mean_se": 1, "se_ratio": 1,
        "power": exact.power, "power_all": exact.power, "coverage": 0.95,
        "coverage_unbiased": 0.95, "ci_width": 2 * BOUND, "type_s": exact.type_s,
        "type_m": exact.type_m,
    }  # fmt: skip
    assert set(expected) == set(DIAGNOSANDS)
    for name, value in expected.items():
        assert abs(found[name].value - value) < 4 * found[name].mcse + 1e-5, name


def test_monte_carlo_errors_are_those_of_morris_white_and_crowther():
    count = 4_000
    used = normal(2, count, np.random.default_rng(5))
    found, error = diagnosands(used), used.estimate - 2
    expected = {
        "bias": error.std(ddof=1) / np.sqrt(count),
        "power": np.sqrt(found["power"].value * (1 - found["power"].value) / count),
        "rmse": (error**2).std(ddof=1) / (2 * found["rmse"].value * np.sqrt(count)),
    }
    for name, value in expected.items():
        assert found[name].mcse == pytest.approx(value, rel=1e-12)
    assert found["sd_estimate"].mcse == pytest.approx(1 / np.sqrt(2 * (count - 1)), rel=0.05)


def test_what_failed_is_left_out_of_power_and_counted_in_power_all():
    ones, failed = np.ones(10), np.array(["", "separated"] * 5)
    shown = np.where(failed == "", 1.0, np.nan)
    found = Estimates(shown, ones, shown * 0.01, ones - 2, ones + 2, np.full(10, 20), failed)
    told = diagnosands(Replications.of(found, truth=1.0))
    assert told["power"].value == 1
    assert told["power_all"].value == 0.5


@pytest.mark.parametrize("usable", [0, 1])
def test_no_number_is_made_up_where_hardly_a_replication_is_usable(usable):
    one = np.ones(usable)
    told = diagnosands(Replications(one, one, one > 2, one - 1, one + 1, 1.0, 0.0, 5))
    assert np.isnan(told["sd_estimate"].value)
    assert np.isnan(told["se_ratio"].value)
    assert np.isnan(told["bias"].mcse)
    assert np.isnan(told["type_m"].value)


@pytest.mark.parametrize("share", [0.0005, 0.002, 0.05, 0.5, 0.98, 0.9995])
@pytest.mark.parametrize("of", [100, 1000])
def test_intervals_of_shares_cover_even_near_0_and_1(share, of):
    law = stats.binom(of, share)
    counts = np.arange(of + 1)
    ends = np.array([share_interval(int(count), of) for count in counts])
    assert law.pmf(counts)[(ends[:, 0] <= share) & (share <= ends[:, 1])].sum() >= 0.95


@pytest.mark.parametrize("count", [10, 25])
def test_intervals_of_means_of_skewed_values_cover(count):
    draws = np.random.default_rng(6).exponential(1, (4_000, count))
    found = [average(values) for values in draws]
    covered = np.mean([each.low <= 1 <= each.high for each in found])
    by_t = np.mean([abs(e.value - 1) < stats.t.isf(0.025, count - 1) * e.mcse for e in found])
    assert covered > by_t + 0.01
    assert covered >= 0.93 - 0.01 * (count == 10)


def coverages(true, repeats, count, seed):
    """The share of repeated diagnoses whose 95 % intervals hold the exact diagnosand."""
    rng, exact = np.random.default_rng(seed), exaggeration(true=true, se=1)
    expected = {
        "bias": 0, "rmse": 1, "sd_estimate": 1, "power": exact.power, "coverage": 0.95,
        "type_s": exact.type_s, "type_m": exact.type_m,
    }  # fmt: skip
    hits = dict.fromkeys(expected, 0)
    for _ in range(repeats):
        found = diagnosands(normal(true, count, rng))
        for name, value in expected.items():
            hits[name] += found[name].low <= value <= found[name].high
    return {name: hit / repeats for name, hit in hits.items()}


# A share of .93 stands two standard errors below .95 in 400 repeats, and three in 1,000.
@pytest.mark.parametrize("true", [0.05, 2, 5])
def test_intervals_cover_over_repeated_diagnoses(true):
    for name, share in coverages(true, 400, 1_000, 11).items():
        assert share >= 0.92, name


@pytest.mark.validate
@pytest.mark.parametrize("true", [0.05, 0.5, 1, 2, 3, 4, 5])
def test_intervals_cover_over_many_repeated_diagnoses(true):
    for name, share in coverages(true, 4_000, 1_000, 12).items():
        assert share >= 0.93, name
