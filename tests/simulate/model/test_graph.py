"""Adjustment sets of textbook graphs, and effects by path products."""

import random
from itertools import combinations

import numpy as np
import pytest

from confstudy.errors import StructureError
from confstudy.simulate.model.exact import exact_answer
from confstudy.simulate.model.graph import adjustment_sets, descendants, is_valid_adjustment
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.query import Query
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


def exact(structure, cause, effect):
    return exact_answer(structure, Query(effect=effect, step=cause, unit="one"))


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

    assert slope(given) == pytest.approx(exact(structure, "X", "Y"), abs=0.01)
    assert abs(slope([]) - exact(structure, "X", "Y")) > 0.05


@pytest.mark.parametrize("seed", range(60))
def test_the_sets_are_those_of_a_search_through_all_subsets(seed):
    draw = random.Random(seed)
    names = ["X", "Y", *"ABCDE"]
    draw.shuffle(names)
    arrows = [f"{a}>{b}" for a, b in combinations(names, 2) if draw.random() < 0.4]
    structure = model(" ".join([*arrows, "X>Q", "Y>Q", *(f"Q0>{name}" for name in "ABCDE")]))
    observed = draw.sample("ABCDE", 4)
    valid = [
        set(given)
        for size in range(5)
        for given in combinations(observed, size)
        if is_valid_adjustment(structure, "X", "Y", given)
    ]
    minimal = [given for given in valid if not any(other < given for other in valid)]
    found = adjustment_sets(structure, "X", "Y", observed)
    assert sorted(map(sorted, found)) == sorted(map(sorted, minimal))


def test_unknown_names_are_told():
    with pytest.raises(StructureError, match="Variables not found in model 'g'"):
        descendants(model("X>Y"), "Q")
