import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError

RNG = np.random.default_rng(21)
N = 400
DATA = pd.DataFrame({"x": RNG.normal(size=N), "arm": pd.Categorical(RNG.choice(["no", "yes"], N))})
DATA["y"] = DATA["x"] + (DATA["arm"] == "yes") + RNG.normal(size=N)
DATA["hit"] = (DATA["y"] + RNG.logistic(size=N) > 0.5).astype(int)
DATA["rank"] = pd.cut(DATA["y"], [-99, 0, 1.5, 99], labels=["low", "middle", "high"])


def test_a_saturated_logit_predicts_the_observed_shares():
    shares = DATA.groupby("arm", observed=True)["hit"].mean()
    found = cs.predictions(cs.fit("hit ~ arm", DATA, "logit"), "arm")
    np.testing.assert_allclose(found["estimate"], shares, rtol=1e-8)
    n = DATA["arm"].value_counts().loc[["no", "yes"]].to_numpy()
    expected = np.sqrt(shares * (1 - shares) / n)
    np.testing.assert_allclose(found["std_error"], expected, rtol=1e-6)


def test_an_ols_contrast_is_its_coefficient():
    fit = cs.fit("y ~ arm + x", DATA)
    change = cs.contrast(fit, "arm", ("no", "yes")).iloc[0]
    row = fit.table.set_index("term").loc["arm[T.yes]"]
    for part in ("estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"):
        assert change[part] == pytest.approx(row[part], rel=1e-6)


def test_a_contrast_has_the_degrees_of_freedom_of_its_own_coefficient():
    fit = cs.fit("y ~ arm + x", DATA.assign(clinic=np.arange(N) % 9), cluster="clinic")
    change, row = cs.contrast(fit, "arm", ("no", "yes")).iloc[0], fit.table.iloc[1]
    assert row["df"] > fit.df
    for part in ("df", "p_value", "conf_low"):
        assert change[part] == pytest.approx(row[part], rel=1e-6)


def test_chances_of_ordered_levels_sum_to_one():
    found = cs.predictions(cs.fit("rank ~ x + arm", DATA, "ordered"), "x", [-1.0, 0.0, 1.0])
    np.testing.assert_allclose(found.groupby("value")["estimate"].sum(), 1, rtol=1e-9)


def test_at_least_adds_the_levels_from_there_up():
    fit = cs.fit("rank ~ x", DATA, "ordered")
    each = cs.predictions(fit, "x", [0.5])
    upper = cs.predictions(fit, "x", [0.5], at_least="middle")
    assert upper["estimate"][0] == pytest.approx(each["estimate"][1:].sum())
    assert upper["level"].tolist() == ["middle or more"]


def test_predictions_stop_where_ten_or_more_stand_beyond_and_at_nobody_s_value():
    for data in (DATA, DATA[:60]):
        found = cs.predictions(cs.fit("y ~ x", data), "x")
        ends = found["value"].iloc[[0, -1]].to_numpy()
        assert (data["x"] < ends[0] + 0.01).sum() >= 10
        assert (data["x"] > ends[1] - 0.01).sum() >= 10
        assert not np.isin(ends, data["x"]).any()
    with pytest.raises(AnalysisError, match="39 respondents are too few"):
        cs.predictions(cs.fit("y ~ x", DATA[:39]), "x")


def test_numbers_that_enter_as_categories_are_predicted_as_such():
    data = DATA.assign(k=RNG.integers(1, 5, N), s=RNG.choice(["a", "b", "c"], N))
    assert cs.predictions(cs.fit("y ~ C(k)", data), "k")["value"].tolist() == [1, 2, 3, 4]
    assert cs.predictions(cs.fit("y ~ s", data), "s")["value"].tolist() == ["a", "b", "c"]
    with pytest.raises(AnalysisError, match=r"no such level in the model\. Levels: \[a, b, c\]"):
        cs.predictions(cs.fit("y ~ s", data), "s", ["typo"])


def test_rare_levels_are_not_listed_in_messages():
    data = DATA.assign(s=["CANARY"] * 3 + ["a"] * 200 + ["b"] * (N - 203))
    with pytest.raises(AnalysisError) as caught:
        cs.predictions(cs.fit("y ~ s", data), "s", ["typo"])
    assert "CANARY" not in str(caught.value)


def test_intervals_of_chances_stay_between_zero_and_one():
    data = pd.DataFrame({"x": RNG.normal(size=60), "y": [0] * 57 + [1] * 3})
    found = cs.predictions(cs.fit("y ~ x", data, "logit"), "x")
    assert found["conf_low"].min() >= 0
    assert found["conf_high"].max() <= 1


def test_mean_counts_are_not_cut_off_at_one():
    data = DATA.assign(k=RNG.poisson(np.exp(1 + 0.3 * DATA["x"])))
    fit = cs.fit("k ~ arm", data, "poisson")
    found = cs.predictions(fit, "arm")
    mean = data.groupby("arm", observed=True)["k"].mean()
    np.testing.assert_allclose(found["estimate"], mean, rtol=1e-8)
    assert (found["conf_high"] > found["estimate"]).all()


def test_predictions_are_averaged_by_the_weights_of_the_fit():
    data = DATA.assign(w=RNG.uniform(0.5, 4, N))
    fit = cs.fit("hit ~ arm + x", data, "logit", weights="w")
    chance = fit.family.predict(fit.coefficients, fit.design.matrix_for(data.assign(arm="no")))
    expected = np.average(chance[:, 0], weights=data["w"])
    assert cs.predictions(fit, "arm")["estimate"][0] == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("variable", "values", "expected"),
    [("arn", None, "Did you mean 'arm'"), ("arm", ["maybe"], r"Levels: \[no, yes\]")],
)
def test_what_cannot_be_predicted_says_why(variable, values, expected):
    with pytest.raises(AnalysisError, match=expected):
        cs.predictions(cs.fit("y ~ arm", DATA), variable, values)


def test_a_fit_that_cannot_be_believed_does_not_predict():
    data = pd.DataFrame({"x": np.arange(40.0), "y": np.arange(40) > 19})
    with pytest.warns(UserWarning, match="separation"):
        fit = cs.fit("y ~ x", data, "logit")
    with pytest.raises(AnalysisError, match="cannot predict"):
        cs.predictions(fit, "x")
