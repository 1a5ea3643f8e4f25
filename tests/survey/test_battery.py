import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.survey.battery import battery, column_of_weights, dependent

FRAME = pd.DataFrame(
    {
        "a": [1, 2, 3, None],
        "b": [0.0, 1, 0, 1],
        "ranked": pd.Categorical([*"xyxz"], categories=[*"xyz"], ordered=True),
        "named": pd.Categorical([*"xyxz"]),
        "words": [*"xyxz"],
        "silent": [np.nan] * 4,
        "endless": [1.0, np.inf, 1, 1],
        "w": [1.0, 2, 0, None],
        "minus": [1.0, -2, 0, 1],
        "none": [0.0] * 4,
    }
)


def test_a_scale_gives_its_items_keyed_the_same_way(scores):
    found = battery(scores, "engagement")
    scale = scores.codebook.scales["engagement"]
    assert found.names == scale.items
    turned = found.answers[:, found.names.index(scale.reverse[0])]
    raw = scores.frame[scale.reverse[0]].to_numpy(float)
    np.testing.assert_array_equal(turned, 6 - raw)


def test_ordered_categories_count_by_their_position_and_incomplete_rows_are_known():
    found = battery(FRAME, ["a", "ranked"])
    assert found.complete.tolist() == [[1, 0], [2, 1], [3, 0]]


@pytest.mark.parametrize(
    ("items", "text"),
    [
        (["a", "bb"], "Did you mean 'b'"),
        (["a", "named"], "no order"),
        (["a", "words"], "holds no numbers"),
        (["a", "a"], "named twice"),
        (["a"], "2 items or more"),
        (["a", "silent"], r"Nobody answered \[silent\]"),
        (["a", "endless"], "infinite"),
    ],
)
def test_what_is_no_battery_is_refused(items, text):
    with pytest.raises(AnalysisError, match=text):
        battery(FRAME, items)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ww", "Did you mean 'w'"),
        ("minus", "0 or more"),
        ("words", "no weight"),
        ("none", "not all 0"),
    ],
)
def test_what_is_no_weight_is_refused(name, text):
    with pytest.raises(AnalysisError, match=text):
        column_of_weights(FRAME, name)


def test_only_the_items_that_determine_each_other_are_named():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, 4))
    x = np.column_stack([x, x[:, 1] - 2 * x[:, 3]])
    found = dependent(np.corrcoef(x, rowvar=False), [*"abcde"])
    assert found == ["b", "d", "e"]
