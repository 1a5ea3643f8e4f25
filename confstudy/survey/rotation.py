"""Turning factors so that they can be read: varimax, promax and oblimin."""

from __future__ import annotations

from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.survey.factors import Factors, oblique

__all__ = ["ROTATIONS", "Rotation", "promax", "rotated", "varimax"]

Floats = NDArray[np.float64]
Rotation = Literal["oblimin", "promax", "varimax", "none"]
ROTATIONS = ("oblimin", "promax", "varimax", "none")


def rotated(solution: Factors, rotation: Rotation) -> Factors:
    """The same factors turned, the one that explains most first.

    >>> rotated(Factors(np.eye(4)[:, :2], np.zeros(4), np.eye(2), True), "none").loadings.shape
    (4, 2)
    """
    if rotation not in ROTATIONS:
        raise AnalysisError(
            f"'{rotation}' is no rotation here.{did_you_mean(rotation, ROTATIONS)} "
            f"There are: {listing(ROTATIONS)}."
        )
    if rotation == "none" or solution.loadings.shape[1] == 1:
        return solution
    turn = {"varimax": varimax, "promax": promax, "oblimin": oblique}[rotation]
    found = turn(solution)
    explained = np.diag(found.correlations @ found.loadings.T @ found.loadings)
    order = np.argsort(-explained, kind="stable")
    signs = np.where(found.loadings[:, order].sum(axis=0) < 0, -1.0, 1.0)
    correlations = found.correlations[np.ix_(order, order)] * np.outer(signs, signs)
    loadings = found.loadings[:, order] * signs
    return Factors(loadings, found.uniqueness, correlations, found.heywood)


def varimax(solution: Factors, rounds: int = 2000) -> Factors:
    """Uncorrelated factors with loadings as far apart as can be.

    Raises
    ------
    AnalysisError
        When the rotation does not come to rest.

    Notes
    -----
    Kaiser (1958): the largest sum over factors of the variance of squared loadings, of items
    brought to one communality first. Factors are turned two at a time by the angle that is best
    in their plane, until none turns.

    Examples
    --------
    >>> simple = np.kron(np.eye(2), np.ones((3, 1))) * 0.7
    >>> turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    >>> found = varimax(Factors(simple @ turn, 1 - 0.49 * np.ones(6), np.eye(2), False))
    >>> np.abs(found.loadings).max(axis=1).round(6).tolist()
    [0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
    """
    length = np.sqrt((solution.loadings**2).sum(axis=1, keepdims=True))
    length[length == 0] = 1.0
    turned, turn = solution.loadings / length, np.eye(solution.loadings.shape[1])
    for _ in range(rounds):
        largest = 0.0
        for pair in combinations(range(len(turn)), 2):
            angle = _angle(*turned[:, pair].T)
            plane = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            turned[:, pair], turn[:, pair] = turned[:, pair] @ plane, turn[:, pair] @ plane
            largest = max(largest, abs(angle))
        if largest < 1e-10:
            done = solution.loadings @ turn
            return Factors(done, solution.uniqueness, np.eye(len(turn)), solution.heywood)
    raise AnalysisError(f"The rotation of {len(turn)} factors did not come to rest.")


def _angle(x: Floats, y: Floats) -> float:
    """By which two factors are turned in their plane for the largest criterion."""
    u, v = x**2 - y**2, 2 * x * y
    across = 2 * (u @ v - u.sum() * v.sum() / len(u))
    along = u @ u - v @ v - (u.sum() ** 2 - v.sum() ** 2) / len(u)
    # Where the criterion is the same at every angle, noise must not turn anything.
    if np.hypot(across, along) < 1e-12 * len(u):
        return 0.0
    return float(np.arctan2(across, along)) / 4


def promax(solution: Factors, power: int = 4) -> Factors:
    """Factors that may correlate, turned from varimax towards its own fourth powers.

    Notes
    -----
    Hendrickson and White (1964): the least-squares turn of the varimax loadings to loadings of
    the same sign whose size is raised to ``power``.

    Examples
    --------
    >>> simple = np.kron(np.eye(2), np.ones((3, 1))) * 0.7
    >>> found = promax(Factors(simple, 1 - 0.49 * np.ones(6), np.eye(2), False))
    >>> found.correlations.round(6).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    straight = varimax(solution).loadings
    target = straight * np.abs(straight) ** (power - 1)
    turn = np.linalg.lstsq(straight, target, rcond=None)[0]
    turn = turn * np.sqrt(np.diag(np.linalg.inv(turn.T @ turn)))
    back = np.linalg.inv(turn)
    correlations = back @ back.T
    return Factors(straight @ turn, solution.uniqueness, correlations, solution.heywood)
