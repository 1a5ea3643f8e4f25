"""The two values of an exposure that a mediation analysis compares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError, listing

__all__ = ["Contrast", "contrast_of"]


@dataclass(frozen=True)
class Contrast:
    """The value the effect is of, and the value it is compared with.

    ``smallest`` counts the respondents of the smaller group of a categorical exposure, all
    respondents otherwise.
    """

    name: str
    to: Any
    start: Any
    smallest: int

    @property
    def low_high(self) -> tuple[Any, Any]:
        """Reference first."""
        return self.start, self.to

    @property
    def said(self) -> str:
        """The comparison in words."""
        return f"{_shown(self.to)} against {_shown(self.start)}"

    def set(self, rows: pd.DataFrame, value: Any) -> pd.DataFrame:
        """The rows with everybody's exposure at the value."""
        dtype = rows[self.name].dtype
        if isinstance(dtype, pd.CategoricalDtype):
            repeated = pd.Categorical([value] * len(rows), dtype=dtype)
            return rows.assign(**{self.name: pd.Series(repeated, index=rows.index)})
        return rows.assign(**{self.name: float(value)})


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, int | float | np.number) else str(value)


def contrast_of(
    column: pd.Series[Any], name: str, levels: tuple[object, object] | None
) -> Contrast:
    """The contrast asked for, from the first level to the second.

    By default from the lower of two values to the higher, or one unit around the mean.
    """
    if levels is not None and (not isinstance(levels, tuple | list) or len(levels) != 2):
        raise AnalysisError("'levels' are two values: levels=(from, to).")
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _of_categories(column, name, levels)
    values = column.to_numpy(dtype=float)
    distinct = np.unique(values)
    if levels is None:
        centre = float(values.mean())
        ends = distinct if len(distinct) == 2 else (centre - 0.5, centre + 0.5)
        start, to = map(float, ends)
    else:
        start, to = _as_numbers(levels, name)
    if to == start:
        raise AnalysisError(f"The two levels of '{name}' are the same: nothing is compared.")
    counts = [int((values == end).sum()) for end in (to, start)] if len(distinct) == 2 else []
    return Contrast(name, to, start, min(counts or [len(values)]))


def _as_numbers(levels: tuple[object, object], name: str) -> tuple[float, float]:
    start, to = (
        float(level) if isinstance(level, int | float | np.number) else np.nan for level in levels
    )
    if not np.isfinite([start, to]).all():
        raise AnalysisError(f"'{name}' is a number: give two finite numbers as levels.")
    return start, to


def _of_categories(
    column: pd.Series[Any], name: str, levels: tuple[object, object] | None
) -> Contrast:
    counts = column.value_counts()
    known = list(column.cat.categories)
    if levels is None and len(known) == 2:
        levels = (known[0], known[1])
    common = [level for level in known if counts.get(level, 0) >= 10]
    shown = f" Levels: {listing(common)}." if common else ""
    if levels is None:
        raise AnalysisError(f"'{name}' has {len(known)} levels: say levels=(from, to).{shown}")
    if any(level not in known for level in levels):
        raise AnalysisError(f"'{name}' has no such level.{shown}")
    if levels[0] == levels[1]:
        raise AnalysisError(f"The two levels of '{name}' are the same: nothing is compared.")
    return Contrast(
        name, levels[1], levels[0], min(int((column == level).sum()) for level in levels)
    )
