import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.survey.scoring import ScaleWarning
from confstudy.survey.survey import Survey


def survey(frame, **scale):
    book = read_codebook(
        {
            "name": "t",
            "variables": {name: {"type": "item"} for name in frame},
            "scales": {"s": {"items": list(frame), "points": [1, 5], **scale}},
        }
    )
    return Survey(frame.astype(float), frame.iloc[:, :0], book, None)


def scored(frame, **scale):
    return cs.score(survey(frame, **scale))


def respondents(n, seed, items=5, loading=0.6, against=()):
    """Five-point answers to items of one factor; those in ``against`` are worded the other way."""
    rng = np.random.default_rng(seed)
    own = np.sqrt(1 - loading**2) * rng.normal(size=(n, items))
    answers = np.digitize(loading * rng.normal(size=(n, 1)) + own, [-1.2, -0.4, 0.4, 1.2]) + 1
    answers[:, list(against)] = 6 - answers[:, list(against)]
    return pd.DataFrame(answers, columns=list("abcdefgh")[:items])


ITEMS = pd.DataFrame({"a": [1, 2, 4, 5, 3], "b": [2, 2, 5, 5, 3], "c": [5, 4, 1, 2, 3]})


def test_reverse_keyed_items_are_turned_round():
    result = scored(ITEMS, reverse=["c"])
    np.testing.assert_allclose(result.frame["s"], [(1 + 2 + 1) / 3, 2, (4 + 5 + 5) / 3, 14 / 3, 3])


@pytest.mark.parametrize(
    ("score", "min_answered", "first", "second"),
    [
        ("mean", 0.5, 1, np.nan),
        ("sum", 0.5, 3, np.nan),
        ("mean", 0.3, 1, 1),
        ("sum", 0.3, 3, 3),
        ("sum", 1, np.nan, np.nan),
    ],
)
def test_means_and_prorated_sums_need_the_declared_share_of_answers(
    score, min_answered, first, second
):
    frame = ITEMS.astype(float)
    frame.loc[0, "b"] = np.nan
    frame.loc[1, ["a", "b"]] = np.nan
    frame.loc[1, "c"] = 5
    result = scored(frame, reverse=["c"], score=score, min_answered=min_answered)
    np.testing.assert_allclose(result.frame["s"][:2], [first, second])


def test_scores_keep_the_survey_and_add_one_column_a_scale(simulation, scores):
    expected = [*simulation.survey.frame.columns, *simulation.codebook.scales]
    assert scores.frame.columns.tolist() == expected
    assert "privacy" not in simulation.survey.frame


def test_the_table_has_alpha_omega_and_the_description_of_each_scale(scores):
    columns = "scale label items reverse_keyed n mean sd alpha conf_low conf_high omega"
    assert scores.table.columns.tolist() == columns.split()
    tests = scores.table["scale"].isin(["knowledge", "limits"])
    assert scores.table.loc[~tests, "omega"].between(0.7, 0.95).all()
    assert scores.table.loc[tests, "omega"].between(0.5, 0.8).all()


@pytest.mark.parametrize(
    ("items", "against", "reverse", "said"),
    [
        (5, [1], [], ["'b' runs against", "(item–rest r −0.", "Write `reverse: [b]` in the"]),
        (6, [1, 4], [], ["'b', 'e' run against the other", "Write `reverse: [b, e]` in the"]),
        (6, [1, 4], ["e"], ["'b' runs against the other", "Write `reverse: [b, e]` in the"]),
        (5, [], ["d"], ["'d' runs", "Write `reverse: []`", "hold 'd' turned round already"]),
        (5, [1], ["b", "d"], ["'d' runs", "Write `reverse: [b]`", "'d' turned round already"]),
        (6, [1], ["d"], ["'b', 'd' run", "Write `reverse: [b]`", "'d' turned round already"]),
        (4, [1, 3], [], ["'a', 'c' run against 'b', 'd'", "Reverse one", "reversed now: none"]),
        (2, [1], ["a", "b"], ["'a' run against 'b'", "reversed now: 'a', 'b'"]),
    ],
)
def test_a_reversal_forgotten_or_done_twice_is_told_once(items, against, reverse, said):
    data = respondents(400, 1, items=items, against=against)
    with pytest.warns(ScaleWarning) as caught:
        result = scored(data, reverse=reverse)
    (sentence,) = result.warnings
    assert sentence.startswith("Scale 's': ")
    assert [part for part in said if part not in sentence] == []
    assert [str(warning.message) for warning in caught] == [sentence]


def test_a_well_keyed_scale_gives_no_alarm():
    data = respondents(400, 1, against=[1])
    assert scored(data, reverse=["b"]).warnings == ()


def test_few_respondents_give_no_alarm():
    assert scored(respondents(29, 1, against=[1])).warnings == ()


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (ITEMS.assign(b=np.nan), "nobody answered 'b'"),
        (ITEMS * 0 + 3, "no known reliability: α is not defined: everybody has the same sum"),
        (ITEMS[:2], "no known reliability: α needs two items and three complete respondents"),
        (ITEMS * np.nan, "no known reliability: α needs two items"),
    ],
)
def test_what_is_not_known_of_a_scale_is_said_and_scores_stay(frame, said):
    with pytest.warns(ScaleWarning, match=said):
        result = scored(frame, reverse=["c"])
    assert result.frame["s"].notna().all() == frame["a"].notna().all()
    assert np.isnan(result.table["alpha"][0]) == ("no known" in said)


def test_reliability_leaves_an_unanswered_item_out():
    data = respondents(200, 3)
    with pytest.warns(ScaleWarning, match="nobody answered 'e'"):
        found = scored(data.assign(e=np.nan)).reliability["s"]
    assert found == scored(data.drop(columns="e")).reliability["s"]
    assert found.items == 4


def test_a_scale_of_one_item_is_scored_without_a_reliability():
    result = scored(ITEMS[["a"]])
    assert result.frame["s"].tolist() == ITEMS["a"].tolist()
    assert result.table.empty
    assert result.items["item_rest"].isna().all()
