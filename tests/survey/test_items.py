import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.survey.items import fisher, rest_statistics
from confstudy.survey.knowledge import upper_lower
from confstudy.survey.reliability import cronbach_alpha
from confstudy.survey.scoring import ScaleWarning
from confstudy.survey.survey import Survey

LEVELS = ["always", "never", "if in danger"]
KEY = dict.fromkeys("abcd", "if in danger")


def law_test(n=600, seed=1, key=KEY):
    """Answers of which more able respondents have more right; 'never' draws the least able."""
    rng = np.random.default_rng(seed)
    ability = rng.normal(size=(n, 1))
    right = ability + rng.logistic(size=(n, 4)) / 1.7 > [-1, -0.3, 0.3, 1]
    wrong = np.where(ability + rng.normal(size=(n, 4)) < 0, "never", "always")
    answers = pd.DataFrame(np.where(right, "if in danger", wrong), columns=list("abcd"))
    frame = answers.astype(pd.CategoricalDtype(LEVELS))
    book = read_codebook(
        {
            "name": "t",
            "variables": {item: {"type": "categorical", "levels": LEVELS} for item in "abcd"},
            "scales": {"law": {"items": list("abcd"), "key": key, "score": "sum"}},
        }
    )
    return Survey(frame, frame.iloc[:, :0], book, None), right


def test_items_are_described_as_pandas_describes_them():
    answers = np.random.default_rng(1).integers(1, 6, size=(80, 3)).astype(float)
    answers[:, 1:] = np.clip(
        answers[:, :1] + np.random.default_rng(2).integers(-1, 2, (80, 2)), 1, 5
    )
    frame = pd.DataFrame(answers, columns=list("abc"))
    book = read_codebook(
        {
            "name": "t",
            "variables": {item: {"type": "item"} for item in "abc"},
            "scales": {"s": {"items": list("abc"), "points": [1, 5], "reverse": ["b"]}},
        }
    )
    frame["b"] = 6 - frame["b"]
    frame.loc[:4, "c"] = np.nan
    table = cs.score(Survey(frame, frame.iloc[:, :0], book, None)).items
    turned = frame.assign(b=6 - frame["b"])
    assert table["reverse_keyed"].tolist() == [False, True, False]
    assert table["n"].tolist() == [80, 80, 75]
    np.testing.assert_allclose(table["mean"], turned.mean())
    np.testing.assert_allclose(table["sd"], turned.std())
    np.testing.assert_allclose(
        table["floor"], [(turned[i] == 1).sum() / turned[i].count() for i in "abc"]
    )
    np.testing.assert_allclose(
        table["ceiling"], [(turned[i] == 5).sum() / turned[i].count() for i in "abc"]
    )
    rows = turned.dropna()
    rest = [rows[i].corr(rows.drop(columns=i).sum(axis=1)) for i in "abc"]
    np.testing.assert_allclose(table["item_rest"], rest)
    dropped = [cronbach_alpha(rows.drop(columns=i).to_numpy()).alpha for i in "abc"]
    np.testing.assert_allclose(table["alpha_if_dropped"], dropped)


def test_a_constant_item_has_no_correlation_and_does_not_spoil_the_others():
    items = np.random.default_rng(1).normal(size=(50, 1)) + np.random.default_rng(2).normal(
        size=(50, 4)
    )
    items[:, 2] = 3
    rest, dropped, n = rest_statistics(items)
    assert np.isnan(rest).tolist() == [False, False, True, False]
    assert dropped[2] == pytest.approx(cronbach_alpha(np.delete(items, 2, axis=1)).alpha)
    assert n == 50


@pytest.mark.parametrize(
    "items", [np.ones((9, 1)), np.ones((2, 3)), np.ones((9, 3)), np.full((9, 3), np.nan)]
)
def test_what_is_not_defined_is_missing(items):
    assert np.isnan(rest_statistics(items)[:2]).all()


def alarms(loading, n, seeds=500):
    """Of 500 samples with five items each, the share of items that run against the others."""
    found = 0
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        own = np.sqrt(1 - loading**2) * rng.normal(size=(n, 5))
        rest, _, _ = rest_statistics(np.round(2 * (loading * rng.normal(size=(n, 1)) + own)))
        found += int((fisher(rest, n)[1] < 0).sum())
    return found / (5 * seeds)


@pytest.mark.parametrize(("loading", "n"), [(0.6, 30), (0.6, 100), (0.3, 30), (0.3, 100)])
def test_a_well_keyed_item_seldom_runs_against_the_others(loading, n):
    # Loadings of .6 are item–rest correlations near .5; of .3, near .15: a poor scale.
    assert alarms(loading, n) < 0.01


def test_fisher_s_interval_has_its_closed_form_and_holds_at_the_ends():
    low, high = fisher(np.array([0.5, 1.0, np.nan]), 103)
    np.testing.assert_allclose(
        [low[0], high[0]], np.tanh(np.arctanh(0.5) + np.array([-1, 1]) * 0.1959963984540054)
    )
    assert low[1] <= 1 <= high[1] + 1e-12
    assert np.isnan(fisher(np.array([0.5]), 3)).all()


def test_a_test_counts_right_answers_and_keeps_missing_ones_missing():
    survey, right = law_test()
    survey.frame.loc[0, "a"] = np.nan
    survey.frame.loc[1, ["a", "b", "c"]] = np.nan
    scores = cs.score(survey)
    assert scores.frame["law"][0] == pytest.approx(right[0, 1:].mean() * 4)
    assert np.isnan(scores.frame["law"][1])
    np.testing.assert_allclose(scores.frame["law"][2:], right[2:].sum(axis=1))


def test_kr20_is_the_alpha_of_right_and_wrong():
    survey, right = law_test()
    p = right.mean(axis=0)
    kr20 = 4 / 3 * (1 - (p * (1 - p)).sum() / right.sum(axis=1).var())
    assert cs.score(survey).reliability["law"].alpha == pytest.approx(kr20, rel=1e-12)


def test_difficulty_and_discrimination_are_shares_and_a_point_biserial_correlation():
    survey, right = law_test()
    table = cs.score(survey).items
    np.testing.assert_allclose(table["difficulty"], right.mean(axis=0))
    assert table["difficulty"].is_monotonic_decreasing
    rest = right[:, 1:].sum(axis=1)
    yes, share = right[:, 0], right[:, 0].mean()
    biserial = (rest[yes].mean() - rest[~yes].mean()) / rest.std() * np.sqrt(share * (1 - share))
    assert table["item_rest"][0] == pytest.approx(biserial)
    assert table["upper_lower"].between(0.4, 1).all()


def test_distractors_sum_to_one_and_the_right_answer_repeats_the_item():
    scores = cs.score(law_test()[0])
    table = scores.distractors
    assert table.groupby("item")["share"].sum().to_numpy() == pytest.approx(np.ones(4))
    assert table.loc[table["right"], "rest_r"].to_numpy() == pytest.approx(
        scores.items["item_rest"]
    )
    assert (table.loc[table["level"] == "never", "rest_r"] < -0.1).all()


def test_a_wrong_key_is_told():
    survey, _ = law_test(key=KEY | {"b": "never"})
    with pytest.warns(ScaleWarning, match="'b' runs against .* Check the right answers"):
        cs.score(survey)


def test_upper_and_lower_groups_share_ties_whatever_the_order_of_rows():
    items = (np.random.default_rng(1).random((101, 5)) < 0.5).astype(float)
    mixed = np.random.default_rng(2).permutation(101)
    np.testing.assert_allclose(upper_lower(items), upper_lower(items[mixed]), atol=1e-12)
    # Two of ten are best and two worst: .27 takes 2.7 of each, .7 from those who tie next.
    ten = np.repeat([[1, 1], [1, 0], [0, 0]], [2, 6, 2], axis=0).astype(float)
    np.testing.assert_allclose(upper_lower(ten), [1 - 0.7 / 2.7, 2 / 2.7])
    assert np.isnan(upper_lower(items[:3])).all()
