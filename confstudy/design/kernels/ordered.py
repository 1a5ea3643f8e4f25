"""Proportional odds in every replication, as ``cs.fit`` has them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.binary import runaway
from confstudy.design.kernels.small import (
    WEAK,
    cholesky,
    compact,
    compiled,
    dot,
    gram,
    inverted,
    robust,
    solved,
)  # fmt: skip
from confstudy.design.kernels.solved import KINDS, Solved, nothing, plain

__all__ = ["ordered"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
Bools = NDArray[np.bool_]


def ordered(
    y: Floats,
    x: Floats,
    used: Bools,
    levels: int,
    *,
    cov: str = "nonrobust",
    groups: Groups | None = None,
) -> Solved:
    """Fit a proportional-odds model to every replication.

    Parameters
    ----------
    y, x, used
        (R, n) places of the levels from 0, (R, p, n) predictors without intercept, (R, n) the
        complete rows.
    levels
        How many levels there are; those that nobody has in a replication have no threshold.
    cov
        ``nonrobust``, ``HC0``, ``HC1``; ``CR0`` and ``CR1`` need ``groups`` (R, n).

    Returns
    -------
    Solved
        Slopes first, then the thresholds of the levels that occur; NaN where there are fewer.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(2, 1, 300))
    >>> y = np.digitize(x[:, 0] + rng.logistic(size=(2, 300)), [-1.0, 0.5]).astype(float)
    >>> ordered(y, x, np.ones((2, 300), dtype=bool), 3).coefficients.shape
    (2, 3)
    """
    count, p, _ = x.shape
    found = nothing(count, p + levels - 1)
    _all(
        *plain(y, x, used, groups), levels, KINDS[cov],
        found.coefficients, found.covariance, found.df, found.n, found.fine,
    )  # fmt: skip
    return found


@compiled
def _all(
    y: Floats, x: Floats, used: Bools, groups: Groups, levels: int, kind: int,
    coefficients: Floats, covariance: Floats, df: Floats, n: Groups, fine: Bools,
) -> None:  # fmt: skip
    p, size = x.shape[1], x.shape[2]
    yy, xx, gg = np.empty(size), np.empty((p, size)), np.empty(size, np.intp)
    rank, sizes = np.empty(size, np.intp), np.empty(levels, np.intp)
    for r in range(len(y)):
        m = compact(y[r], x[r], groups[r], used[r], yy, xx, gg)
        n[r] = m
        sizes[:] = 0
        for i in range(m):
            sizes[int(yy[i])] += 1
        there = 0
        place = np.zeros(levels, np.intp)
        for k in range(levels):
            place[k] = there
            if sizes[k]:
                sizes[there] = sizes[k]
                there += 1
        for i in range(m):
            rank[i] = place[int(yy[i])]
        q = p + there - 1
        if there < 3 or m <= q:
            continue
        cov = np.empty((q, q))
        fine[r] = _one(
            rank, sizes[:there], xx, gg, m, kind, coefficients[r][:q], cov, df, r
        )  # fmt: skip
        covariance[r, :q, :q] = cov


@compiled
def _one(
    rank: Groups, sizes: Groups, x: Floats, groups: Groups, m: int, kind: int, theta: Floats,
    cov: Floats, df: Floats, place: int,
) -> bool:  # fmt: skip
    p, cuts, q = len(x), len(sizes) - 1, len(theta)
    s, lower, bread = np.empty((q, q)), np.zeros((q, q)), np.empty((q, q))
    right, step, below = np.empty(q), np.empty(q), 0.0
    parts = np.empty((5, m))
    theta[:] = 0.0
    for k in range(cuts):
        below += sizes[k] / m
        theta[p + k] = math.log(below / (1 - below))
    arrived = False
    for _ in range(40):
        if not _rows(rank, x, m, theta, cuts, parts):
            return False
        _summed(rank, x, m, cuts, parts, right, s)
        if cholesky(s, lower) < WEAK:
            return False
        solved(lower, right, step)
        for j in range(q):
            theta[j] += step[j]
        if dot(step, right, q) < 1e-18:
            arrived = True
            break
    if not arrived:
        return False
    inverted(lower, bread)
    wide = np.zeros((q, m))
    wide[:p] = -x[:, :m]
    if _loose(wide, rank, cuts, bread, m):
        return False
    df[place] = np.inf
    if kind == 0:
        cov[:] = bread
        return True
    for i in range(m):
        for j in range(p):
            wide[j, i] = x[j, i] * parts[0, i]
        if rank[i] < cuts:
            wide[p + rank[i], i] = parts[1, i]
        if rank[i] > 0:
            wide[p + rank[i] - 1, i] = -parts[2, i]
    df[place] = robust(wide, bread, groups, m, kind, cov)
    return bool(df[place] > 0)


@compiled
def _loose(wide: Floats, rank: Groups, cuts: int, bread: Floats, m: int) -> bool:
    """Whether a coefficient could run away, by either index; leaves the slopes' part only."""
    p = len(wide) - cuts
    found = False
    for side in range(2):
        for i in range(m):
            if 0 <= rank[i] - side < cuts:
                wide[p + rank[i] - side, i] = 1.0
        found |= runaway(wide, bread, m)
        wide[p:] = 0.0
    return found


@compiled
def _rows(rank: Groups, x: Floats, m: int, theta: Floats, cuts: int, parts: Floats) -> bool:
    """First derivatives by index and both thresholds (over the chance), and both densities.

    With E = exp(index) and a = exp(−threshold), a distribution function is 1 / (1 + E a), and
    the chance between two of them E (b − a) / ((1 + E a) (1 + E b)): no digits cancel.
    """
    p = len(x)
    turned = np.zeros(cuts + 2)
    for k in range(cuts):
        turned[k + 1] = math.exp(-theta[p + k])
        if k and not turned[k + 1] < turned[k]:
            return False
    index = parts[0]
    index[:] = 0.0
    for j in range(p):
        for i in range(m):
            index[i] += theta[j] * x[j, i]
    sure = False
    for i in range(m):
        k, e = rank[i], math.exp(index[i])
        high = 1 / (1 + e * turned[k + 1]) if k < cuts else 1.0
        low = 1 / (1 + e * turned[k]) if k > 0 else 0.0
        if k == 0:
            chance = high
        elif k == cuts:
            chance = e * turned[k] * low
        else:
            chance = e * (turned[k] - turned[k + 1]) * high * low
        above = e * turned[k + 1] * high * high if k < cuts else 0.0
        below = e * turned[k] * low * low if k > 0 else 0.0
        sure |= not 1e-12 < chance < 1 - 1e-8
        parts[0, i] = high + low - 1
        parts[1, i], parts[2, i] = above / chance, below / chance
        parts[3, i], parts[4, i] = above * (1 - 2 * high) / chance, below * (1 - 2 * low) / chance
    return not sure


@compiled
def _summed(
    rank: Groups, x: Floats, m: int, cuts: int, parts: Floats, right: Floats, s: Floats
) -> None:
    """The gradient (q,) and minus the second derivatives (q, q)."""
    p = len(x)
    right[p:] = 0.0
    s[:] = 0.0
    dense, weighted = np.empty((3, m)), np.empty((p, m))
    for i in range(m):
        k = rank[i]
        a, b = parts[1, i], parts[2, i]
        one, other = parts[3, i] - a * a, -parts[4, i] - b * b
        # The second derivative by the index is minus the sum of the densities.
        dense[1, i], dense[2, i] = one + a * b, other + a * b
        dense[0, i] = -(dense[1, i] + dense[2, i])
        if k < cuts:
            right[p + k] += a
            s[p + k, p + k] -= one
        if k > 0:
            right[p + k - 1] -= b
            s[p + k - 1, p + k - 1] -= other
            if k < cuts:
                s[p + k, p + k - 1] -= a * b
        for j in range(p):
            if k < cuts:
                s[p + k, j] += dense[1, i] * x[j, i]
            if k > 0:
                s[p + k - 1, j] += dense[2, i] * x[j, i]
    for j in range(p):
        right[j] = dot(x[j], parts[0], m)
        for i in range(m):
            weighted[j, i] = dense[0, i] * x[j, i]
    gram(weighted, x, m, s[:p, :p])
    for j in range(len(s)):
        for k in range(j):
            s[k, j] = s[j, k]
