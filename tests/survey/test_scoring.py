import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.read import read_codebook
from confstudy.errors import AnalysisError
from confstudy.survey.load import load_table
from confstudy.survey.read import RawTable
from confstudy.survey.scoring import cronbach_alpha


def scored(frame, **scale):
    book = read_codebook(
        {
            "name": "t",
            "variables": {name: {"type": "item"} for name in frame},
            "scales": {"s": {"items": list(frame), "points": [1, 5], **scale}},
        }
    )
    return cs.score(load_table(RawTable(frame, "t.csv", "0", "test"), book))


ITEMS = pd.DataFrame({"a": [1, 2, 4, 5, 3], "b": [2, 2, 5, 5, 3], "c": [5, 4, 1, 2, 3]})


def test_reverse_keyed_items_are_turned_round():
    result = scored(ITEMS, reverse=["c"])
    np.testing.assert_allclose(result.frame["s"], [(1 + 2 + 1) / 3, 2, (4 + 5 + 5) / 3, 14 / 3, 3])


def test_a_sum_is_prorated_for_missing_items():
    frame = ITEMS.astype("Int8")
    frame.loc[0, "b"] = pd.NA
    assert scored(frame, reverse=["c"], score="sum").frame["s"][0] == pytest.approx(3.0)


def test_too_few_answers_give_no_score():
    frame = ITEMS.astype("Int8")
    frame.loc[0, ["a", "b"]] = pd.NA
    assert np.isnan(scored(frame, reverse=["c"]).frame["s"][0])


def test_scores_keep_the_survey_and_add_one_column_a_scale(simulation, scores):
    expected = [*simulation.survey.frame.columns, "privacy", "alliance", "stigma"]
    assert scores.frame.columns.tolist() == expected
    assert "privacy" not in simulation.survey.frame


def test_alpha_equals_its_closed_form_for_two_items():
    rng = np.random.default_rng(1)
    items = rng.normal(size=(400, 2)) + rng.normal(size=(400, 1))
    r = np.cov(items, rowvar=False)
    expected = 4 * r[0, 1] / r.sum()
    assert cronbach_alpha(items).alpha == pytest.approx(expected, rel=1e-12)


def test_forgetting_to_reverse_two_of_six_items_ruins_alpha():
    shared = np.random.default_rng(2).normal(size=(200_000, 1))
    own = np.random.default_rng(3).normal(size=(200_000, 6))
    items = 0.72 * shared + np.sqrt(1 - 0.72**2) * own
    items[:, [1, 4]] *= -1
    # Equal correlations r, two signs turned: the sum's variance is 6 + r(30 − 2·16).
    r = 0.72**2
    expected = 6 / 5 * (1 - 6 / (6 + r * (30 - 32)))
    assert cronbach_alpha(items).alpha == pytest.approx(expected, abs=0.02)


@pytest.mark.parametrize("items", [np.ones((5, 1)), np.ones((2, 3)), np.ones((9, 3))])
def test_alpha_is_refused_where_it_is_not_defined(items):
    with pytest.raises(AnalysisError, match="α"):
        cronbach_alpha(items)
