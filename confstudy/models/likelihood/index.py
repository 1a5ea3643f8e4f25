"""Likelihoods of linear indices, and Newton's way to their maximum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["IndexModel", "Kernel", "Maximum", "inverse", "maximise"]

Floats = NDArray[np.float64]
Kernel = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""Indices (k, n) to log likelihoods (n,), first (k, n) and second derivatives (k, k, n)."""


@dataclass(frozen=True, repr=False)
class IndexModel:
    """Respondents whose likelihood depends on k linear indices of the same coefficients.

    Attributes
    ----------
    matrices
        k of (n, p): an index is its matrix times the coefficients, plus its offset.
    weights
        (n,): how often each respondent counts.
    offsets
        (k, n).
    """

    kernel: Kernel
    matrices: tuple[Floats, ...]
    weights: Floats
    offsets: Floats | None = None

    def indices(self, coefficients: Floats) -> Floats:
        """The linear indices (k, n) at these coefficients."""
        index = np.stack([matrix @ coefficients for matrix in self.matrices])
        return index if self.offsets is None else index + self.offsets

    def at(self, coefficients: Floats) -> Maximum:
        """Log likelihood, each respondent's score and the information at these coefficients."""
        with np.errstate(all="ignore"):
            rows, first, second = self.kernel(self.indices(coefficients))
            used = self.weights > 0
            value = float(self.weights[used] @ rows[used])
            first, second = (np.where(used, self.weights * part, 0.0) for part in (first, second))
        size = self.matrices[0].shape[1]
        scores, information = np.zeros_like(self.matrices[0]), np.zeros((size, size))
        for place, matrix in enumerate(self.matrices):
            scores += first[place][:, None] * matrix
            information -= matrix.T @ (second[place, place][:, None] * matrix)
            for other in range(place):
                block = matrix.T @ (second[place, other][:, None] * self.matrices[other])
                information -= block + block.T
        return Maximum(coefficients, value, scores, information)


@dataclass(frozen=True, repr=False)
class Maximum:
    """The log likelihood around one point: its value, its scores (n, p), minus its Hessian."""

    coefficients: Floats
    value: float
    scores: Floats
    information: Floats

    @property
    def decrement(self) -> float:
        """Twice the log likelihood that another Newton step would win; infinite without one."""
        gradient = self.scores.sum(axis=0)
        try:
            step = inverse(self.information) @ gradient
        except np.linalg.LinAlgError:
            return float("inf")
        won = float(gradient @ step)
        return won if np.isfinite(won) else float("inf")


def inverse(information: Floats) -> Floats:
    """The inverse of a symmetric, positive definite matrix, whatever the units of its rows.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where it is not positive definite to working precision.
    """
    diagonal = np.diag(information)
    if not np.isfinite(information).all() or diagonal.min(initial=np.inf) <= 0:
        raise np.linalg.LinAlgError("not positive definite")
    scale = np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    if values[0] < 1e-13 * values[-1]:
        raise np.linalg.LinAlgError("not positive definite")
    return np.asarray((vectors / values) @ vectors.T / np.outer(scale, scale))


def maximise(model: IndexModel, start: Floats, *, steps: int = 200) -> Maximum:
    """Climb to a maximum by Newton steps, halved where they overshoot.

    Where the likelihood is not concave, the curvature of each direction counts by its size, so
    that the way still leads upwards. Whether a maximum was reached is for the caller to judge.
    """
    point = model.at(np.asarray(start, dtype=float))
    enough = 1e-14 * max(float(model.weights.mean()), np.finfo(float).tiny)
    for _ in range(steps):
        step = _direction(point)
        won = float(step @ point.scores.sum(axis=0))
        further = _along(model, point, step)
        if further is None or not np.isfinite(won):
            return point
        point = further
        if won < enough:
            return point
    return point


def _direction(point: Maximum) -> Floats:
    gradient = point.scores.sum(axis=0)
    if not np.isfinite(point.information).all() or not np.isfinite(gradient).all():
        return np.zeros_like(gradient)
    scale = np.sqrt(np.abs(np.diag(point.information)))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(point.information / np.outer(scale, scale))
    size = np.maximum(np.abs(values), 1e-9 * np.abs(values).max(initial=1e-300))
    return np.asarray(vectors @ (vectors.T @ (gradient / scale) / size) / scale)


def _along(model: IndexModel, point: Maximum, step: Floats) -> Maximum | None:
    """The first of the halved steps that does not lose likelihood, if any does."""
    slack = 1e-12 * (1 + abs(point.value))
    if not step.any():
        return None
    for halvings in range(40):
        further = model.at(point.coefficients + step / 2**halvings)
        if further.value >= point.value - slack:
            return further
    return None
