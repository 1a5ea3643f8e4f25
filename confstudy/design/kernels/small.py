"""Compiled pieces that the kernels share: complete rows, cross products, small matrices.

A replication is worked out by itself and in one order, so that its bits depend neither on the
batch it is in nor on threads. Numba renews what it keeps when the file of a *kernel* changes:
whoever changes this file clears ``__pycache__`` beside it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from confstudy.design.kernels.solved import KINDS

__all__ = [
    "WEAK", "cholesky", "compact", "compiled", "dot", "form", "gram", "inverted", "least_squares",
    "robust", "solved",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])
Floats = NDArray[np.float64]
Groups = NDArray[np.intp]

_HC1, _CR0 = KINDS["HC1"], KINDS["CR0"]
WEAK = 1e-6
"""A pivot below this share of its diagonal: the reference fit is to judge."""


def compiled(function: F) -> F:
    """Compile on first use, and keep the result where a folder can be written to."""
    try:
        return cast("F", njit(cache=True, nogil=True, error_model="numpy")(function))
    except RuntimeError:
        return cast("F", njit(nogil=True, error_model="numpy")(function))


@compiled
def compact(
    y: Floats, x: Floats, groups: Groups, used: NDArray[np.bool_], yy: Floats, xx: Floats,
    gg: Groups,
) -> int:  # fmt: skip
    """Copy the used rows of y (n,), x (p, n) and groups (n,) to the front; how many there are."""
    m = 0
    for i in range(len(y)):
        if used[i]:
            yy[m], gg[m] = y[i], groups[i]
            m += 1
    for j in range(len(x)):
        k = 0
        for i in range(len(y)):
            if used[i]:
                xx[j, k] = x[j, i]
                k += 1
    return m


@compiled
def dot(a: Floats, b: Floats, m: int) -> float:
    """Σ a·b over the first m, in eight sums that a processor can form side by side."""
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    whole = m - m % 8
    for i in range(0, whole, 8):
        s0 += a[i] * b[i]
        s1 += a[i + 1] * b[i + 1]
        s2 += a[i + 2] * b[i + 2]
        s3 += a[i + 3] * b[i + 3]
        s4 += a[i + 4] * b[i + 4]
        s5 += a[i + 5] * b[i + 5]
        s6 += a[i + 6] * b[i + 6]
        s7 += a[i + 7] * b[i + 7]
    for i in range(whole, m):
        s0 += a[i] * b[i]
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7))


@compiled
def gram(a: Floats, b: Floats, m: int, out: Floats) -> None:
    """The product a b' of (p, n) rows where it is known to be symmetric: (p, p)."""
    for j in range(len(a)):
        for k in range(j + 1):
            out[j, k] = out[k, j] = dot(a[j], b[k], m)


@compiled
def cholesky(s: Floats, lower: Floats) -> float:
    """The lower factor of s (p, p), and its least pivot as a share of the diagonal."""
    p, least = len(s), 1.0
    for j in range(p):
        for k in range(j + 1):
            rest = s[j, k]
            for i in range(k):
                rest -= lower[j, i] * lower[k, i]
            if k < j:
                lower[j, k] = rest / lower[k, k]
            elif rest > 0:
                least = min(least, rest / s[j, j])
                lower[j, j] = math.sqrt(rest)
            else:
                return 0.0
    return least


@compiled
def solved(lower: Floats, right: Floats, out: Floats) -> None:
    """The solution (p,) of L L' out = right."""
    p = len(lower)
    for j in range(p):
        rest = right[j]
        for i in range(j):
            rest -= lower[j, i] * out[i]
        out[j] = rest / lower[j, j]
    for j in range(p - 1, -1, -1):
        rest = out[j]
        for i in range(j + 1, p):
            rest -= lower[i, j] * out[i]
        out[j] = rest / lower[j, j]


@compiled
def inverted(lower: Floats, out: Floats) -> None:
    """The inverse (p, p) of L L'."""
    p = len(lower)
    unit, column = np.zeros(p), np.empty(p)
    for j in range(p):
        unit[j] = 1.0
        solved(lower, unit, column)
        unit[j] = 0.0
        for i in range(p):
            out[i, j] = column[i]
    for j in range(p):
        for i in range(j):
            out[j, i] = out[i, j]


@compiled
def form(c: Floats, v: Floats) -> float:
    """The quadratic form c' v c."""
    total = 0.0
    for j in range(len(c)):
        for k in range(len(c)):
            total += c[j] * v[j, k] * c[k]
    return total


@compiled
def least_squares(
    y: Floats, x: Floats, m: int, lower: Floats, beta: Floats, residual: Floats
) -> bool:
    """Coefficients with one step of refinement, and residuals; false where X'X is weak."""
    p = len(x)
    s, right, step = np.empty((p, p)), np.empty(p), np.empty(p)
    gram(x, x, m, s)
    if cholesky(s, lower) < WEAK:
        return False
    beta[:] = 0.0
    residual[:] = y[:m]
    for _ in range(2):
        for j in range(p):
            right[j] = dot(x[j], residual, m)
        solved(lower, right, step)
        for j in range(p):
            beta[j] += step[j]
            for i in range(m):
                residual[i] -= step[j] * x[j, i]
    return True


@compiled
def robust(scores: Floats, bread: Floats, groups: Groups, m: int, kind: int, out: Floats) -> float:
    """The sandwich of m scores (q, n), or of their sums by group, with its factor.

    Degrees of freedom: one less than there are groups, infinite without groups, −1 where there
    is one group only.
    """
    q = len(bread)
    meat = np.zeros((q, q))
    df, factor = np.inf, m / (m - q) if kind == _HC1 else 1.0
    if kind >= _CR0:
        sums = np.zeros((q, groups[:m].max() + 1))
        for j in range(q):
            for i in range(m):
                sums[j, groups[i]] += scores[j, i]
        there = len(np.unique(groups[:m]))
        if there < 2:
            return -1.0
        df = there - 1.0
        if kind > _CR0:
            factor = there / (there - 1) * (m - 1) / (m - q)
        gram(sums, sums, sums.shape[1], meat)
    else:
        gram(scores, scores, m, meat)
    for j in range(q):
        for k in range(j + 1):
            total = 0.0
            for a in range(q):
                for b in range(q):
                    total += bread[j, a] * meat[a, b] * bread[b, k]
            out[j, k] = out[k, j] = factor * total
    return df
