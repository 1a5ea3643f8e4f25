"""How closely linked tables bound a hidden count, though they do not give it away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from confstudy.release.differencing.span import Array
from confstudy.release.differencing.system import Number, System

__all__ = ["bounded", "interval"]

_MOST = 400
_SLACK = 1e-6


def interval(rows: Array, sizes: Array, wanted: Array) -> tuple[float, float]:
    """Smallest and largest count of a set that agree with the counts of other sets.

    Parameters
    ----------
    rows
        (sets, atoms) whose counts are known.
    sizes
        (atoms,) the respondents there are; only the counts of the sets are used.
    wanted
        (atoms,) the set that is hidden.

    Examples
    --------
    >>> rows = np.array([[1.0, 1, 0], [0, 1, 1]])
    >>> interval(rows, np.array([4.0, 20, 30]), np.array([1.0, 0, 0]))
    (0.0, 24.0)
    """
    known = rows.any(axis=1)
    ends = []
    for sign in (1, -1):
        found = linprog(sign * wanted, A_eq=rows[known], b_eq=rows[known] @ sizes, bounds=(0, None))
        ends.append(float(found.fun) * sign if found.status == 0 else np.nan)
    low, high = ends
    return (max(0.0, low) if np.isfinite(low) else 0.0), (high if np.isfinite(high) else np.inf)


def bounded(system: System, threshold: int) -> Iterator[tuple[Number, NDArray[np.int64]]]:
    """Hidden counts under the threshold that new numbers bound too closely.

    Parameters
    ----------
    system
        The known numbers, with imagined respondents in hidden empty cells.
    threshold
        A hidden count may be anything from 0 to this, or one less.

    Yields
    ------
    Number, ndarray
        The hidden count and the places of the sets that bound it.

    Notes
    -----
    Only tables that are coarser or finer than that of the hidden count are linked, at most 400
    numbers. What its own table, or what left before, says already is not held against the new.
    """
    for number, packed in zip(system.hidden, system.packed, strict=True):
        if not 0 < number.published.n < threshold:
            continue
        linked, before = _linked(system, number)
        if linked.sum() > _MOST or (linked == before).all():
            continue
        if system.span(before).contains(system.rows[linked & ~before]).all():
            continue
        rows, sizes, wanted = _split(system, packed)
        if _close(*interval(rows[linked], sizes, wanted), threshold) and not _close(
            *interval(rows[before], sizes, wanted), threshold
        ):
            yield number, np.flatnonzero(linked)


def _linked(system: System, hidden: Number) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The sets linked to a hidden number, and those of them that are no news of it."""
    linked, own = (np.zeros(len(system.behind), dtype=bool) for _ in range(2))
    for place, group in enumerate(system.behind):
        linked[place] = any(one.of <= hidden.of or one.of >= hidden.of for one in group)
        own[place] = any(one.table == hidden.table for one in group)
    return linked, linked & (own if hidden.new else system.old)


def _close(low: float, high: float, threshold: int) -> bool:
    narrow = high < threshold - _SLACK and high - low < threshold - 1 - _SLACK
    return low > _SLACK or narrow


def _split(system: System, packed: NDArray[np.uint8]) -> tuple[Array, Array, Array]:
    """Atoms parted by a hidden set: their rows, their sizes, and which are in it."""
    inside = system.atom[np.flatnonzero(np.unpackbits(packed))]
    real = int(system.atom.max(initial=-1)) + 1
    within = np.bincount(inside[inside >= 0], minlength=len(system.sizes)).astype(float)
    # Imagined respondents are nobody; a hidden one in no known set is bounded by nothing.
    beyond = np.where(np.arange(len(within)) < real, system.sizes - within, 0.0)
    kept = np.arange(len(within)) >= real
    alone = np.zeros((len(system.rows), 1))
    rows = np.concatenate([system.rows[:, within > 0], system.rows[:, (beyond > 0) | kept]], axis=1)
    sizes = np.concatenate([within[within > 0], beyond[(beyond > 0) | kept]])
    wanted = (np.arange(len(sizes)) < (within > 0).sum()).astype(float)
    if (inside < 0).any():
        rows, sizes = np.concatenate([rows, alone], axis=1), np.append(sizes, (inside < 0).sum())
        wanted = np.append(wanted, 1.0)
    return rows, sizes, wanted
