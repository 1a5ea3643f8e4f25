"""Calibrated weights reach their totals, and variances know it."""

import numpy as np
import pandas as pd
import pytest

from confstudy.errors import AnalysisError
from confstudy.models.survey.calibrate import calibrate
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.estimates import survey_mean, survey_total
from confstudy.models.survey.margins import poststratify, rake

RNG = np.random.default_rng(55)
N = 120
FRAME = pd.DataFrame(
    {
        "sex": RNG.choice(["f", "m"], N),
        "age": RNG.normal(40, 9, N),
        "area": pd.Categorical(RNG.choice(["n", "s", "w"], N)),
        "y": RNG.normal(size=N),
        "c": np.arange(N) // 6,
        "w": RNG.uniform(5, 9, N),
    }
)
DESIGN = SurveyDesign("w", clusters="c")
SEX, AREA = {"f": 500, "m": 400}, {"n": 300, "s": 250, "w": 350}
OUT = np.where(np.arange(20) == np.arange(N)[:, None] // 6, 0.0, 20 / 19)
NAMES = tuple(f"r{i}" for i in range(20))
WITH = pd.concat([FRAME, pd.DataFrame(OUT * FRAME[["w"]].to_numpy(), columns=NAMES)], axis=1)
JK1 = SurveyDesign("w", replicates=NAMES, method="JK1")


def sums(sample, column):
    return FRAME.groupby(column, observed=True)["w"].sum() * 0 + pd.Series(
        np.bincount(pd.factorize(FRAME[column], sort=True)[0], sample.full),
        index=sorted(FRAME[column].unique()),
    )


def test_raked_weights_reach_every_margin_also_in_replicates():
    sample = rake(WITH, {"sex": SEX, "area": AREA}, JK1)
    assert sums(sample, "sex").to_dict() == pytest.approx(SEX)
    assert sums(sample, "area").to_dict() == pytest.approx(AREA)
    np.testing.assert_allclose(sample.replicated[FRAME["area"] == "n"].sum(axis=0), 300)
    ratio = sample.full / FRAME["w"]
    assert len(np.unique(ratio.round(9))) == 6


def test_calibration_reaches_numbers_and_levels():
    totals = {"Intercept": 900, "age": 37_000, "area[n]": 310, "area[s]": 260}
    for kind in ("linear", "raking"):
        sample = calibrate(WITH, totals, JK1, kind=kind)
        for weights in (sample.full, sample.replicated[:, 3]):
            assert weights @ FRAME["age"] == pytest.approx(37_000)
            assert weights[FRAME["area"] == "s"].sum() == pytest.approx(260)


@pytest.mark.parametrize(
    "made",
    [
        lambda data, design: poststratify(data, ["sex", "area"], CELLS, design),
        lambda data, design: rake(data, {"sex": SEX, "area": AREA}, design),
        lambda data, design: calibrate(data, {"Intercept": 900, "age": 36_000}, design),
    ],
)
def test_linearized_and_replicated_variances_agree(made):
    linear, again = made(WITH, DESIGN), made(WITH, JK1)
    one, other = (survey_mean("y", WITH, sample) for sample in (linear, again))
    assert other.estimates == pytest.approx(one.estimates)
    assert other.std_errors == pytest.approx(one.std_errors, rel=0.15)
    assert "calibrated weights" in repr(linear)


CELLS = {(s, a): SEX[s] * AREA[a] / 900 for s in SEX for a in AREA}


def test_what_is_known_does_not_vary():
    sample = poststratify(FRAME, "sex", SEX, DESIGN)
    found = survey_total("sex", FRAME, sample)
    assert found.estimates.tolist() == pytest.approx([500, 400])
    np.testing.assert_allclose(found.covariance, 0, atol=1e-16)
    age = calibrate(FRAME, {"Intercept": 900, "age": 36_000}, DESIGN)
    assert survey_mean("age", FRAME, age).std_errors[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: rake(FRAME, {}, DESIGN), "names no column"),
        (lambda: rake(FRAME, {"sex": SEX, "area": {**AREA, "n": 1}}, DESIGN), "different popul"),
        (lambda: rake(FRAME, {"sex": {"f": 1}}, DESIGN), "levels of 'sex' without a total"),
        (lambda: rake(FRAME, {"sex": {**SEX, "x": 9}}, DESIGN), "1 levels of 'sex' have a total"),
        (lambda: rake(FRAME, {"sex": {**SEX, "f": -9}}, DESIGN), "numbers above 0"),
        (lambda: poststratify(FRAME, "sx", SEX, DESIGN), "Did you mean 'sex'"),
        (
            lambda: poststratify(
                FRAME.assign(sex=FRAME["sex"].mask(FRAME.index == 3)), "sex", SEX, DESIGN
            ),
            "1 respondents have no",
        ),
        (lambda: calibrate(FRAME, {"area[q]": 9}, DESIGN), "is no level of 'area'"),
        (lambda: calibrate(FRAME, {"agee": 9}, DESIGN), "Did you mean 'age'"),
        (lambda: calibrate(FRAME, {}, DESIGN), "'totals' is empty"),
        (
            lambda: calibrate(FRAME, {"Intercept": 900, "sex[f]": 500, "sex[m]": 400}, DESIGN),
            "collinear",
        ),
        (lambda: calibrate(FRAME, {"Intercept": 900, "age": 900}, DESIGN), "weights below 0"),
        (
            lambda: calibrate(FRAME, {"Intercept": 900, "age": 9}, DESIGN, kind="raking"),
            "No weights reach these totals",
        ),
        (lambda: rake(FRAME, {"empty": {0: 4, 1: 6}, "full": {0: 5, 1: 5}}, DESIGN), "not found"),
    ],
)
def test_totals_that_cannot_be_reached_are_refused_in_words(call, said):
    with pytest.raises(AnalysisError, match=said):
        call()


def test_margins_that_an_empty_cell_makes_impossible_are_refused():
    frame = FRAME.assign(a=np.arange(N) % 2, b=np.arange(N) % 2)
    with pytest.raises(AnalysisError, match="Raking has not converged"):
        rake(frame, {"a": {0: 40, 1: 60}, "b": {0: 50, 1: 50}}, DESIGN)


def test_raking_halves_steps_that_go_too_far_and_refuses_what_cannot_be():
    frame = pd.DataFrame({"y": [0.0] * 50 + [1.0, 400.0]})
    found = calibrate(frame, {"Intercept": 52, "y": 52 * 200.0}, SurveyDesign(), kind="raking")
    assert found.full @ frame["y"] == pytest.approx(52 * 200)
    with pytest.raises(AnalysisError, match="contradict the sample"):
        calibrate(frame, {"Intercept": 52, "y": 52 * 500.0}, SurveyDesign(), kind="raking")
    with pytest.raises(AnalysisError, match="not all numbers"):
        calibrate(frame, {"Intercept": "all"}, SurveyDesign())
