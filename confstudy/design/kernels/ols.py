"""Least squares in every replication, with the standard errors of ``cs.fit``."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.reduced import reduced
from confstudy.design.kernels.small import compact, compiled, dot, inverted, least_squares, robust
from confstudy.design.kernels.solved import FEW, KINDS, Solved, nothing, plain

__all__ = ["ols"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
Bools = NDArray[np.bool_]
_HC2, _HC3, _CR0 = KINDS["HC2"], KINDS["HC3"], KINDS["CR0"]
_CR2, _CR = KINDS["CR2"], KINDS["CR"]


def ols(
    y: Floats,
    x: Floats,
    used: Bools,
    *,
    cov: str = "nonrobust",
    groups: Groups | None = None,
    contrast: Floats | None = None,
) -> Solved:
    """Fit a linear model to every replication.

    Parameters
    ----------
    y, x, used
        (R, n) outcomes, (R, p, n) predictors with the intercept, (R, n) the complete rows.
    cov
        As in :func:`confstudy.fit`; ``CR0``, ``CR1``, ``CR2`` and ``CR`` (CR2 under fifty groups,
        else CR1) need ``groups`` (R, n), from 0.
    contrast
        (R, p) of which Satterthwaite's degrees of freedom are; the last coefficient otherwise.

    Notes
    -----
    Normal equations with one step of refinement; replications with a pivot below 10⁻⁶ of its
    diagonal are left to ``cs.fit``.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.stack([np.ones((3, 40)), rng.normal(size=(3, 40))], axis=1)
    >>> found = ols(x[:, 1] + rng.normal(size=(3, 40)), x, np.ones((3, 40), dtype=bool))
    >>> found.coefficients.shape, found.df.tolist()
    ((3, 2), [38.0, 38.0, 38.0])
    """
    count, p, _ = x.shape
    if contrast is None:
        contrast = np.broadcast_to(np.eye(p)[-1], (count, p))
    found = nothing(count, p)
    _all(
        *plain(y, x, used, groups), np.ascontiguousarray(contrast, dtype=float), KINDS[cov],
        found.coefficients, found.covariance, found.df, found.n, found.fine,
    )  # fmt: skip
    return found


@compiled
def _all(
    y: Floats, x: Floats, used: Bools, groups: Groups, contrast: Floats, kind: int,
    coefficients: Floats, covariance: Floats, df: Floats, n: Groups, fine: Bools,
) -> None:  # fmt: skip
    p, size = x.shape[1], x.shape[2]
    yy, xx, gg = np.empty(size), np.empty((p, size)), np.empty(size, np.intp)
    for r in range(len(y)):
        m = compact(y[r], x[r], groups[r], used[r], yy, xx, gg)
        n[r] = m
        if m > p:
            fine[r] = _one(yy, xx, gg, m, kind, contrast[r], coefficients[r], covariance[r], df, r)


@compiled
def _one(
    y: Floats, x: Floats, groups: Groups, m: int, kind: int, contrast: Floats, beta: Floats,
    cov: Floats, df: Floats, place: int,
) -> bool:  # fmt: skip
    p = len(x)
    lower, bread, residual = np.zeros((p, p)), np.empty((p, p)), np.empty(m)
    if not least_squares(y, x, m, lower, beta, residual):
        return False
    squares = dot(residual, residual, m)
    if not squares > 1e-20 * dot(y, y, m):
        return False
    inverted(lower, bread)
    df[place] = m - p
    if kind == 0:
        cov[:] = bread * (squares / (m - p))
        return True
    if kind in (_CR2, _CR):
        sizes = np.zeros(groups[:m].max() + 1, np.intp)
        for i in range(m):
            sizes[groups[i]] += 1
        there = (sizes > 0).sum()
        if there < 2:
            return False
        if kind == _CR2 or there < FEW:
            df[place] = reduced(x, residual, groups, sizes, m, bread, contrast, cov)
            return bool(df[place] > 0)
    if not _scaled(x, residual, m, bread, kind, x):
        return False
    freedom = robust(x, bread, groups, m, kind, cov)
    if kind >= _CR0:
        df[place] = freedom
    return freedom > 0


@compiled
def _scaled(x: Floats, residual: Floats, m: int, bread: Floats, kind: int, scores: Floats) -> bool:
    """Scores (p, n); HC2 and HC3 divide by what leverages leave, if they leave anything."""
    p = len(x)
    for i in range(m):
        size = residual[i]
        if kind in (_HC2, _HC3):
            left = 1.0
            for j in range(p):
                for k in range(p):
                    left -= x[j, i] * bread[j, k] * x[k, i]
            if left < 1e-10:
                return False
            size = size / math.sqrt(left) if kind == _HC2 else size / left
        for j in range(p):
            scores[j, i] = size * x[j, i]
    return True
