"""A column of the source as numbers, and which of its answers may be drawn again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.decision import THRESHOLD
from confstudy.survey.survey import Survey

__all__ = ["Column", "Kind", "column_of", "grain_of"]

Floats = NDArray[np.float64]
Kind = Literal["numeric", "ordered", "nominal"]
_POINTS = 20
_STEPS = (1.0, 0.5, 0.1, 0.05, 0.01, 0.001, 0.0001)


@dataclass(frozen=True, repr=False)
class Column:
    """One variable of the source.

    Attributes
    ----------
    numbers
        (n,) numbers, or positions of levels; NaN where there is no answer. Numbers are held
        between ``low`` and ``high``, at or beyond which ten respondents or more lie.
    reasons
        (n,) 0, or why there is no answer.
    levels
        The labels of the positions; empty for numbers.
    donors
        (n,) whether the answer may be drawn: answers of fewer than ten respondents may not,
        where answers are few and not smoothed.
    grain
        Drawn numbers are multiples of it; 0 where they are drawn as they are.
    """

    name: str
    kind: Kind
    numbers: Floats
    reasons: NDArray[np.int8]
    levels: tuple[str, ...]
    donors: NDArray[np.bool_]
    grain: float = 0.0
    low: float = -np.inf
    high: float = np.inf

    @property
    def smooth(self) -> bool:
        """Whether numbers are drawn between those of the source."""
        return self.grain > 0

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(n,): whether there is an answer."""
        return ~np.isnan(self.numbers)

    def at(self, rows: NDArray[np.intp]) -> Column:
        """The column of some respondents, who were judged among all."""
        return Column(
            self.name, self.kind, self.numbers[rows], self.reasons[rows], self.levels,
            self.donors[rows], self.grain, self.low, self.high,
        )  # fmt: skip


def column_of(survey: Survey, name: str) -> Column:
    """Read one variable of a survey."""
    column = survey.frame[name]
    reasons = np.zeros(len(column), dtype=np.int8)
    if name in survey.reasons:
        reasons = survey.reasons[name].to_numpy().astype(np.int8)
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(float)
        values = np.where(codes < 0, np.nan, codes)
        levels = tuple(map(str, column.cat.categories))
        ordered = bool(column.cat.ordered) or len(levels) == 2
        donors = _common(values)
        return Column(name, "ordered" if ordered else "nominal", values, reasons, levels, donors)
    values = column.to_numpy(dtype=float, copy=True)
    low, high = _limits(values)
    values = np.clip(values, low, high)
    common = _common(values)
    answered = ~np.isnan(values)
    few = len(np.unique(values[answered])) <= _POINTS
    if few and common.sum() >= 0.5 * answered.sum():
        return Column(name, "numeric", values, reasons, (), common, 0.0, low, high)
    enough = answered & (answered.sum() >= THRESHOLD)
    return Column(name, "numeric", values, reasons, (), enough, grain_of(values), low, high)


def _limits(values: Floats) -> tuple[float, float]:
    """The tenth smallest and the tenth largest number; nobody's are beyond them."""
    known = np.sort(values[~np.isnan(values)])
    if len(known) < THRESHOLD:
        return -np.inf, np.inf
    low, high = float(known[THRESHOLD - 1]), float(known[-THRESHOLD])
    return min(low, high), max(low, high)


def _common(values: Floats) -> NDArray[np.bool_]:
    """Whether ten respondents or more gave the same answer."""
    answered = ~np.isnan(values)
    common = np.zeros(len(values), dtype=bool)
    _, place, counts = np.unique(values[answered], return_inverse=True, return_counts=True)
    common[answered] = counts[place] >= THRESHOLD
    return common


def grain_of(values: Floats) -> float:
    """The step that all numbers are multiples of, else a hundredth of their deviation, rounded.

    >>> grain_of(np.array([1.0, 7.0, 12.0])), grain_of(np.array([0.5, 2.0]))
    (1.0, 0.5)
    """
    known = np.unique(values[~np.isnan(values)])
    if len(known) < 2:
        return 1.0
    for step in _STEPS:
        if np.allclose(known / step, np.round(known / step), rtol=0, atol=1e-6):
            return step
    return float(10 ** np.floor(np.log10(known.std() / 100)))
