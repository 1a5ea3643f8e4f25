import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from confstudy.errors import AnalysisError
from confstudy.release.decision import Rules
from confstudy.release.statistics import (
    check_correlation,
    check_groups,
    check_histogram,
    check_statistic,
    nk_share,
    p_remainder,
)

RNG = np.random.default_rng(5)
FEW = Rules(threshold=1)
FEES = [900, 50, 30, 20]
SPREAD = list(RNG.normal(50, 10, 60))
YES = [1] * 30 + [0] * 24


@pytest.mark.parametrize(
    ("values", "share", "left"),
    [
        # 950 of 1000; 50 left beside the two largest, of 900.
        (FEES, 0.95, 50 / 900),
        # 850 of 1000 and 150 of 450: neither rule is broken.
        ([450, 400, 100, 50], 0.85, 150 / 450),
        # 910 of 1000 but 90 of 460: dominance without p %.
        ([460, 450, 60, 30], 0.91, 90 / 460),
        ([0, 0], 0.0, np.inf),
    ],
)
def test_dominance_as_worked_out_by_hand(values, share, left):
    assert nk_share(values) == pytest.approx(share, abs=5e-4)
    assert p_remainder(values) == pytest.approx(left)


@pytest.mark.parametrize(
    ("values", "kind", "rule"),
    [
        (FEES, "total", "dominance (nk)"),
        (FEES, "mean", "dominance (nk)"),
        ([-value for value in FEES], "total", "dominance (nk)"),
        ([450, 400, 100, 50], "total", ""),
        ([460, 450, 60, 30], "total", "dominance (nk)"),
        (FEES, "count", ""),
    ],
)
def test_totals_that_few_make_up_fail(values, kind, rule):
    decision = check_statistic(pd.Series(values), kind, FEW)
    assert (decision.status, decision.rule if rule else "") == ("fail" if rule else "pass", rule)


def test_a_respondent_who_could_work_out_another_fails_the_p_rule():
    rules = Rules(threshold=1, dominance=(2, 0.99))
    assert check_statistic(pd.Series(FEES), "total", rules).rule == "p %"


@pytest.mark.parametrize(
    ("values", "kind", "rule"),
    [
        (SPREAD, "mean", ""),
        (SPREAD[:10], "mean", ""),
        (SPREAD[:9], "mean", "threshold"),
        ([*SPREAD[:9], None], "mean", "threshold"),
        (SPREAD[:9], "count", "threshold"),
        ([], "mean", ""),
        ([3.0] * 40, "mean", "class disclosure"),
        ([3.0] * 40, "sd", "class disclosure"),
        ([3.0] * 40, "median", "class disclosure"),
        ([1] * 43, "proportion", "class disclosure"),
        (["no"] * 43, "proportion", "class disclosure"),
        ([1, 1] + [0] * 52, "mean", "threshold"),
        ([True] * 2 + [False] * 52, "proportion", "threshold"),
        (YES, "mean", ""),
        (YES, "proportion", ""),
        (YES, "sd", ""),
        (["yes"] * 12 + ["no"] * 30 + ["other"], "proportion", "threshold"),
        ([0.0] * 55 + [4.0, 7.0, 2.0], "total", "threshold"),
        ([*SPREAD, 1e6], "sd", "dominance (nk)"),
        (SPREAD, "min", "extremes"),
        (SPREAD, "max", "extremes"),
        (SPREAD, "median", ""),
        (SPREAD[:20], "median", ""),
        (SPREAD[:19], "median", "percentiles"),
        ([1, 2] * 6 + [3] * 20 + [4, 5] * 4, "median", ""),
        ([1, 2] * 6 + [3] * 9 + [4, 5] * 4, "median", "percentiles"),
        ([np.inf, *SPREAD], "mean", "unchecked"),
        (SPREAD, "histogram", "histogram bins"),
        ([1] * 20 + [2] * 30, "histogram", ""),
    ],
)
def test_a_statistic_that_would_give_single_answers_away_fails(values, kind, rule):
    decision = check_statistic(pd.Series(values), kind)
    assert (decision.status, decision.rule if rule else "") == ("fail" if rule else "pass", rule)


@pytest.mark.parametrize(
    ("n", "q", "status"),
    [(41, 0.25, "pass"), (37, 0.25, "fail"), (100, 0.9, "pass"), (100, 0.95, "fail")],
)
def test_ten_lie_beyond_a_percentile(n, q, status):
    assert check_statistic(pd.Series(range(n)), "percentile", q=q).status == status


@pytest.mark.parametrize(
    ("values", "bounds", "status"),
    [
        ([1] * 12 + [3] * 30, (1, 5), "pass"),
        ([1] * 9 + [3] * 30, (1, 5), "fail"),
        ([1] * 12 + [3] * 30, (0, 5), "fail"),
        ([1] * 12 + [3] * 30, None, "fail"),
    ],
)
def test_the_end_of_a_scale_may_be_told_where_ten_reach_it(values, bounds, status):
    assert check_statistic(pd.Series(values), "min", bounds=bounds).status == status


@pytest.mark.parametrize(
    ("other", "rule"),
    [
        (lambda x: x + RNG.normal(size=len(x)), ""),
        (lambda x: 3 - 2 * x, "perfect fit"),
        (lambda x: (x > np.sort(x)[-4]) * 1.0, "threshold"),
        (
            lambda x: np.where(np.arange(len(x)) < 11, x + RNG.normal(size=len(x)), np.nan),
            "residual df",
        ),
        (lambda x: np.append(x[1:] * 0.01, 1e4), "dominance (nk)"),
    ],
)
def test_correlations_of_few_or_of_the_same_thing_fail(other, rule):
    x = RNG.normal(size=40)
    decision = check_correlation(pd.Series(x), pd.Series(other(x)))
    assert (decision.status, decision.rule if rule else "") == ("fail" if rule else "pass", rule)


def test_two_by_two_levels_are_a_table():
    one, other = pd.Series([0] * 20 + [1] * 20), pd.Series([0] * 17 + [1] * 3 + [0] * 17 + [1] * 3)
    assert check_correlation(one, other).rule == "threshold"
    assert check_correlation(one, pd.Series([0, 1] * 20)).status == "pass"


@given(st.lists(st.integers(0, 6), min_size=1, max_size=90), st.sampled_from(["mean", "median"]))
def test_groups_are_decided_on_as_each_alone(values, kind):
    answers = pd.Series(values, dtype=float)
    groups = pd.Series(np.arange(len(values)) % 3)
    found = check_groups(answers, groups, kind)
    alone = [check_statistic(part, kind) for _, part in answers.groupby(groups)]
    assert found["status"].tolist() == [decided.status for decided in alone]
    assert found["n"].tolist() == answers.groupby(groups).size().tolist()
    assert check_statistic(answers, kind, groups=groups).status == min(found["status"])


@given(st.lists(st.floats(0, 1e6), min_size=10, max_size=40))
def test_dominance_of_groups_is_that_of_the_sums(values):
    found = check_groups(pd.Series(values), pd.Series([0] * len(values)), "total")
    dominated = nk_share(values) > 0.9 or p_remainder(values) < 0.1
    if found["rule"].iloc[0] not in ("threshold", "class disclosure"):
        assert (found["status"].iloc[0] == "fail") == dominated


@pytest.mark.parametrize(("counts", "status"), [([0, 10, 30], "pass"), ([1, 10, 30], "fail")])
def test_bins_hold_ten_or_nobody(counts, status):
    assert check_histogram(counts).status == status


def test_words_and_unknown_statistics_are_refused_without_the_answers():
    with pytest.raises(AnalysisError, match="takes numbers") as caught:
        check_statistic(pd.Series(["Ann Canary"] * 20, name="who"), "mean")
    assert "Canary" not in str(caught.value)
    with pytest.raises(AnalysisError, match="Did you mean 'median'"):
        check_statistic(pd.Series(SPREAD), "medain")
