"""Coverage of intervals and sizes of tests on simulated data; the long runs are validation."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from confstudy.models.gee import gee
from confstudy.models.mixed.fit import mixed
from confstudy.models.mixed.profile import variance_intervals, variance_tests

RUNS = 400
FEW = 25


def bounds(rate, runs):
    """Four Monte Carlo standard errors around a rate."""
    margin = 4 * np.sqrt(rate * (1 - rate) / runs)
    return rate - margin, rate + margin


def drawn(seed, groups, size, spread):
    rng = np.random.default_rng([77, seed])
    data = pd.DataFrame({"g": np.repeat(np.arange(groups), size)})
    n = len(data)
    data["arm"] = (data["g"] % 2).astype(float)
    data["x"] = rng.normal(size=n) + rng.normal(size=groups)[data["g"]]
    data["index"] = 0.4 * data["arm"] + 0.5 * data["x"]
    data["index"] += rng.normal(0, spread, groups)[data["g"]]
    data["y"] = data["index"] + rng.normal(size=n)
    data["yes"] = (rng.random(n) < expit(data["index"])).astype(float)
    data["count"] = rng.poisson(np.exp(0.5 * data["index"]))
    data["rank"] = np.digitize(data["index"] + rng.logistic(size=n), [-1, 0.5, 2]).astype(float)
    return data


def covered(table, truth):
    row = table.set_index("term").loc[list(truth)]
    values = np.array(list(truth.values()))
    return (row["conf_low"] <= values) & (values <= row["conf_high"])


def few_groups(seed, degrees="satterthwaite"):
    """Ten groups of six: an arm between them, x within and between."""
    data = drawn(seed, 10, 6, 0.5)
    fit = mixed("y ~ arm + x", data, "1 | g", degrees=degrees)
    return covered(fit.table, {"arm": 0.4, "x": 0.5})


def kenward_roger(seed):
    return few_groups(seed, "kenward-roger")


def generalised(family, outcome, factor, nodes):
    def run(seed):
        fit = mixed(f"{outcome} ~ arm + x", drawn(seed, 60, 8, 0.6), "1 | g", family, nodes=nodes)
        return covered(fit.table, {"arm": 0.4 * factor, "x": 0.5 * factor})

    return run


def equations(seed):
    data = drawn(seed, 20, 10, 0.6)
    fit = gee("y ~ arm + x", data, "g", errors="bias-reduced")
    return covered(fit.table, {"arm": 0.4, "x": 0.5})


def deviation(seed):
    found = variance_intervals(mixed("y ~ arm + x", drawn(seed, 40, 6, 0.6), "1 | g"))
    return (found["conf_low"] <= [0.6, 1]) & (found["conf_high"] >= [0.6, 1])


STUDIES = {
    "satterthwaite": few_groups,
    "kenward-roger": kenward_roger,
    "logit": generalised("logit", "yes", 1.0, 7),
    "poisson": generalised("poisson", "count", 0.5, 7),
    "ordered": generalised("ordered", "rank", 1.0, 7),
    "gee": equations,
    "deviations": deviation,
}


def coverage(study, runs):
    return np.mean([STUDIES[study](seed) for seed in range(runs)], axis=0)


@pytest.mark.parametrize("study", [name for name in STUDIES if name != "deviations"])
def test_intervals_cover_the_truth(study):
    low, _ = bounds(0.95, FEW)
    assert (coverage(study, FEW) >= low).all()


@pytest.mark.validate
@pytest.mark.parametrize("study", STUDIES)
def test_intervals_cover_the_truth_as_often_as_they_say(study):
    low, high = bounds(0.95, RUNS)
    found = coverage(study, RUNS)
    assert ((low <= found) & (found <= high)).all(), found


def significant(seed):
    data = drawn(seed, 30, 6, 0.0)
    return variance_tests(mixed("y ~ arm + x", data, "1 | g"))["p_value"][0] < 0.05


@pytest.mark.validate
def test_a_variance_of_zero_is_found_significant_in_one_of_twenty_at_most():
    # With few groups the estimate is 0 more often than the mixture has it.
    _, high = bounds(0.05, RUNS)
    assert 0 < np.mean([significant(seed) for seed in range(RUNS)]) <= high
