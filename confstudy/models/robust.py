"""Heteroskedasticity-consistent covariance of a logit, as R's sandwich has it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["logit_covariance"]

Floats = NDArray[np.float64]


def logit_covariance(matrix: Floats, outcome: Floats, chance: Floats, kind: str) -> Floats:
    """HC0 to HC3 of a logit (MacKinnon and White 1985, with the leverages of the weighted fit).

    Parameters
    ----------
    matrix
        (n, p) model matrix.
    outcome, chance
        (n,) 0 or 1, and the fitted chance of 1.
    kind
        ``HC0``; ``HC1``, times n / (n − p); ``HC2`` and ``HC3``, residuals divided by the
        square root of 1 − h, and by 1 − h.
    """
    n, p = matrix.shape
    weight = chance * (1 - chance)
    bread = np.linalg.inv(matrix.T @ (weight[:, None] * matrix))
    leverage = weight * np.einsum("ij,jk,ik->i", matrix, bread, matrix)
    power = {"HC0": 0.0, "HC1": 0.0, "HC2": 1.0, "HC3": 2.0}[kind]
    square = (outcome - chance) ** 2 / (1 - leverage) ** power
    covariance = bread @ (matrix.T @ (square[:, None] * matrix)) @ bread
    return np.asarray(covariance * (n / (n - p) if kind == "HC1" else 1.0))
