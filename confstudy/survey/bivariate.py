"""Chances of a bivariate normal, and of the cells it is cut into."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, owens_t

__all__ = ["below", "cells", "density"]

Floats = NDArray[np.float64]
_LEAST = 1e-14


def below(h: Floats, k: Floats, r: float) -> Floats:
    """P(X ≤ h, Y ≤ k) of standard normals with correlation r, elementwise.

    By Owen's (1956) T function, to about 15 digits for every |r| < 1.

    >>> float(below(np.array(0.0), np.array(0.0), 0.5).round(12))
    0.333333333333
    """
    h, k = np.broadcast_arrays(np.asarray(h, dtype=float), np.asarray(k, dtype=float))
    finite = np.isfinite(h) & np.isfinite(k)
    one, other = np.where(finite, h, 1.0), np.where(finite, k, 1.0)
    # At 0 exactly the ratios below are not defined; so near to it nothing changes.
    one, other = (np.where(x == 0, 1e-300, x) for x in (one, other))
    spread = np.sqrt((1 - r) * (1 + r))
    with np.errstate(over="ignore"):
        first = owens_t(one, (other / one - r) / spread)
        second = owens_t(other, (one / other - r) / spread)
    inside = 0.5 * (ndtr(one) + ndtr(other)) - first - second - 0.5 * ((one < 0) != (other < 0))
    edge = np.where(np.minimum(h, k) == -np.inf, 0.0, ndtr(np.minimum(h, k)))
    return np.asarray(np.clip(np.where(finite, inside, edge), 0, 1))


def density(h: Floats, k: Floats, r: float) -> Floats:
    """The density at (h, k), 0 at infinity.

    >>> float(density(np.array(0.0), np.array(0.0), 0.0).round(6))
    0.159155
    """
    finite = np.isfinite(h) & np.isfinite(k)
    h, k = np.where(finite, h, 0.0), np.where(finite, k, 0.0)
    spread = (1 - r) * (1 + r)
    value = np.exp(-(h * h - 2 * r * h * k + k * k) / (2 * spread)) / (2 * np.pi * np.sqrt(spread))
    return np.asarray(np.where(finite, value, 0.0))


def cells(a: Floats, b: Floats, r: float) -> tuple[Floats, Floats, Floats, Floats]:
    """Chances of the cells between thresholds, and their derivatives.

    Parameters
    ----------
    a, b
        Thresholds (I − 1,) of the rows and (J − 1,) of the columns, in order.
    r
        The correlation, between −1 and 1.

    Returns
    -------
    tuple
        Chances (I, J); their derivatives by the correlation (I, J), by each threshold of the
        rows (I − 1, I, J), and of the columns (J − 1, I, J).

    Examples
    --------
    >>> cells(np.array([0.0]), np.array([0.0]), 0.5)[0].round(4).tolist()
    [[0.3333, 0.1667], [0.1667, 0.3333]]
    """
    rows, columns = (np.concatenate([[-np.inf], x, [np.inf]]) for x in (a, b))
    h, k = rows[:, None], columns[None, :]
    chance = np.diff(np.diff(below(h, k, r), axis=0), axis=1)
    slope = np.diff(np.diff(density(h, k, r), axis=0), axis=1)
    spread = np.sqrt((1 - r) * (1 + r))
    along = _normal(a)[:, None] * np.diff(ndtr((columns[None, :] - r * a[:, None]) / spread))
    down = _normal(b)[:, None] * np.diff(ndtr((rows[None, :] - r * b[:, None]) / spread))
    by_row = np.zeros((len(a), *chance.shape))
    by_column = np.zeros((len(b), *chance.shape))
    for i, part in enumerate(along):
        by_row[i, i], by_row[i, i + 1] = part, -part
    for j, part in enumerate(down):
        by_column[j, :, j], by_column[j, :, j + 1] = part, -part
    # Differences of chances near 1 are good to 1e-15: smaller cells are held at the edge.
    known = chance > _LEAST
    return np.maximum(chance, _LEAST), slope * known, by_row * known, by_column * known


def _normal(x: Floats) -> Floats:
    return np.asarray(np.exp(-x * x / 2) / np.sqrt(2 * np.pi))
