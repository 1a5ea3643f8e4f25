import numpy as np
import pandas as pd
import pytest

from confstudy.release.synthesis.columns import column_of, grain_of
from confstudy.release.synthesis.trees import donors_of
from confstudy.survey.survey import Provenance, Survey


def column(values):
    frame = pd.DataFrame({"x": values})
    return column_of(Survey(frame, pd.DataFrame(), None, Provenance((), "", "")), "x")


def test_ten_respondents_lie_at_or_beyond_each_limit():
    found = column(np.arange(100.0) ** 2)
    assert (found.low, found.high) == (81.0, 90.0**2)
    assert found.numbers.min() == 81.0
    assert (found.numbers == found.high).sum() == 10


def test_closed_answers_of_fewer_than_ten_are_no_donors():
    found = column(np.repeat([1.0, 2.0, 3.0, 4.0], [20, 9, 30, 20]))
    assert sorted(set(found.numbers[found.donors])) == [1.0, 3.0, 4.0]
    words = column(pd.Categorical(["a"] * 30 + ["rare"] * 9, categories=["a", "rare"]))
    assert set(words.numbers[words.donors]) == {0.0}


def test_a_column_that_nine_answered_has_no_donors():
    assert not column([1.5] * 9 + [np.nan] * 90).donors.any()


@pytest.mark.parametrize(
    ("values", "grain"), [([1, 5, 9], 1.0), ([1.5, 2], 0.5), ([0.3, 0.1], 0.1), ([7], 1.0)]
)
def test_the_grain_divides_every_number(values, grain):
    assert grain_of(np.array(values, dtype=float)) == grain


def test_leaves_hold_the_fewest_donors_or_more_and_noise_splits_nothing():
    rng = np.random.default_rng(1)
    features = rng.normal(size=(500, 3))
    steep = donors_of(features, features[:, 0], 10, 1)
    assert steep.sizes.min() >= 10
    drawn = steep.drawn(features, np.random.default_rng(2))
    assert np.corrcoef(drawn, features[:, 0])[0, 1] > 0.97
    assert len(donors_of(features, rng.normal(size=500), 10, 1).sizes) <= 3


def test_smoothed_answers_stay_between_their_neighbours_on_the_grain():
    answers = np.array([1.0, 2.0, 10.0, 20.0] * 5)
    leaf = donors_of(np.empty((20, 0)), answers, 10, 1)
    drawn = leaf.drawn(np.empty((400, 0)), np.random.default_rng(1), grain=0.5)
    assert drawn.min() >= 1
    assert drawn.max() <= 20
    assert set(drawn % 0.5) == {0.0}
    assert len(set(drawn)) > 4
