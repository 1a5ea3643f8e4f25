"""Two samples, or two columns of a frame, as numbers that can be compared."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.survey.survey import Survey

__all__ = ["columns", "deviation", "levels_in_order", "numbers", "two_columns", "two_samples"]

Floats = NDArray[np.float64]


def two_samples(first: str | ArrayLike, second: Data | ArrayLike) -> tuple[Floats, Floats]:
    """Two samples of numbers: from two sequences, or from ``outcome ~ group`` and data.

    From a formula the *second* level comes first, so that effects are its less the first's, as
    coefficients are. Missing values are left out.
    """
    if not isinstance(first, str):
        if isinstance(second, Survey | pd.DataFrame):
            raise AnalysisError("Give a formula and data, or two sequences of numbers.")
        one, other = numbers(first).ravel(), numbers(second).ravel()
        return one[~np.isnan(one)], other[~np.isnan(other)]
    outcome, group = columns(first, second)
    levels = levels_in_order(group)
    if len(levels) != 2:
        raise AnalysisError(f"'{first}' compares two groups; there are {len(levels)}.")
    values = numbers(outcome, outcome.name)
    chosen = (group == levels[1]).to_numpy()
    return values[chosen], values[~chosen]


def two_columns(
    first: str | ArrayLike, second: Data | ArrayLike, what: str
) -> tuple[Floats, Floats]:
    """The complete pairs (n,) of a formula's two columns, or of two sequences."""
    if isinstance(first, str):
        one, other = columns(first, second)
        return numbers(one, one.name), numbers(other, other.name)
    if isinstance(second, Survey | pd.DataFrame):
        raise AnalysisError("Give a formula and data, or two sequences of numbers.")
    x, y = numbers(first), numbers(second)
    if x.shape != y.shape or x.ndim != 1:
        raise AnalysisError(f"{what} two sequences of the same length.")
    both = ~(np.isnan(x) | np.isnan(y))
    return x[both], y[both]


def columns(formula: str, data: object) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """The outcome and the one predictor of a formula, where neither is missing."""
    if not isinstance(data, Survey | pd.DataFrame):
        raise AnalysisError(f"'{formula}' needs data: a survey, scores or a frame.")
    frame = as_frame(data)
    names = [side.strip().strip("`") for side in formula.split("~")]
    if len(names) != 2 or not all(names) or names[0] == names[1]:
        raise AnalysisError(f"'{formula}' is not 'outcome ~ group', with one column a side.")
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    complete = frame[names].dropna()
    return complete[names[0]], complete[names[1]]


def levels_in_order(column: pd.Series[Any]) -> list[object]:
    """The levels that occur: in their order where they are categories, else sorted."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.remove_unused_categories().cat.categories)
    found = column.unique().tolist()
    return sorted(found, key=str if len({*map(type, found)}) > 1 else None)


def numbers(values: object, name: object = None) -> Floats:
    """Values as floats, missing ones as NaN; text and infinite numbers are refused."""
    what = "The values" if name is None else f"'{name}'"
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise AnalysisError(
            f"{what} must be numbers. Compare categories by cs.sizes.cramers_v or odds_ratio."
        ) from None
    if np.isinf(found).any():
        raise AnalysisError(f"{what} must be finite: some are infinite.")
    return found


def deviation(values: Floats, *beside: Floats) -> float:
    """The standard deviation (over n − 1); 0 where values differ by rounding alone.

    ``beside`` are numbers the values were computed from, whose size rounding goes by.
    """
    largest = max(float(np.abs(part).max()) for part in (values, *beside))
    spread = float(values.std(ddof=1))
    return spread if spread > 1e-13 * largest else 0.0
