import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.survival.cox import cox
from confstudy.models.survival.curves import survival_curve
from confstudy.models.survival.discrete import discrete_hazard, person_period


def drawn(seed, n=500, last=6, link="logit"):
    """Chances of leaving in each period with log odds (or log hazards) −1.6 + .6 x."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    index = -1.6 + 0.6 * x
    chance = 1 / (1 + np.exp(-index)) if link == "logit" else 1 - np.exp(-np.exp(index))
    left = rng.geometric(chance)
    return pd.DataFrame({"x": x, "until": np.minimum(left, last), "dropout": left <= last})


DATA = drawn(1)
FORMULA = "until + dropout ~ x"


def test_a_row_is_a_respondent_and_a_period_at_risk():
    data = pd.DataFrame({"until": [2.0, 0.4, 3.0, np.nan], "dropout": [1, 1, 0, 1], "x": range(4)})
    rows = person_period(data, "until", "dropout")
    assert rows["period"].tolist() == [1, 2, 1, 1, 2, 3]
    assert rows["dropout"].tolist() == [0, 1, 1, 0, 0, 0]
    assert rows["x"].tolist() == [0, 0, 1, 2, 2, 2]
    assert person_period(data, "until", "dropout", width=2)["period"].tolist() == [1, 1, 1, 2]


def test_a_boundary_met_but_for_rounding_is_met():
    data = pd.DataFrame({"until": [0.1 + 0.2], "dropout": [1]})
    assert len(person_period(data, "until", "dropout", width=0.1)) == 3


def test_without_predictors_the_hazards_are_those_of_the_life_table():
    data = DATA.assign(x=np.arange(len(DATA)) % 2)
    table = discrete_hazard("until + dropout ~ period", data, baseline="linear").table
    assert table["term"].tolist() == ["Intercept", "period"] or len(table) == 2
    steps = survival_curve("until", "dropout", data).table
    fitted = discrete_hazard("until + dropout ~ x", data).fit
    rows = person_period(data, "until", "dropout")
    chance = 1 / (1 + np.exp(-fitted.design.matrix @ fitted.coefficients))
    expected = pd.Series(chance).groupby(rows["period"].to_numpy()).sum()
    np.testing.assert_allclose(expected, steps["events"], rtol=1e-8)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_it_is_the_fit_of_the_person_periods(link):
    found = discrete_hazard(FORMULA, DATA, link=link)
    rows = person_period(DATA, "until", "dropout").reset_index(drop=True)
    expected = cs.fit("dropout ~ C(period) + x", rows, link).table
    pd.testing.assert_frame_equal(found.table, expected)
    assert (found.respondents, found.events) == (500, DATA["dropout"].sum())


def test_cloglog_is_near_cox_of_the_times_in_short_periods():
    rng = np.random.default_rng(8)
    x = rng.normal(size=800)
    stays = rng.exponential(10 * np.exp(-0.5 * x))
    data = pd.DataFrame({"x": x, "until": np.minimum(stays, 15), "dropout": stays < 15})
    found = discrete_hazard(FORMULA, data, link="cloglog").table.set_index("term").loc["x"]
    exact = cox(FORMULA, data).table.iloc[0]
    assert found["estimate"] == pytest.approx(exact["estimate"], abs=0.02)
    assert found["std_error"] == pytest.approx(exact["std_error"], rel=0.02)


def test_periods_without_a_choice_are_left_out_and_change_nothing_else():
    data = DATA.assign(until=DATA["until"] + (DATA["until"] > 3))  # nobody leaves in the fourth
    found, plain = discrete_hazard(FORMULA, data), discrete_hazard(FORMULA, DATA)
    np.testing.assert_allclose(found.table["estimate"], plain.table["estimate"], rtol=1e-8)
    assert (found.left_out, plain.left_out) == (1, 0)
    assert "1 period without a choice" in repr(found).replace("periods", "period")


def test_a_period_whose_events_are_incomplete_is_left_out():
    data = DATA.assign(x=DATA["x"].mask((DATA["until"] == 3) & (DATA["dropout"] == 1)))
    found, complete = discrete_hazard(FORMULA, data), discrete_hazard(FORMULA, data.dropna())
    assert found.left_out == complete.left_out > 0
    assert found.dropped == data["x"].isna().sum()
    np.testing.assert_allclose(found.fit.coefficients, complete.fit.coefficients, rtol=1e-10)


def test_who_was_there_in_left_out_periods_only_is_not_incomplete():
    data = DATA.assign(until=DATA["until"] + 1)
    gone = pd.DataFrame({"until": [1, 1], "dropout": 0, "x": 0.0})
    assert discrete_hazard(FORMULA, pd.concat([data, gone])).dropped == 0


def test_missing_predictors_are_counted_in_respondents():
    data = DATA.assign(x=DATA["x"].mask(DATA.index < 12))
    found = discrete_hazard(FORMULA, data)
    assert (found.respondents, found.dropped) == (488, 12)
    assert "488 respondents (12 incomplete)" in repr(found)


@pytest.mark.parametrize(
    ("baseline", "terms"),
    [
        ("linear", ["Intercept", "period", "x"]),
        ("quadratic", ["Intercept", "period", "I(period ** 2)", "x"]),
        ("log", ["Intercept", "log(period)", "x"]),
    ],
)
def test_smooth_baselines(baseline, terms):
    assert discrete_hazard(FORMULA, DATA, baseline=baseline).table["term"].tolist() == terms


def test_an_effect_may_change_with_the_period():
    found = discrete_hazard("until + dropout ~ x * period", DATA, baseline="linear").table
    assert "x:period" in found["term"].tolist()


def test_clusters_and_separation_go_through():
    data = DATA.assign(clinic=DATA.index % 60)
    assert discrete_hazard(FORMULA, data, cluster="clinic").fit.clusters == 60
    with pytest.warns(FitWarning, match="separation"):
        found = discrete_hazard(FORMULA, DATA.assign(x=DATA["dropout"].astype(int)))
    assert found.problems
    assert "NOT TO BE USED" in repr(found)


@pytest.mark.parametrize(
    ("formula", "options", "expected"),
    [
        (FORMULA, {"baseline": "lineer"}, "Did you mean 'linear'"),
        (FORMULA, {"width": 0}, "a length above 0"),
        ("x + until + dropout ~ x", {}, "one row a respondent"),
        ("untl + dropout ~ x", {}, "Did you mean 'until'"),
        ("minus + dropout ~ x", {}, "negative times"),
        ("until + never ~ x", {}, "In no period"),
    ],
)
def test_what_cannot_be_fitted_says_why(formula, options, expected):
    with pytest.raises(AnalysisError, match=expected):
        discrete_hazard(formula, DATA.assign(minus=-1.0, never=0), **options)
    with pytest.raises(AnalysisError, match="have a column 'period'"):
        discrete_hazard(FORMULA, DATA.assign(period=1))


def covered(seeds, link):
    hits = 0
    for seed in seeds:
        table = discrete_hazard(FORMULA, drawn(seed, 200, link=link), link=link).table
        row = table.set_index("term").loc["x"]
        hits += row["conf_low"] < 0.6 < row["conf_high"]
    return hits / len(seeds)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_intervals_cover_the_truth(link):
    assert abs(covered(range(60), link) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 60)


@pytest.mark.validate
@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_intervals_cover_the_truth_over_many_samples(link):
    assert abs(covered(range(1500), link) - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 1500)
