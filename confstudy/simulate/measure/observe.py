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
    used = _used(structure, columns)[1]
    return {name for instrument in used for name in instrument.needs}


def observed(
    structure: Structure,
    population: Population,
    values: Values,
    columns: Collection[str] | None = None,
) -> dict[str, Coded]:
    """The named columns of the model's codebook, or all, for the clients looked at."""
    codebook, used = _used(structure, columns)
    drawn: dict[str, Coded] = {}
    for instrument in used:
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


def _used(
    structure: Structure, columns: Collection[str] | None
) -> tuple[Codebook, list[Instrument]]:
    """The codebook, and each instrument that fills a column asked for, once."""
    codebook = _codebook(structure.codebook)
    asked = [name for name in codebook.kept if columns is None or name in columns]
    found = {
        name: instrument
        for instrument in instruments_of(structure, codebook)
        for name in instrument.columns
    }
    absent = [name for name in asked if name not in found]
    if absent:
        raise StructureError(
            f"Model '{structure.name}' does not say where these columns of codebook "
            f"'{codebook.name}' come from: {listing(absent)}. Name each under 'columns', or what "
            "it belongs to under 'scales', 'tests', 'questions' or 'vignettes'; or ask for other "
            f"columns only: {listing([name for name in codebook.kept if name in found])}."
        )
    for name in asked:
        _require_levels(structure, codebook, name, found[name].levels.get(name, ()))
    return codebook, list({id(found[name]): found[name] for name in asked}.values())


def _require_levels(
    structure: Structure, codebook: Codebook, name: str, levels: tuple[str, ...]
) -> None:
    lacking = sorted(set(levels) - set(codebook.variables[name].categories))
    if lacking:
        raise StructureError(
            f"Column '{name}' of codebook '{codebook.name}' lacks levels of model "
            f"'{structure.name}': {listing(lacking)}."
        )
