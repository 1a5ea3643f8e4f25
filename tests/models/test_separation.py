import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import confstudy as cs
from confstudy.models.separation import is_separated, ordered_is_separated

LINE = np.arange(6.0)


def with_constant(*columns):
    return np.column_stack([np.ones(len(columns[0])), *columns])


@pytest.mark.parametrize(
    ("matrix", "outcome", "expected"),
    [
        (with_constant(LINE), [0, 0, 0, 1, 1, 1], True),
        (with_constant(LINE), [0, 0, 1, 0, 1, 1], False),
        (with_constant([0, 1, 1, 1, 1, 2]), [0, 0, 1, 0, 1, 1], True),
        (with_constant([0, 0, 0, 1, 1, 1]), [0, 0, 0, 0, 1, 1], True),
        (with_constant([0, 0, 0, 1, 1, 1]), [0, 0, 1, 0, 1, 1], False),
        (with_constant(LINE, LINE[::-1] ** 2), [0, 0, 0, 1, 1, 1], True),
        (with_constant(1e6 * LINE), [1, 1, 0, 0, 0, 0], True),
        (with_constant(1e-6 * LINE), [1, 0, 1, 0, 0, 0], False),
    ],
    ids=["complete", "overlap", "tie", "level", "level overlaps", "plane", "large", "small"],
)
def test_separation_is_found_where_it_is_and_nowhere_else(matrix, outcome, expected):
    assert is_separated(matrix, np.array(outcome, dtype=float)) == expected


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ([0, 0, 1, 1, 2, 2], True),
        ([0, 1, 0, 2, 1, 2], False),
        ([0, 1, 0, 1, 2, 2], False),
        ([0, 0, 1, 2, 2, 2], True),
        ([2, 2, 1, 1, 0, 0], True),
    ],
)
def test_ordered_levels_are_separated_only_where_no_threshold_holds_the_slope(ranks, expected):
    assert ordered_is_separated(LINE[:, None], np.array(ranks)) == expected


def test_a_steep_slope_is_no_separation():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        x = rng.normal(0, 12, 400)
        data = pd.DataFrame({"x": x, "y": (rng.random(400) < expit(1.5 * x)).astype(int)})
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            row = cs.fit("y ~ x", data, "logit").table.iloc[1]
        assert abs(row["estimate"] - 1.5) < 5 * row["std_error"]
