"""Which respondents an estimate is of: complete rows, a subpopulation, groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.survey.design import AnyDesign, sample_of
from confstudy.models.survey.sample import Sample

__all__ = ["Columns", "Domain", "columns_of", "prepared"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_TAKEN = (
    *("term", "estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
    *("n", "deff", "note"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Domain:
    """A subpopulation: its part of the sample, and its name."""

    sample: Sample
    group: str


@dataclass(frozen=True, eq=False, repr=False)
class Columns:
    """Complete rows of the variables asked for, in domains.

    Attributes
    ----------
    frame
        All N rows, the columns named.
    domains
        One, or one a level of ``by``.
    dropped
        Rows of the subpopulation that lack a variable.
    """

    frame: pd.DataFrame
    domains: tuple[Domain, ...]
    dropped: int

    @property
    def used(self) -> pd.Index[Any]:
        """The rows in any of the domains, by their index."""
        inside = np.any([domain.sample.rows for domain in self.domains], axis=0)
        return self.frame.index[inside]


def prepared(
    names: Sequence[str], data: Data, design: AnyDesign, by: str, where: ArrayLike | None
) -> Columns:
    """Rows that have every variable named, by group; the design stays that of all rows.

    Raises
    ------
    AnalysisError
        Unknown columns, a ``where`` that is not one true or false a row, nobody left.
    """
    frame = as_frame(data)
    wanted = list(dict.fromkeys([*names, *([by] if by else [])]))
    absent = [name for name in wanted if name not in frame]
    if absent or not wanted:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    if by in _TAKEN:
        raise AnalysisError(f"The table has a column '{by}' of its own: rename that of 'by'.")
    sample = sample_of(data, design)
    if where is not None:
        sample = sample.within(_mask(where, frame.index))
    asked = sample.n
    sample = sample.within(frame[wanted].notna().all(axis=1).to_numpy())
    if not sample.domain_weights.sum() > 0:
        raise AnalysisError(
            f"Nobody has all of {listing(wanted)} and a weight: nothing to estimate."
        )
    domains = [Domain(sample, "")]
    if by:
        codes, levels = _grouped(frame[by])
        domains = [Domain(sample.within(codes == code), str(v)) for code, v in enumerate(levels)]
        domains = [part for part in domains if part.sample.domain_weights.sum() > 0]
    return Columns(frame[wanted], tuple(domains), asked - sample.n)


def columns_of(frame: pd.DataFrame, name: str) -> tuple[list[str], Floats]:
    """A variable as numbers: one column, or one a level that is 1 for those who have it."""
    column = frame[name]
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        known = np.nan_to_num(values, nan=0.0, posinf=np.inf, neginf=-np.inf)
        if not np.isfinite(known).all():
            raise AnalysisError(f"'{name}' holds infinite numbers.")
        return [name], known[:, None]
    codes, levels = _grouped(column)
    indicator = (codes[:, None] == np.arange(len(levels))).astype(float)
    return [f"{name}[{level}]" for level in levels], indicator


def _grouped(column: pd.Series[str]) -> tuple[NDArray[np.intp], list[object]]:
    """Codes (−1 where missing) and the levels that occur, in their order."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        used = column.cat.remove_unused_categories()
        return np.asarray(used.cat.codes, dtype=np.intp), list(used.cat.categories)
    codes, levels = pd.factorize(column, sort=True)
    if any(isinstance(level, tuple | list) for level in levels):
        raise AnalysisError(f"'{column.name}' holds lists: a level is one value.")
    return np.asarray(codes, dtype=np.intp), list(levels)


def _mask(where: ArrayLike, index: pd.Index[Any]) -> Bools:
    if isinstance(where, pd.Series) and len(where) == len(index) and not where.index.equals(index):
        raise AnalysisError("'where' has other row labels than the data, or another order.")
    column = pd.Series(where) if np.ndim(where) == 1 else pd.Series(dtype=object)
    if len(column) != len(index) or column.isna().any() or column.dtype not in ("bool", "boolean"):
        raise AnalysisError("'where' takes one true or false a row of the data, none missing.")
    return np.asarray(column, dtype=bool)
