"""Respondents counted by their answers: the cells of a table, its margins included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.release.cell import Cell
from confstudy.release.decision import THRESHOLD

__all__ = ["ALL", "Tabulation", "tabulate"]

#: What stands where a variable is added up over its levels.
ALL = "All"
_MOST_LEVELS, _MOST_VARIABLES = 60, 4
Place = tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Tabulation:
    """A table of respondents by one to four variables, with all its margins.

    Attributes
    ----------
    names, levels
        The variables, and the levels of each.
    codes
        (n, variables): the level of each row of the data; −1 where a variable is not answered.
    counts
        Respondents in each combination of levels, without the margins; those who answered all
        of the variables count.
    of
        The variables that somebody must have answered to be counted.
    index
        The rows' names.
    """

    names: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[np.int64]
    counts: NDArray[np.int64]
    of: tuple[str, ...]
    index: pd.Index[Any]

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(n,) who answered all of the variables."""
        return np.asarray((self.codes >= 0).all(axis=1))

    @property
    def with_margins(self) -> NDArray[np.int64]:
        """The counts with the sums over each variable as its last level."""
        counts = self.counts
        for axis in range(counts.ndim):
            counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
        return counts

    @property
    def places(self) -> Iterator[Place]:
        """Every cell and margin, the last variable changing fastest."""
        return product(*(range(len(levels) + 1) for levels in self.levels))

    def named(self, place: Place) -> tuple[str, ...]:
        """The levels of a cell; ``All`` where it is added up."""
        return tuple(
            (*levels, ALL)[level] for levels, level in zip(self.levels, place, strict=True)
        )

    def members(self, place: Place) -> NDArray[np.bool_]:
        """(n,) who is in a cell or margin."""
        inside = self.answered
        for axis, level in enumerate(place):
            if level < len(self.levels[axis]):
                inside = inside & (self.codes[:, axis] == level)
        return inside

    def cell(self, place: Place, quantity: str = "count", **options: Any) -> Cell:
        """The cell as what a release remembers of it."""
        named = zip(self.names, self.named(place), strict=True)
        label = ", ".join(f"{name}={level}" for name, level in named if level != ALL) or "all"
        return Cell(label, quantity, self.of, self.index[self.members(place)], **options)


def tabulate(frame: pd.DataFrame, names: Sequence[str], values: str = "") -> Tabulation:
    """Count rows by categorical variables, or by numbers of at most sixty different values.

    With ``values``, only those count who answered that variable, too.

    Raises
    ------
    AnalysisError
        A variable is not there or has too many levels; there are more than four; or the levels
        are themselves answers that few gave.
    """
    known = [str(name) for name in frame.columns]
    absent = [name for name in names if name not in known]
    if absent:
        raise AnalysisError(unknown("Variables", absent, known, "the survey"))
    if not 1 <= len(set(names)) == len(names) <= _MOST_VARIABLES:
        raise AnalysisError(f"A table takes one to {_MOST_VARIABLES} different variables.")
    levels, codes = zip(*(_coded(frame[name]) for name in names), strict=True)
    matrix = np.stack(codes, axis=1)
    if values:
        matrix[frame[values].isna().to_numpy()] = -1
    answered = (matrix >= 0).all(axis=1)
    counts = np.zeros(tuple(map(len, levels)), dtype=np.int64)
    np.add.at(counts, tuple(matrix[answered].T), 1)
    of = (*names, values) if values else tuple(names)
    return Tabulation(tuple(names), levels, matrix, counts, of, frame.index)


def _coded(column: pd.Series[Any]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The levels of a variable as words, and the level of each row."""
    declared = isinstance(column.dtype, pd.CategoricalDtype)
    kept = column if declared else column.astype("category")
    levels = _named(kept.cat.categories)
    if len(levels) > _MOST_LEVELS:
        raise AnalysisError(
            f"'{column.name}' has more than {_MOST_LEVELS} different values: a table takes "
            "levels. Put it into bands first (pd.cut), or name it as values=."
        )
    codes = np.asarray(kept.cat.codes, dtype=np.int64)
    if not declared and (np.bincount(codes[codes >= 0]) < THRESHOLD).any():
        raise AnalysisError(
            f"'{column.name}' has values that fewer than {THRESHOLD} gave, and its rows would be "
            "named by them. Put it into bands first (pd.cut), or declare its levels."
        )
    return levels, codes


def _named(levels: pd.Index[Any]) -> tuple[str, ...]:
    """Levels as words; bands are open at both ends, where the data's own limits would stand."""
    if not isinstance(levels, pd.IntervalIndex) or len(levels) < 2:
        return tuple(str(level) for level in levels)
    below, above = ("to", "over") if levels.closed == "right" else ("under", "from")
    first, last = f"{below} {levels[0].right:g}", f"{above} {levels[-1].left:g}"
    return (first, *(str(level) for level in levels[1:-1]), last)
