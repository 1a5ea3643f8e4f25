"""From starts to the maximum: Fisher scoring, then Newton's steps with the exact Hessian."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Found", "Objective", "maximise", "weak_directions"]

Floats = NDArray[np.float64]
_CLOSE = 1e-20
_GOOD = 1e-12
_ENOUGH = 1e-10


class Objective(Protocol):
    """What is maximised."""

    def value(self, parameters: Floats) -> float:
        """Minus infinity outside the parameter space."""

    def gradient(self, parameters: Floats) -> Floats:
        """(q,)."""

    def expected(self, parameters: Floats) -> Floats:
        """(q, q), never indefinite."""

    def observed(self, parameters: Floats) -> Floats:
        """(q, q), minus the Hessian."""


@dataclass(frozen=True, repr=False)
class Found:
    """Where a search ended; ``decrement`` is twice what a Newton step would still gain."""

    parameters: Floats
    converged: bool
    steps: int
    decrement: float


def maximise(objective: Objective, start: Floats, most: int = 500, *, exact: bool = True) -> Found:
    """Climb until the Newton decrement is below 1e-20, or no step gains anything.

    Without ``exact`` scoring alone is used, and a decrement below 1e-10 is enough: a hundred
    thousandth of a standard error.
    """
    try:
        return _maximise(objective, start, most, exact)
    except np.linalg.LinAlgError:
        return Found(start, False, 0, np.inf)


def _maximise(objective: Objective, start: Floats, most: int, exact: bool) -> Found:
    at, value = start, objective.value(start)
    decrement, newton = np.inf, False
    if not np.isfinite(value):
        return Found(start, False, 0, np.inf)
    for step in range(most):
        slope = objective.gradient(at)
        if not np.isfinite(slope).all():
            return Found(at, False, step, np.inf)
        move = _move(objective, at, slope, newton)
        decrement = float(slope @ move)
        if abs(decrement) < (_CLOSE if exact else _ENOUGH):
            return Found(at, True, step, decrement)
        newton = exact and decrement < 1e-2
        moved, gained = _climb(objective, at, value, move, decrement)
        if moved is None:
            return Found(at, decrement < _GOOD, step, decrement)
        at, value = moved, gained
    return Found(at, decrement < _GOOD, most, decrement)


def _move(objective: Objective, at: Floats, slope: Floats, newton: bool) -> Floats:
    """Newton's step where the Hessian allows it, else one of scoring."""
    if newton:
        move = _solved(objective.observed(at), slope)
        if move is not None:
            return move
    curve = objective.expected(at)
    move = _solved(curve, slope)
    if move is not None:
        return move
    scale = 1 / np.sqrt(np.maximum(np.diag(curve), 1e-300))
    values, vectors = np.linalg.eigh(curve * np.outer(scale, scale))
    values = np.maximum(values, 1e-7 * values[-1])
    return np.asarray(scale * (vectors @ ((vectors.T @ (scale * slope)) / values)))


def _solved(curve: Floats, slope: Floats) -> Floats | None:
    """curve⁻¹ slope, or nothing where the curve is not safely positive definite."""
    diagonal = np.diag(curve)
    if not (diagonal > 0).all():
        return None
    scale = 1 / np.sqrt(diagonal)
    scaled = curve * np.outer(scale, scale)
    try:
        factor = np.linalg.cholesky(scaled)
    except np.linalg.LinAlgError:
        return None
    if np.diag(factor).min() < 1e-4:
        return None
    return np.asarray(scale * np.linalg.solve(scaled, scale * slope))


def _climb(
    objective: Objective, at: Floats, value: float, move: Floats, decrement: float
) -> tuple[Floats | None, float]:
    """The first of ever shorter steps that gains; nothing where none does."""
    size = 1.0
    for _ in range(40):
        moved = at + size * move
        gained = objective.value(moved)
        enough = value + 1e-4 * size * decrement - 1e-11 * (1 + abs(value)) * (decrement < 1e-6)
        if gained >= enough:
            return moved, gained
        size /= 2
    return None, value


def weak_directions(information: Floats, names: tuple[str, ...]) -> list[str]:
    """The parameters that are not determined: those in directions without information."""
    diagonal = np.diag(information)
    flat = [name for name, size in zip(names, diagonal, strict=True) if not size > 0]
    if flat:
        return flat
    scale = 1 / np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(information * np.outer(scale, scale))
    weak = values < 1e-9 * max(values[-1], 1)
    involved = (np.abs(vectors[:, weak]) > 0.05).any(axis=1)
    return [name for name, tied in zip(names, involved, strict=True) if tied]
