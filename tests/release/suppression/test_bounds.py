import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confstudy.errors import AnalysisError
from confstudy.release.suppression.bounds import bounds
from confstudy.release.suppression.primary import with_margins

NAN = np.nan


@pytest.mark.parametrize(
    ("shown", "low", "high"),
    [
        ([NAN, 20, 25], [5, 20, 25], [5, 20, 25]),
        ([NAN, NAN, 25], [0, 0, 25], [25, 25, 25]),
        ([NAN, 20, NAN], [0, 20, 20], [np.inf, 20, np.inf]),
        ([NAN, NAN, 2.5], [0, 0, 2.5], [2.5, 2.5, 2.5]),
        ([[NAN, 4, 9], [3, 1, 4], [8, 5, 13]], [[5, 4, 9], [3, 1, 4], [8, 5, 13]], None),
        (
            [[NAN, NAN, 43], [NAN, NAN, 73], [63, 53, 116]],
            [[0, 0, 43], [20, 10, 73], [63, 53, 116]],
            [[43, 43, 43], [63, 53, 73], [63, 53, 116]],
        ),
        (
            [[NAN, 4, NAN], [3, 1, 4], [NAN, 5, NAN]],
            [[0, 4, 4], [3, 1, 4], [3, 5, 8]],
            [[np.inf, 4, np.inf], [3, 1, 4], [np.inf, 5, np.inf]],
        ),
    ],
)
def test_intervals_are_those_of_arithmetic(shown, low, high):
    found = bounds(np.array(shown, dtype=float))
    assert found[0].tolist() == low
    assert found[1].tolist() == (low if high is None else high)


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_the_truth_is_inside_and_more_shown_never_widens(seed):
    rng = np.random.default_rng(seed)
    full = with_margins(rng.integers(0, 20, tuple(rng.integers(1, 5, rng.integers(1, 4)))))
    shown = np.where(rng.random(full.shape) < 0.5, NAN, full)
    low, high = bounds(shown)
    assert (low <= full).all()
    assert (full <= high).all()
    again = bounds(np.where(rng.random(full.shape) < 0.5, shown, full))
    assert (again[0] >= low).all()
    assert (again[1] <= high).all()


def test_whole_numbers_narrow_what_fractions_allow():
    rng = np.random.default_rng(201)
    full = with_margins(rng.integers(0, 3, (3, 3, 3))).astype(float)
    shown = np.where(rng.random(full.shape) < 0.6, NAN, full)
    shown[:-1, :-1, :-1] = NAN
    # A linear program alone would reach 5.5.
    assert bounds(shown)[1][0, 2, 2] == 5


@pytest.mark.parametrize(
    "shown", [[10, 20, 31], [NAN, 20, 10], [-1, NAN, 5], [[NAN, 1, 1], [2, 3, 5], [9, 3, 12]]]
)
def test_numbers_that_do_not_add_up_are_refused(shown):
    with pytest.raises(AnalysisError, match="do not add up"):
        bounds(np.array(shown, dtype=float))


def test_a_table_without_margins_is_refused():
    with pytest.raises(AnalysisError, match="a margin on each axis"):
        bounds(np.array([3.0]))
