import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.latent.invariance import invariance

MODEL = "f =~ a + b + c + d"


def answers(shift=0.0, bend=0.0, n=1500, seed=4):
    """Two groups, the second with a higher mean of f, b shifted and c loading less."""
    rng = np.random.default_rng(seed)
    half = np.arange(n) % 2
    f = rng.normal(size=n) + 0.4 * half
    sizes = np.array([0.8, 0.7, 0.7, 0.6])
    frame = pd.DataFrame(sizes * f[:, None] + 0.6 * rng.normal(size=(n, 4)), columns=list("abcd"))
    frame["b"] += shift * half
    frame["c"] -= bend * f * half
    return frame.assign(half=half, place=np.arange(n) // 10)


@pytest.mark.parametrize(
    ("shift", "bend", "worse"),
    [(0.0, 0.0, None), (0.3, 0.0, "scalar"), (0.0, 0.35, "metric")],
)
def test_what_differs_between_groups_is_found(shift, bend, worse):
    table = invariance(MODEL, answers(shift, bend), "half", estimator="mlr").table
    changes = table.set_index("term")["p_change"]
    assert np.isnan(changes["configural"])
    found = next((term for term, p in changes.items() if p < 0.001), None)
    assert found == worse
    assert np.diff(table["df"]).tolist() == [3, 3, 4]


def test_the_mean_of_the_second_group_is_recovered():
    found = invariance(MODEL, answers(n=6000), "half").fits["strict"].table
    row = found[(found["term"] == "f ~ 1") & (found["group"] == "1")].iloc[0]
    # The first loading is 1 here and .8 there.
    assert abs(row["estimate"] - 0.8 * 0.4) < 4 * row["std_error"]


def test_one_group_and_ordered_items_are_refused():
    with pytest.raises(AnalysisError, match="one group"):
        invariance(MODEL, answers().assign(half=1), "half")
    with pytest.raises(AnalysisError, match="not offered"):
        invariance(MODEL, answers(), "half", estimator="wlsmv")


def test_problems_stand_in_the_table():
    with pytest.warns(FitWarning, match="configural: not identified"):
        found = invariance("f =~ a + b", answers(), "half")
    assert "not identified" in found.table["note"][0]
    assert "NOT TO BE USED" in repr(found)
