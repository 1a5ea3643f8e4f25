import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import DisclosureRefused
from confstudy.release.counts import MASKED, check_count, masked_counts, pooled
from confstudy.release.decision import Decision, worst


@pytest.mark.parametrize(("count", "status"), [(0, "fail"), (9, "fail"), (10, "pass")])
def test_ten_is_the_threshold(count, status):
    assert check_count(count).status == status


def test_a_failing_output_is_refused_with_rule_and_reason():
    with pytest.raises(DisclosureRefused, match=r"The table is not released \(threshold\)"):
        check_count(3).require("The table")


def test_the_gravest_decision_counts():
    found = [Decision(status, "r", "w") for status in ("pass", "fail", "review")]
    assert worst(found).status == "fail"
    assert worst([]).status == "pass"


@given(st.lists(st.integers(0, 40), min_size=1, max_size=20))
def test_no_small_count_survives_masking(counts):
    shown = masked_counts(pd.DataFrame({"n": counts}), ["n"])["n"].tolist()
    assert all(word == MASKED or not 0 < int(word) < 10 for word in shown)
    gone = [count for count, word in zip(counts, shown, strict=True) if word == MASKED]
    others = [count for count in counts if count >= 10]
    assert not gone or sum(gone) >= 10 or not others


@given(st.lists(st.integers(10, 40), min_size=1, max_size=20))
def test_large_counts_are_shown_as_they_are(counts):
    shown = masked_counts(pd.DataFrame({"n": counts}), ["n"])["n"].tolist()
    assert shown == [str(count) for count in counts]


def test_other_numbers_of_a_small_row_are_left_out():
    table = pd.DataFrame({"group": ["a", "b", "c"], "n": [4, 40, 30], "mean": [2.5, 3.5, 4.5]})
    assert masked_counts(table, ["n"])["mean"].tolist() == [MASKED, 3.5, MASKED]


@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=1, max_size=8))
def test_no_small_count_follows_from_the_total_of_its_column(rows):
    table = pd.DataFrame(rows, columns=["a", "b", "c"])
    shown = masked_counts(table, list(table))
    for name in table:
        gone = shown[name] == MASKED
        hidden, others = table.loc[gone, name].sum(), table.loc[~gone, name].sum()
        assert not 0 < hidden < 10 or others == 0


def test_numbers_inside_words_go_too_but_what_names_the_row_stays():
    table = pd.DataFrame({"age": ["18–29", "30–49", "50+"], "n": [4, 40, 30]})
    table = table.assign(mean=["2.5 (SD 1)", "3.5 (SD 1)", "4.5 (SD 1)"], kept=["a", "b", "c"])
    shown = masked_counts(table, ["n"])
    assert shown["age"].tolist() == ["18–29", "30–49", "50+"]
    assert shown["mean"].tolist() == [MASKED, "3.5 (SD 1)", MASKED]
    assert shown["kept"].tolist() == ["a", "b", "c"]


@given(st.lists(st.integers(0, 60), min_size=2, max_size=9))
def test_pooling_keeps_everybody_and_leaves_small_counts_in_the_middle_only(counts):
    found = pooled(np.array(counts))
    assert found.sum() == sum(counts)
    middle = (len(counts) - 1) // 2
    outer = np.delete(found, middle)
    assert not ((outer > 0) & (outer < 10)).any()
