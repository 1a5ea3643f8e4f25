"""Microaggregation: numbers become the means of small groups of alike respondents."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["BLOCK", "averaged", "mdav"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
#: Rows among which distances are compared: above it, the rows are cut into blocks first.
BLOCK = 20_000


def mdav(numbers: Floats, size: int) -> NDArray[np.int64]:
    """Group rows that are alike, each group with ``size`` to 2 · ``size`` − 1 rows.

    Parameters
    ----------
    numbers
        (n, variables), none missing; they are standardised here.
    size
        The least number of rows in a group, 2 or more; n must reach it.

    Returns
    -------
    array
        (n,) the group of each row, from 0.

    Notes
    -----
    Maximum distance to average vector (Domingo-Ferrer and Mateo-Sanz 2002; the generic form of
    Domingo-Ferrer and Torra 2005): the row farthest from the centre takes its nearest rows,
    the row farthest from that one takes its own, until fewer than 3 · ``size`` are left. It
    takes time in n² / ``size``; above 20,000 rows, blocks along the first principal component
    are grouped apart. The order of the rows does not matter but between equal ones.

    Examples
    --------
    >>> mdav(np.array([[1.0], [9.0], [2.0], [10.0], [1.5], [9.5]]), 3)
    array([0, 1, 0, 1, 0, 1])
    """
    n = len(numbers)
    spread = numbers.std(axis=0)
    scaled = (numbers - numbers.mean(axis=0)) / np.where(spread > 0, spread, 1)
    order = np.lexsort(numbers.T[::-1])
    blocks = [order]
    if n > BLOCK:
        first = np.linalg.eigh(scaled.T @ scaled)[1][:, -1]
        along = order[np.argsort(scaled[order] @ first, kind="stable")]
        blocks = np.array_split(along, min(-(-n // BLOCK), n // size))
    group = np.zeros(n, dtype=np.int64)
    count = 0
    for block in blocks:
        for rows in _groups(scaled[block], size):
            group[block[rows]] = count
            count += 1
    return group


def _groups(points: Floats, size: int) -> list[Rows]:
    left = np.arange(len(points))
    groups = []

    def take(around: Floats) -> None:
        nonlocal left
        near = np.argpartition(_distances(points[left], around), size - 1)[:size]
        groups.append(left[near])
        left = np.delete(left, near)

    while len(left) >= 2 * size:
        two = len(left) >= 3 * size
        far = points[left[_distances(points[left], points[left].mean(axis=0)).argmax()]]
        other = points[left[_distances(points[left], far).argmax()]]
        take(far)
        if two:
            take(other)
    groups.append(left)
    return [rows for rows in groups if len(rows)]


def _distances(points: Floats, centre: Floats) -> Floats:
    gap = points - centre
    return np.asarray(np.einsum("ij,ij->i", gap, gap))


def averaged(frame: pd.DataFrame, size: int) -> tuple[pd.DataFrame, dict[str, NDArray[np.bool_]]]:
    """Replace numbers by the means of their groups; say which cells had to be blanked.

    Respondents are grouped with those who left the same variables unanswered. Where fewer
    than ``size`` did, their numbers are blanked.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": [20.0, 22, 60, 62, None]})
    >>> done, blanked = averaged(frame, 2)
    >>> done["age"].tolist(), int(blanked["age"].sum())
    ([21.0, 21.0, 61.0, 61.0, nan], 0)
    """
    numbers = frame.to_numpy(dtype=float)
    answered = ~np.isnan(numbers)
    result = np.full_like(numbers, np.nan)
    patterns, which = np.unique(answered, axis=0, return_inverse=True)
    for place, pattern in enumerate(patterns):
        rows = np.flatnonzero(which.reshape(-1) == place)
        if len(rows) < size or not pattern.any():
            continue
        part = numbers[np.ix_(rows, np.flatnonzero(pattern))]
        group = mdav(part, size)
        members = np.bincount(group)
        for column, values in zip(np.flatnonzero(pattern), part.T, strict=True):
            result[rows, column] = (np.bincount(group, values) / members)[group]
    blanked = answered & np.isnan(result)
    done = pd.DataFrame(result, index=frame.index, columns=frame.columns)
    return done, {str(name): blanked[:, place] for place, name in enumerate(frame.columns)}
