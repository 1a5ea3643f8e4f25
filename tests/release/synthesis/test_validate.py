import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.release.synthesis.people import drawn_people, fitted, source_columns
from confstudy.release.synthesis.risk import risks_of
from confstudy.release.synthesis.synthesize import synthesize
from confstudy.release.synthesis.utility import default_formulas, standardized
from confstudy.survey.save import as_declared
from confstudy.survey.scoring import ScaleWarning

WHOLE = Path(__file__).parents[3] / "data_synthetic" / "therapy.parquet"
pytestmark = pytest.mark.validate

OSMI = [
    "coworkers ~ anonymity + treatment + family_history + no_employees + mental_health_consequence",
    "treatment ~ anonymity + family_history + gender + self_employed + no_employees",
    "supervisor ~ anonymity + coworkers + mental_health_consequence + leave",
]
THERAPY = [
    "disclosure ~ privacy + alliance + stigma + concern",
    "alliance ~ arm + privacy + telehealth",
    "return_intention ~ alliance + privacy",
    "dropout ~ alliance + stigma",
]
ASKED = [
    "therapist", "arm", "gender", "concern", "telehealth", "privacy", "alliance", "stigma",
    "disclosure", "return_intention", "dropout",
]  # fmt: skip


@pytest.fixture(scope="module")
def osmi(real):
    return as_declared(cs.load(real("osmi2014.csv"), "osmi-2014"))


@pytest.fixture(scope="module")
def osmi2019(real):
    return as_declared(cs.load(real("osmi2019.csv"), "osmi"))


@pytest.fixture(scope="module")
def therapy():
    return as_declared(cs.simulate("therapy", clients=4000, seed=77, columns=ASKED).survey)


def coefficients(survey, formulas):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScaleWarning)
        scores = cs.score(survey)
    return pd.concat([standardized(formula, scores) for formula in formulas], keys=formulas)


@pytest.mark.parametrize(("name", "formulas"), [("osmi", OSMI), ("therapy", THERAPY)])
def test_coefficients_stay_near_the_source(name, formulas, request):
    """The mean of sixteen syntheses that were told of no formula, with two standard errors."""
    most = 0.03
    survey = request.getfixturevalue(name)
    columns, source = source_columns(survey), coefficients(survey, formulas)
    gaps = []
    for seed in range(9000, 9016):
        people = drawn_people(fitted(survey.codebook, columns, None, 10, seed), survey.n)
        made = coefficients(people.survey(survey), formulas)
        gaps.append(made.reindex(source.index) - source)
    table = pd.concat(gaps, axis=1)
    mean, error = table.mean(axis=1), table.std(axis=1) / np.sqrt(table.notna().sum(axis=1))
    shown = pd.DataFrame({"source": source, "gap": mean, "error": error}).round(3)
    assert (mean.abs() <= most + 2 * error).all(), shown.to_string()
    assert mean.abs().mean() <= 0.02


@pytest.mark.parametrize(("name", "formulas"), [("osmi", OSMI), ("therapy", THERAPY)])
def test_each_synthesis_keeps_the_coefficients_it_was_asked_for(name, formulas, request):
    survey = request.getfixturevalue(name)
    for seed in range(9100, 9104):
        made = synthesize(survey, seed=seed, formulas=formulas, attacks=0)
        assert made.utility.largest <= 0.03, made.utility.coefficients.to_string()


def test_each_synthesis_of_osmi_keeps_the_default_coefficients(osmi):
    for seed in range(9200, 9204):
        assert synthesize(osmi, seed=seed, attacks=0).utility.largest <= 0.03


@pytest.mark.parametrize("seed", [1, 2])
def test_the_whole_bundled_survey_keeps_all_coefficients_of_its_outcomes(seed):
    made = synthesize(cs.load(WHOLE), seed=seed, attacks=0)
    assert made.utility.coefficients["difference"].count() > 800
    assert made.utility.largest <= 0.03, made.utility.table.to_string()
    assert made.risk.replicated == 0


@pytest.mark.parametrize("name", ["osmi", "osmi2019", "therapy"])
def test_linkability_and_inference_gain_at_most_five_hundredths(name, request):
    survey = request.getfixturevalue(name)
    formulas = default_formulas(cs.score(survey) if survey.codebook.scales else survey)
    found = risks_of(survey, None, 10, 400, 0, formulas)
    risk = found.table.set_index("attack")["risk"]
    assert risk["linkability"] <= 0.05, risk.to_string()
    assert risk["inference"] <= 0.05, risk.to_string()
