"""Which columns are imputed, from which others: quick predictors, scales, limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.missing.columns import Column
from confstudy.models.missing.derived import Derived

__all__ = ["Plan", "Predictors", "chosen_predictors", "correlations"]

Floats = NDArray[np.float64]
Predictors = float | Mapping[str, Sequence[str]] | pd.DataFrame | None
_MOST = 40


@dataclass(frozen=True, repr=False)
class Plan:
    """What to impute from what.

    Attributes
    ----------
    columns, derived
        Everything that can predict; columns with ``wanted`` rows are imputed.
    predictors
        For each imputed column, the names it is predicted from.
    cluster
        (n,) 0 to J − 1, where respondents come in clusters.
    reference
        (column, level) by imputed column: everybody without an answer is drawn as if of that
        level.
    shift
        By imputed column: added to its prediction while the chains run.
    notes
        Sentences on what was left out, and why.
    """

    columns: Mapping[str, Column]
    derived: tuple[Derived, ...]
    predictors: Mapping[str, tuple[str, ...]]
    cluster: NDArray[np.intp] | None
    reference: Mapping[str, tuple[str, float]]
    shift: Mapping[str, float]
    notes: tuple[str, ...]

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to impute, the most complete first."""
        wanted = [name for name, column in self.columns.items() if column.wanted.any()]
        return tuple(sorted(wanted, key=lambda name: int(self.columns[name].wanted.sum())))

    @property
    def rows(self) -> int:
        """Respondents."""
        return len(next(iter(self.columns.values())).numbers)


def chosen_predictors(
    columns: Mapping[str, Column], derived: tuple[Derived, ...], asked: Predictors
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The predictors of each incomplete column, and notes on those left out.

    Without a word from the user: everything but what is computed from the column itself; the
    items of a scale are predicted from each other, and stand for other columns by their score.
    Where a regression would have more than one coefficient to five answers, or over forty, the
    strongest.
    """
    targets = [name for name, column in columns.items() if column.wanted.any()]
    eligible = {name: _eligible(name, columns, derived) for name in targets}
    if isinstance(asked, pd.DataFrame):
        asked = {
            str(name): [str(other) for other in asked.columns[row.to_numpy(dtype=bool)]]
            for name, row in asked.iterrows()
        }
    if isinstance(asked, Mapping):
        return {**eligible, **_named(asked, columns, derived)}, []
    found, cut = {}, 0
    strength = correlations(columns)
    for name, names in eligible.items():
        near = {other: _strength(strength, name, other, derived) for other in names}
        if asked is not None:
            names = tuple(other for other in names if near[other] >= asked)
        found[name] = _within(names, near, _room(columns[name]), columns)
        cut += len(found[name]) < len(names)
    said = f"{cut} columns are imputed from their strongest predictors only (see .predictors)"
    return found, [said] if cut else []


def correlations(columns: Mapping[str, Column]) -> pd.DataFrame:
    """Largest |r| of each column (rows) or of its being missing with each other (columns).

    Of pairwise complete respondents (van Buuren, Boshuizen and Knook 1999).
    """
    parts, owners = [], []
    for name, column in columns.items():
        block = column.encoded(column.numbers)
        block[~column.answered] = np.nan
        parts.append(block)
        owners += [name] * block.shape[1]
    values = pd.DataFrame(np.concatenate(parts, axis=1))
    with np.errstate(all="ignore"):
        among = np.abs(values.corr().to_numpy())
    strength = pd.DataFrame(among, index=owners, columns=owners).fillna(0.0)
    strength = strength.groupby(level=0, sort=False).max().T.groupby(level=0, sort=False).max().T
    targets = [name for name, column in columns.items() if column.wanted.any()]
    gaps = np.column_stack([columns[name].wanted for name in targets]).astype(float)
    of_gaps = pd.DataFrame(_with_gaps(gaps, values.to_numpy()), index=targets, columns=owners)
    of_gaps = of_gaps.T.groupby(level=0, sort=False).max().T[strength.columns]
    strength.loc[targets] = np.maximum(strength.loc[targets], of_gaps)
    return strength


def _with_gaps(gaps: Floats, values: Floats) -> Floats:
    """|r| of indicators (n, g) with columns (n, c), over who answered each; 0 where undefined."""
    known = (~np.isnan(values)).astype(float)
    filled = np.nan_to_num(values - np.nanmean(values, axis=0))
    count = np.maximum(known.sum(axis=0), 1)
    share = gaps.T @ known / count
    product = gaps.T @ filled / count
    spread = np.sqrt(share * (1 - share) * ((filled**2).sum(axis=0) / count))
    ratio = np.divide(product, spread, out=np.zeros_like(product), where=spread > 1e-12)
    return np.asarray(np.abs(ratio))


def _eligible(
    name: str, columns: Mapping[str, Column], derived: tuple[Derived, ...]
) -> tuple[str, ...]:
    scales = [part for part in derived if part.scale]
    mine = {item for part in scales if name in part.sources for item in part.sources}
    items = {item for part in scales for item in part.sources} - mine
    computed = [part.name for part in derived if name not in part.sources]
    plain = [other for other in columns if other != name and other not in items]
    return (*plain, *computed)


def _named(
    asked: Mapping[str, Sequence[str]],
    columns: Mapping[str, Column],
    derived: tuple[Derived, ...],
) -> dict[str, tuple[str, ...]]:
    own = {part.name: part.sources for part in derived}
    known = [*columns, *own]
    for name, others in asked.items():
        absent = [other for other in (name, *others) if other not in known]
        if absent:
            raise AnalysisError(unknown("Predictors", absent, known, "the data"))
        if name in others or any(name in own.get(other, ()) for other in others):
            raise AnalysisError(f"'{name}' cannot be imputed from itself.")
    return {
        name: tuple(others)
        for name, others in asked.items()
        if name in columns and columns[name].wanted.any()
    }


def _strength(table: pd.DataFrame, name: str, other: str, derived: tuple[Derived, ...]) -> float:
    sources = next((part.sources for part in derived if part.name == other), (other,))
    return max(float(table.loc[name, source]) for source in sources)  # type: ignore[arg-type]


def _room(column: Column) -> int:
    """How many numbers may predict a column."""
    sets = len(column.levels) - 1 if column.method == "multinomial" else 1
    return max(3, min(_MOST, int(column.answered.sum()) // 5) // max(sets, 1))


def _within(
    names: tuple[str, ...], strength: Mapping[str, float], room: int, columns: Mapping[str, Column]
) -> tuple[str, ...]:
    """The strongest predictors that fit into the room, in their own order."""
    kept, used = set(), 0
    for name in sorted(names, key=lambda name: -strength[name]):
        column = columns.get(name)
        width = len(column.levels) - 1 if column is not None and column.dummies else 1
        if used + width <= room:
            kept.add(name)
            used += width
    return tuple(name for name in names if name in kept)
