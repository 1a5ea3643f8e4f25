"""How much studies differ beyond chance: estimators of τ², its interval, I² and H²."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

__all__ = ["METHODS", "Method", "Weighted", "heterogeneity", "profile", "tau_squared", "weighted"]

Floats = NDArray[np.float64]
Method = Literal["REML", "DL", "PM", "ML", "EB", "SJ", "HE", "HS", "FE"]
METHODS: tuple[Method, ...] = ("REML", "DL", "PM", "ML", "EB", "SJ", "HE", "HS", "FE")


@dataclass(frozen=True, repr=False)
class Weighted:
    """A regression of the estimates (k,) on a matrix (k, p), weighted by 1 / (variance + τ²).

    Attributes
    ----------
    projection
        (k, k): W - W X (X'W X)⁻¹ X'W.
    q
        Weighted sum of squared residuals.
    """

    weights: Floats
    coefficients: Floats
    covariance: Floats
    projection: Floats
    q: float


def weighted(y: Floats, v: Floats, x: Floats, tau2: float) -> Weighted:
    """Fit by weighted least squares."""
    weights = 1 / (v + tau2)
    root = np.sqrt(weights)
    q, r = np.linalg.qr(root[:, None] * x)
    inverse = np.linalg.inv(r)
    residual = root * y - q @ (q.T @ (root * y))
    projection = (np.eye(len(y)) - q @ q.T) * np.outer(root, root)
    coefficients = inverse @ (q.T @ (root * y))
    return Weighted(
        weights, coefficients, inverse @ inverse.T, projection, float(residual @ residual)
    )


def tau_squared(y: Floats, v: Floats, x: Floats, method: Method) -> tuple[float, float]:
    """Estimate τ² and its standard error (missing for FE), cut at 0."""
    if method == "FE":
        return 0.0, float("nan")
    if method in ("REML", "ML"):
        return _likeliest(y, v, x, restricted=method == "REML")
    if method in ("PM", "EB"):
        return _paule_mandel(y, v, x)
    return _moments(y, v, x, method)


def _moments(y: Floats, v: Floats, x: Floats, method: Method) -> tuple[float, float]:
    """Moments: residuals' weighted squares set to what they are expected to be."""
    k, p = x.shape
    first = float(np.mean((y - y.mean()) ** 2)) if method == "SJ" else 0.0
    if method == "SJ" and first == 0:
        return 0.0, float("nan")
    at = weighted(y, np.ones(k), x, 0.0) if method == "HE" else weighted(y, v, x, first)
    part = at.projection
    own, within = float(np.trace(part)), float(np.diag(part) @ v)
    if method == "HS":
        total = float(at.weights.sum())
        tau2 = max(0.0, (at.q - k) / total)
    elif method == "SJ":
        total, tau2 = (k - p) / first, first * at.q / (k - p)
    else:
        total, tau2 = own, max(0.0, (at.q - within) / own)
    scaled = part * v
    variance = 2 * float((scaled * scaled.T).sum()) + 4 * tau2 * float((scaled * part).sum())
    return tau2, float(np.sqrt(variance + 2 * tau2**2 * float((part**2).sum()))) / total


def _paule_mandel(y: Floats, v: Floats, x: Floats) -> tuple[float, float]:
    """The τ² under which the weighted squares are as large as expected; EB is the same."""
    k, p = x.shape
    tau2 = _where(lambda t: weighted(y, v, x, t).q, k - p, y, v)
    total = float((1 / (v + tau2)).sum())
    return tau2, float(np.sqrt(2 * k**2 / (k - p))) / total


def _where(q: Callable[[float], float], wanted: float, y: Floats, v: Floats) -> float:
    """Where the falling q(τ²) takes a value; 0 where it begins below it."""
    if q(0.0) <= wanted:
        return 0.0
    high = float(v.mean() + np.var(y))
    while q(high) > wanted:
        high *= 4
    return float(brentq(lambda t: q(t) - wanted, 0.0, high, xtol=1e-300, rtol=1e-15, maxiter=500))


def _likeliest(y: Floats, v: Floats, x: Floats, *, restricted: bool) -> tuple[float, float]:
    """The highest of the likelihood's peaks over τ², which may have several."""

    def slope(tau2: float) -> float:
        at = weighted(y, v, x, tau2)
        squared = at.projection @ y
        pull = np.trace(at.projection) if restricted else at.weights.sum()
        return float(squared @ squared - pull)

    def height(tau2: float) -> float:
        at = weighted(y, v, x, tau2)
        lost = np.log(at.weights).sum() - at.q
        return float(lost + np.linalg.slogdet(at.covariance)[1] if restricted else lost)

    scale = float(v.min()), float(v.max() + 10 * np.var(y))
    grid = np.concatenate([[0.0], np.geomspace(1e-6 * scale[0], 100 * scale[1], 80)])
    slopes = np.array([slope(t) for t in grid])
    turns = np.flatnonzero((slopes[:-1] > 0) & (slopes[1:] <= 0))
    peaks = [0.0] if slopes[0] <= 0 else []
    peaks += [brentq(slope, grid[i], grid[i + 1], xtol=1e-300, rtol=1e-15) for i in turns]
    tau2 = float(max(peaks, key=height))
    at = weighted(y, v, x, tau2)
    spread = (at.projection**2).sum() if restricted else (at.weights**2).sum()
    return tau2, float(np.sqrt(2 / spread))


def profile(y: Floats, v: Floats, x: Floats, level: float) -> tuple[float, float]:
    """The Q-profile interval of τ² (Viechtbauer 2007); (0, 0) where no τ² is large enough."""
    df = x.shape[0] - x.shape[1]
    low, high = (
        _where(
            lambda t: weighted(y, v, x, t).q,
            float(stats.chi2.ppf(0.5 + side * level / 2, df)),
            y,
            v,
        )
        for side in (1, -1)
    )
    return low, high


def heterogeneity(y: Floats, v: Floats, x: Floats, tau2: float, method: str) -> tuple[float, float]:
    """I² in percent and H² (Higgins and Thompson 2002)."""
    k, p = x.shape
    at = weighted(y, v, x, 0.0)
    if method == "FE":
        h2 = at.q / (k - p)
        return 100 * max(0.0, 1 - 1 / h2) if h2 > 0 else 0.0, h2
    typical = (k - p) / float(np.trace(at.projection))
    return 100 * tau2 / (tau2 + typical), 1 + tau2 / typical
