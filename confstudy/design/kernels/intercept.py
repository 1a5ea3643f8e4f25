"""A random intercept in every replication: REML with Satterthwaite's degrees of freedom."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.small import (
    cholesky,
    compact,
    compiled,
    dot,
    form,
    inverted,
    least_squares,
    solved,
)  # fmt: skip
from confstudy.design.kernels.solved import Solved, nothing, plain

__all__ = ["intercept"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
Bools = NDArray[np.bool_]
_LOOKS = (0.15, 0.5, 1.5, 5.0)


def intercept(
    y: Floats, x: Floats, used: Bools, groups: Groups, *, contrast: Floats | None = None
) -> Solved:
    """Fit a linear model whose intercept varies over groups, as :func:`confstudy.mixed` does.

    Parameters
    ----------
    y, x, used, groups
        (R, n) outcomes, (R, p, n) predictors with the intercept, (R, n) the complete rows and
        the groups, from 0.
    contrast
        (R, p) of which the degrees of freedom are; the last coefficient otherwise.

    Notes
    -----
    The restricted likelihood is profiled over everything but u = τ²/σ² and minimised by
    Newton's steps within brackets. A variance estimated at 0 is an estimate; one that is nearly
    so, or a deviance with more than one valley, is left to ``cs.mixed``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> groups = np.tile(np.arange(90) % 15, (2, 1))
    >>> x = np.stack([np.ones((2, 90)), rng.normal(size=(2, 90))], axis=1)
    >>> y = x[:, 1] + rng.normal(size=(2, 15))[:, groups[0]] + rng.normal(size=(2, 90))
    >>> intercept(y, x, np.ones((2, 90), dtype=bool), groups).fine.tolist()
    [True, True]
    """
    count, p, _ = x.shape
    if contrast is None:
        contrast = np.broadcast_to(np.eye(p)[-1], (count, p))
    found = nothing(count, p)
    _all(
        *plain(y, x, used, groups), np.ascontiguousarray(contrast, dtype=float),
        found.coefficients, found.covariance, found.df, found.n, found.fine,
    )  # fmt: skip
    return found


@compiled
def _all(
    y: Floats, x: Floats, used: Bools, groups: Groups, contrast: Floats,
    coefficients: Floats, covariance: Floats, df: Floats, n: Groups, fine: Bools,
) -> None:  # fmt: skip
    p, size = x.shape[1], x.shape[2]
    yy, xx, gg = np.empty(size), np.empty((p, size)), np.empty(size, np.intp)
    for r in range(len(y)):
        m = compact(y[r], x[r], groups[r], used[r], yy, xx, gg)
        n[r] = m
        if m > p + 1:
            fine[r] = _one(
                yy, xx, gg, m, contrast[r], coefficients[r], covariance[r], df, r
            )  # fmt: skip


@compiled
def _one(
    y: Floats, x: Floats, groups: Groups, m: int, contrast: Floats, beta: Floats, cov: Floats,
    df: Floats, place: int,
) -> bool:  # fmt: skip
    """On a basis in which X'X is the unit matrix, and y its residual over its own size."""
    p = len(x)
    lower, residual = np.zeros((p, p)), np.empty(m)
    right, step = np.empty(p), np.empty(p)
    if not least_squares(y, x, m, lower, beta, residual):
        return False
    unit = math.sqrt(dot(residual, residual, m) / m)
    if not unit * unit * m > 1e-12 * dot(y, y, m):
        return False
    sizes, sums = _by_group(x, residual, unit, groups, m, lower)
    if len(sizes) < 2 or len(sizes) >= m:
        return False
    work = np.empty((8, p, p))
    u = _least(sizes, sums, m, work)
    if u < 0:
        return False
    found = _deviance(u, sizes, sums, m, work)
    squares, scale = found[3], found[3] / (m - p)
    if not scale > 1e-12:
        return False
    for j in range(p):
        right[j] = work[5, 0, j]
    _back(lower, right, step)
    for j in range(p):
        beta[j] += unit * step[j]
    # Columns of the inverse of L' carry the basis back to the coefficients.
    back, c = np.empty((p, p)), np.zeros(p)
    for j in range(p):
        right[:] = 0.0
        right[j] = 1.0
        _back(lower, right, step)
        back[:, j] = step
        for k in range(p):
            c[j] += contrast[k] * step[k]
    _turned(back, work[1], unit * unit * scale, cov)
    df[place] = _satterthwaite(c, u, found, squares, m, p, work)
    return bool(df[place] > 0)


@compiled
def _turned(back: Floats, inner: Floats, scale: float, out: Floats) -> None:
    """The product scale · back inner back'."""
    p = len(back)
    for j in range(p):
        for k in range(j + 1):
            total = 0.0
            for a in range(p):
                for b in range(p):
                    total += back[j, a] * inner[a, b] * back[k, b]
            out[j, k] = out[k, j] = scale * total


@compiled
def _by_group(
    x: Floats, residual: Floats, unit: float, groups: Groups, m: int, lower: Floats
) -> tuple[Floats, Floats]:
    """Sizes (G,) and sums (G, p + 1) of the groups that are there: basis, then residual."""
    p, count = len(x), groups[:m].max() + 1
    sizes, sums = np.zeros(count), np.zeros((count, p + 1))
    for i in range(m):
        sizes[groups[i]] += 1
        sums[groups[i], p] += residual[i] / unit
    for j in range(p):
        for i in range(m):
            sums[groups[i], j] += x[j, i]
    there = 0
    for g in range(count):
        if sizes[g] > 0:
            sizes[there], sums[there] = sizes[g], sums[g]
            there += 1
    for g in range(there):
        for j in range(p):
            for k in range(j):
                sums[g, j] -= lower[j, k] * sums[g, k]
            sums[g, j] /= lower[j, j]
    return sizes[:there], sums[:there]


@compiled
def _back(lower: Floats, right: Floats, out: Floats) -> None:
    """The solution of L' out = right."""
    for j in range(len(lower) - 1, -1, -1):
        rest = right[j]
        for i in range(j + 1, len(lower)):
            rest -= lower[i, j] * out[i]
        out[j] = rest / lower[j, j]


@compiled
def _least(sizes: Floats, sums: Floats, m: int, work: Floats) -> float:
    """Where the restricted deviance is least; −1 where that is not plain."""
    low, high = 0.0, -1.0
    start = _deviance(0.0, sizes, sums, m, work)
    for theta in _LOOKS:
        slope = _deviance(theta * theta, sizes, sums, m, work)[1]
        if slope > 0 and high < 0:
            high = theta * theta
        elif slope < 0 and (high > 0 or start[1] >= 0):
            return -1.0
        elif slope < 0:
            low = theta * theta
    if start[1] >= 0:
        return 0.0 if start[1] > 1e-6 else -1.0
    if high < 0:
        return -1.0
    u = 0.5 * (low + high)
    for _ in range(100):
        value = _deviance(u, sizes, sums, m, work)
        if value[1] > 0:
            high = u
        else:
            low = u
        step = value[1] / value[2]
        if abs(value[1] * step) < 1e-22 or high - low < 1e-15 * high:
            return u if u > 1e-5 else -1.0
        u -= step
        if not low < u < high:
            u = 0.5 * (low + high)
    return u if u > 1e-5 and abs(value[1] * step) < 1e-18 else -1.0


@compiled
def _deviance(
    u: float, sizes: Floats, sums: Floats, m: int, work: Floats
) -> tuple[float, float, float, float, float, float, float, float]:
    """The profiled restricted deviance and its first two derivatives in u, and their parts.

    Parts: the sum of squares with its two derivatives, and the first two derivatives of the
    determinants. ``work`` keeps A, its inverse, Σ k² q q', A⁻¹ (Σ k² q q') A⁻¹,
    the solution and Σ n k³ q q'.
    """
    groups, p = len(sizes), sums.shape[1] - 1
    a, inverse, slope, both = work[0], work[1], work[2], work[3]
    lower, b, coefficients, bend = work[4], work[6, 0], work[5, 0], work[7]
    a[:] = 0.0
    slope[:] = 0.0
    bend[:] = 0.0
    lower[:] = 0.0
    b[:] = 0.0
    squares, logs, first, second = float(m), 0.0, 0.0, 0.0
    for g in range(groups):
        k = 1 / (1 + sizes[g] * u)
        w, r = u * k, sums[g, p]
        logs -= math.log(k)
        first += sizes[g] * k
        second -= (sizes[g] * k) ** 2
        squares -= w * r * r
        for j in range(p):
            b[j] -= w * sums[g, j] * r
            for i in range(j + 1):
                product = sums[g, j] * sums[g, i]
                a[j, i] -= w * product
                slope[j, i] += k * k * product
                bend[j, i] += sizes[g] * k * k * k * product
    for j in range(p):
        a[j, j] += 1.0
        for i in range(j):
            a[i, j], slope[i, j], bend[i, j] = a[j, i], slope[j, i], bend[j, i]
    cholesky(a, lower)
    inverted(lower, inverse)
    solved(lower, b, coefficients)
    for j in range(p):
        squares -= b[j] * coefficients[j]
        logs += 2 * math.log(lower[j, j])
    _turned(inverse, slope, 1.0, both)
    return _differentiated(u, sizes, sums, work, m, squares, logs, first, second)


@compiled
def _differentiated(
    u: float, sizes: Floats, sums: Floats, work: Floats, m: int, squares: float, logs: float,
    first: float, second: float,
) -> tuple[float, float, float, float, float, float, float, float]:  # fmt: skip
    groups, p = len(sizes), sums.shape[1] - 1
    inverse, both, coefficients, moved = work[1], work[3], work[5, 0], np.zeros(p)
    down, curve = 0.0, 0.0
    for g in range(groups):
        q, k = sums[g, :p], 1 / (1 + sizes[g] * u)
        e = sums[g, p]
        for j in range(p):
            e -= q[j] * coefficients[j]
        down -= k * k * e * e
        curve += 2 * sizes[g] * k * k * k * e * e
        for j in range(p):
            moved[j] += k * k * q[j] * e
    for j in range(p):
        for i in range(p):
            first -= inverse[j, i] * work[2, j, i]
            second += 2 * inverse[j, i] * work[7, j, i] - both[j, i] * work[2, j, i]
    # The coefficients move by −A⁻¹ Σ k² q e, and the residual sums with them.
    curve -= 2 * form(moved, inverse)
    freedom = m - p
    value = logs + freedom * math.log(squares)
    slope = first + freedom * down / squares
    bend = second + freedom * (curve / squares - (down / squares) ** 2)
    return value, slope, bend, squares, down, curve, first, second


@compiled
def _satterthwaite(
    c: Floats, u: float, found: tuple[float, float, float, float, float, float, float, float],
    squares: float, m: int, p: int, work: Floats,
) -> float:  # fmt: skip
    """2 v² / (g' U g), with U twice the inverse Hessian of the deviance in (θ, log σ)."""
    freedom = m - p
    noise, theta = squares / freedom, math.sqrt(u)
    down, curve, first, second = found[4], found[5], found[6], found[7]
    one, two = first + down / noise, second + curve / noise
    outer, mixed, inner = 2 * one + 4 * u * two, -4 * theta * down / noise, 4.0 * freedom
    variance = form(c, work[1])
    along, across = 2 * theta * form(c, work[3]), 2 * variance
    determinant = outer * inner - mixed * mixed
    if not (outer > 0 and determinant > 1e-6 * outer * inner):
        return -1.0
    spread = (
        2
        * (along * along * inner - 2 * along * across * mixed + across * across * outer)
        / determinant
    )
    return 2 * variance * variance / spread
