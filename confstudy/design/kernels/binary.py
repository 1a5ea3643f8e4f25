"""Logit and probit in every replication, as ``cs.fit`` has them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

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

__all__ = ["binary", "runaway"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
Bools = NDArray[np.bool_]
_HC2, _HC3 = KINDS["HC2"], KINDS["HC3"]
_ROOT_HALF, _ROOT_2PI = math.sqrt(0.5), math.sqrt(2 * math.pi)


def binary(
    y: Floats,
    x: Floats,
    used: Bools,
    *,
    link: str = "logit",
    cov: str = "nonrobust",
    groups: Groups | None = None,
) -> Solved:
    """Fit a logit or a probit to every replication.

    Parameters
    ----------
    y, x, used
        (R, n) outcomes of 0 and 1, (R, p, n) predictors with the intercept, (R, n) the complete
        rows.
    link
        ``logit`` or ``probit``.
    cov
        As in :func:`confstudy.fit`, but for CR2; ``CR0`` and ``CR1`` need ``groups`` (R, n).

    Notes
    -----
    Newton's steps from chances of a half, by the expected information. ``fine`` is false where
    they do not arrive, where somebody's outcome comes out certain, or where a coefficient could
    run away: whether that is separation, ``cs.fit`` decides.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.stack([np.ones((2, 200)), rng.normal(size=(2, 200))], axis=1)
    >>> y = (x[:, 1] + rng.logistic(size=(2, 200)) > 0).astype(float)
    >>> binary(y, x, np.ones((2, 200), dtype=bool)).fine.tolist()
    [True, True]
    """
    count, p, _ = x.shape
    found = nothing(count, p)
    _all(
        *plain(y, x, used, groups), link == "probit", KINDS[cov],
        found.coefficients, found.covariance, found.df, found.n, found.fine,
    )  # fmt: skip
    return found


@compiled
def _all(
    y: Floats, x: Floats, used: Bools, groups: Groups, probit: bool, kind: int,
    coefficients: Floats, covariance: Floats, df: Floats, n: Groups, fine: Bools,
) -> None:  # fmt: skip
    p, size = x.shape[1], x.shape[2]
    yy, xx, gg = np.empty(size), np.empty((p, size)), np.empty(size, np.intp)
    for r in range(len(y)):
        m = compact(y[r], x[r], groups[r], used[r], yy, xx, gg)
        n[r] = m
        if m > p:
            fine[r] = _one(
                yy, xx, gg, m, probit, kind, coefficients[r], covariance[r], df, r
            )  # fmt: skip


@compiled
def _one(
    y: Floats, x: Floats, groups: Groups, m: int, probit: bool, kind: int, beta: Floats,
    cov: Floats, df: Floats, place: int,
) -> bool:  # fmt: skip
    """The decrement judges the steps: the last one moves nothing beyond 10⁻⁸ of an error."""
    p = len(x)
    s, lower, bread = np.empty((p, p)), np.zeros((p, p)), np.empty((p, p))
    right, step = np.empty(p), np.empty(p)
    first, weight, weighted = np.empty(m), np.empty(m), np.empty((p, m))
    if not _two(y, m):
        return False
    beta[:] = 0.0
    arrived = False
    for _ in range(40):
        if not _derivatives(y, x, m, beta, probit, first, weight):
            return False
        for j in range(p):
            right[j] = dot(x[j], first, m)
            for i in range(m):
                weighted[j, i] = weight[i] * x[j, i]
        gram(weighted, x, m, s)
        if cholesky(s, lower) < WEAK:
            return False
        solved(lower, right, step)
        beta += step
        if dot(step, right, p) < 1e-18:
            arrived = True
            break
    if not arrived:
        return False
    inverted(lower, bread)
    if runaway(x, bread, m):
        return False
    df[place] = np.inf
    if kind == 0:
        cov[:] = bread
        return True
    if not _scores(x, first, bread, m, kind, weighted):
        return False
    df[place] = robust(weighted, bread, groups, m, kind, cov)
    return bool(df[place] > 0)


@compiled
def _scores(x: Floats, first: Floats, bread: Floats, m: int, kind: int, weighted: Floats) -> bool:
    """Scores (p, n) in place of the weighted predictors, from which leverages come."""
    p = len(x)
    for i in range(m):
        size = first[i]
        if kind in (_HC2, _HC3):
            left = 1.0
            for j in range(p):
                for k in range(p):
                    left -= weighted[j, i] * bread[j, k] * x[k, i]
            if left < 1e-10:
                return False
            size = size / math.sqrt(left) if kind == _HC2 else size / left
        for j in range(p):
            weighted[j, i] = size * x[j, i]
    return True


@compiled
def _two(y: Floats, m: int) -> bool:
    """Whether there are zeros and ones, and nothing else."""
    ones = 0
    for i in range(m):
        if y[i] == 1:
            ones += 1
        elif y[i] != 0:
            return False
    return 0 < ones < m


@compiled
def _derivatives(
    y: Floats, x: Floats, m: int, beta: Floats, probit: bool, first: Floats, weight: Floats
) -> bool:
    """First derivatives and expected second ones by the index; false where one is certain."""
    for i in range(m):
        first[i] = 0.0
    for j in range(len(x)):
        for i in range(m):
            first[i] += beta[j] * x[j, i]
    sure = False
    if probit:
        for i in range(m):
            t = first[i]
            density = math.exp(-0.5 * t * t) / _ROOT_2PI
            yes, no = 0.5 * math.erfc(-t * _ROOT_HALF), 0.5 * math.erfc(t * _ROOT_HALF)
            sure |= min(yes, no) < 1e-8
            first[i] = density / yes if y[i] == 1 else -density / no
            weight[i] = density * density / (yes * no)
    else:
        for i in range(m):
            yes = 1 / (1 + math.exp(-first[i]))
            weight[i] = yes * (1 - yes)
            sure |= weight[i] < 1e-8
            first[i] = y[i] - yes
    return not sure


@compiled
def runaway(x: Floats, cov: Floats, m: int) -> bool:
    """Whether a standard error moves somebody's index by 5 or more (bounded from above first)."""
    p = len(x)
    widest = np.zeros(p)
    for j in range(p):
        for i in range(m):
            widest[j] = max(widest[j], abs(x[j, i]))
    for j in range(p):
        bound = 0.0
        for k in range(p):
            bound += widest[k] * abs(cov[j, k])
        limit = 5 * math.sqrt(cov[j, j])
        if bound < limit:
            continue
        for i in range(m):
            reach = 0.0
            for k in range(p):
                reach += cov[j, k] * x[k, i]
            if abs(reach) >= limit:
                return True
    return False
