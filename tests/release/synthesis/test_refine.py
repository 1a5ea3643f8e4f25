import numpy as np
import pytest

import confstudy as cs
from confstudy.release.synthesis.people import drawn_people, fitted, source_columns
from confstudy.release.synthesis.refine import refined
from confstudy.release.synthesis.uniques import keys_of, replicated
from confstudy.release.synthesis.utility import standardized
from confstudy.survey.recode import MISSING_REASONS

NOT_ASKED = MISSING_REASONS.index("not_asked") + 1
FORMULAS = ["told ~ age + trained", "trust ~ age + trained", "late ~ told + age"]


@pytest.fixture(scope="module")
def drawn(toy):
    """A source, its synthesizer, and people drawn without a thought of formulas."""
    survey = toy(300)
    synthesizer = fitted(survey.codebook, source_columns(survey), None, 10, 1)
    return survey, synthesizer, drawn_people(synthesizer, 300)


@pytest.fixture(scope="module")
def rows(drawn):
    survey, synthesizer, people = drawn
    keys = keys_of(survey.codebook, list(synthesizer.columns.values()), ["clinic"])
    found = refined(synthesizer, people.rows, people.clusters, FORMULAS, keys)
    assert not replicated(keys, found.numbers).any()
    return found


def test_coefficients_come_near_by_few_changes(drawn, rows):
    survey, _, people = drawn
    target = [standardized(formula, cs.score(survey)) for formula in FORMULAS]
    far = []
    for one in (people.rows, rows):
        made = cs.score(type(people)(one, people.clusters, 0, 0).survey(survey))
        gaps = [standardized(f, made) - real for f, real in zip(FORMULAS, target, strict=True)]
        far.append(max(gap.abs().max() for gap in gaps))
    assert far[0] > 0.03
    assert far[1] <= 0.03
    for name in ("told", "late", "i_1", "i_2", "i_3"):
        assert changed(people.rows, rows, name) <= 60


def test_what_is_no_outcome_stays_and_routing_holds(drawn, rows):
    _, _, people = drawn
    for name in ("place", "age", "trained", "weight"):
        assert changed(people.rows, rows, name) == 0
    assert changed(people.rows, rows, "told") > 0
    assert ((rows.reasons["who"] == NOT_ASKED) == (rows.numbers["told"] == 0)).all()


def changed(one, two, name):
    return int((~np.isclose(one.numbers[name], two.numbers[name], equal_nan=True)).sum())
