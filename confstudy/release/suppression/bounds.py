"""What an attacker can work out about the hidden numbers of a published table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from confstudy.errors import AnalysisError
from confstudy.release.suppression.moves import additivity

__all__ = ["bounds"]


def bounds(shown: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The smallest and the largest number that each cell of a published table can stand for.

    For an audit of any table with margins, however its cells were hidden. All that is used is
    that cells are not negative and add up to their margins; and, where all shown numbers are
    whole, that the hidden ones are whole, too.

    Parameters
    ----------
    shown
        (l1 + 1, …, lk + 1) the published numbers, margins as last levels; NaN where hidden.

    Returns
    -------
    low, high
        Same shape; both are the number where it is shown, and ``high`` is infinite where
        nothing limits it.

    Raises
    ------
    AnalysisError
        The shown numbers do not add up, are negative, or have no margins.

    Examples
    --------
    >>> nan = np.nan
    >>> low, high = bounds(np.array([[nan, nan, 43], [nan, nan, 73], [63, 53, 116]]))
    >>> low[0, :2], high[0, :2]
    (array([0., 0.]), array([43., 43.]))
    """
    if min(shown.shape, default=0) < 2:
        raise AnalysisError("A published table has at least one level and a margin on each axis.")
    hidden = np.flatnonzero(np.isnan(shown))
    low, high = shown.astype(float), shown.astype(float)
    whole = bool((np.nan_to_num(shown) % 1 == 0).all())
    sums = additivity(shown.shape)
    right = -(sums @ np.nan_to_num(shown).ravel())
    limits = LinearConstraint(sums[:, hidden], right, right)
    if not _adds_up(shown, limits, len(hidden)):
        raise AnalysisError(
            "The shown numbers cannot be those of one table: some are negative or do not add up "
            "to their margins. Margins are the last level of each axis."
        )
    endless = _endless(np.isnan(shown)).ravel()
    for place, cell in enumerate(hidden):
        low.flat[cell] = _extreme(limits, place, 1, whole)
        high.flat[cell] = np.inf if endless[cell] else _extreme(limits, place, -1, whole)
    return low, high


def _adds_up(shown: NDArray[np.float64], limits: LinearConstraint, unknown: int) -> bool:
    if (shown < 0).any():
        return False
    if not unknown:
        return bool(np.allclose(limits.lb, 0))
    return milp(np.zeros(unknown), constraints=limits, bounds=Bounds(0)).x is not None


def _extreme(limits: LinearConstraint, place: int, sign: int, whole: bool) -> float:
    """The least (sign 1) or most (−1) of one unknown; whole numbers only where that matters."""
    cost = np.zeros(csr_array(limits.A).shape[1])
    cost[place] = sign
    found = milp(cost, constraints=limits, bounds=Bounds(0))
    if whole and np.abs(found.x - np.rint(found.x)).max() > 1e-6:
        found = milp(cost, constraints=limits, bounds=Bounds(0), integrality=np.ones(len(cost)))
    return round(float(found.x[place])) if whole else float(found.x[place])


def _endless(hidden: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Cells that no shown number limits: an inner cell in them is in hidden margins only."""
    core = tuple(slice(0, -1) for _ in hidden.shape)
    free = hidden[core].copy()
    for place in np.ndindex(free.shape):
        if free[place]:
            ends = zip(place, hidden.shape, strict=True)
            free[place] = hidden[np.ix_(*([level, size - 1] for level, size in ends))].all()
    for axis in range(hidden.ndim):
        free = np.concatenate([free, free.any(axis=axis, keepdims=True)], axis=axis)
    return np.asarray(free & hidden)
