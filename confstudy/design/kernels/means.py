"""Two groups in every replication: sizes, means and variances."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.small import compiled
from confstudy.design.kernels.solved import plain

__all__ = ["two_groups"]

Floats = NDArray[np.float64]


def two_groups(y: Floats, group: Floats, used: NDArray[np.bool_]) -> Floats:
    """Sizes, means and variances of two groups in every replication, in two passes.

    Parameters
    ----------
    y, group, used
        (R, n) outcomes, group 0 or 1 (others are left out), and the complete rows.

    Returns
    -------
    array
        (R, 2, 3): size, mean, and variance over size − 1; a mean of nobody is NaN.

    Examples
    --------
    >>> y, group = np.array([[1.0, 3, 2, 6]]), np.array([[0.0, 0, 1, 1]])
    >>> two_groups(y, group, np.ones((1, 4), dtype=bool))[0].tolist()
    [[2.0, 2.0, 2.0], [2.0, 4.0, 8.0]]
    """
    y, group = np.ascontiguousarray(y, dtype=float), np.ascontiguousarray(group, dtype=float)
    found = np.zeros((len(y), 2, 3))
    _all(y, group, plain(y, y[:, None], used, None)[2], found)
    return found


@compiled
def _all(y: Floats, group: Floats, used: NDArray[np.bool_], found: Floats) -> None:
    for r in range(len(y)):
        for side in range(2):
            size, total, squares = 0, 0.0, 0.0
            for i in range(y.shape[1]):
                if used[r, i] and group[r, i] == side:
                    size += 1
                    total += y[r, i]
            mean = total / size
            for i in range(y.shape[1]):
                if used[r, i] and group[r, i] == side:
                    squares += (y[r, i] - mean) ** 2
            found[r, side, 0] = size
            found[r, side, 1] = mean
            found[r, side, 2] = squares / (size - 1)
