import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import CodebookMismatch
from confstudy.privacy.risk import class_sizes, risk
from confstudy.privacy.suppress import suppress

LEVELS = st.sampled_from(["a", "b", "c", None])
FRAMES = st.lists(st.tuples(LEVELS, LEVELS), min_size=1, max_size=60).map(
    lambda rows: pd.DataFrame(rows, columns=["x", "y"], dtype=object)
)


def plainly(frame):
    keys = [tuple("∅" if pd.isna(v) else v for v in row) for row in frame.itertuples(index=False)]
    return [keys.count(key) for key in keys]


@given(FRAMES)
def test_class_sizes_equal_counting_by_hand(frame):
    assert class_sizes(frame, ["x", "y"]).tolist() == plainly(frame)


@given(FRAMES)
def test_categoricals_and_a_shuffled_index_change_nothing(frame):
    shuffled = frame.astype("category").sample(frac=1, random_state=1)
    assert sorted(class_sizes(shuffled, ["x", "y"])) == sorted(plainly(frame))


def test_a_missing_value_is_a_category_of_its_own():
    frame = pd.DataFrame({"x": ["a", "a", None]})
    assert risk(frame, ["x"]).k == 1


def test_the_measures_count_groups_and_respondents():
    frame = pd.DataFrame({"x": ["a"] * 6 + ["b"] * 3 + ["c"]})
    result = risk(frame, ["x"], k=5)
    assert not result
    assert (result.k, result.groups, result.below, result.unique) == (1, 3, 4, 1)


def test_an_unknown_quasi_identifier_is_an_error():
    with pytest.raises(CodebookMismatch, match="Did you mean 'region'"):
        class_sizes(pd.DataFrame({"region": [1]}), ["regoin"])


@given(FRAMES, st.integers(2, 6))
def test_suppression_reaches_k_or_leaves_one_group(frame, k):
    done = suppress(frame, ["x", "y"], ["x", "y"], k)
    sizes = class_sizes(done.frame, ["x", "y"])
    assert sizes.min() >= k or len(set(sizes)) == 1 or len(frame) < k


@given(FRAMES)
def test_suppression_changes_only_the_cells_it_counts(frame):
    before = frame.copy()
    done = suppress(frame, ["x", "y"], ["x", "y"], 3)
    pd.testing.assert_frame_equal(frame, before)
    for name, blanked in done.blanked.items():
        same = frame[name].isna() & done.frame[name].isna() | (frame[name] == done.frame[name])
        assert np.array_equal(~same.to_numpy(dtype=bool), blanked)
