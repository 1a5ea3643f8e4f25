"""Factors behind a correlation matrix: minimum residuals and an oblique rotation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from confstudy.errors import AnalysisError

__all__ = ["Factors", "minres", "oblique"]

Floats = NDArray[np.float64]
_LEAST = 0.005


@dataclass(frozen=True, repr=False)
class Factors:
    """A factor solution of p items.

    Attributes
    ----------
    loadings
        (p, factors).
    uniqueness
        (p,): the share of each item's variance that the factors leave.
    correlations
        (factors, factors) between the factors.
    heywood
        Whether an item has next to no variance of its own (under .005), where such a solution
        cannot be believed.
    """

    loadings: Floats
    uniqueness: Floats
    correlations: Floats
    heywood: bool


def minres(correlation: Floats, factors: int = 1) -> Factors:
    """Uncorrelated factors that leave the smallest squared residual correlations.

    Parameters
    ----------
    correlation
        (p, p), of items that all vary.
    factors
        How many; with p items at most as many as leave (p − factors)² ≥ p + factors.

    Raises
    ------
    AnalysisError
        When there are too few items, or the search does not end.

    Notes
    -----
    Harman and Jones (1966), computed as unweighted least squares: for given uniquenesses the
    best loadings come from the largest eigenvalues of the reduced correlation matrix, and what
    the others leave is minimised over uniquenesses from .005 to 1 (Jöreskog, 1977).

    Examples
    --------
    >>> loading = np.array([0.8, 0.7, 0.6, 0.5])
    >>> r = np.outer(loading, loading) + np.diag(1 - loading**2)
    >>> minres(r).loadings[:, 0].round(4).tolist()
    [0.8, 0.7, 0.6, 0.5]
    """
    p = len(correlation)
    if factors < 1 or (p - factors) ** 2 < p + factors:
        raise AnalysisError(f"{p} items are too few for {factors} factors.")

    def left(uniqueness: Floats) -> tuple[float, Floats]:
        values, vectors = np.linalg.eigh(correlation - np.diag(uniqueness))
        rest = values[:-factors]
        return 0.5 * float(rest @ rest), -(vectors[:, :-factors] ** 2) @ rest

    start = np.clip(1 / np.diag(np.linalg.pinv(correlation)), 0.05, 0.95)
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 20_000}
    bounds = [(_LEAST, 1.0)] * p
    found = optimize.minimize(
        left, start, jac=True, method="L-BFGS-B", bounds=bounds, options=options
    )
    if not found.success and found.status == 1:
        raise AnalysisError(f"The search for {factors} factors of {p} items did not end.")
    values, vectors = np.linalg.eigh(correlation - np.diag(found.x))
    largest = np.sqrt(np.maximum(values[: -factors - 1 : -1], 0))
    loadings = _upright(vectors[:, : -factors - 1 : -1] * largest)
    heywood = bool(found.x.min() < _LEAST + 1e-6)
    return Factors(loadings, np.asarray(found.x), np.eye(factors), heywood)


def oblique(solution: Factors, rounds: int = 2000) -> Factors:
    """The same factors turned so that each item loads on few; they may correlate.

    Raises
    ------
    AnalysisError
        When the rotation does not come to rest.

    Notes
    -----
    Direct quartimin, which is oblimin with γ = 0: the least sum of products of squared loadings,
    found from the unturned axes by gradient projection (Jennrich, 2002). Factors point to where
    their loadings add up to a positive number.

    Examples
    --------
    >>> two = np.kron(np.eye(2), np.ones((3, 1))) * 0.7
    >>> turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    >>> solution = Factors(two @ turn, 1 - 0.49 * np.ones(6), np.eye(2), False)
    >>> np.abs(oblique(solution).loadings).max(axis=1).round(4).tolist()
    [0.7, 0.7, 0.7, 0.7, 0.7, 0.7]
    """
    unturned = solution.loadings
    axes, step = np.eye(unturned.shape[1]), 1.0
    value, slope = _quartimin(unturned, axes)
    for _ in range(rounds):
        along = slope - axes * (axes * slope).sum(axis=0)
        size = float((along**2).sum())
        if size < 1e-14:
            return _turned(solution, axes)
        step *= 2
        for _ in range(30):
            tried = axes - step * along
            tried /= np.sqrt((tried**2).sum(axis=0))
            new, new_slope = _quartimin(unturned, tried)
            if new < value - 0.5 * step * size:
                break
            step /= 2
        axes, value, slope = tried, new, new_slope
    raise AnalysisError(f"The rotation of {unturned.shape[1]} factors did not come to rest.")


def _quartimin(unturned: Floats, axes: Floats) -> tuple[float, Floats]:
    """The criterion and its slope in the axes, one a column."""
    back = np.linalg.inv(axes)
    loadings = unturned @ back.T
    squares = loadings**2
    others = squares.sum(axis=1, keepdims=True) - squares
    slope = -(loadings.T @ (loadings * others) @ back).T
    return float((squares * others).sum()) / 4, slope


def _turned(solution: Factors, axes: Floats) -> Factors:
    loadings = solution.loadings @ np.linalg.inv(axes).T
    signs = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    correlations = axes.T @ axes * np.outer(signs, signs)
    return Factors(loadings * signs, solution.uniqueness, correlations, solution.heywood)


def _upright(loadings: Floats) -> Floats:
    return np.asarray(loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0))
