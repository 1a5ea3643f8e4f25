"""Durations and events as arrays: who is at risk when, checked once for every estimator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, as_frame

__all__ = [
    "Times",
    "checked",
    "clusters_of",
    "codes_of",
    "happened",
    "joined",
    "numbers_of",
    "read_times",
    "strata_of",
]

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Booleans = NDArray[np.bool_]
_MOST_GROUPS = 20


@dataclass(frozen=True, repr=False)
class Times:
    """What is known of each respondent's time.

    Attributes
    ----------
    entry, time
        (n,): under observation after ``entry`` (``-inf`` from the start) and until ``time``.
    event
        (n,): whether the event happened at ``time``; else it was not seen to happen.
    weight
        (n,), positive.
    group
        (n,): position in ``groups``.
    clusters
        (n,): 0 to G − 1, each respondent alone where no cluster was asked for.
    dropped
        Rows that lacked a value.
    robust
        Whether standard errors must allow for weights or clusters.
    """

    entry: Floats
    time: Floats
    event: Booleans
    weight: Floats
    group: Integers
    groups: tuple[str, ...]
    clusters: Integers
    dropped: int
    robust: bool

    def part(self, rows: Booleans) -> Times:
        """The respondents of these rows."""
        names = ("entry", "time", "event", "weight", "group", "clusters")
        return replace(self, **{name: getattr(self, name)[rows] for name in names})

    def of_group(self, place: int) -> Times:
        """The respondents of one group."""
        return self.part(self.group == place)


def read_times(
    data: Data,
    time: str,
    event: str,
    *,
    by: str | None = None,
    entry: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
) -> Times:
    """The complete rows of the named columns, as arrays."""
    whole = as_frame(data)
    wanted = [name for name in (time, event, by, entry, weights, cluster) if name is not None]
    absent = [name for name in wanted if name not in whole.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, whole.columns), "the data"))
    complete = whole[list(dict.fromkeys(wanted))].notna().all(axis=1).to_numpy()
    weight = _weights(whole[weights], weights, complete) if weights else complete.astype(float)
    used = complete & (weight > 0)
    if not used.any():
        raise AnalysisError(f"No row has '{time}' and '{event}': there is no time to follow.")
    frame = whole.loc[used]
    starts, stops = checked(frame, time, entry)
    group, groups = _groups(frame[by], by) if by else (np.zeros(len(frame), dtype=np.intp), ("",))
    clusters = clusters_of(frame, cluster) if cluster else np.arange(len(frame))
    if pd.Series(clusters).groupby(group).nunique().min() < 2 and cluster:
        raise AnalysisError(
            f"A group of '{by}' has one '{cluster}' only: its standard error needs two or more."
        )
    return Times(
        entry=starts,
        time=stops,
        event=happened(frame[event], event),
        weight=weight[used],
        group=group,
        groups=groups,
        clusters=clusters,
        dropped=int((~complete).sum()),
        robust=bool(weights or cluster),
    )


def checked(frame: pd.DataFrame, time: str, entry: str | None) -> tuple[Floats, Floats]:
    """When each row comes under observation and until when."""
    stop = numbers_of(frame[time], time)
    if entry is None:
        if stop.min() < 0:
            raise AnalysisError(f"'{time}' has negative times: count from the start of therapy.")
        return np.full(len(stop), -np.inf), joined(stop)
    both = joined(np.concatenate([numbers_of(frame[entry], entry), stop]))
    start, stop = both[: len(stop)], both[len(stop) :]
    if (start >= stop).any():
        rows = int((start >= stop).sum())
        raise AnalysisError(
            f"In {rows:,} rows '{entry}' is not before '{time}': a row covers (start, stop]."
        )
    return start, stop


def joined(values: Floats) -> Floats:
    """Times that differ by rounding alone, made equal, so that ties are ties.

    >>> len(np.unique(joined(np.array([0.3, 0.1 + 0.2, 0.4]))))
    2
    """
    ordered, place = np.unique(values, return_inverse=True)
    tolerance = 1e-9 * np.abs(ordered[1:]) + 1e-13 * np.abs(ordered).mean()
    first = np.concatenate([[True], np.diff(ordered) > tolerance])
    return np.asarray(ordered[first][np.cumsum(first) - 1][place])


def numbers_of(column: pd.Series[Any], name: str) -> Floats:
    """A column as finite numbers."""
    if not pd.api.types.is_numeric_dtype(column):
        raise AnalysisError(f"'{name}' holds no numbers: a time is a number, such as weeks.")
    values = column.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        raise AnalysisError(f"'{name}' has infinite values.")
    return values


def happened(column: pd.Series[Any], name: str) -> Booleans:
    """Whether the event was seen: 1, True, or the second of two levels."""
    if pd.api.types.is_bool_dtype(column):
        return column.to_numpy(dtype=bool)
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(dtype=float)
        if np.isin(values, (0.0, 1.0)).all():
            return np.asarray(values == 1)
    else:
        kept = column if isinstance(column.dtype, pd.CategoricalDtype) else _as_levels(column)
        if len(kept.cat.categories) > 2:
            kept = kept.cat.remove_unused_categories()
        if len(kept.cat.categories) == 2:
            return np.asarray(kept.cat.codes == 1)
    raise AnalysisError(
        f"'{name}' does not say whether the event happened: it takes 0 and 1, or two levels of "
        "which the second is the event."
    )


def _as_levels(column: pd.Series[Any]) -> pd.Series[Any]:
    return pd.Series(pd.Categorical(column.astype(str)), index=column.index)


def codes_of(column: pd.Series[Any]) -> Integers:
    """Groups as 0 to G − 1, in the order of their levels."""
    return np.asarray(pd.factorize(column, sort=True)[0], dtype=np.intp)


def clusters_of(frame: pd.DataFrame, name: str) -> Integers:
    """The clusters of a column, two or more, as 0 to G − 1."""
    groups = codes_of(frame[name])
    if groups.max() < 1:
        raise AnalysisError(f"'{name}' has one group only: clustered errors need two or more.")
    return groups


def strata_of(frame: pd.DataFrame, names: Sequence[str]) -> tuple[Integers, tuple[str, ...]]:
    """The strata that combine the levels of some columns, and their names."""
    if not names:
        return np.zeros(len(frame), dtype=np.intp), ("",)
    grouped = frame.groupby(list(names), observed=True, sort=True)
    labels = [", ".join(map(str, np.atleast_1d(np.array(key, dtype=object)))) for key, _ in grouped]
    return np.asarray(grouped.ngroup(), dtype=np.intp), tuple(labels)


def _weights(column: pd.Series[Any], name: str | None, complete: Booleans) -> Floats:
    values = np.zeros(len(column))
    values[complete] = numbers_of(column[complete], str(name))
    if (values < 0).any():
        raise AnalysisError(f"'{name}' has negative weights.")
    return values


def _groups(column: pd.Series[Any], name: str | None) -> tuple[Integers, tuple[str, ...]]:
    codes, levels = pd.factorize(column, sort=True)
    if len(levels) > _MOST_GROUPS:
        raise AnalysisError(
            f"'{name}' has {len(levels):,} different values, more than {_MOST_GROUPS} groups: "
            "cut it into a few."
        )
    return np.asarray(codes, dtype=np.intp), tuple(map(_label, levels))


def _label(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)
