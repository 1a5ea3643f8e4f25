"""Factors by maximum likelihood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from confstudy.errors import AnalysisError
from confstudy.survey.factors import Factors

__all__ = ["discrepancy", "maximum_likelihood"]

Floats = NDArray[np.float64]
_LEAST = 0.005


def maximum_likelihood(correlation: Floats, factors: int = 1) -> Factors:
    """Uncorrelated factors under which the correlations are most likely.

    Parameters
    ----------
    correlation
        (p, p), positive definite.
    factors
        How many; at most as many as leave (p − factors)² ≥ p + factors.

    Raises
    ------
    AnalysisError
        When there are too few items, a matrix that is not positive definite, or no end.

    Notes
    -----
    Lawley and Maxwell (1971): for given uniquenesses ψ the best loadings come from the largest
    eigenvalues of ψ⁻½ R ψ⁻½; the discrepancy of what is left is minimised over log ψ.

    Examples
    --------
    >>> loading = np.array([0.8, 0.7, 0.6, 0.5])
    >>> r = np.outer(loading, loading) + np.diag(1 - loading**2)
    >>> maximum_likelihood(r).loadings[:, 0].round(5).tolist()
    [0.8, 0.7, 0.6, 0.5]
    """
    p = len(correlation)
    if factors < 1 or (p - factors) ** 2 < p + factors:
        raise AnalysisError(f"{p} items are too few for {factors} factors.")
    if np.linalg.eigvalsh(correlation)[0] <= 1e-10:
        raise AnalysisError("Maximum likelihood needs a positive definite matrix: use 'minres'.")

    def left(logs: Floats) -> tuple[float, Floats]:
        values, vectors, _ = _scaled(correlation, logs)
        rest = values[:-factors]
        value = float((rest - np.log(rest) - 1).sum())
        # ψ ∂θ/∂ψ = −θ v² for each eigenvalue θ of the scaled matrix.
        return value, np.asarray((vectors[:, :-factors] ** 2) @ (1 - rest))

    start = np.log((1 - 0.5 * factors / p) / np.diag(np.linalg.inv(correlation)))
    bounds = [(np.log(_LEAST), 0.0)] * p
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 5000, "maxfun": 20_000}
    found = optimize.minimize(
        left, np.clip(start, np.log(_LEAST), 0), jac=True, method="L-BFGS-B", bounds=bounds,
        options=options,
    )  # fmt: skip
    slope = left(found.x)[1]
    at_rest = np.abs(np.clip(found.x - slope, np.log(_LEAST), 0) - found.x).max() < 1e-4
    if not at_rest:
        raise AnalysisError(f"The search for {factors} factors of {p} items did not end.")
    values, vectors, root = _scaled(correlation, found.x)
    size = np.sqrt(np.maximum(values[: -factors - 1 : -1] - 1, 0))
    loadings = root[:, None] * vectors[:, : -factors - 1 : -1] * size
    loadings = loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    unique = np.exp(np.asarray(found.x))
    return Factors(loadings, unique, np.eye(factors), bool(unique.min() < _LEAST + 1e-6))


def discrepancy(correlation: Floats, solution: Factors) -> float:
    """log|Σ| − log|R| + tr(RΣ⁻¹) − p: how far the factors are from the correlations.

    >>> round(discrepancy(np.eye(2), Factors(np.zeros((2, 1)), np.ones(2), np.eye(1), False)), 9)
    0.0
    """
    common = solution.loadings @ solution.correlations @ solution.loadings.T
    implied = common + np.diag(solution.uniqueness)
    ratio = np.linalg.solve(implied, correlation)
    return float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - len(correlation))


def _scaled(correlation: Floats, logs: Floats) -> tuple[Floats, Floats, Floats]:
    root = np.exp(logs / 2)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    return values, vectors, root
