"""Numbers with their sources."""

import pytest

import confstudy as cs
from confstudy.errors import StructureError
from confstudy.simulate.model.read import parse_structure

MODEL = """\
name: sourced
codebook: therapy
variables:
  X: {noise: 1}
  Y:
    paths:
      X: {value: 0.5, source: "A study 2001, table 2", verified: true}
    noise: {value: 0.8, source: assumed, note: nobody has measured it}
nonresponse: {unit: {intercept: 0}}
"""


def test_a_number_may_name_its_source():
    structure = parse_structure(MODEL)
    assert structure.variables["Y"].paths == {"X": 0.5}
    assert structure.variables["Y"].noise == 0.8
    assert structure.sources["place"].tolist() == ["variables.Y.paths.X", "variables.Y.noise"]
    assert [entry.place for entry in structure.assumptions] == ["variables.Y.noise"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("source: assumed, ", "", "m.yaml, line 8: name the 'source' of the number"),
        ("verified: true", "verified: maybe", "line 7: 'verified' is true or false"),
        ("verified: true", "verifed: true", "Did you mean 'verified'"),
        ("value: 0.5", "value: half", "line 7: 'value' is a number"),
        ("value: 0.8", "value: -0.8", "line 8"),
    ],
)
def test_what_is_wrong_with_a_source_names_its_line(old, new, expected):
    with pytest.raises(StructureError) as caught:
        parse_structure(MODEL.replace(old, new), "m.yaml")
    assert expected in str(caught.value)


def test_every_coefficient_of_the_bundled_model_has_a_source():
    structure = cs.simulate("therapy", clients=40, seed=1).structure
    places = set(structure.sources["place"])
    for name, node in structure.variables.items():
        for path in node.paths:
            assert f"variables.{name}.paths.{path}" in places
    assert (structure.sources["source"].str.len() > 10).all()


def test_assumptions_are_said_wherever_the_model_is_used():
    drawn = cs.simulate("therapy", clients=40, seed=1)
    assert f"{len(drawn.structure.assumptions)} numbers are assumptions" in repr(drawn)
