"""The Weibull regression and the Cox model with a frailty."""

import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.survival.cox import cox
from confstudy.models.survival.frailty import frailty
from confstudy.models.survival.weibull import weibull


def drawn(seed, n=300):
    """Log times 1 + .5 x + .7 times the logarithm of a standard exponential time."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    stays = np.exp(1 + 0.5 * x) * rng.exponential(size=n) ** 0.7
    return pd.DataFrame({"x": x, "until": np.minimum(stays, 6), "dropout": stays < 6, "one": 1.0})


DATA = drawn(1)
FORMULA = "until + dropout ~ x"


def test_the_scores_and_the_hessian_are_the_derivatives():
    fit = weibull(FORMULA, DATA)
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0, atol=1e-8)
    b, s = fit.coefficients[:-1], fit.scale
    z = (np.log(DATA["until"]) - b[0] - b[1] * DATA["x"]) / s
    density = np.where(DATA["dropout"], z - np.log(s * DATA["until"]), 0) - np.exp(z)
    assert fit.log_likelihood == pytest.approx(density.sum(), rel=1e-12)
    outer = np.linalg.inv(fit.scores.T @ fit.scores)
    np.testing.assert_allclose(np.sqrt(np.diag(outer)), fit.table["std_error"], rtol=0.2)


def test_the_search_takes_its_last_step():
    # One step earlier the scores of this sample sum to 2e-10.
    rng = np.random.default_rng(6)
    x = rng.normal(size=(200, 2))
    stays = rng.exponential(5 * np.exp(-x @ [0.5, -0.4]))
    data = pd.DataFrame(x, columns=["x", "z"]).assign(
        until=np.ceil(np.minimum(stays, 9)), dropout=(stays < 9).astype(int)
    )
    fit = weibull("until + dropout ~ x + z", data)
    np.testing.assert_allclose(fit.scores.sum(axis=0), 0, atol=1e-12)


def test_exponential_times_of_one_group_give_their_mean():
    rng = np.random.default_rng(4)
    stays = rng.exponential(5, 20_000)
    data = pd.DataFrame({"until": np.minimum(stays, 8), "dropout": stays < 8})
    table = weibull("until + dropout ~ 1", data).table
    truth = [np.log(5), 0]
    assert (np.abs(table["estimate"] - truth) < 4 * table["std_error"]).all()


def test_a_unit_of_time_moves_the_intercept_alone():
    fit, weeks = weibull(FORMULA, DATA), weibull(FORMULA, DATA.assign(until=DATA["until"] / 7))
    expected = fit.coefficients - [np.log(7), 0, 0]
    np.testing.assert_allclose(weeks.coefficients, expected, rtol=1e-8, atol=1e-10)


def test_single_clusters_give_the_sandwich():
    fit = weibull(FORMULA, DATA.assign(id=range(300)), cluster="id")
    plain = weibull(FORMULA, DATA)
    expected = plain.covariance @ plain.scores.T @ plain.scores @ plain.covariance
    np.testing.assert_allclose(fit.covariance, expected, rtol=1e-9)


def test_one_cluster_is_refused():
    with pytest.raises(AnalysisError, match="'one' has one group only"):
        weibull(FORMULA, DATA, cluster="one")


def test_a_group_without_events_has_no_weibull_estimate():
    data = DATA.assign(g=(np.arange(300) < 40).astype(int))
    data["dropout"] = data["dropout"] & (data["g"] == 0)
    with pytest.warns(FitWarning, match=r"singular|not converged"):
        fit = weibull("until + dropout ~ g", data)
    assert fit.table.drop(columns=["term", "note"]).isna().all(axis=None)
    assert "NOT TO BE USED" in repr(fit)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (DATA.assign(until=0.0), "is above 0"),
        (DATA.assign(dropout=False), "somebody has the event"),
    ],
)
def test_times_of_zero_and_no_event_are_refused(data, expected):
    with pytest.raises(AnalysisError, match=expected):
        weibull(FORMULA, data)


def shared(seed, spread, groups=50):
    rng = np.random.default_rng(seed)
    clinic = np.repeat(np.arange(groups), 12)
    x = rng.normal(size=len(clinic))
    stays = rng.exponential(np.exp(-(0.8 * x + spread * rng.normal(size=groups)[clinic])))
    return pd.DataFrame(
        {"x": x, "until": np.minimum(stays, 3), "dropout": stays < 3, "clinic": clinic}
    )


@pytest.mark.parametrize("full", [True, False])
def test_a_frailty_is_recovered_and_sharpens_the_coefficient(full):
    found = [frailty(FORMULA, shared(s, 1.0), "clinic", full=full) for s in range(8)]
    slopes = np.array([one.coefficients[0] for one in found])
    assert abs(slopes.mean() - 0.8) < 4 * slopes.std() / np.sqrt(8)
    assert abs(np.mean([one.variance for one in found]) - 1) < 0.3
    assert np.mean([one.plain.coefficients[0] for one in found]) < slopes.mean() - 0.1


def test_without_a_frailty_the_plain_model_is_given_and_said():
    # Each clinic alike: members are dealt out in the order of their times.
    data = shared(3, 0.0).sort_values("until").assign(clinic=np.arange(600) % 50)
    found = frailty(FORMULA, data, "clinic")
    assert found.variance == 0
    assert "singular: the variance is 0" in repr(found)
    np.testing.assert_allclose(found.coefficients, cox(FORMULA, data).coefficients)


def test_errors_beside_a_frailty_equal_coxph():
    rng = np.random.default_rng(29)
    data = pd.DataFrame({"x": rng.normal(size=90), "g": np.arange(90) % 9})
    rng.integers(1, 5, 90)
    stays = rng.exponential(5 * np.exp(0.5 * data["x"] + rng.normal(0, 0.8, 9)[data["g"]]))
    data = data.assign(until=np.ceil(np.minimum(stays, 9)), dropout=stays < 9)
    found = frailty(FORMULA, data, "g")
    # R: coxph(Surv(until, dropout) ~ x + frailty(g, distribution = "gaussian"))
    row = [found.coefficients[0], found.table["std_error"][0], found.variance]
    np.testing.assert_allclose(row, [-0.457699079, 0.116280621, 1.44856], rtol=2e-4)


def test_a_monotone_likelihood_passes_through_the_frailty():
    data = shared(2, 0.5).assign(x=lambda d: d["dropout"].astype(float))
    with pytest.warns(FitWarning, match="monotone"):
        found = frailty(FORMULA, data, "clinic")
    assert found.table["estimate"].isna().all()
    assert "NOT TO BE USED" in repr(found)


def covered(seeds):
    hits = 0
    for seed in seeds:
        row = weibull(FORMULA, drawn(seed, 120)).table.iloc[1]
        hits += row["conf_low"] < 0.5 < row["conf_high"]
    return hits / len(seeds)


def test_intervals_cover_the_truth():
    assert abs(covered(range(200)) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 200)


@pytest.mark.validate
def test_intervals_cover_the_truth_over_many_samples():
    assert abs(covered(range(3000)) - 0.95) < 0.006 + 4 * np.sqrt(0.95 * 0.05 / 3000)
    truth, hits = 0.8, 0
    for seed in range(300):
        row = frailty(FORMULA, shared(seed, 0.8, 30), "clinic").table.iloc[0]
        hits += row["conf_low"] < truth < row["conf_high"]
    assert abs(hits / 300 - 0.95) < 0.01 + 4 * np.sqrt(0.95 * 0.05 / 300)
