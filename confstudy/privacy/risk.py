"""How easily somebody could be picked out, or their answers guessed, by what others know of them.

All measures are computed on coded categoricals: a group is the respondents who share every
quasi-identifier, a missing value being a category of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import CodebookMismatch, unknown

__all__ = ["Groups", "Risk", "class_sizes", "risk"]

Codes = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Groups:
    """Respondents grouped by their quasi-identifiers: (n,) group of each, (groups,) sizes."""

    names: tuple[str, ...]
    group: Codes
    sizes: Codes

    @classmethod
    def of(cls, frame: pd.DataFrame, names: Sequence[str]) -> Groups:
        """Group the rows of a frame."""
        absent = [name for name in names if name not in frame.columns]
        if absent:
            raise CodebookMismatch(
                unknown("Quasi-identifiers", absent, map(str, frame), "the data")
            )
        group = np.zeros(len(frame), dtype=np.int64)
        count = 1
        for name in names:
            codes, levels = coded(frame[name])
            group, count = _dense(group * levels + codes, count * levels)
        return cls(tuple(names), group, np.bincount(group, minlength=count if len(frame) else 0))

    def unsafe(self, k: int, sensitive: Sequence[pd.Series[Any]], l: int) -> NDArray[np.bool_]:  # noqa: E741
        """(groups,): whether a group is smaller than ``k`` or less diverse than ``l``."""
        unsafe = self.sizes < k
        for column in sensitive:
            unsafe = unsafe | ((_Sensitive.of(column, self).counts > 0).sum(axis=1) < l)
        return np.asarray(unsafe)

    @property
    def sizes_of_rows(self) -> Codes:
        """For each respondent, how many share their group."""
        return self.sizes[self.group]


@dataclass(frozen=True)
class Risk:
    """Disclosure risk of a data set: sizes and distances only, never rows.

    Attributes
    ----------
    k
        Size of the smallest group (Sweeney 2002).
    unique, below
        Respondents alone in their group, and in groups smaller than ``required``.
    l, t, delta
        For each sensitive variable: fewest distinct values in a group (l-diversity,
        Machanavajjhala 2007), largest distance of a group's distribution from the overall one
        (t-closeness, Li 2007), and largest absolute log ratio of a value's share in a group to
        its overall share (δ-disclosure, Brickell 2008; infinite where a group lacks a value).
    """

    quasi_identifiers: tuple[str, ...]
    required: int
    k: int
    groups: int
    unique: int
    below: int
    l: dict[str, int]  # noqa: E741
    t: dict[str, float]
    delta: dict[str, float]

    def __bool__(self) -> bool:
        return self.k >= self.required

    @property
    def table(self) -> pd.DataFrame:
        """One row a measure: measure, variable, value."""
        quasi = " × ".join(self.quasi_identifiers)
        rows: list[tuple[str, str, float]] = [
            ("k reached", quasi, self.k),
            ("k required", quasi, self.required),
            ("groups", quasi, self.groups),
            ("respondents in groups under k", quasi, self.below),
            ("respondents alone in their group", quasi, self.unique),
        ]
        for name in self.l:
            rows += [
                ("l-diversity", name, self.l[name]),
                ("t-closeness", name, self.t[name]),
                ("δ-disclosure", name, self.delta[name]),
            ]
        return pd.DataFrame(rows, columns=["measure", "variable", "value"])


def class_sizes(frame: pd.DataFrame, quasi_identifiers: Sequence[str]) -> Codes:
    """For each row, how many rows share its quasi-identifiers.

    >>> class_sizes(pd.DataFrame({"age": ["a", "a", None, None, "b"]}), ["age"])
    array([2, 2, 2, 2, 1])
    """
    return Groups.of(frame, quasi_identifiers).sizes_of_rows


def risk(
    frame: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    sensitive: Sequence[str] = (),
    k: int = 5,
) -> Risk:
    """Measure k-anonymity, and l-diversity, t-closeness and δ-disclosure of sensitive variables.

    Parameters
    ----------
    frame
        One row a respondent.
    quasi_identifiers
        Columns that somebody who knows the respondent may know.
    sensitive
        Columns that they should not learn.
    k
        The smallest group that is acceptable.

    Examples
    --------
    >>> people = pd.DataFrame({"age": ["20s"] * 6 + ["60s"] * 2, "told": ["yes", "no"] * 4})
    >>> found = risk(people, ["age"], ["told"])
    >>> found.k, found.l["told"], found.t["told"]
    (2, 2, 0.0)
    """
    groups = Groups.of(frame, quasi_identifiers)
    sizes = groups.sizes
    few = sizes[sizes < k]
    measured = {name: _Sensitive.of(frame[name], groups) for name in sensitive}
    return Risk(
        quasi_identifiers=groups.names,
        required=k,
        k=int(sizes.min()) if groups.names and len(sizes) else max(k, len(frame)),
        groups=len(sizes),
        unique=int((sizes == 1).sum()) if groups.names else 0,
        below=int(few.sum()) if groups.names else 0,
        l={name: part.diversity for name, part in measured.items()},
        t={name: part.closeness for name, part in measured.items()},
        delta={name: part.disclosure for name, part in measured.items()},
    )


@dataclass(frozen=True, repr=False)
class _Sensitive:
    """Counts of a sensitive variable's values, groups × values, and whether these are ordered."""

    counts: NDArray[np.float64]
    ordered: bool

    @classmethod
    def of(cls, column: pd.Series[Any], groups: Groups) -> _Sensitive:
        codes, levels = coded(column, keep_order=True)
        joint = np.bincount(groups.group * levels + codes, minlength=len(groups.sizes) * levels)
        counts = joint.reshape(len(groups.sizes), levels).astype(float)
        ordered = pd.api.types.is_numeric_dtype(column) or bool(
            getattr(column.dtype, "ordered", False)
        )
        return cls(counts[:, counts.any(axis=0)], ordered)

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))

    @cached_property
    def overall(self) -> NDArray[np.float64]:
        total = self.counts.sum(axis=0)
        return np.asarray(total / total.sum())

    @property
    def diversity(self) -> int:
        return int((self.counts > 0).sum(axis=1).min())

    @property
    def closeness(self) -> float:
        """Earth mover's distance: over ranks where values are ordered, else equal distances."""
        gap = self.shares - self.overall
        if not self.ordered or gap.shape[1] < 2:
            return float(np.abs(gap).sum(axis=1).max() / 2)
        return float(np.abs(np.cumsum(gap, axis=1)).sum(axis=1).max() / (gap.shape[1] - 1))

    @property
    def disclosure(self) -> float:
        with np.errstate(divide="ignore"):
            return float(np.abs(np.log(self.shares / self.overall)).max())


def coded(column: pd.Series[Any], *, keep_order: bool = False) -> tuple[Codes, int]:
    """Codes 0 … levels − 1 of a column, missing being the last, and the number of levels.

    ``keep_order`` makes the codes follow the order of numbers and of ordered categories.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy().astype(np.int64)
        levels = len(column.cat.categories)
    else:
        found, distinct = pd.factorize(column, sort=keep_order and _sortable(column))
        codes, levels = found.astype(np.int64), len(distinct)
    missing = codes < 0
    if missing.any():
        codes, levels = np.where(missing, levels, codes), levels + 1
    return codes, max(levels, 1)


def _sortable(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column)


def _dense(codes: Codes, count: int) -> tuple[Codes, int]:
    """Renumber codes without gaps, by a table where there is room for one, else by sorting."""
    if len(codes) == 0:
        return codes, 0
    if count <= 4 * len(codes) + 1024:
        seen = np.zeros(count, dtype=np.int64)
        seen[codes] = 1
        number = np.cumsum(seen) - 1
        return number[codes], int(number[-1]) + 1
    distinct, renumbered = np.unique(codes, return_inverse=True)
    return renumbered.astype(np.int64), len(distinct)
