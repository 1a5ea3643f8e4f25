"""What a file would hold of each client: answers to items, levels of columns, the therapist."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.read import read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.measure.items import solve
from confstudy.simulate.measure.styles import answers_of
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.structure import Structure

__all__ = ["Coded", "observed", "observed_frame"]


@dataclass(frozen=True, repr=False)
class Coded:
    """A column: numbers, and what each stands for where they stand for words.

    ``open`` columns have other labels in every window.
    """

    codes: NDArray[np.int32]
    labels: tuple[str, ...] = ()
    open: bool = False


def observed(
    structure: Structure, population: Population, values: dict[str, NDArray[np.float64]]
) -> dict[str, Coded]:
    """Every column of the model's codebook for the clients looked at, all answered."""
    codebook = _checked(structure)
    answers = _answers(structure, codebook, population, values)
    columns: dict[str, Coded] = {}
    for name, variable in codebook.kept.items():
        if name == codebook.design.cluster:
            columns[name] = _therapists(population)
        elif name in answers:
            columns[name] = Coded(answers[name].astype(np.int32))
        else:
            codes = values[structure.columns[name]].astype(np.int32)
            columns[name] = Coded(codes, variable.categories)
    return columns


def observed_frame(
    structure: Structure, population: Population, values: dict[str, NDArray[np.float64]]
) -> pd.DataFrame:
    """The same as a frame: items as whole numbers, the others as their words."""
    columns = {}
    for name, column in observed(structure, population, values).items():
        if column.labels:
            words = np.array(column.labels, dtype=object)[column.codes]
            columns[name] = pd.Series(words, dtype="str")
        else:
            columns[name] = pd.Series(column.codes.astype(np.int8)).astype("Int8")
    return pd.DataFrame(columns)


def _therapists(population: Population) -> Coded:
    width = len(str(population.therapists))
    therapist = population.therapist
    first = int(therapist[0])
    labels = tuple(f"T{j + 1:0{width}d}" for j in range(first, int(therapist[-1]) + 1))
    return Coded((therapist - first).astype(np.int32), labels, open=True)


def _answers(
    structure: Structure,
    codebook: Codebook,
    population: Population,
    values: dict[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    """The answers to every item of every scale the model measures."""
    found: dict[str, NDArray[np.float64]] = {}
    for name, measure in structure.scales.items():
        scale = codebook.scales[name]
        points = scale.points[1] - scale.points[0] + 1
        found |= answers_of(
            values[measure.of],
            solve(measure, scale.items, points),
            scale.points,
            scale.reverse,
            structure.styles,
            population.streams,
            population.first,
        )
    return found


@lru_cache(maxsize=16)
def _codebook(name: str) -> Codebook:
    return read_codebook(name)


def _checked(structure: Structure) -> Codebook:
    codebook = _codebook(structure.codebook)
    _require_every_column(structure, codebook)
    return codebook


def _require_every_column(structure: Structure, codebook: Codebook) -> None:
    """The model gives every column of its codebook, with as many levels."""
    strange = [name for name in structure.scales if name not in codebook.scales]
    if strange:
        where = f"codebook '{codebook.name}'"
        raise StructureError(unknown("Scales", strange, codebook.scales, where))
    scales = [scale for name, scale in codebook.scales.items() if name in structure.scales]
    items = {item for scale in scales for item in scale.items}
    given = {codebook.design.cluster, *items, *structure.columns}
    absent = [name for name in codebook.kept if name not in given]
    if absent:
        raise StructureError(
            f"Model '{structure.name}' does not say where these columns of codebook "
            f"'{codebook.name}' come from: {listing(absent)}. Name each under 'columns', or its "
            "scale under 'scales'."
        )
    for name, source in structure.columns.items():
        levels = codebook.variables[name].categories if name in codebook.kept else ()
        if len(levels) != structure.variables[source].levels:
            raise StructureError(
                f"Column '{name}' has {len(levels)} levels in codebook '{codebook.name}', and "
                f"'{source}' has {structure.variables[source].levels} in model '{structure.name}'."
            )
