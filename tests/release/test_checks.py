import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import confstudy as cs
from confstudy.errors import DisclosureRefused
from confstudy.release.counts import MASKED, check_count, masked_counts, pooled
from confstudy.release.decision import Decision, worst
from confstudy.release.model import check_model

RNG = np.random.default_rng(41)


def people(n, **columns):
    data = pd.DataFrame({"x": RNG.normal(size=n), "y": RNG.normal(size=n)})
    return data.assign(**columns)


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
    expected = [MASKED if 0 < count < 10 else str(count) for count in counts]
    assert shown == expected


def test_other_numbers_of_a_small_row_are_left_out():
    table = pd.DataFrame({"group": ["a", "b"], "n": [4, 40], "mean": [2.5, 3.5]})
    assert masked_counts(table, ["n"])["mean"].tolist() == ["–", 3.5]


@given(st.lists(st.integers(0, 60), min_size=2, max_size=9))
def test_pooling_keeps_everybody_and_leaves_small_counts_in_the_middle_only(counts):
    found = pooled(np.array(counts))
    assert found.sum() == sum(counts)
    middle = (len(counts) - 1) // 2
    outer = np.delete(found, middle)
    assert not ((outer > 0) & (outer < 10)).any()


def test_a_model_of_enough_people_passes():
    assert check_model(cs.fit("y ~ x", people(60))).status == "pass"


@pytest.mark.parametrize(
    ("data", "formula", "family", "rule"),
    [
        (people(11), "y ~ x", "ols", "residual df"),
        (people(80, g=["a"] * 77 + ["b"] * 3), "y ~ g", "ols", "dummy cells"),
        (people(80, hit=[0, 1] * 8 + [0] * 64), "hit ~ x", "logit", "outcome cells"),
    ],
)
def test_a_model_that_would_give_single_answers_away_fails(data, formula, family, rule):
    decision = check_model(cs.fit(formula, data, family))
    assert (decision.status, decision.rule) == ("fail", rule)
