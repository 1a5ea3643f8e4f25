"""Separation: predictors that tell some outcomes without error, so that no estimate exists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

__all__ = ["counts_are_separated", "is_separated", "ordered_is_separated"]

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


def counts_are_separated(matrix: Floats, outcome: Floats) -> bool:
    """Whether some predictors occur with a count of 0 only (Correia, Guimarães and Zylkin 2019).

    There is then a direction of the coefficients that leaves the means of all counts above 0 as
    they are and sends the means of some zeros to 0.

    >>> counts_are_separated(np.array([[1, 0.0], [1, 0], [1, 1]]), np.array([2.0, 5, 0]))
    True
    """
    zeros, positive = matrix[outcome == 0], matrix[outcome > 0]
    if not len(zeros):
        return False
    return _has_direction(-zeros, positive)


def _has_direction(rows: Floats, still: Floats | None = None) -> bool:
    """Whether some direction is nowhere negative and somewhere positive over the rows.

    It has to be zero over the rows ``still``.
    """
    both = rows if still is None else np.vstack([rows, still])
    scale = np.abs(both).max(axis=0)
    scale = np.where(scale > 0, scale, 1)
    rows = rows / scale
    fixed = {} if still is None or not len(still) else _zero_over(still / scale)
    found = linprog(
        -rows.sum(axis=0),
        A_ub=np.vstack([-rows, rows]),
        b_ub=np.concatenate([np.zeros(len(rows)), np.ones(len(rows))]),
        bounds=(None, None),
        method="highs",
        **fixed,
    )
    # A direction is stretched until some row is 1; the solver's tolerance stays far below.
    return bool(found.status == 0 and -found.fun > 0.5)


def _zero_over(rows: Floats) -> dict[str, Floats]:
    """The same constraint by as few rows as there are columns."""
    upper = np.asarray(np.linalg.qr(rows)[1])
    return {"A_eq": upper, "b_eq": np.zeros(len(upper))}
