"""Separation: predictors that tell some outcomes without error, so that no estimate exists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

__all__ = ["is_separated", "ordered_is_separated"]

Floats = NDArray[np.float64]


def is_separated(matrix: Floats, outcome: Floats) -> bool:
    """Whether a binary outcome is (quasi-)completely separated (Albert and Anderson 1984).

    Decided by linear programming (Konis 2007): there is a direction of the coefficients that
    moves no respondent's chance away from what was observed, and somebody's towards it.

    >>> is_separated(np.array([[1, 0.0], [1, 1], [1, 2]]), np.array([0.0, 0, 1]))
    True
    """
    signs = np.where(outcome > 0, 1.0, -1.0)
    return _has_direction(signs[:, None] * matrix)


def ordered_is_separated(matrix: Floats, rank: NDArray[np.intp]) -> bool:
    """The same for ordered outcomes: no threshold may be passed by who stands below it."""
    cuts = int(rank.max())
    below = np.eye(cuts)
    upper = np.hstack([-matrix, np.vstack([below, np.zeros(cuts)])[rank]])[rank < cuts]
    lower = np.hstack([matrix, -np.vstack([np.zeros(cuts), below])[rank]])[rank > 0]
    return _has_direction(np.vstack([upper, lower]))


def _has_direction(rows: Floats) -> bool:
    """Whether some direction is nowhere negative and somewhere positive over the rows."""
    scale = np.abs(rows).max(axis=0)
    rows = rows / np.where(scale > 0, scale, 1)
    found = linprog(
        -rows.sum(axis=0),
        A_ub=np.vstack([-rows, rows]),
        b_ub=np.concatenate([np.zeros(len(rows)), np.ones(len(rows))]),
        bounds=(None, None),
        method="highs",
    )
    # A direction is stretched until some row is 1; the solver's tolerance stays far below.
    return bool(found.status == 0 and -found.fun > 0.5)
