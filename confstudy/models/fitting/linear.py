"""Least squares."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.models.estimate import Estimate, Working
from confstudy.models.fitting.judge import SINGULAR, covariance_of
from confstudy.models.fitting.peers import linear_peer
from confstudy.models.formula import Design

__all__ = ["fit_linear", "fit_linear_many", "mean"]

Floats = NDArray[np.float64]


def fit_linear(
    design: Design, weights: Floats | None = None, start: Floats | None = None
) -> Estimate:
    """Least squares; the residual variance is over n − p (``start`` is not needed)."""
    del start
    matrix = design.matrix
    n, p = matrix.shape
    weight = np.ones(n) if weights is None else weights
    outcome = design.outcome if design.offset is None else design.outcome - design.offset
    root = np.sqrt(weight)
    orthonormal, upper = np.linalg.qr(root[:, None] * matrix)
    scale = np.sqrt((upper**2).sum(axis=0))
    if (np.abs(np.diag(upper)) <= 1e-12 * scale).any():
        return _undetermined(design, n, p)
    coefficients = np.linalg.solve(upper, orthonormal.T @ (root * outcome))
    residual = outcome - matrix @ coefficients
    squares = float(weight @ residual**2)
    used = int((weight > 0).sum())
    problems: tuple[str, ...] = ()
    variance = squares / (used - p) if used > p else 0.0
    if used <= p or squares <= 1e-24 * float(weight @ outcome**2):
        problems = ("perfect fit: nothing is left over to tell the uncertainty from",)
        variance = 1.0
    unscaled = np.linalg.inv(upper)
    unscaled = unscaled @ unscaled.T
    return Estimate(
        result=linear_peer(design, weights),
        terms=design.terms,
        coefficients=coefficients,
        covariance=variance * unscaled,
        problems=problems,
        scores=(weight * residual / variance)[:, None] * matrix,
        information=upper.T @ upper / variance,
        log_likelihood=_log_likelihood(weight, squares, used),
        working=Working(matrix, residual, weight, np.ones(n)),
    )


def fit_linear_many(design: Design, weights: Floats, start: Floats) -> Floats:
    """Coefficients (R, p) under each of many weights (n, R); ``start`` is not needed."""
    del start
    matrix = design.matrix
    p = matrix.shape[1]
    outcome = design.outcome if design.offset is None else design.outcome - design.offset
    # Orthonormal columns keep the digits that normal equations lose.
    basis, upper = np.linalg.qr(matrix)
    products = (basis[:, :, None] * basis[:, None, :]).reshape(len(basis), p * p)
    information = (weights.T @ products).reshape(-1, p, p)
    moments = weights.T @ (basis * outcome[:, None])
    least = np.linalg.eigvalsh(information)[:, 0]
    fine = least > 1e-12 * weights.mean(axis=0)
    found = np.full(moments.shape, np.nan)
    found[fine] = np.linalg.solve(information[fine], moments[fine, :, None])[:, :, 0]
    return np.asarray(np.linalg.solve(upper, found.T).T)


def _undetermined(design: Design, n: int, p: int) -> Estimate:
    lost = np.full((p, p), np.nan)
    return Estimate(
        None, design.terms, lost[0], lost, (SINGULAR,), np.full((n, p), np.nan), covariance_of(lost)
    )


def _log_likelihood(weight: Floats, squares: float, used: int) -> float:
    with np.errstate(divide="ignore"):
        logs = np.log(weight[weight > 0]).sum()
        return float(0.5 * (logs - used * (np.log(2 * np.pi * squares / used) + 1)))


def mean(coefficients: Floats, matrix: Floats, offset: Floats | None = None) -> Floats:
    """The mean (n, 1)."""
    index = matrix @ coefficients
    return (index if offset is None else index + offset)[:, None]
