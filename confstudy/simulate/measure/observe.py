"""What a file would hold of each client: the columns of a codebook, all answered."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.read import read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.errors import StructureError, listing
from confstudy.simulate.measure.columns import Coded, Instrument, instruments_of
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.structure import Structure

__all__ = ["Coded", "observed", "observed_frame", "shown_by"]

Values = Mapping[str, NDArray[np.float64]]


def shown_by(structure: Structure, columns: Collection[str] | None = None) -> set[str]:
    """The variables that must be known to fill these columns; all columns unless named."""
    used = _used(_checked(structure)[1], columns)
    return {name for instrument in used for name in instrument.needs}


def observed(
    structure: Structure,
    population: Population,
    values: Values,
    columns: Collection[str] | None = None,
) -> dict[str, Coded]:
    """The named columns of the model's codebook, or all, for the clients looked at."""
    codebook, by_column = _checked(structure)
    drawn: dict[str, Coded] = {}
    for instrument in _used(by_column, columns):
        drawn |= instrument.draw(population, values)
    return {name: drawn[name] for name in codebook.kept if columns is None or name in columns}


def observed_frame(
    structure: Structure,
    population: Population,
    values: Values,
    columns: Collection[str] | None = None,
) -> pd.DataFrame:
    """The same as a frame: items as whole numbers, the others as their words."""
    found = {}
    for name, column in observed(structure, population, values, columns).items():
        if column.labels:
            words = np.array(column.labels, dtype=object)[column.codes]
            found[name] = pd.Series(words, dtype="str")
        else:
            wide = column.codes.max(initial=0) > np.iinfo(np.int8).max
            found[name] = pd.Series(column.codes).astype("Int16" if wide else "Int8")
    return pd.DataFrame(found)


@lru_cache(maxsize=16)
def _codebook(name: str) -> Codebook:
    return read_codebook(name)


def _used(by_column: Mapping[str, Instrument], columns: Collection[str] | None) -> list[Instrument]:
    """Each instrument that fills a named column, once."""
    names = by_column if columns is None else [name for name in by_column if name in columns]
    return list({id(by_column[name]): by_column[name] for name in names}.values())


def _checked(structure: Structure) -> tuple[Codebook, dict[str, Instrument]]:
    """The codebook, and what fills each of its columns: the model gives every one of them."""
    codebook = _codebook(structure.codebook)
    kept = codebook.kept
    found = {
        name: instrument
        for instrument in instruments_of(structure, codebook)
        for name in instrument.columns
        if name in kept
    }
    absent = [name for name in kept if name not in found]
    if absent:
        raise StructureError(
            f"Model '{structure.name}' does not say where these columns of codebook "
            f"'{codebook.name}' come from: {listing(absent)}. Name each under 'columns', or what "
            "it belongs to under 'scales', 'tests', 'questions' or 'vignettes'."
        )
    for name, instrument in found.items():
        levels, declared = instrument.levels.get(name), codebook.variables[name].categories
        if levels is not None and set(levels) - set(declared):
            raise StructureError(
                f"Column '{name}' of codebook '{codebook.name}' lacks levels of model "
                f"'{structure.name}': {listing(sorted(set(levels) - set(declared)))}."
            )
    return codebook, found
