import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from confstudy.errors import AnalysisError, DisclosureRefused
from confstudy.show.binned import binned
from confstudy.show.density import density

RNG = np.random.default_rng(12)
DATA = pd.DataFrame({"x": RNG.normal(size=200), "y": RNG.normal(3, 1, 200)})
DATA = DATA.assign(told=(DATA["x"] + RNG.normal(size=200) > 0) * 1, arm=["a", "b"] * 100)


def test_points_are_means_of_tenths_with_t_intervals():
    found = binned(DATA, "x", "y").table
    ordered = DATA.sort_values("x")
    parts = [ordered.iloc[place : place + 20] for place in range(0, 200, 20)]
    np.testing.assert_allclose(found["x"], [part["x"].mean() for part in parts])
    np.testing.assert_allclose(found["y"], [part["y"].mean() for part in parts])
    sem = stats.sem(parts[0]["y"])
    limits = stats.t.interval(0.95, 19, parts[0]["y"].mean(), sem)
    np.testing.assert_allclose(found[["conf_low", "conf_high"]].iloc[0], limits)


def test_the_respondents_behind_each_point_are_handed_on():
    figure = binned(DATA, "x", "y", bins=4)
    counts = [cell for cell in figure.cells if cell.quantity == "count"]
    assert [cell.n for cell in counts] == figure.table["n"].tolist() == [50] * 4
    assert figure.decision.status == "pass"
    assert "n = 200" in figure.caption


def test_shares_stand_for_ten_on_either_side():
    found = binned(DATA, "x", "told").table
    told = (found["y"] * found["n"]).round()
    assert told.min() >= 10
    assert (found["n"] - told).min() >= 10
    assert found["n"].sum() == 200


@settings(max_examples=30)
@given(st.lists(st.integers(0, 6), min_size=40, max_size=120), st.integers(2, 20))
def test_ties_make_larger_groups_and_never_small_ones(values, bins):
    data = pd.DataFrame({"x": values, "y": RNG.normal(size=len(values))})
    try:
        found = binned(data, "x", "y", bins=bins).table
    except DisclosureRefused:
        assert pd.Series(values).value_counts().iloc[0] > len(values) - 10
    else:
        assert found["n"].min() >= 10
        assert found["n"].sum() == len(values)


def test_a_curve_is_a_density_without_its_ends():
    curve = density(DATA, "y").table
    assert (DATA["y"] < curve["value"].min()).sum() >= 10
    assert (DATA["y"] > curve["value"].max()).sum() >= 10
    kernel = stats.gaussian_kde(DATA["y"], "silverman")(curve["value"])
    np.testing.assert_allclose(curve["density"], kernel, atol=0.06)
    inside = DATA["y"].between(curve["value"].min(), curve["value"].max()).mean()
    assert np.trapezoid(curve["density"], curve["value"]) == pytest.approx(inside, abs=0.05)


def test_one_answer_apart_makes_no_bump_of_its_own():
    data = pd.DataFrame({"y": [*RNG.normal(0, 1, 60), 20.0, *RNG.normal(40, 1, 60)]})
    curve = density(data, "y").table
    middle = curve.loc[curve["value"].between(15, 25), "density"]
    assert int((np.diff(np.sign(np.diff(middle))) < 0).sum()) == 0


def test_groups_have_a_curve_each():
    figure = density(DATA, "y", by="arm")
    assert figure.table["group"].value_counts().to_dict() == {"a": 200, "b": 200}
    assert [cell.n for cell in figure.cells] == [100, 100]
    assert "a: peak near" in figure.alt


@pytest.mark.parametrize(
    "draw",
    [
        lambda: binned(DATA.head(9), "x", "y"),
        lambda: binned(DATA.assign(y=3.0), "x", "y"),
        lambda: density(DATA.head(29), "y"),
        lambda: density(DATA.assign(y=[1.0] * 195 + [2.0] * 5), "y"),
        lambda: density(DATA.assign(arm=["a"] * 185 + ["b"] * 15), "y", by="arm"),
    ],
)
def test_too_few_or_too_much_alike_is_refused(draw):
    with pytest.raises(DisclosureRefused):
        draw()


@pytest.mark.parametrize(
    ("draw", "said"),
    [
        (lambda: binned(DATA, "x", "yy"), "Did you mean 'y'"),
        (lambda: binned(DATA, "arm", "y"), "has levels, not numbers"),
        (lambda: binned(DATA, "x", "y", bins=1), "from 2 to 50"),
        (lambda: density(DATA, "y", by="x"), "More than 4 curves"),
    ],
)
def test_what_cannot_be_drawn_is_said(draw, said):
    with pytest.raises(AnalysisError, match=said):
        draw()
