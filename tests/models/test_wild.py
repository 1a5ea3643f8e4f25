"""The wild cluster bootstrap against itself drawn the long way."""

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.models.robust import cluster_covariance
from confstudy.models.wild import wild_bootstrap

RNG = np.random.default_rng(17)
CLINIC = np.repeat(np.arange(8), [3, 5, 8, 4, 9, 6, 7, 5])
N = len(CLINIC)
DATA = pd.DataFrame({"clinic": CLINIC, "x": RNG.normal(size=N), "z": RNG.normal(size=N)})
DATA["y"] = 0.2 * DATA["x"] + 0.6 * RNG.normal(size=8)[CLINIC] + RNG.normal(size=N)


def t_statistic(data, value=0.0):
    fit = cs.fit("y ~ x + z", data, cluster="clinic", cov="CR0")
    return (fit.coefficients[1] - value) / np.sqrt(fit.covariance[1, 1])


def test_the_p_value_is_the_share_of_refitted_draws_beyond_the_data():
    fit = cs.fit("y ~ x + z", DATA, cluster="clinic", cov="CR0")
    draws, seed = 60, 3
    found = wild_bootstrap(
        fit.estimate.working, fit.coefficients, CLINIC, seed=seed, draws=draws
    ).p_values[1]
    root = np.sqrt([0.5, 1.0, 1.5])
    signs = np.random.default_rng(seed).choice(np.concatenate([-root, root]), size=(draws, 8))
    null = cs.fit("y ~ z", DATA)
    mean = null.design.matrix @ null.coefficients
    beyond = sum(
        abs(t_statistic(DATA.assign(y=mean + sign[CLINIC] * (DATA["y"] - mean))))
        >= abs(t_statistic(DATA))
        for sign in signs
    )
    assert found == pytest.approx((1 + beyond) / (1 + draws))


def test_the_interval_holds_the_values_that_are_not_rejected():
    table = cs.fit("y ~ x + z", DATA, cluster="clinic", cov="wild").table
    for side, sign in (("conf_low", -1), ("conf_high", 1)):
        for distance, rejected in ((0.02, True), (-0.02, False)):
            value = table[side][1] + sign * distance
            shifted = DATA.assign(y=DATA["y"] - value * DATA["x"])
            p = cs.fit("y ~ x + z", shifted, cluster="clinic", cov="wild").table["p_value"][1]
            assert (p < 0.05) == rejected


def test_weights_are_webb_s_under_twelve_clusters_and_the_seed_decides():
    one, two, other = (
        cs.fit("y ~ x", DATA, cluster="clinic", cov="wild", seed=seed) for seed in (1, 1, 2)
    )
    assert "Webb weights, null imposed" in one.errors
    pd.testing.assert_frame_equal(one.table, two.table)
    assert one.table["p_value"][1] != other.table["p_value"][1]
    more = DATA.assign(clinic=np.arange(N) % 12)
    assert "Rademacher" in cs.fit("y ~ x", more, cluster="clinic", cov="wild").errors


def test_errors_beside_the_bootstrap_are_cr1():
    fit = cs.fit("y ~ x", DATA, cluster="clinic", cov="wild")
    np.testing.assert_allclose(fit.covariance, cluster_covariance(fit.estimate, CLINIC))


@pytest.mark.validate
def test_a_true_null_is_rejected_as_often_as_it_says():
    rejected, draws = 0, 1000
    for seed in range(draws):
        rng = np.random.default_rng(seed)
        data = pd.DataFrame({"clinic": CLINIC, "x": rng.normal(size=8)[CLINIC]})
        data["y"] = 0.6 * rng.normal(size=8)[CLINIC] + rng.normal(size=N)
        table = cs.fit("y ~ x", data, cluster="clinic", cov="wild", seed=seed).table
        rejected += table["p_value"][1] < 0.05
    assert abs(rejected / draws - 0.05) < 0.025
