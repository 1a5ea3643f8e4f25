"""The columns of the data as numbers to impute: kinds, levels, what is missing and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing

__all__ = ["METHODS", "Column", "Method", "read_column"]

Floats = NDArray[np.float64]
Method = Literal["normal", "residual", "pmm", "logit", "ordered", "multinomial", "count"]
METHODS: tuple[Method, ...] = (
    "normal",
    "residual",
    "pmm",
    "logit",
    "ordered",
    "multinomial",
    "count",
)
#: Numbers with fewer values than this, or whole ones, are matched.
_FEW_VALUES = 20
_MOST_LEVELS = 30


@dataclass(frozen=True, repr=False)
class Column:
    """One column as numbers.

    Attributes
    ----------
    numbers
        (n,): numbers, or places among ``levels``; NaN where there is no answer.
    levels
        The levels somebody has, in order; empty for a number.
    wanted
        (n,): no answer, and one to be imputed.
    absent
        (n,): no answer, and none to be imputed: the question was not asked.
    method
        How it is imputed.
    range
        Lowest and highest number there can be.
    """

    name: str
    numbers: Floats
    levels: tuple[Any, ...]
    wanted: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    method: Method
    range: tuple[float, float] = (-np.inf, np.inf)

    @property
    def answered(self) -> NDArray[np.bool_]:
        """(n,): whether there is an answer."""
        return ~(self.wanted | self.absent)

    @property
    def dummies(self) -> bool:
        """Whether the levels enter as one column each but the first."""
        return len(self.levels) > 2

    def encoded(self, values: Floats) -> Floats:
        """(…, width): as it enters regressions of other columns; 0 where not asked."""
        if not self.dummies:
            return np.nan_to_num(values)[..., None]
        return np.asarray(values[..., None] == np.arange(1, len(self.levels)), dtype=float)

    def restored(self, like: pd.Series[Any], values: Floats) -> pd.Series[Any]:
        """The column in the type it came in, from complete values (n,)."""
        if not self.levels:
            return pd.Series(values, index=like.index, name=like.name)
        known = ~np.isnan(values)
        labels = np.empty(len(values), dtype=object)
        labels[known] = np.array([*self.levels, None], dtype=object)[values[known].astype(int)]
        if isinstance(like.dtype, pd.CategoricalDtype):
            return pd.Series(
                pd.Categorical(labels, dtype=like.dtype), index=like.index, name=like.name
            )
        made: Any = pd.Series(labels, index=like.index, name=like.name)
        kinds: dict[type, str] = {bool: "bool" if known.all() else "boolean", int: "float64"}
        kind = kinds.get(type(self.levels[0]), "float64" if _are_numbers(self.levels) else "str")
        return pd.Series(made.astype(kind))


def read_column(
    name: str,
    column: pd.Series[Any],
    absent: NDArray[np.bool_],
    method: str | None,
    limits: tuple[float, float] | None,
) -> Column | str:
    """A column as numbers, or why it cannot take part."""
    if method is not None and method not in METHODS:
        raise AnalysisError(
            f"'{method}' is no way to impute.{did_you_mean(method, METHODS)} "
            f"There are: {listing(METHODS)}."
        )
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return "holds dates"
    missing = column.isna().to_numpy()
    if missing.all():
        return "has no answers"
    levels, values = _levels(column, method)
    if len(levels) > _MOST_LEVELS:
        return f"has more than {_MOST_LEVELS} levels"
    if not levels and not np.isfinite(values[~missing]).all():
        return "holds infinite numbers"
    ranked = isinstance(column.dtype, pd.CategoricalDtype) and bool(column.cat.ordered)
    chosen = _checked(name, method, levels, values[~missing], ranked)
    if chosen in ("normal", "residual", "pmm", "count") and levels:
        numbers = np.array([*map(float, levels)]) if _are_numbers(levels) else None
        if numbers is None:
            raise AnalysisError(f"'{name}' has levels: impute it by logit, ordered or multinomial.")
        values, levels = np.where(missing, np.nan, numbers[np.nan_to_num(values).astype(int)]), ()
    return Column(
        name, values, levels, missing & ~absent, missing & absent, chosen,
        limits or (-np.inf, np.inf),
    )  # fmt: skip


def _levels(column: pd.Series[Any], method: str | None) -> tuple[tuple[Any, ...], Floats]:
    """Levels that occur with places among them, or no levels and numbers."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        codes = np.asarray(column.cat.codes, dtype=float)
        return tuple(column.cat.categories), np.where(codes < 0, np.nan, codes)
    column = column.infer_objects()
    answered = column.dropna()
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
        values = column.to_numpy(dtype=float, na_value=np.nan)
        if answered.nunique() > 2 and method not in ("ordered", "multinomial"):
            return (), values
    places, found = pd.factorize(column, sort=True)
    levels = tuple(value.item() if hasattr(value, "item") else value for value in found)
    return levels, np.where(places < 0, np.nan, places.astype(float))


def _are_numbers(levels: tuple[Any, ...]) -> bool:
    return all(isinstance(level, int | float) for level in levels)


def _checked(
    name: str, method: str | None, levels: tuple[Any, ...], answers: Floats, ranked: bool
) -> Method:
    """The method asked for where the column can take it, or the one that suits it."""
    if method is None:
        many: Method = "ordered" if ranked else "multinomial"
        if levels:
            return "logit" if len(levels) <= 2 else many
        few = (answers == np.round(answers)).all() or len(np.unique(answers)) < _FEW_VALUES
        return "pmm" if few else "residual"
    whole = bool((answers == np.round(answers)).all() and (answers >= 0).all())
    fits = {
        "logit": len(levels) == 2,
        "ordered": len(levels) > 2,
        "multinomial": len(levels) > 2,
        "count": whole and (not levels or _are_numbers(levels)),
    }
    if not fits.get(method, True):
        raise AnalysisError(
            f"'{name}' cannot be imputed by '{method}': logit takes two levels, ordered and "
            "multinomial more than two, count whole numbers from 0."
        )
    return next(known for known in METHODS if known == method)
