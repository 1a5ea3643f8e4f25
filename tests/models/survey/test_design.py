"""What a design refuses, and what it reads from a codebook."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.codebook.schema import SampleDesign
from confstudy.errors import AnalysisError
from confstudy.models.survey.design import SurveyDesign, sample_of
from confstudy.models.survey.estimates import survey_mean
from confstudy.simulate.sample.sampling import Sampling

FRAME = pd.DataFrame(
    {
        "w": [1.0, 2, 3, 4],
        "gap": [1.0, None, 2, 3],
        "below": [1.0, -1, 1, 1],
        "zero": 0.0,
        "word": list("abcd"),
        "h": [1, 1, 2, 2],
        "some": [1, None, 2, 2],
        "few": 1.5,
        "mixed": [3, 4, 3, 3],
        "r1": [0.0, 4, 6, 8],
        "r2": [2.0, 0, 6, 8],
    }
)


@pytest.mark.parametrize(
    ("design", "said"),
    [
        ({"weights": "v"}, "Columns not found in the data: .v."),
        ({"weights": "gap"}, "1 respondents have no weight in .gap."),
        ({"weights": "below"}, "some in .below. are negative"),
        ({"weights": "zero"}, "'zero' are all zero"),
        ({"weights": "word"}, "Weights are numbers; .word. are not"),
        ({"strata": "some"}, "1 respondents have no 'some'"),
        ({"strata": "h", "fpc": "few"}, "fewer than were drawn"),
        ({"strata": "h", "fpc": "mixed"}, "not the same throughout a stratum"),
        ({"fpc": ("w", "h")}, "more columns than 'clusters' has stages"),
        ({"lonely": "adjusted"}, "'lonely' is one of .* Did you mean 'adjust'"),
        ({"centre": "middle"}, "'centre' is one of"),
        ({"df": 0}, "'df' is greater than 0"),
        ({"replicates": ("r1", "r2"), "method": "JK2"}, "'method' is one of .* Did you mean 'JKn'"),
        ({"replicates": ("r1", "r2"), "method": "JKn"}, "no usual multiplier"),
        ({"replicates": ("r1", "r2"), "method": "Fay"}, "'fay' is the share"),
        ({"replicates": ("r1", "r2"), "method": "BRR", "fay": 0.5}, "'fay' is the share"),
        ({"replicates": ("r1", "r2"), "multipliers": (1.0,)}, "2 replicates have 1 multipliers"),
        ({"replicates": ("r1", "r2"), "multipliers": (1.0, -1.0)}, "Multipliers are numbers of 0"),
    ],
)
def test_a_design_that_cannot_be_is_refused_in_words(design, said):
    with pytest.raises(AnalysisError, match=said):
        SurveyDesign(**design).on(FRAME)


def test_a_frame_declares_no_design_and_a_sample_fits_its_own_data():
    with pytest.raises(AnalysisError, match="give design=SurveyDesign"):
        sample_of(FRAME, None)
    sample = SurveyDesign("w").on(FRAME)
    assert sample_of(FRAME, sample) is sample
    with pytest.raises(AnalysisError, match="of 4 respondents, the data have 3"):
        sample.on(FRAME[:3])


@pytest.mark.parametrize(
    ("method", "fay", "expected"),
    [("JK1", 0, 0.5), ("BRR", 0, 0.5), ("Fay", 0.5, 2.0), ("bootstrap", 0, 0.5)],
)
def test_methods_know_their_multiplier(method, fay, expected):
    made = SurveyDesign("w", replicates=("r1", "r2"), method=method, fay=fay).on(FRAME)
    assert made.multipliers.tolist() == [expected] * 2


def test_reprs_hold_names_and_counts_only():
    design = SurveyDesign("w", "h", replicates=("r1", "r2"), method="JK1")
    assert repr(design) == "SurveyDesign(weights='w', method='JK1', replicates='r1 … r2')"
    assert repr(design.on(FRAME)) == (
        "Sample: 4 respondents; JK1, 2 replicate weights, multiplier 0.5, centred on the estimate"
    )
    assert repr(SurveyDesign("w", "h")) == "SurveyDesign(weights='w', strata='h')"


def test_a_survey_without_a_design_says_so(scores):
    nothing = replace(
        scores, codebook=scores.codebook.model_copy(update={"design": SampleDesign()})
    )
    with pytest.raises(AnalysisError, match="declares no sample design"):
        SurveyDesign.of(nothing)


@pytest.mark.parametrize("method", ["JKn", "bootstrap"])
def test_a_simulated_sample_is_analysed_by_its_own_codebook(method):
    design = {
        "strata": "region",
        "stages": [{"unit": "client", "take": 40}],
        "replicate": {"method": method} | ({"replicates": 200} if method == "bootstrap" else {}),
    }
    sampling = Sampling.model_validate(design)
    options = {"clients": 2000, "columns": ["arm", "region"], "nonresponse": "none"}
    survey = cs.simulate("therapy", seed=5, sample=sampling, **options).survey
    by_weights = SurveyDesign.of(survey)
    assert by_weights.method == method
    other = SurveyDesign.of(survey, replicates=False)
    assert (other.replicates, other.strata, other.clusters) == ((), "region", ("therapist",))
    linear = SurveyDesign("weight", "region")
    errors = [survey_mean("arm", survey, made).std_errors for made in (by_weights, linear)]
    np.testing.assert_allclose(*errors, rtol=0.3 if method == "bootstrap" else 1e-6)


def estimate(p=2, n=4):
    rng = np.random.default_rng(0)
    return SimpleNamespace(
        coefficients=np.zeros(p), scores=rng.normal(size=(n, p)), information=np.eye(p)
    )


def test_the_covariance_of_a_model_says_when_there_is_none():
    sample = SurveyDesign("w").on(FRAME)
    singular = estimate()
    singular.information = np.ones((2, 2))
    covariance, _, words = sample.covariance(singular)
    assert np.isnan(covariance).all()
    assert words == "none: the information is singular"
    again = SurveyDesign("w", replicates=("r1", "r2"), method="JK1", df=7).on(FRAME)
    with pytest.raises(AnalysisError, match="give 'refit'"):
        again.covariance(estimate())
    lost = again.covariance(estimate(), lambda w: np.full(2, np.nan if w[0] == 0 else 1.0))
    assert np.isnan(lost.covariance).all()
    assert lost.words == "none: the model could not be fitted to 1 of 2 replicates"
    assert lost.df == 7


def test_degrees_of_freedom_are_the_design_s_less_the_coefficients_but_one():
    sample = SurveyDesign("w", "h").on(FRAME)
    assert sample.df == 2
    assert sample.covariance(estimate(2)).df == 1
    assert np.isnan(sample.covariance(estimate(3)).df)
    assert SurveyDesign("w", "h", df=9).on(FRAME).covariance(estimate(3)).df == 9
