"""Find a minimum from exact gradients, judge it, and say where it lies on the boundary."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

__all__ = ["Minimum", "differences", "find_minimum", "pseudo_inverse"]

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]


@dataclass(frozen=True, repr=False)
class Minimum:
    """Where a deviance is least: the point, value, gradient, Hessian and what is wrong with it."""

    point: Floats
    value: float
    gradient: Floats
    hessian: Floats
    problems: tuple[str, ...]


def find_minimum(
    objective: Objective, starts: Sequence[Floats], zeros: NDArray[np.intp]
) -> Minimum:
    """Quasi-Newton steps, then Newton steps to the last digit.

    The deviance is smooth and even in the columns of a relative factor, so no bounds are needed:
    an estimate on the boundary is a parameter near 0. Those at ``zeros`` that are, and that may
    be exactly 0 at no loss, are made 0; a search that ended there is repeated from the next
    start. The minimum is judged by the Newton decrement.
    """
    point = _descended(objective, starts[0], zeros)
    for start in starts[1:]:
        value = objective(point)[0]
        if np.isfinite(value) and point[zeros].all():
            break
        again = _descended(objective, start, zeros)
        if not objective(again)[0] > value - 1e-9:
            point = again
    value, gradient = objective(point)
    hessian = differences(lambda p: objective(p)[1], point)
    return Minimum(point, value, gradient, hessian, _judge(gradient, hessian))


def _descended(objective: Objective, start: Floats, zeros: NDArray[np.intp]) -> Floats:
    found = minimize(
        _finite(objective), start, jac=True, method="BFGS", options={"gtol": 1e-5, "maxiter": 500}
    )
    point = _polished(objective, np.asarray(found.x))
    small = zeros[np.abs(point[zeros]) < 1e-3]
    if len(small):
        snapped = point.copy()
        snapped[small] = 0.0
        if objective(snapped)[0] <= objective(point)[0] + 1e-7:
            point = _polished(objective, snapped)
    return point


def _finite(objective: Objective) -> Objective:
    """A line search steps back from a large number, but not from an infinite one."""

    def bounded(point: Floats) -> tuple[float, Floats]:
        value, gradient = objective(point)
        if np.isfinite(value) and np.isfinite(gradient).all():
            return value, gradient
        return 1e15, np.zeros_like(point)

    return bounded


def _polished(objective: Objective, point: Floats) -> Floats:
    value, gradient = objective(point)
    if not np.isfinite(value):
        return point
    if np.abs(gradient).max() < 1e-12:
        return point
    inverse = pseudo_inverse(differences(lambda p: objective(p)[1], point, fine=False))
    for _ in range(25):
        step = inverse @ gradient
        if not np.isfinite(step).all() or abs(gradient @ step) < 1e-18:
            break
        tried, slope = objective(point - step)
        if not tried <= value + 1e-9 or abs(slope @ inverse @ slope) >= abs(gradient @ step):
            break
        point, value, gradient = point - step, tried, slope
    return point


def differences(
    gradient: Callable[[Floats], Floats], point: Floats, *, fine: bool = True
) -> Floats:
    """The symmetric Jacobian of a gradient by differences of fourth order, or of second."""
    columns = []
    for place in range(len(point)):
        step = np.zeros_like(point)
        step[place] = 1e-3 * max(1.0, abs(point[place]))
        near = gradient(point + step) - gradient(point - step)
        if not fine:
            columns.append(near / (2 * step[place]))
            continue
        far = gradient(point + 2 * step) - gradient(point - 2 * step)
        columns.append((8 * near - far) / (12 * step[place]))
    found = np.array(columns)
    return np.asarray((found + found.T) / 2)


def pseudo_inverse(hessian: Floats) -> Floats:
    """The inverse of what is positive of a Hessian; flat directions count as known."""
    if not np.isfinite(hessian).all():
        return np.full_like(hessian, np.nan)
    unit = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
    values, vectors = np.linalg.eigh(hessian / np.outer(unit, unit))
    keep = values > 1e-8
    inverse = (vectors[:, keep] / values[keep]) @ vectors[:, keep].T
    return np.asarray(inverse / np.outer(unit, unit))


def _judge(gradient: Floats, hessian: Floats) -> tuple[str, ...]:
    if not np.isfinite(gradient).all() or not np.isfinite(hessian).all():
        return ("not converged: the likelihood is not finite where the search ended",)
    unit = np.sqrt(np.maximum(np.abs(np.diag(hessian)), 1e-300))
    curved = np.linalg.eigvalsh(hessian / np.outer(unit, unit)).min()
    if curved < -1e-4 or abs(gradient @ pseudo_inverse(hessian) @ gradient) > 1e-7:
        return ("not converged: no maximum of the likelihood was reached",)
    return ()
