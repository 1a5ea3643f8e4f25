"""Adjustment sets of textbook graphs, and effects by path products."""

import numpy as np
import pytest

from confstudy.errors import StructureError
from confstudy.simulate.model.graph import (
    adjustment_sets,
    descendants,
    exact_effect,
    is_valid_adjustment,
)  # fmt: skip
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import parse_structure
from confstudy.simulate.model.world import World


def model(arrows, coefficient=0.5):
    """A linear model from arrows such as ``X>Y``."""
    into = {}
    for arrow in arrows.split():
        cause, effect = arrow.split(">")
        into.setdefault(cause, {})
        into.setdefault(effect, {})[cause] = coefficient
    lines = [f"  {name}: {{paths: {paths}, noise: 1}}" for name, paths in into.items()]
    body = "\n".join(lines)
    return parse_structure(
        f"name: g\ncodebook: therapy\nvariables:\n{body}\nnonresponse: {{unit: {{intercept: 0}}}}\n"
    )


@pytest.mark.parametrize(
    ("arrows", "sets"),
    [
        ("X>Y", [()]),
        ("Z>X Z>Y X>Y", [("Z",)]),  # confounder
        ("X>M M>Y X>Y", [()]),  # mediator
        ("X>C Y>C X>Y", [()]),  # collider
        ("A>X A>M B>M B>Y X>Y", [()]),  # M-bias: adjusting for M alone would open a path
        ("A>X A>M B>M B>Y M>Y X>Y", [("A",), ("M", "B")]),
        ("Z>X Z>W W>Y X>Y", [("Z",), ("W",)]),
        ("U>X X>M M>Y U>Y", [("U",)]),  # front-door: U is needed
    ],
)
def test_minimal_adjustment_sets_of_textbook_graphs(arrows, sets):
    found = adjustment_sets(model(arrows), "X", "Y")
    assert {frozenset(given) for given in found} == {frozenset(given) for given in sets}


def test_an_unobserved_confounder_leaves_none():
    assert adjustment_sets(model("U>X U>Y X>Y"), "X", "Y", observed=[]) == []


@pytest.mark.parametrize(
    ("arrows", "given", "valid"),
    [
        ("A>X A>M B>M B>Y X>Y", ["M"], False),
        ("A>X A>M B>M B>Y X>Y", ["M", "A"], True),
        ("X>M M>Y", ["M"], False),
        ("X>C Y>C X>Y", ["C"], False),
        ("Z>X Z>Y X>Y", [], False),
    ],
)
def test_validity_follows_the_back_door_criterion(arrows, given, valid):
    assert is_valid_adjustment(model(arrows), "X", "Y", given) is valid


@pytest.mark.parametrize("arrows", ["Z>X Z>Y X>Y", "A>X A>M B>M B>Y M>Y X>Y", "Z>X Z>W W>Y X>Y"])
def test_regression_on_an_adjustment_set_gives_the_effect_and_a_bare_one_does_not(arrows):
    structure = model(arrows)
    values = World(structure, Population(400_000, 4_000, seed=3)).values()
    given = adjustment_sets(structure, "X", "Y")[0]

    def slope(names):
        columns = [np.ones(400_000), values["X"], *(values[name] for name in names)]
        return np.linalg.lstsq(np.column_stack(columns), values["Y"], rcond=None)[0][1]

    assert slope(given) == pytest.approx(exact_effect(structure, "X", "Y"), abs=0.01)
    assert abs(slope([]) - exact_effect(structure, "X", "Y")) > 0.05


def test_effects_are_products_of_paths():
    structure = model("X>M M>Y X>Y M>N N>Y")
    assert exact_effect(structure, "X", "Y") == pytest.approx(0.5 + 0.25 + 0.125)
    assert exact_effect(structure, "X", "Y", through=["M"]) == pytest.approx(0.25)
    assert exact_effect(structure, "X", "Y", through=[]) == pytest.approx(0.5)
    assert exact_effect(structure, "Y", "X") == 0.0
    change = World(structure, Population(50, 5, seed=1))
    difference = change.values({"X": 1.0})["Y"] - change.values({"X": 0.0})["Y"]
    np.testing.assert_allclose(difference, exact_effect(structure, "X", "Y"))


def test_no_single_number_holds_with_an_interaction_or_a_cut_variable():
    from confstudy.simulate.model.read import read_structure

    therapy = read_structure("therapy")
    assert exact_effect(therapy, "P", "O") is None
    assert exact_effect(therapy, "T", "D") is None
    assert exact_effect(therapy, "S", "T") == pytest.approx(-0.10 - 0.30 * 0.50)


def test_unknown_names_are_told():
    with pytest.raises(StructureError, match="Variables not found in model 'g'"):
        descendants(model("X>Y"), "Q")
