"""What of a table of respondents may be published together with all its margins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.release.decision import Decision, Rules
from confstudy.release.suppression.primary import CLASS, goals, primary, with_margins
from confstudy.release.suppression.search import Search

__all__ = ["Suppression", "suppression"]

_AXES = 4
#: Corners of boxes that are priced in all; a table that needs more is too fine to be of use.
_CORNERS = 200_000_000


@dataclass(frozen=True, repr=False)
class Suppression:
    """Which numbers of a table are hidden, and why.

    Attributes
    ----------
    hidden
        (l1 + 1, …, lk + 1), margins as last levels: True where a number is not shown.
    primary
        Same shape: hidden for its own sake, not to protect another.
    reason
        Same shape: "threshold", "complement", "class disclosure", "other rule", "secondary",
        or "" where the number is shown.
    decision
        Passing with how many are hidden; failing where nothing may be shown.
    """

    hidden: NDArray[np.bool_]
    primary: NDArray[np.bool_]
    reason: NDArray[np.object_]
    decision: Decision


def suppression(
    counts: NDArray[np.int64],
    *,
    rules: Rules | None = None,
    classes: int | Sequence[int] | None = None,
    also: NDArray[np.bool_] | None = None,
) -> Suppression:
    """Hide the small counts of a table, and as many others as keep them from being worked out.

    Hidden for their own sake are counts and margins from 1 to the threshold less 1, cells that
    leave so few of a margin, and the cells of a group that is all in one level of an outcome.
    Further cells, the fewest respondents first, are hidden until an attacker who knows all that
    is shown must hold for possible that

    - a small count is zero, and that it reaches the threshold;
    - what a cell leaves of its margin is nobody;
    - a hidden zero of a group of one kind reaches the threshold;
    - a cell hidden for another reason holds fewer than it does, by the threshold or to the last.

    Each is shown by a whole-numbered table that agrees with all numbers shown, so neither linear
    bounds nor whole numbers tell more. Then no union of cells with fewer respondents than the
    threshold can be determined either: it consists of small counts, each of which may be larger.

    Parameters
    ----------
    counts
        (l1, …, lk) respondents in each combination of levels, without margins; k is 1 to 4.
    rules
        The threshold; official statistics' where not given.
    classes
        The axis of an outcome, for the rule on groups of one kind (0 % or 100 %); several where
        any of them could be one, the outcome proper last.
    also
        Cells to be hidden for another reason, such as dominance: the shape of ``counts``, or
        one more on each axis to name margins, too.

    Returns
    -------
    Suppression
        ``hidden``, ``primary`` and ``reason`` over the table with its margins; ``decision``.

    Raises
    ------
    AnalysisError
        The counts are no table of whole numbers with one to four axes, or the other arguments
        do not fit them.

    Notes
    -----
    Assumes: the attacker knows the table's form and that counts are not negative. Does not show:
    protection from one who knows some respondents' answers, or from other tables; the latter is
    for differencing. The whole is always shown where it reaches the threshold, and zeros are
    hidden only where a group of one kind would follow from them.

    Source: Fischetti and Salazar (2001), Management Science 47, 1008-1027, for the problem.

    Examples
    --------
    >>> found = suppression(np.array([[40, 50, 60], [3, 70, 80], [90, 85, 95]]))
    >>> found.hidden.astype(int)
    array([[1, 1, 0, 0],
           [1, 1, 0, 0],
           [0, 0, 0, 0],
           [0, 0, 0, 0]])
    >>> found.decision.reason
    '4 of 16 numbers are hidden'
    """
    limit = (rules or Rules()).threshold
    axes = [] if classes is None else [classes] if isinstance(classes, int) else list(classes)
    full = with_margins(_table(counts, axes))
    reason = primary(full, limit, axes, _named(also, full))
    first = np.asarray(reason != "", dtype=bool)
    people = int(full.flat[-1])
    if first.flat[-1] and people:
        small = f"fewer than {limit} respondents are in it" if people < limit else "it is hidden"
        return _nothing(first, reason, Decision("fail", str(reason.flat[-1]), small))
    if axes and counts.shape[axes[-1]] == 1 and people:
        alike = Decision("fail", CLASS, "its outcome has one level only, so that all are in it")
        return _nothing(first, reason, alike)
    if int(first.sum()) * full.size * 2**full.ndim > _CORNERS:
        why = "it has too many small cells to be protected: use fewer variables or levels"
        return _nothing(first, reason, Decision("fail", "threshold", why))
    search = Search(full, first, goals(full, reason, limit))
    if not search.protect():
        why = "no pattern of hidden cells was found that protects it: use fewer levels"
        return _nothing(first, reason, Decision("fail", "secondary", why))
    reason[search.hidden & ~first] = "secondary"
    done = f"{int(search.hidden.sum())} of {full.size} numbers are hidden"
    return Suppression(search.hidden, first, reason, Decision("pass", "suppression", done))


def _nothing(
    first: NDArray[np.bool_], reason: NDArray[np.object_], decision: Decision
) -> Suppression:
    """Everything hidden."""
    reason[~first] = "secondary"
    return Suppression(np.ones(first.shape, dtype=bool), first, reason, decision)


def _table(counts: NDArray[np.int64], classes: Sequence[int]) -> NDArray[np.int64]:
    """The counts, or an AnalysisError that names what is wrong with them."""
    if not 1 <= counts.ndim <= _AXES or not counts.size:
        raise AnalysisError(f"A table of respondents has one to {_AXES} axes and no empty one.")
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise AnalysisError("Counts of respondents are whole numbers from 0 on.")
    allowed = list(range(counts.ndim))
    for axis in classes:
        if axis not in allowed:
            raise AnalysisError(f"No axis {axis} in the table: classes= is one of {allowed}.")
    return counts.astype(np.int64)


def _named(also: NDArray[np.bool_] | None, full: NDArray[np.int64]) -> NDArray[np.bool_]:
    """The cells hidden for another reason, over the table with its margins."""
    named = np.zeros(full.shape, dtype=bool)
    core = tuple(slice(0, -1) for _ in full.shape)
    if also is not None and also.shape == full.shape:
        named |= also
    elif also is not None and also.shape == named[core].shape:
        named[core] |= also
    elif also is not None:
        shapes = f"{named[core].shape}, or {full.shape} with margins"
        raise AnalysisError(f"also= has the shape {also.shape}; the table has {shapes}.")
    return named
