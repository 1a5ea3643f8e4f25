import warnings

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.missing.delta import delta
from confstudy.models.missing.fits import fit_each, fit_imputed
from confstudy.models.missing.impute import impute
from confstudy.models.missing.tip import tipping


def world(n=600, gap=-1.0, seed=1):
    """Those who say nothing have outcomes ``gap`` lower than x predicts; x tells little of who."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    silent = rng.uniform(size=n) < np.where(x > 0, 0.4, 0.1)
    y = 1 + 0.5 * x + gap * silent + rng.normal(size=n)
    return pd.DataFrame({"x": x, "y": np.where(silent, np.nan, y)}), y


def test_the_right_delta_recovers_what_missing_at_random_misses():
    data, y = world(n=6000)
    found = delta(data, "y", [-1], m=10, iterations=1, methods={"y": "normal"})
    means = {d: fit.coefficients for d, fit in found.fit("y ~ x").items()}
    truth = np.linalg.lstsq(np.c_[np.ones(len(y)), data["x"]], y, rcond=None)[0]
    np.testing.assert_allclose(means[-1.0], truth, atol=0.05)
    assert means[0.0][1] - truth[1] > 0.1
    assert cs.fit("y ~ x", data).coefficients[0] - truth[0] > 0.1


@pytest.mark.parametrize("method", ["logit", "ordered"])
def test_the_right_log_odds_recover_a_hidden_share(method):
    rng = np.random.default_rng(2)
    n = 20_000
    x, silent = rng.normal(size=n), rng.uniform(size=n) < 0.3
    latent = x - 1.5 * silent + rng.logistic(size=n)
    y = np.digitize(latent, [0] if method == "logit" else [-1, 0]).astype(float)
    data = pd.DataFrame({"x": x, "y": np.where(silent, np.nan, y)})
    found = delta(data, "y", [-1.5], m=4, iterations=1, methods={"y": method})
    shares = {d: np.mean([(frame["y"] == y.max()).mean() for frame in f]) for d, f in found}
    assert shares[-1.5] == pytest.approx((y == y.max()).mean(), abs=0.012)
    assert shares[0.0] - (y == y.max()).mean() > 0.05


def test_a_rate_and_an_unordered_level_shift_too():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"x": rng.normal(size=900)})
    data["n"] = rng.poisson(np.exp(1 + 0.2 * data["x"])).astype(float)
    data["k"] = np.array(["a", "b", "c"])[rng.integers(0, 3, 900)]
    data.loc[:299, ["n", "k"]] = np.nan
    imputed = impute(data, m=4, iterations=2, methods={"n": "count"})
    rates = delta(imputed, "n", [np.log(2)]).table["unanswered"]
    assert rates[1] / rates[0] == pytest.approx(2, rel=0.1)
    shares = delta(imputed, "k", [2.0], level="c").table["unanswered"]
    odds = shares / (1 - shares)
    assert np.log(odds[1] / odds[0]) == pytest.approx(2, abs=0.2)


def test_every_delta_uses_the_same_random_numbers():
    data, _ = world()
    found = delta(data, "y", [-1, 1], m=3, iterations=2, methods={"y": "normal"})
    at = {d: f.values("y") for d, f in found}
    np.testing.assert_allclose(at[1.0] - at[0.0], 1)
    np.testing.assert_allclose(at[-1.0] - at[0.0], -1)


def test_scales_follow_their_shifted_items(scores):
    found = delta(scores, "stigma_1", [2], columns=["stigma", "topics"], m=2, iterations=1)
    gone = scores.frame["stigma_1"].isna() & scores.frame["stigma_2"].notna()
    means = {d: f.completed(0).frame.loc[gone, "stigma"].mean() for d, f in found}
    assert means[2.0] - means[0.0] == pytest.approx(0.5)


def test_the_tipping_point_of_a_mean_is_where_closed_form_puts_it():
    # The pooled intercept is mean + delta · share, so its zero is known exactly.
    rng = np.random.default_rng(4)
    data = pd.DataFrame({"y": 0.3 + rng.normal(size=300), "one": rng.normal(size=300)})
    data.loc[:74, "y"] = np.nan
    shifted = delta(data, "y", [-2, -1, 1], m=20, iterations=1, methods={"y": "normal"})
    found = tipping("y ~ 1", shifted, "Intercept")
    at_random = found.table.loc[found.table["delta"] == 0, "estimate"].iloc[0]
    points = found.points.set_index("change")["delta"]
    assert points["estimate reaches null"] == pytest.approx(-at_random / 0.25, rel=1e-6)
    tip = points["interval reaches null"]
    assert points["estimate reaches null"] < tip < 0
    row = shifted.at(tip)
    table = fit_imputed("y ~ 1", row).table
    assert abs(table["conf_low"][0]) < 1e-4
    assert found.table["same"].tolist() == (found.table["delta"] > tip).tolist()
    ends = found.points[["conf_low", "delta", "conf_high"]].to_numpy()
    assert (np.diff(ends, axis=1) > 0).all()


def test_a_tip_between_far_deltas_of_opposite_sign_is_not_missed():
    data, _ = world(n=400)
    shifted = delta(data, "y", [-30, 30], m=5, iterations=1, methods={"y": "normal"})
    found = tipping("y ~ x", shifted, "x")
    assert (found.points["change"] == "interval reaches null").sum() == 1


def test_no_tip_is_said_as_such():
    data, _ = world(n=400)
    shifted = delta(data, "y", [-0.01, 0.01], m=5, iterations=1)
    found = tipping("y ~ x", shifted, "x")
    assert found.points.empty
    assert "the same for every delta" in repr(found)


def test_fits_that_cannot_be_believed_are_pooled_into_none():
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"x": rng.normal(size=80)})
    data["y"] = (data["x"] > 0).astype(float)
    data.loc[:5, "x"] = np.nan
    imputed = impute(data, m=3, iterations=2, predictors={"x": ["y"]}, methods={"x": "normal"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert any(fit.problems for fit in fit_each("y ~ y", imputed, "logit"))
    with pytest.warns(FitWarning, match="of 3 fits"):
        pool = fit_imputed("y ~ y", imputed, "logit")
    assert pool.table["estimate"].isna().all()
    with pytest.raises(AnalysisError, match="cannot be fitted"), pytest.warns(FitWarning):
        tipping("y ~ y", delta(imputed, "x", [1]), "y", "logit")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("y", [np.nan]), "finite"),
        (("y", []), "finite"),
        (("y", "much"), "finite"),
        (("z", [1]), "not found"),
        (("x", [1]), "not found"),
    ],
)
def test_what_cannot_be_shifted(arguments, said):
    imputed = impute(world(n=100)[0], m=2, iterations=1)
    with pytest.raises(AnalysisError, match=said):
        delta(imputed, *arguments)


def test_options_and_terms_are_checked():
    imputed = impute(world(n=100)[0], m=2, iterations=1)
    with pytest.raises(AnalysisError, match="already"):
        delta(imputed, "y", [1], m=3)
    with pytest.raises(AnalysisError, match="Terms not found"):
        tipping("y ~ x", delta(imputed, "y", [1]), "nobody")
    with pytest.raises(AnalysisError, match="as cs"):
        fit_imputed("y ~ x", imputed.data)
