"""Least squares at several sample sizes of the same replications, in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.small import WEAK, cholesky, compiled, dot, inverted, solved
from confstudy.design.kernels.solved import Solved, nothing, plain
from confstudy.errors import AnalysisError

__all__ = ["ols_nested"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def ols_nested(y: Floats, x: Floats, used: Bools, sizes: Sequence[int]) -> list[Solved]:
    """Fit a linear model to the first n clients of every replication, for several n.

    Parameters
    ----------
    y, x, used
        (R, n) outcomes, (R, p, n) predictors with the intercept, (R, n) the complete rows.
    sizes
        Rising numbers of clients, whether or not they answer.

    Returns
    -------
    list
        One a size, with nonrobust covariances. Cross products run on from size to size.

    Raises
    ------
    AnalysisError
        Sizes that do not rise, or are more than there are.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.stack([np.ones((3, 80)), rng.normal(size=(3, 80))], axis=1)
    >>> y = x[:, 1] + rng.normal(size=(3, 80))
    >>> [float(found.df[0]) for found in ols_nested(y, x, np.ones((3, 80), dtype=bool), [20, 80])]
    [18.0, 78.0]
    """
    count, p, n = x.shape
    if list(sizes) != sorted(set(sizes)) or not sizes or sizes[-1] > n or sizes[0] < 1:
        raise AnalysisError(f"Sample sizes rise, from 1 to the {n:,} clients that are drawn.")
    found = [nothing(count, p) for _ in sizes]
    packed = [
        np.stack([getattr(one, name) for one in found])
        for name in ("coefficients", "covariance", "df", "n", "fine")
    ]
    y, x, used, _ = plain(y, x, used, None)
    _all(y, x, used, np.array(sizes, dtype=np.intp), *packed)
    return [Solved(*(part[place] for part in packed)) for place in range(len(sizes))]


@compiled
def _all(
    y: Floats, x: Floats, used: Bools, sizes: NDArray[np.intp], coefficients: Floats,
    covariance: Floats, df: Floats, n: NDArray[np.intp], fine: Bools,
) -> None:  # fmt: skip
    p, size = x.shape[1], x.shape[2]
    z = np.empty((p + 1, size))
    s, lower, bread = np.empty((p + 1, p + 1)), np.zeros((p, p)), np.empty((p, p))
    centre = np.empty(p + 1)
    for r in range(len(y)):
        s[:] = 0.0
        m, start = 0, 0
        for place in range(len(sizes)):
            before = m
            for i in range(start, sizes[place]):
                if used[r, i]:
                    for j in range(p):
                        z[j, m] = x[r, j, i]
                    z[p, m] = y[r, i]
                    m += 1
            start = sizes[place]
            for j in range(p + 1):
                for k in range(j + 1):
                    s[j, k] += dot(z[j, before:m], z[k, before:m], m - before)
            n[place, r] = m
            if m <= p:
                continue
            for j in range(p):
                centre[j] = s[p, j]
                for k in range(j):
                    s[k, j] = s[j, k]
            if cholesky(s[:p, :p], lower) < WEAK:
                continue
            beta = coefficients[place, r]
            solved(lower, centre[:p], beta)
            squares = s[p, p]
            for j in range(p):
                squares -= beta[j] * centre[j]
            if not squares > 1e-8 * s[p, p]:
                continue
            inverted(lower, bread)
            df[place, r] = m - p
            covariance[place, r] = bread * (squares / (m - p))
            fine[place, r] = True
