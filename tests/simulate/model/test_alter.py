"""Models with other numbers, and effects carried over from other populations."""

import numpy as np
import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.model.alter import altered, numbers, transported
from confstudy.simulate.model.read import parse_structure

THERAPY = cs.model()
MODEL = """\
name: carried
codebook: therapy
transport:
  students: {value: 0.5, source: "assumed: students answer more strongly"}
variables:
  X: {noise: 1}
  Y:
    paths:
      X: {value: 0.8, source: A study 2001, population: students}
      Z: {value: 0.3, source: A study 2002}
    noise: 1
  Z: {noise: 1}
nonresponse: {unit: {intercept: 0}}
"""


def test_a_number_is_changed_and_nothing_else():
    changed = altered(THERAPY, {"variables.T.paths.P": 0.1, "variables.T.noise": 0.9})
    before, after = numbers(THERAPY), numbers(changed)
    assert {place for place in before if before[place] != after[place]} == {
        "variables.T.paths.P",
        "variables.T.noise",
    }
    assert len(changed.calibration) == len(THERAPY.calibration) - 1
    assert THERAPY.variables["T"].paths["P"] == 0.5


def test_a_path_may_be_added():
    changed = altered(THERAPY, {"variables.T.paths.K": 0.2})
    assert cs.effect(changed, "T", step="K", unit="one").value == pytest.approx(0.2 + 0.2 * 0.5)


def test_no_change_is_the_same_model():
    assert cs.model("therapy", changes={}).model_dump() == THERAPY.model_dump()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"variables.T.noize": 1.0}, "Did you mean 'variables.T.noise'"),
        ({"variables.T.paths.PP": 1.0}, "names 'PP', which is not declared"),
        ({"variables.T.noise": -1.0}, "greater than or equal to 0"),
        ({"variables.E.share": 1.5}, "less than 1"),
        ({"variables.ret.cuts": 1.5}, "has no number at 'variables.ret.cuts'"),
    ],
)
def test_what_cannot_be_changed_is_told(changes, said):
    with pytest.raises(StructureError) as caught:
        altered(THERAPY, changes)
    assert said in str(caught.value)


def test_effects_are_carried_over_by_their_factor():
    structure = parse_structure(MODEL)
    assert structure.variables["Y"].paths == {"X": 0.4, "Z": 0.3}
    entry = structure.sources.set_index("place").loc["variables.Y.paths.X"]
    assert (entry["value"], entry["population"]) == (0.8, "students")
    same = transported(structure, students=1)
    assert same.variables["Y"].paths == {"X": 0.8, "Z": 0.3}
    assert transported(same, students=0.5).variables["Y"].paths == {"X": 0.4, "Z": 0.3}


def test_a_factor_is_an_assumption_unless_it_is_verified():
    assert "transport.students" in [entry.place for entry in parse_structure(MODEL).assumptions]


def test_the_effects_on_adolescents_shrink_in_the_bundled_model():
    half = cs.model("therapy", transport={"adolescents": 0.5})
    full, less = (
        cs.effect(model, "D", contrast={"A": ("absolute", "none")}, clients=50_000).value
        for model in (THERAPY, half)
    )
    assert less == pytest.approx(full / 2, rel=0.05)
    assert np.isclose(half.variables["told_risk"].paths["consent[full]"], -0.46)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("population: students", "population: studnts", "line 9: 'transport' says nothing of"),
        ("value: 0.5", "value: -1", "line 4: 'transport' of 'students' is a number of 0 or more"),
    ],
)
def test_a_wrong_transport_names_its_line(old, new, said):
    with pytest.raises(StructureError) as caught:
        parse_structure(MODEL.replace(old, new), "mine.yaml")
    assert f"mine.yaml, {said}" in str(caught.value)


def test_an_unknown_population_is_told():
    with pytest.raises(StructureError, match="Did you mean 'adolescents'"):
        cs.model("therapy", transport={"adolescent": 0.5})
