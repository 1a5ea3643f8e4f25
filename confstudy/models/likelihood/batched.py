"""One model of a mean, many sets of weights: scoring steps for all of them at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mean", "fit_means"]

Floats = NDArray[np.float64]
Mean = Callable[[Floats], tuple[Floats, Floats, Floats]]
"""Index to mean, its derivative, and the variance that goes with it, in any shape."""
_CELLS = 200_000


def fit_means(
    mean: Mean, matrix: Floats, outcome: Floats, offset: Floats | None, weights: Floats,
    start: Floats,
) -> Floats:  # fmt: skip
    """Fit a generalized linear model under each of many sets of weights by Fisher scoring.

    Parameters
    ----------
    matrix, outcome, offset
        (n, p), (n,) and (n,).
    weights
        (n, R).
    start
        (p,): near all the maxima, such as the estimate with the full weights.

    Returns
    -------
    array
        (R, p); missing where fifteen steps from the start do not reach a maximum.
    """
    n, p = matrix.shape
    products = (matrix[:, :, None] * matrix[:, None, :]).reshape(n, p * p)
    size = max(1, _CELLS // n)
    found = np.full((weights.shape[1], p), np.nan)
    for place in range(0, len(found), size):
        weight = np.ascontiguousarray(weights[:, place : place + size].T)
        found[place : place + size] = _chunk(mean, matrix, products, outcome, offset, weight, start)
    return found


def _chunk(
    mean: Mean, matrix: Floats, products: Floats, outcome: Floats, offset: Floats | None,
    weights: Floats, start: Floats,
) -> Floats:  # fmt: skip
    p = len(start)
    found = np.tile(start, (len(weights), 1))
    enough = 1e-14 * np.maximum(weights.mean(axis=1), np.finfo(float).tiny)
    done = np.zeros(len(weights), dtype=bool)
    for _ in range(15):
        index = found @ matrix.T
        with np.errstate(all="ignore"):
            expected, slope, variance = mean(index if offset is None else index + offset)
            ratio = weights * (slope / variance)
            gradient = (ratio * (outcome - expected)) @ matrix
            information = ((ratio * slope) @ products).reshape(-1, p, p)
        try:
            step = np.linalg.solve(information, gradient[:, :, None])[:, :, 0]
        except np.linalg.LinAlgError:
            return np.full_like(found, np.nan)
        found = found + step
        done = np.abs((step * gradient).sum(axis=1)) < enough
        if done.all():
            break
    return np.where(done[:, None], found, np.nan)
