"""Which columns of a file each instrument of a model fills, from which variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import StructureError, unknown
from confstudy.simulate.measure.instruments import Asked, Measure, Rated, Tested
from confstudy.simulate.measure.items import Solved, solve
from confstudy.simulate.measure.knowledge import draw_answers
from confstudy.simulate.measure.styles import answers_of
from confstudy.simulate.measure.vignettes import draw_ratings
from confstudy.simulate.model.names import UNITS
from confstudy.simulate.model.population import Level, Population
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.sample.indirect import ask
from confstudy.simulate.sample.questions import ItemCount

__all__ = ["Coded", "Instrument", "instruments_of"]

Values = Mapping[str, NDArray[np.float64]]


@dataclass(frozen=True, repr=False)
class Coded:
    """A column: numbers, and what each stands for where they stand for words.

    ``open`` columns have other labels in every window.
    """

    codes: NDArray[np.integer]
    labels: tuple[str, ...] = ()
    open: bool = False


Drawn = Callable[[Population, Values], dict[str, Coded]]


@dataclass(frozen=True, repr=False)
class Instrument:
    """Columns that are filled together, the variables they need, and what fills them.

    ``levels`` holds the labels of each column of words, where the instrument brings them.
    """

    columns: tuple[str, ...]
    needs: frozenset[str]
    draw: Drawn
    levels: Mapping[str, tuple[str, ...]]


def instruments_of(structure: Structure, codebook: Codebook) -> list[Instrument]:
    """Every instrument of a model, as it fills the columns of a codebook."""
    strange = [name for name in structure.scales if name not in codebook.scales]
    if strange:
        where = f"codebook '{codebook.name}'"
        raise StructureError(unknown("Scales", strange, codebook.scales, where))
    shown = {**_units(structure, codebook), **structure.columns}
    return [
        *(_scale(structure, name, measure, codebook) for name, measure in structure.scales.items()),
        *(_test(name, tested) for name, tested in structure.tests.items()),
        *(_question(name, asked) for name, asked in structure.questions.items()),
        *(_vignettes(name, rated) for name, rated in structure.vignettes.items()),
        *(_shown(structure, name, source, codebook) for name, source in shown.items()),
    ]


def _units(structure: Structure, codebook: Codebook) -> dict[str, str]:
    """The cluster of the codebook is the therapist, unless the model says otherwise."""
    cluster = codebook.design.cluster
    return {cluster: "therapist"} if cluster and cluster not in structure.columns else {}


def _scale(structure: Structure, name: str, measure: Measure, codebook: Codebook) -> Instrument:
    scale = codebook.scales[name]
    solved = _solved(
        measure.model_dump_json(), tuple(scale.items), scale.points[1] - scale.points[0] + 1
    )

    def draw(population: Population, values: Values) -> dict[str, Coded]:
        answers = answers_of(
            values[measure.of],
            solved,
            scale.points,
            scale.reverse,
            structure.styles,
            population.streams,
            population.first,
        )
        return {item: Coded(given) for item, given in answers.items()}

    return Instrument(tuple(scale.items), frozenset([measure.of]), draw, {})


@lru_cache(maxsize=256)
def _solved(measure: str, items: tuple[str, ...], points: int) -> dict[str, Solved]:
    return solve(Measure.model_validate_json(measure), items, points)


def _test(name: str, tested: Tested) -> Instrument:
    levels = {f"{name}_{item}": tuple(asked.options) for item, asked in tested.test.items.items()}

    def draw(population: Population, values: Values) -> dict[str, Coded]:
        answers = draw_answers(
            tested.test, values[tested.of], population.streams, population.first, name
        )
        return _categories(answers.add_prefix(f"{name}_"))

    return Instrument(tuple(levels), frozenset([tested.of]), draw, levels)


def _question(name: str, asked: Asked) -> Instrument:
    counts = isinstance(asked.question, ItemCount)
    columns = (name, f"{name}_list") if counts else (name,)

    def draw(population: Population, values: Values) -> dict[str, Coded]:
        answers = ask(
            asked.question,
            values[asked.of],
            population.streams,
            name,
            values,
            start=population.first,
            of=population.clients,
        )
        parts = (answers.said, answers.long)[: len(columns)]
        return {
            column: Coded(part.astype(np.int32))
            for column, part in zip(columns, parts, strict=True)
        }

    return Instrument(columns, frozenset([asked.of, *asked.causes]), draw, {})


def _vignettes(name: str, rated: Rated) -> Instrument:
    attributes = rated.vignettes.attributes
    levels = {
        f"{name}_{number}_{attribute}": tuple(given)
        for number in range(1, rated.each + 1)
        for attribute, given in attributes.items()
    }
    ratings = tuple(f"{name}_{number}_rating" for number in range(1, rated.each + 1))

    def draw(population: Population, values: Values) -> dict[str, Coded]:
        del values
        long = draw_ratings(
            rated.vignettes,
            population.n,
            rated.each,
            population.streams,
            start=population.first,
            name=name,
        )
        columns: dict[str, Coded] = {}
        for number in range(1, rated.each + 1):
            # Rows run respondent by respondent.
            rows = long.iloc[number - 1 :: rated.each]
            described = rows[list(attributes)].add_prefix(f"{name}_{number}_")
            columns |= _categories(described)
            columns[f"{name}_{number}_rating"] = Coded(rows["rating"].to_numpy().astype(np.int32))
        return columns

    return Instrument((*levels, *ratings), frozenset(), draw, levels)


def _shown(structure: Structure, name: str, source: str, codebook: Codebook) -> Instrument:
    """A column that shows a variable, or the number of a therapist or practice, as it is."""
    labels = codebook.variables[name].categories if name in codebook.variables else ()

    def draw(population: Population, values: Values) -> dict[str, Coded]:
        if source in UNITS:
            level: Level = "therapist" if source == "therapist" else "practice"
            return {name: _numbered(population, level)}
        codes = values[source]
        return {name: Coded(codes.astype(np.int8) if labels else codes.astype(np.int32), labels)}

    needs = frozenset[str]() if source in UNITS else frozenset([source])
    node = structure.variables.get(source)
    if node is not None and labels and node.levels != len(labels):
        raise StructureError(
            f"Column '{name}' has {len(labels)} levels in codebook '{codebook.name}', and "
            f"'{source}' has {node.levels} in model '{structure.name}'."
        )
    return Instrument((name,), needs, draw, {})


def _numbered(population: Population, level: Level) -> Coded:
    unit, width = population.unit(level), len(str(population.units(level)))
    first, letter = int(unit[0]), level[0].upper()
    labels = tuple(map(f"{letter}%0{width}d".__mod__, range(first + 1, int(unit[-1]) + 2)))
    return Coded(np.asarray(unit - first, dtype=np.int32), labels, open=True)


def _categories(frame: pd.DataFrame) -> dict[str, Coded]:
    return {
        str(name): Coded(
            np.asarray(column.cat.codes, dtype=np.int32), tuple(map(str, column.cat.categories))
        )
        for name, column in frame.items()
    }
