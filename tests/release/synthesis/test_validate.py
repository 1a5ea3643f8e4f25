import warnings

import numpy as np
import pandas as pd
import pytest

import confstudy as cs
from confstudy.release.synthesis.people import drawn_people, fitted, source_columns
from confstudy.release.synthesis.risk import risks_of
from confstudy.release.synthesis.utility import standardized
from confstudy.survey.save import as_declared
from confstudy.survey.scoring import ScaleWarning

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
def therapy():
    return as_declared(cs.simulate("therapy", clients=4000, seed=77, columns=ASKED).survey)


def coefficients(survey, formulas):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScaleWarning)
        scores = cs.score(survey)
    return pd.concat([standardized(formula, scores) for formula in formulas], keys=formulas)


@pytest.mark.parametrize(
    ("name", "formulas", "most"), [("osmi", OSMI, 0.05), ("therapy", THERAPY, 0.03)]
)
def test_coefficients_stay_near_the_source(name, formulas, most, request):
    """The mean of sixteen syntheses, allowing two Monte Carlo standard errors of that mean.

    On OSMI 2014 .03 is not reached: single contrasts are off by up to about .045.
    """
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


@pytest.mark.parametrize("name", ["osmi", "therapy"])
def test_linkability_and_inference_gain_at_most_five_hundredths(name, request):
    """The mean of eight measurements: each is on other halves of the respondents."""
    survey = request.getfixturevalue(name)
    rows = []
    for seed in range(9500, 9508):
        table = risks_of(survey, None, 10, seed, 400, 0).table.set_index("attack")
        rows.append((table["rate"] - table["control"]) / (1 - table["control"]))
    mean = pd.concat(rows, axis=1).mean(axis=1)
    assert mean["linkability"] <= 0.05, mean.to_string()
    assert mean["inference"] <= 0.05, mean.to_string()
