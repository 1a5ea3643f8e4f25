"""Degrees of freedom of the fixed coefficients of a linear mixed model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.mixed.deviance import Deviance
from confstudy.models.mixed.moments import Moments
from confstudy.models.mixed.search import differences, pseudo_inverse

__all__ = ["kenward_roger", "satterthwaite"]

Floats = NDArray[np.float64]
_MOST = 3000


def satterthwaite(deviance: Deviance, theta: Floats, log_sigma: float) -> Floats:
    """Twice the squared variance over the variance of that variance, a coefficient at a time.

    The variance parameters' own covariance is twice the inverse Hessian of the deviance
    (Fai and Cornelius 1996; Kuznetsova, Brockhoff and Christensen 2017).
    """
    point = np.append(theta, log_sigma)
    uncertain = 2 * pseudo_inverse(differences(lambda p: deviance.full(p)[1], point))
    variance = _variances(deviance, theta)
    slopes = np.empty((len(point), len(variance)))
    slopes[-1] = 2 * variance
    for place in range(len(theta)):
        step = np.zeros_like(theta)
        step[place] = 1e-3 * max(1.0, abs(theta[place]))
        near = _variances(deviance, theta + step) - _variances(deviance, theta - step)
        far = _variances(deviance, theta + 2 * step) - _variances(deviance, theta - 2 * step)
        slopes[place] = (8 * near - far) / (12 * step[place])
    return np.asarray(2 * variance**2 / np.einsum("ij,ik,kj->j", slopes, uncertain, slopes))


def _variances(deviance: Deviance, theta: Floats) -> Floats:
    """The variances of the coefficients in units of the residual variance."""
    moments = deviance.moments
    corner = np.linalg.inv(deviance.solve(theta).schur[:-1, :-1])
    corner = corner[moments.others :, moments.others :]
    back = np.linalg.inv(moments.basis)
    return np.asarray(np.einsum("ij,jk,ik->i", back, corner, back))


def kenward_roger(moments: Moments, theta: Floats, sigma: float) -> tuple[Floats, Floats]:
    """Covariance and degrees of freedom of Kenward and Roger (1997), for one coefficient each.

    The covariance is enlarged for the uncertainty of the variances; those of the variances come
    from their expected information. Everything is computed from cross products: derivatives for
    the residual variance follow from V being the sum of its parts.
    """
    effects, fixed = _cross_products(moments)
    if len(effects) > _MOST:
        raise AnalysisError(
            f"Kenward–Roger is offered for up to {_MOST} random effects: use "
            "degrees='satterthwaite'."
        )
    factors = moments.factors(theta)
    root = _blockwise(np.eye(len(effects)), moments, factors)
    inner = np.linalg.inv(np.eye(len(effects)) + root.T @ effects @ root)
    shrink = root @ inner @ root.T
    noise = (sigma / moments.unit) ** 2
    effects_v = (effects - effects @ shrink @ effects) / noise
    fixed_v = (fixed - fixed @ shrink @ effects) / noise
    plain = np.linalg.inv((np.eye(len(fixed)) - fixed @ shrink @ fixed.T) / noise)
    projected = effects_v - fixed_v.T @ plain @ fixed_v
    weights, pieces = _parts(moments, factors, noise)
    first = [-fixed_v @ piece(fixed_v.T) for piece in pieces]
    second = [[fixed_v @ a(effects_v @ b(fixed_v.T)) for b in pieces] for a in pieces]
    turned = [piece(projected) for piece in pieces]
    trace = np.array([[float((a * b.T).sum()) for b in turned] for a in turned])
    single = np.array([float(np.trace(a)) for a in turned])
    freedom = moments.n - moments.predictors
    last = (single - trace @ weights) / noise
    corner = (((freedom - weights @ single) / noise) - weights @ last) / noise
    information = np.block([[trace, last[:, None]], [last[None, :], np.array([[corner]])]])
    uncertain = 2 * np.linalg.pinv(information, hermitian=True)
    slopes, curves = _with_residual(first, second, weights, noise, np.linalg.inv(plain))
    change = np.einsum("ij,ijab->ab", uncertain, curves) - np.einsum(
        "ij,iab,bc,jcd->ad", uncertain, slopes, plain, slopes
    )
    adjusted = plain + 2 * plain @ change @ plain
    back = np.linalg.inv(moments.basis)
    pulled = np.einsum("ja,ab,ibc,cd,jd->ij", back, plain, slopes, plain, back)
    variance = np.einsum("ja,ab,jb->j", back, plain, back)
    spread = np.einsum("ij,ik,kj->j", pulled, uncertain, pulled)
    return moments.unit**2 * back @ adjusted @ back.T, 2 * variance**2 / spread


def _cross_products(moments: Moments) -> tuple[Floats, Floats]:
    """All random effects with themselves (q, q) and the predictors' basis with them (p, q)."""
    groups, k, _ = moments.inner.shape
    own = np.zeros((groups, k, groups, k))
    each = np.arange(groups)
    own[each, :, each, :] = moments.inner
    cross = moments.cross.reshape(groups * k, -1)
    others, p = moments.others, moments.predictors
    effects = np.block(
        [
            [own.reshape(groups * k, -1), cross[:, :others]],
            [cross[:, :others].T, moments.outer[:others, :others]],
        ]
    )
    end = others + p
    return effects, np.hstack([cross[:, others:end].T, moments.outer[others:end, :others]])


def _blockwise(columns: Floats, moments: Moments, each: list[Floats]) -> Floats:
    """Multiply every group's rows by its block's small matrix."""
    parts, start = [], 0
    for block, small in zip(moments.blocks, each, strict=True):
        groups, k = len(block.labels), len(block.names)
        part = columns[start : start + groups * k].reshape(groups, k, -1)
        parts.append((small @ part).reshape(groups * k, -1))
        start += groups * k
    return np.vstack(parts)


def _parts(moments: Moments, factors: list[Floats], noise: float) -> tuple[Floats, list[_Piece]]:
    """The variance parameters, and how each one's derivative of V acts on random effects."""
    weights, pieces = [], []
    for place, (block, factor) in enumerate(zip(moments.blocks, factors, strict=True)):
        for row, column in zip(block.rows, block.columns, strict=True):
            small = [np.zeros_like(other) for other in factors]
            small[place][row, column] = small[place][column, row] = 1.0
            weights.append(noise * float((factor @ factor.T)[row, column]))
            pieces.append(_Piece(moments, small))
    return np.array(weights), pieces


@dataclass(frozen=True, repr=False)
class _Piece:
    moments: Moments
    small: list[Floats]

    def __call__(self, columns: Floats) -> Floats:
        return _blockwise(columns, self.moments, self.small)


def _with_residual(
    first: list[Floats],
    second: list[list[Floats]],
    weights: Floats,
    noise: float,
    precision: Floats,
) -> tuple[Floats, Floats]:
    """Add the derivatives for the residual variance to those of the others."""
    slopes, curves = np.array(first), np.array(second)
    last = (-precision - np.einsum("i,iab->ab", weights, slopes)) / noise
    side = (-slopes - np.einsum("j,ijab->iab", weights, curves)) / noise
    turned = side.transpose(0, 2, 1)
    corner = (-last - np.einsum("j,jab->ab", weights, turned)) / noise
    curves = np.concatenate([curves, side[:, None]], axis=1)
    curves = np.concatenate([curves, np.concatenate([turned, corner[None]])[None]], axis=0)
    return np.concatenate([slopes, last[None]]), curves
