"""Rao and Scott's tests where they reduce to others."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.survey.crosstab import survey_table
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.estimates import survey_mean

RNG = np.random.default_rng(54)
FRAME = pd.DataFrame(
    {
        "told": RNG.choice(["no", "yes"], 400, p=[0.7, 0.3]),
        "arm": RNG.choice(["a", "b", "c"], 400),
        "c": np.arange(400) // 8,
        "w": RNG.uniform(1, 3, 400),
    }
)


def test_without_a_design_it_is_pearson_s_test():
    found = survey_table("told", "arm", FRAME, SurveyDesign())
    plain = stats.chi2_contingency(pd.crosstab(FRAME["told"], FRAME["arm"]), correction=False)
    assert found.pearson == pytest.approx(plain.statistic)
    # Variances have n − 1 where Pearson has n, and are not those under the null.
    assert found.effects.mean() == pytest.approx(1, abs=0.03)
    assert found.table["p_value"].tolist() == pytest.approx([plain.pvalue] * 3, rel=0.1)


def test_every_respondent_eight_times_is_no_more_information():
    frame = FRAME.iloc[np.repeat(np.arange(400), 8)].reset_index(drop=True)
    frame["who"] = np.repeat(np.arange(400), 8)
    single, eightfold = (
        survey_table("told", "arm", FRAME, SurveyDesign("w")),
        survey_table("told", "arm", frame, SurveyDesign("w", clusters="who")),
    )
    assert eightfold.pearson == pytest.approx(8 * single.pearson)
    assert eightfold.effects == pytest.approx(8 * single.effects)
    np.testing.assert_allclose(
        eightfold.table["p_value"].to_numpy(), single.table["p_value"].to_numpy()
    )


def test_rows_and_columns_can_change_places():
    design = SurveyDesign("w", clusters="c")
    one, other = (survey_table(*pair, FRAME, design) for pair in (("told", "arm"), ("arm", "told")))
    np.testing.assert_allclose(one.shares, other.shares.T)
    numbers = [t.table.drop(columns="test").to_numpy() for t in (one, other)]
    np.testing.assert_allclose(*numbers, rtol=1e-9)


def test_two_by_two_is_the_difference_of_two_shares_squared():
    two = FRAME[FRAME["arm"] != "c"].reset_index(drop=True).assign(y=lambda d: d["told"] == "yes")
    design = SurveyDesign("w", clusters="c")
    table = survey_table("told", "arm", two, design).table
    by = survey_mean("y", two, design, by="arm")
    z = (by.estimates[1] - by.estimates[0]) / np.sqrt(np.array([-1, 1]) @ by.covariance @ [-1, 1])
    assert table["statistic"].iloc[2] == pytest.approx(z**2, rel=0.1)
    assert table["df"].tolist() == pytest.approx([1, 1, 1])


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (FRAME.assign(told="no"), "one of the variables has a single level"),
        (FRAME.assign(c=1), "the design has no degrees of freedom"),
    ],
)
def test_a_table_that_cannot_be_tested_says_why(frame, said):
    design = SurveyDesign("w", clusters="c", lonely="certainty")
    found = survey_table("told", "arm", frame, design)
    assert said in found.problems
    assert found.table["p_value"].isna().all()
    assert said in found.table["note"].iloc[0]
    assert "NO TEST" in repr(found)
    assert found.shares.to_numpy().sum() == pytest.approx(1)


def test_an_empty_cell_is_tested_and_missing_rows_are_counted():
    arm = FRAME["arm"].where((FRAME["told"] == "no") | (FRAME["arm"] != "c"), "b")
    found = survey_table("told", "arm", FRAME.assign(arm=arm), SurveyDesign("w", clusters="c"))
    assert found.shares.loc["yes", "c"] == 0
    assert found.table["p_value"].between(0, 1).all()
    told = FRAME["told"].where(FRAME.index > 9)
    assert survey_table("told", "arm", FRAME.assign(told=told), SurveyDesign()).dropped == 10


@pytest.mark.parametrize(
    ("columns", "said"),
    [(("told", "told"), "two different variables"), (("told", "w"), "more than 50 values")],
)
def test_columns_that_make_no_table_are_refused(columns, said):
    with pytest.raises(AnalysisError, match=said):
        survey_table(*columns, FRAME, SurveyDesign())


def test_a_level_that_weighs_nothing_is_not_in_the_table():
    frame = pd.DataFrame({"a": [0, 1] * 10, "b": [*("pq" * 9), "p", "z"], "w": [1.0] * 19 + [0]})
    found = survey_table("a", "b", frame, SurveyDesign("w"))
    assert (list(found.shares), found.n) == (["p", "q"], 19)
    assert np.isfinite(found.pearson)
