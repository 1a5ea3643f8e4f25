"""CR2 of a linear model by matrices as small as its coefficients are many."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.small import cholesky, compiled

__all__ = ["reduced"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]


@compiled
def reduced(
    x: Floats, residual: Floats, groups: Groups, sizes: Groups, m: int, bread: Floats,
    contrast: Floats, cov: Floats,
) -> float:  # fmt: skip
    """Fill the CR2 covariance (p, p); the degrees of freedom of the contrast.

    With C = X'X of a cluster and bread = LL', L'CL = V S² V'. The cluster's residuals, adjusted
    by (I − H)^−½, act through W = L V (1 − S²)^−½ V' L': its sum is W X'r, what it adds to the
    variance of a contrast c'WCWc, and CWc is all that two clusters share (Pustejovsky and
    Tipton 2018, with equal variances as the working model).
    """
    p, count = len(x), len(sizes)
    inner, moved = np.zeros((count, p, p)), np.zeros((count, p))
    for i in range(m):
        g = groups[i]
        for j in range(p):
            moved[g, j] += x[j, i] * residual[i]
            for k in range(j + 1):
                inner[g, j, k] += x[j, i] * x[k, i]
    lower = np.zeros((p, p))
    cholesky(bread, lower)
    cov[:] = 0.0
    shared = np.zeros((p, p))
    along = np.empty((count, p))
    own, squares, trace = np.zeros(count), 0.0, 0.0
    for g in range(count):
        if sizes[g] == 0:
            continue
        c = inner[g] + inner[g].T
        for j in range(p):
            c[j, j] = inner[g, j, j]
        w = _adjusting(c, lower)
        total = _times(w, moved[g])
        toward = _times(w, contrast)
        along[g] = _times(c, toward)
        for j in range(p):
            own[g] += toward[j] * along[g, j]
            for k in range(p):
                cov[j, k] += total[j] * total[k]
                shared[j, k] += along[g, j] * along[g, k]
        crossed = _times(bread, along[g])
        cross = 0.0
        for j in range(p):
            cross += crossed[j] * along[g, j]
        squares += own[g] * own[g] - 2 * own[g] * cross
        trace += own[g] - cross
    # ‖A B A'‖² = tr((B A'A)²), which is taken from the squares of the clusters' own parts.
    product = _product(bread, shared)
    for j in range(p):
        for k in range(p):
            squares += product[j, k] * product[k, j]
    return trace * trace / squares if squares > 0 else -1.0


@compiled
def _times(a: Floats, b: Floats) -> Floats:
    out = np.zeros(len(a))
    for j in range(len(a)):
        for k in range(len(b)):
            out[j] += a[j, k] * b[k]
    return out


@compiled
def _product(a: Floats, b: Floats) -> Floats:
    p = len(a)
    out = np.zeros((p, p))
    for j in range(p):
        for k in range(p):
            for i in range(p):
                out[j, k] += a[j, i] * b[i, k]
    return out


@compiled
def _adjusting(c: Floats, lower: Floats) -> Floats:
    """W = L V (1 − S²)^−½ V' L'; directions that a cluster alone determines are left out."""
    vectors, p = np.eye(len(c)), len(c)
    turned = _product(lower.T.copy(), _product(c, lower))
    _diagonalised(turned, vectors)
    half = _product(lower, vectors)
    out = np.zeros((p, p))
    for i in range(p):
        rest = 1.0 - turned[i, i]
        if rest > 1e-11:
            power = 1.0 / math.sqrt(rest)
            for j in range(p):
                for k in range(p):
                    out[j, k] += half[j, i] * power * half[k, i]
    return out


@compiled
def _diagonalised(a: Floats, vectors: Floats) -> None:
    """Jacobi's rotations: a (p, p) becomes diagonal, ``vectors`` its eigenvectors."""
    p = len(a)
    for _ in range(30):
        off = 0.0
        for j in range(p):
            for k in range(j):
                off += a[j, k] * a[j, k]
        if off < 1e-34:
            return
        for j in range(1, p):
            for k in range(j):
                if a[j, k] == 0.0:
                    continue
                spread = (a[j, j] - a[k, k]) / (2 * a[j, k])
                sign = 1.0 if spread >= 0 else -1.0
                tangent = sign / (abs(spread) + math.sqrt(1 + spread * spread))
                cosine = 1 / math.sqrt(1 + tangent * tangent)
                sine = tangent * cosine
                for i in range(p):
                    one, other = a[i, k], a[i, j]
                    a[i, k], a[i, j] = cosine * one - sine * other, sine * one + cosine * other
                for i in range(p):
                    one, other = a[k, i], a[j, i]
                    a[k, i], a[j, i] = cosine * one - sine * other, sine * one + cosine * other
                for i in range(p):
                    one, other = vectors[i, k], vectors[i, j]
                    vectors[i, k] = cosine * one - sine * other
                    vectors[i, j] = sine * one + cosine * other
