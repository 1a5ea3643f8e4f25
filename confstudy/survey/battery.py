"""Items of one measurement as numbers, from a survey, scores or a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import linalg

from confstudy.codebook.schema import Scale
from confstudy.errors import AnalysisError, listing, unknown
from confstudy.survey.items import keyed
from confstudy.survey.survey import Survey

__all__ = ["Battery", "ItemWarning", "battery", "column_of_weights", "dependent"]

Floats = NDArray[np.float64]


class ItemWarning(UserWarning):
    """An analysis of items was made but cannot be believed, all or in part; its table says so."""


@dataclass(frozen=True, repr=False)
class Battery:
    """Answers (n, k) to the items called ``names``, a missing one NaN."""

    names: tuple[str, ...]
    answers: Floats

    @property
    def complete(self) -> Floats:
        """The rows without a missing answer."""
        return np.asarray(self.answers[~np.isnan(self.answers).any(axis=1)])

    def vary(self, answers: Floats) -> None:
        """Refuse items that everybody answers alike, and tell which."""
        alike = [
            name
            for name, column in zip(self.names, answers.T, strict=True)
            if len(np.unique(column[~np.isnan(column)])) < 2
        ]
        if alike:
            raise AnalysisError(f"Everybody answers {listing(alike)} alike: leave them out.")

    def correlation(self) -> tuple[Floats, int]:
        """Pearson correlations (k, k) of the complete rows, and how many those are."""
        rows = self.complete
        if len(rows) <= len(self.names):
            raise AnalysisError(
                f"{len(self.names)} items need more complete respondents than {len(rows)}."
            )
        self.vary(rows)
        return np.asarray(np.corrcoef(rows, rowvar=False)), len(rows)


def battery(data: Survey | pd.DataFrame, items: str | Sequence[str], least: int = 2) -> Battery:
    """The answers to a scale, several scales, or columns.

    Parameters
    ----------
    data
        Where it is a survey, names of scales stand for their items: reverse-keyed ones are
        turned round, those of a test of knowledge are 1 where right and 0 where wrong.
    items
        A name or several; ordered categories count by their position.
    least
        How many items there must be.

    Raises
    ------
    AnalysisError
        For unknown names, an item named twice, categories without an order, or too few items.

    Examples
    --------
    >>> frame = pd.DataFrame({"one": [1, 2, None], "two": [3, 3, 1]})
    >>> battery(frame, ["one", "two"]).complete.tolist()
    [[1.0, 3.0], [2.0, 3.0]]
    """
    asked = [items] if isinstance(items, str) else list(items)
    scales = data.codebook.scales if isinstance(data, Survey) else {}
    frame = data.frame if isinstance(data, Survey) else data
    known = [*scales, *map(str, frame.columns)]
    absent = [name for name in asked if name not in known]
    if absent:
        raise AnalysisError(unknown("Items", absent, known, "the data"))
    parts = [_part(frame, name, scales.get(name)) for name in asked]
    names = [name for part, _ in parts for name in part]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AnalysisError(f"Items are named twice: {listing(twice)}.")
    if len(names) < least:
        raise AnalysisError(f"This needs {least} items or more, not {listing(names)}.")
    answers = np.column_stack([part for _, part in parts])
    silent = [n for n, c in zip(names, answers.T, strict=True) if np.isnan(c).all()]
    if silent:
        raise AnalysisError(f"Nobody answered {listing(silent)}: leave them out.")
    return Battery(tuple(names), answers)


def dependent(correlation: Floats, names: Sequence[str]) -> list[str]:
    """The items that the others determine, with those they are made of; empty where none is.

    >>> dependent(np.array([[1.0, 1.0, 0.1], [1.0, 1.0, 0.1], [0.1, 0.1, 1.0]]), ["a", "b", "c"])
    ['a', 'b']
    """
    values, vectors = linalg.eigh(correlation)
    null = vectors[:, values < 1e-10 * values[-1]]
    part = np.sqrt((null**2).sum(axis=1))
    return [name for name, size in zip(names, part, strict=True) if size > 1e-5]


def column_of_weights(data: Survey | pd.DataFrame, name: str | None) -> Floats:
    """Weights (n,), 0 for respondents without one; 1 for all where no column is named.

    >>> column_of_weights(pd.DataFrame({"w": [1.5, None]}), "w").tolist()
    [1.5, 0.0]
    """
    frame = data.frame if isinstance(data, Survey) else data
    if name is None:
        return np.ones(len(frame))
    if name not in frame:
        raise AnalysisError(unknown("Columns", [name], map(str, frame.columns), "the data"))
    if not pd.api.types.is_numeric_dtype(frame[name]):
        raise AnalysisError(f"'{name}' holds no numbers: it is no weight.")
    given = frame[name].to_numpy(dtype=float, na_value=np.nan)
    weight = np.where(np.isnan(given), 0.0, given)
    if (weight < 0).any() or np.isinf(weight).any() or not weight.any():
        raise AnalysisError(f"Weights are finite, 0 or more, and not all 0; '{name}' has others.")
    return np.asarray(weight)


def _part(frame: pd.DataFrame, name: str, scale: Scale | None) -> tuple[list[str], Floats]:
    if scale is not None:
        return list(scale.items), keyed(frame, scale)
    column = frame[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        if not column.cat.ordered and len(column.cat.categories) > 2:
            raise AnalysisError(f"The levels of '{name}' have no order: it is no item of a scale.")
        codes = column.cat.codes.to_numpy(dtype=float)
        return [name], np.where(codes < 0, np.nan, codes)[:, None]
    if not pd.api.types.is_numeric_dtype(column):
        raise AnalysisError(f"'{name}' holds no numbers: it is no item of a scale.")
    answers = column.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(answers).any():
        raise AnalysisError(f"'{name}' holds infinite numbers.")
    return [name], answers[:, None]
