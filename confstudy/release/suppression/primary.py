"""The cells of a table that must be hidden for their own sake, and what hiding must achieve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["CLASS", "COMPLEMENT", "OTHER", "SMALL", "Goal", "goals", "primary", "with_margins"]

SMALL, COMPLEMENT, CLASS, OTHER = "threshold", "complement", "class disclosure", "other rule"


@dataclass(frozen=True, repr=False)
class Goal:
    """Other tables that must agree with everything shown.

    Attributes
    ----------
    changes
        One entry a table: by how many respondents cells (flat numbers) are to differ in it.
    zeros
        Whether cells of nobody may be hidden to that end.
    """

    changes: tuple[dict[int, int], ...]
    zeros: bool = False

    @property
    def largest(self) -> int:
        """The largest change."""
        return max(abs(by) for change in self.changes for by in change.values())


def with_margins(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The counts with the sums over each axis as its last level.

    >>> with_margins(np.array([[1, 2], [3, 4]]))
    array([[ 1,  2,  3],
           [ 3,  4,  7],
           [ 4,  6, 10]])
    """
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis=axis, keepdims=True)], axis=axis)
    return counts


def primary(
    full: NDArray[np.int64], threshold: int, classes: Sequence[int], also: NDArray[np.bool_]
) -> NDArray[np.object_]:
    """Which rule hides each cell of a table with margins; "" where none does.

    Parameters
    ----------
    full
        (l1 + 1, …, lk + 1) respondents, the margins as last levels.
    threshold
        Fewest respondents that a number may stand for.
    classes
        The axes of outcomes: a group that is all in one level of one is hidden.
    also
        Shape of ``full``: cells hidden for another reason.
    """
    reason = np.full(full.shape, "", dtype=object)
    reason[also] = OTHER
    for axis in range(full.ndim):
        left = _left(full, axis)
        reason[(full > 0) & (left > 0) & (left < threshold)] = COMPLEMENT
    for axis in classes:
        inner = np.moveaxis(full, axis, -1)[..., :-1]
        alike = (inner > 0).sum(axis=-1) == 1
        np.moveaxis(reason, axis, -1)[..., :-1][alike] = CLASS
    reason[(full > 0) & (full < threshold)] = SMALL
    return reason


def goals(full: NDArray[np.int64], reason: NDArray[np.object_], threshold: int) -> list[Goal]:
    """What an attacker must hold for possible, the hardest first.

    A small count may be zero and may be the threshold; what a cell leaves of its margin may be
    nobody; a cell that is zero in a group of one kind may hold the threshold; a cell hidden for
    another reason may hold fewer.
    """
    counts, why = full.ravel(), reason.ravel()
    wanted = []
    for cell in np.flatnonzero(why != ""):
        count = int(counts[cell])
        if why[cell] == SMALL:
            wanted.append(Goal(({int(cell): threshold - count}, {int(cell): -count})))
        elif why[cell] == CLASS and not count:
            wanted.append(Goal(({int(cell): threshold},), zeros=True))
        elif why[cell] == OTHER and count:
            wanted.append(Goal(({int(cell): -min(count, threshold)},)))
    for axis in range(full.ndim):
        wanted += _emptied(full, axis, threshold, bool((why == CLASS).any()))
    return sorted(wanted, key=lambda goal: -goal.largest)


def _left(full: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    """Each cell's margin along the axis without it; 0 for the margins themselves."""
    return np.asarray(np.take(full, [-1], axis=axis) - full)


def _emptied(full: NDArray[np.int64], axis: int, threshold: int, zeros: bool) -> list[Goal]:
    """All that a cell leaves of its margin may be nobody.

    One cell alone has its own goal, unless ``zeros`` may be hidden beside it.
    """
    number = np.moveaxis(np.arange(full.size).reshape(full.shape), axis, -1)
    lines, left = np.moveaxis(full, axis, -1), np.moveaxis(_left(full, axis), axis, -1)
    found = []
    for place in np.argwhere((lines > 0) & (left > 0) & (left < threshold)):
        line, level = tuple(place[:-1]), place[-1]
        counts = np.delete(lines[line][:-1], level)
        if (counts > 0).sum() > 1 or (zeros and len(counts) > 1):
            cells = np.delete(number[line][:-1], level)
            found.append(Goal((dict(zip(cells.tolist(), (-counts).tolist(), strict=True)),)))
    return found
