"""Means, shares and quantiles beside closed forms, and where there is little to go by."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.estimates import survey_mean, survey_ratio, survey_total
from confstudy.models.survey.proportions import survey_proportion
from confstudy.models.survey.quantiles import survey_quantile

RNG = np.random.default_rng(53)
N = 90
FRAME = pd.DataFrame(
    {
        "y": RNG.gamma(2, 3, N),
        "x": RNG.uniform(1, 2, N),
        "w": RNG.uniform(1, 9, N),
        "h": np.arange(N) // 30,
        "c": np.arange(N) // 5,
        "arm": pd.Categorical(RNG.choice(["a", "b", "c"], N), categories=["a", "b", "c", "unused"]),
        "told": RNG.random(N) < 0.3,
    }
)
EVERY_FIFTH = FRAME["y"].where(np.arange(N) % 5 > 0)
DESIGN = SurveyDesign("w", "h", "c")
PLAIN = SurveyDesign()


def jk1(frame):
    """The frame with weights that leave each respondent out, and their design."""
    left_out = np.where(np.eye(len(frame)) > 0, 0.0, len(frame) / (len(frame) - 1))
    names = tuple(f"r{i}" for i in range(len(frame)))
    weights = pd.DataFrame(left_out, columns=names, index=frame.index)
    return pd.concat([frame, weights], axis=1), SurveyDesign(replicates=names, method="JK1")


def test_without_a_design_it_is_the_textbook_interval():
    row = survey_mean("y", FRAME, PLAIN).table.iloc[0]
    low, high = stats.t.interval(0.95, N - 1, FRAME["y"].mean(), stats.sem(FRAME["y"]))
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx([low, high])
    assert row["deff"] == pytest.approx(1)


def test_leaving_each_respondent_out_gives_the_same_error_of_a_mean():
    frame, design = jk1(FRAME)
    linear, found = (survey_mean("y", FRAME, PLAIN), survey_mean("y", frame, design))
    assert found.std_errors == pytest.approx(linear.std_errors)
    assert found.df[0] == N - 1


def test_a_category_gives_the_share_of_each_level_that_occurs():
    found = survey_mean("arm", FRAME, DESIGN)
    assert found.terms == ("arm[a]", "arm[b]", "arm[c]")
    assert found.estimates.sum() == pytest.approx(1)
    np.testing.assert_allclose(found.covariance.sum(axis=0), 0, atol=1e-15)
    total = survey_total("arm", FRAME, DESIGN)
    assert total.estimates.sum() == pytest.approx(FRAME["w"].sum())


def test_groups_are_domains_and_their_covariance_is_joint():
    found = survey_mean("y", FRAME, DESIGN, by="arm")
    for place, arm in enumerate(found.groups):
        alone = survey_mean("y", FRAME, DESIGN, where=FRAME["arm"] == arm)
        assert found.estimates[place] == pytest.approx(alone.estimates[0])
        assert found.std_errors[place] == pytest.approx(alone.std_errors[0])
        assert found.deff[place] == pytest.approx(alone.deff[0])
    # The groups' totals sum to the total, so their covariances do too.
    parts = survey_total("y", FRAME, DESIGN, by="arm")
    whole = survey_total("y", FRAME, DESIGN)
    assert parts.covariance.sum() == pytest.approx(whole.covariance[0, 0])
    assert list(parts.table)[:2] == ["arm", "term"]


def test_incomplete_rows_are_left_out_and_counted_without_changing_the_design():
    frame = FRAME.assign(y=EVERY_FIFTH)
    found = survey_mean(["y", "x"], frame, DESIGN)
    same = survey_mean(["y", "x"], FRAME, DESIGN, where=EVERY_FIFTH.notna())
    assert (found.dropped, found.n[0]) == (18, 72)
    assert found.std_errors == pytest.approx(same.std_errors)
    assert "n = 72 (18 incomplete)" in repr(found)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: survey_mean("yy", FRAME, DESIGN), "Columns not found in the data: .yy."),
        (lambda: survey_mean([], FRAME, DESIGN), "Columns not found"),
        (lambda: survey_mean("y", FRAME, DESIGN, level=95), "'level' lies between 0 and 1"),
        (lambda: survey_mean("y", FRAME, DESIGN, where=[True]), "one true or false a row"),
        (lambda: survey_mean("y", FRAME, DESIGN, where=FRAME["y"] < 0), "nothing to estimate"),
        (lambda: survey_ratio("y", "arm", FRAME, DESIGN), "two columns of numbers"),
        (lambda: survey_ratio("y", "x", FRAME.assign(x=0), DESIGN), "denominator is 0"),
        (lambda: survey_mean("y", FRAME.assign(y=np.inf), DESIGN), "infinite numbers"),
        (lambda: survey_proportion("y", FRAME, DESIGN), "other numbers than 0 and 1"),
        (lambda: survey_proportion("told", FRAME, DESIGN, interval="lgit"), "mean 'logit'"),
        (lambda: survey_quantile("arm", FRAME, DESIGN), "levels, not numbers"),
        (lambda: survey_mean("y", FRAME, "w"), "'design' is a SurveyDesign"),
        (lambda: survey_mean("y", FRAME.assign(n=1), DESIGN, by="n"), "a column 'n' of its own"),
        (lambda: survey_mean("y", FRAME, DESIGN, where=FRAME["told"][::-1]), "another order"),
        (lambda: survey_mean("y", FRAME, DESIGN, where=FRAME[["told"]]), "one true or false a row"),
        (lambda: survey_quantile("y", FRAME, DESIGN, probs=[50]), "'probs' lie between 0 and 1"),
    ],
)
def test_what_cannot_be_estimated_is_refused_in_words(call, said):
    with pytest.raises(AnalysisError, match=said):
        call()


def test_one_respondent_has_no_standard_error_and_a_constant_none_to_speak_of():
    lone = FRAME.assign(who=np.where(np.arange(N) == 7, "one", "rest"))
    found = survey_mean("y", lone, DESIGN, by="who").table
    assert found["std_error"].isna().tolist() == [True, False]
    assert found["note"].tolist() == ["one respondent only: no standard error", ""]
    constant = survey_mean("y", FRAME.assign(y=3.0), DESIGN).table.iloc[0]
    assert constant["estimate"] == pytest.approx(3)
    assert constant["std_error"] == 0
    assert constant[["statistic", "p_value", "deff"]].isna().all()


def test_a_replicate_without_anybody_in_a_group_is_said():
    frame, design = jk1(FRAME.assign(who=np.where(np.arange(N) < 2, "two", "rest")))
    frame["r0"] = np.where(frame["who"] == "two", 0.0, 1.0)
    found = survey_mean("y", frame, design, by="who")
    assert found.problems == ("a replicate has nobody here: no standard error",)
    assert np.isfinite(found.std_errors).tolist() == [True, False]


def test_a_share_s_logit_interval_is_that_of_the_log_odds():
    share, row = FRAME["told"].mean(), survey_proportion("told", FRAME, PLAIN).table.iloc[0]
    logit = np.log(share / (1 - share))
    margin = stats.t.ppf(0.975, N - 1) / np.sqrt((N - 1) * share * (1 - share))
    expected = 1 / (1 + np.exp(-np.array([logit - margin, logit + margin])))
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(expected)
    frame, design = jk1(FRAME)
    again = survey_proportion("told", frame, design).table.iloc[0]
    assert again["conf_low"] == pytest.approx(row["conf_low"], rel=0.01)


def test_the_beta_interval_is_clopper_and_pearson_s_with_the_effective_size():
    row = survey_proportion("told", FRAME, PLAIN, interval="beta").table.iloc[0]
    yes, size = FRAME["told"].sum() * (N - 1) / N, N - 1  # s² has n − 1, the binomial n
    expected = (
        stats.beta.ppf(0.025, yes, size - yes + 1),
        stats.beta.ppf(0.975, yes + 1, size - yes),
    )
    assert row[["conf_low", "conf_high"]].tolist() == pytest.approx(expected)


@pytest.mark.parametrize("share", [0, 1])
def test_a_share_of_none_or_all_has_a_beta_interval_only(share):
    frame = FRAME.assign(told=share)
    logit = survey_proportion("told", frame, DESIGN).table.iloc[0]
    assert np.isnan(logit["conf_low"])
    assert "use interval='beta'" in logit["note"]
    beta = survey_proportion("told", frame, DESIGN, interval="beta").table.iloc[0]
    assert (beta["conf_low"] == 0) == (share == 0)
    assert (beta["conf_high"] == 1) == (share == 1)
    assert 0.8 < beta["conf_high"] - beta["conf_low"] + 0.8 < 1.2


def test_a_quantile_is_the_smallest_value_enough_people_do_not_exceed():
    frame = pd.DataFrame({"y": [5.0, 1, 3, 2], "w": [1.0, 1, 0, 2]})
    found = survey_quantile("y", frame, SurveyDesign("w"), probs=[0.25, 0.5, 0.75, 0.76])
    assert found.estimates.tolist() == [1, 2, 2, 5]


def test_woodruff_s_interval_turns_that_of_the_share_below_into_values():
    y = np.sort(FRAME["y"].to_numpy())
    row = survey_quantile("y", FRAME, PLAIN, probs=[0.5]).table.iloc[0]
    margin = stats.t.ppf(0.975, N - 1) * np.sqrt(0.25 / (N - 1))
    ends = [y[int(np.ceil(N * (0.5 + side * margin))) - 1] for side in (-1, 1)]
    assert row["estimate"] == y[44]
    assert row[["conf_low", "conf_high"]].tolist() == ends
    half = stats.t.ppf(0.975, N - 1)
    assert row["std_error"] == pytest.approx((ends[1] - ends[0]) / 2 / half)
    extreme = survey_quantile("y", FRAME, PLAIN, probs=[0.001]).table.iloc[0]
    assert np.isnan(extreme["std_error"])
    assert extreme["note"].startswith("the interval goes beyond")


def test_the_interval_of_a_quantile_nobody_exceeds_ends_there():
    # Replicated shares of everybody are 1 but for rounding; R's svyquantile gives 14, 14.
    frame, design = jk1(FRAME.assign(y=np.minimum(FRAME["y"].round(), 6), w=FRAME["w"] / 3))
    for chosen in (replace(design, weights="w"), DESIGN):
        row = survey_quantile("y", frame, chosen, probs=[0.95]).table.iloc[0]
        assert row[["estimate", "conf_low", "conf_high"]].tolist() == [6, 6, 6]


def test_a_replicate_in_which_all_told_leaves_no_logit_interval():
    frame, design = jk1(pd.DataFrame({"told": [1, 1, 1, 1, 1, 0]}))
    row = survey_proportion("told", frame, design).table.iloc[0]
    assert row[["conf_low", "conf_high"]].isna().all()
    assert "interval='beta'" in row["note"]


def test_a_census_has_a_beta_interval_of_its_share_alone():
    census = SurveyDesign(fpc="size")
    found = survey_proportion("told", FRAME.assign(size=N), census, interval="beta").table.iloc[0]
    assert found["conf_low"] == found["conf_high"] == FRAME["told"].mean()


@settings(max_examples=25)
@given(seed=st.integers(0, 999), factor=st.floats(0.01, 100))
def test_order_labels_and_units_of_weight_do_not_matter(seed, factor):
    rng = np.random.default_rng(seed)
    shuffled = FRAME.iloc[rng.permutation(N)].reset_index(drop=True)
    shuffled["c"] = rng.permutation(1000)[shuffled["c"]].astype(str)
    shuffled["h"] = np.array(["p", "q", "r"])[rng.permutation(3)][shuffled["h"]]
    shuffled["w"] *= factor
    one, other = (survey_mean(["y", "arm"], data, DESIGN) for data in (FRAME, shuffled))
    np.testing.assert_allclose(other.estimates, one.estimates, rtol=1e-10)
    np.testing.assert_allclose(other.covariance, one.covariance, rtol=1e-8, atol=1e-14)
    total, scaled = (survey_total("y", data, DESIGN) for data in (FRAME, shuffled))
    assert scaled.std_errors == pytest.approx(factor * total.std_errors)
