import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import AnalysisError
from confstudy.release.suppression.rounding import rounded

KEY = bytes(range(32))


def labels(n, text="cell"):
    return np.array([f"{text} {number}" for number in range(n)], dtype=object)


@given(st.lists(st.integers(0, 500), min_size=1), st.integers(5, 20))
def test_a_shown_number_is_a_multiple_less_than_a_base_away(counts, base):
    counts = np.array(counts)
    shown = rounded(counts, base, KEY, labels(len(counts)))
    assert (shown % base == 0).all()
    assert (np.abs(shown - counts) < base).all()
    assert (shown[counts % base == 0] == counts[counts % base == 0]).all()


def test_twenty_runs_give_one_value():
    counts = np.arange(60).reshape(3, 20)
    named = labels(60).reshape(3, 20)
    runs = {rounded(counts, 5, KEY, named).tobytes() for _ in range(20)}
    assert len(runs) == 1


@pytest.mark.parametrize(("count", "base"), [(1, 5), (7, 5), (43, 10), (9, 12)])
def test_on_average_a_count_is_right(count, base):
    n = 6000
    shown = rounded(np.full(n, count), base, KEY, labels(n))
    share = count % base / base
    error = base * np.sqrt(share * (1 - share) / n)
    assert abs(shown.mean() - count) < 4 * error
    assert set(shown.tolist()) == {count // base * base, count // base * base + base}


@pytest.mark.parametrize(("key", "text"), [(bytes(32), "cell"), (KEY, "other")])
def test_another_key_or_label_draws_anew(key, text):
    counts = np.full(200, 12)
    other = rounded(counts, 5, key, labels(200, text))
    share = (other != rounded(counts, 5, KEY, labels(200))).mean()
    assert 0.3 < share < 0.7


def test_equal_labels_are_rounded_alike_wherever_they_stand():
    one = rounded(np.array([12, 13]), 5, KEY, labels(2))
    two = rounded(np.array([13, 12]), 5, KEY, labels(2)[::-1])
    assert one.tolist() == two[::-1].tolist()


@pytest.mark.parametrize(
    ("counts", "base", "key", "n", "message"),
    [
        ([12], 4, KEY, 1, "base of 5 or more"),
        ([12], 5, b"short", 1, "16 to 64 bytes"),
        ([12], 5, KEY, 2, "one label for each count"),
        ([-1], 5, KEY, 1, "whole numbers from 0 on"),
        ([1.5], 5, KEY, 1, "whole numbers from 0 on"),
    ],
)
def test_what_cannot_be_rounded_is_refused(counts, base, key, n, message):
    with pytest.raises(AnalysisError, match=message):
        rounded(np.array(counts), base, key, labels(n))
