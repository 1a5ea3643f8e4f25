import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import brentq, minimize_scalar

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.mixed.fit import mixed
from confstudy.models.mixed.profile import variance_intervals, variance_tests

RNG = np.random.default_rng(5)
G, M = 15, 8
DATA = pd.DataFrame({"g": np.repeat(np.arange(G), M), "x": RNG.normal(size=G * M)})
DATA["y"] = (
    RNG.normal(size=G)[DATA["g"]]
    + RNG.normal(0, 0.4, G)[DATA["g"]] * DATA["x"]
    + RNG.normal(size=G * M)
)
DATA["yes"] = (DATA["y"] > 0).astype(float)


def balanced_deviance(between, noise):
    """Minus twice the log-likelihood of a balanced one-way design, the mean at its best."""
    means = DATA.groupby("g")["y"].transform("mean")
    within = ((DATA["y"] - means) ** 2).sum()
    among = ((means - means.mean()) ** 2).sum()
    total = noise**2 + M * between**2
    logs = G * (M - 1) * np.log(noise**2) + G * np.log(total) + G * M * np.log(2 * np.pi)
    return logs + within / noise**2 + among / total


def least(hold, value):
    def objective(log_other):
        other = np.exp(log_other)
        return balanced_deviance(*((value, other) if hold == "g" else (other, value)))

    return minimize_scalar(
        objective, bounds=(-6, 3), method="bounded", options={"xatol": 1e-10}
    ).fun


@pytest.mark.parametrize("method", ["ML", "REML"])
def test_intervals_of_a_balanced_design_equal_its_closed_likelihood(method):
    found = variance_intervals(mixed("y ~ 1", DATA, "1 | g", method=method)).set_index("group")
    for name, row in found.iterrows():
        floor = least(name, row["std_dev"])
        for limit in ("conf_low", "conf_high"):
            rise = least(name, row[limit]) - floor
            assert rise == pytest.approx(stats.chi2.ppf(0.95, 1), abs=1e-4)
    assert found["std_dev"]["g"] == pytest.approx(
        np.sqrt(mixed("y ~ 1", DATA, "1 | g", method="ML").variances["estimate"][0]), rel=1e-6
    )


def test_intervals_of_slopes_widen_with_the_level_and_hold_the_estimate():
    fit = mixed("y ~ x", DATA, "1 + x | g")
    wide, narrow = (variance_intervals(fit, level=level) for level in (0.99, 0.8))
    assert wide["effect"].tolist() == ["Intercept", "x", ""]
    assert (wide["conf_low"] < narrow["conf_low"]).all()
    assert (narrow["conf_low"] < narrow["std_dev"]).all()
    assert (narrow["std_dev"] < narrow["conf_high"]).all()
    assert (narrow["conf_high"] < wide["conf_high"]).all()


def test_intervals_of_a_scaled_slope_are_scaled():
    one = variance_intervals(mixed("y ~ x", DATA, "1 + x || g"))
    ten = variance_intervals(mixed("y ~ x", DATA.assign(x=10 * DATA["x"]), "1 + x || g"))
    columns = ["std_dev", "conf_low", "conf_high"]
    np.testing.assert_allclose(10 * ten.loc[1, columns], one.loc[1, columns].to_list(), rtol=1e-4)


def test_the_limits_of_a_logit_model_are_where_the_deviance_has_risen():
    fit = mixed("yes ~ x", DATA, "1 | g", "logit", nodes=9)
    row = variance_intervals(fit).iloc[0]
    likelihood = fit.solution.likelihood

    def over(theta):
        point = likelihood.point.copy()
        for _ in range(60):
            point[-1] = theta / likelihood.unit
            gradient = likelihood.deviance(point)[1][:-1]
            point[:-1] -= gradient / 2
        return likelihood.deviance(point)[0] - fit.solution.deviance - stats.chi2.ppf(0.95, 1)

    assert brentq(over, row["std_dev"], 9) == pytest.approx(row["conf_high"], rel=1e-4)
    assert brentq(over, 1e-3, row["std_dev"]) == pytest.approx(row["conf_low"], rel=1e-3)


def test_a_variance_of_zero_has_a_lower_limit_of_zero():
    data = DATA.assign(y=np.tile(np.arange(float(M)), G))
    row = variance_intervals(mixed("y ~ 1", data, "1 | g")).iloc[0]
    assert row["std_dev"] == row["conf_low"] == 0
    assert row["conf_high"] > 0


def test_the_test_of_the_only_variance_compares_with_the_plain_model():
    fit = mixed("y ~ 1", DATA, "1 | g", method="ML")
    row = variance_tests(fit).iloc[0]
    plain = len(DATA) * (np.log(2 * np.pi * DATA["y"].var(ddof=0)) + 1)
    assert row["statistic"] == pytest.approx(plain - fit.solution.deviance, abs=1e-8)
    assert row["p_value"] == pytest.approx(stats.chi2.sf(row["statistic"], 1) / 2, rel=1e-9)


def test_the_test_of_a_slope_mixes_one_and_two_degrees_of_freedom():
    fit = mixed("y ~ x", DATA, "1 + x | g")
    row = variance_tests(fit).set_index("effect").loc["x"]
    less = mixed("y ~ x", DATA, "1 | g")
    assert row["df"] == 1.5
    assert row["statistic"] == pytest.approx(2 * (fit.log_likelihood - less.log_likelihood))
    expected = stats.chi2.sf(row["statistic"], [1, 2]).mean()
    assert row["p_value"] == pytest.approx(expected)


@pytest.mark.parametrize("random", ["1 | g", "1 + x || g"])
def test_a_logit_model_without_effects_is_the_plain_one(random):
    fit = mixed("yes ~ x", DATA, random, "logit", nodes=5)
    tests = variance_tests(fit)
    assert (tests["df"] == 0.5).all()
    assert (tests["statistic"] >= 0).all()
    assert tests["p_value"].between(0, 1).all()


def test_a_fit_that_cannot_be_believed_is_refused():
    with pytest.warns(FitWarning):
        fit = mixed("z ~ x", DATA.assign(z=DATA["x"] > 0), "1 | g", "logit")
    for function in (variance_intervals, variance_tests):
        with pytest.raises(AnalysisError, match="separation"):
            function(fit)
    with pytest.raises(AnalysisError, match="between 0 and 1"):
        variance_intervals(mixed("y ~ x", DATA, "1 | g"), level=95)
