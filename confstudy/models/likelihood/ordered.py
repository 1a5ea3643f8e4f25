"""Ordered outcomes: cumulative logit and probit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from confstudy.models.likelihood.index import Kernel

__all__ = ["DISTRIBUTIONS", "chances", "cumulative_matrices", "ordered_kernel"]

Floats = NDArray[np.float64]
Distribution = Callable[[Floats], Floats]
DISTRIBUTIONS: dict[str, Distribution] = {"logit": expit, "probit": ndtr}


def ordered_kernel(rank: NDArray[np.intp], link: str) -> Kernel:
    """Log likelihood by two indices: the threshold above each respondent, and the one below.

    Parameters
    ----------
    rank
        (n,): 0 to the number of thresholds. The lowest has none below, the highest none above.
    link
        ``logit`` or ``probit``; both are symmetric.
    """
    distribution = DISTRIBUTIONS[link]
    top, bottom = rank == rank.max(), rank == 0

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        upper = np.where(top, np.inf, index[0])
        lower = np.where(bottom, -np.inf, index[1])
        # The tail nearer to zero keeps its digits.
        flip = lower > 0
        high, low = np.where(flip, -lower, upper), np.where(flip, -upper, lower)
        chance = distribution(high) - distribution(low)
        (above, above_slope), (below, below_slope) = (_density(t, link) for t in (upper, lower))
        first = np.stack([above, -below]) / chance
        second = -first[:, None] * first[None]
        second[0, 0] += above_slope / chance
        second[1, 1] -= below_slope / chance
        value = np.where(chance > 0, np.log(np.maximum(chance, 1e-320)), -np.inf)
        return value, first, second

    return kernel


def _density(t: Floats, link: str) -> tuple[Floats, Floats]:
    finite = np.isfinite(t)
    t = np.where(finite, t, 0.0)
    if link == "logit":
        density = expit(t) * expit(-t)
        slope = density * (expit(-t) - expit(t))
    else:
        density = np.exp(-0.5 * t**2) / np.sqrt(2 * np.pi)
        slope = -t * density
    return np.where(finite, density, 0.0), np.where(finite, slope, 0.0)


def cumulative_matrices(
    matrix: Floats, rank: NDArray[np.intp], free: Floats | None = None
) -> tuple[Floats, Floats]:
    """What turns slopes and thresholds into the two indices.

    Parameters
    ----------
    matrix
        (n, p): predictors whose slopes are the same at every threshold.
    free
        (n, q): predictors with a slope of their own at every threshold.
    """
    cuts = int(rank.max())
    steps = np.eye(cuts)
    nothing = np.zeros((1, cuts))
    made = []
    for places in (np.vstack([steps, nothing])[rank], np.vstack([nothing, steps])[rank]):
        parts = [-matrix, places]
        if free is not None:
            parts += [-places * column[:, None] for column in free.T]
        made.append(np.hstack(parts))
    return made[0], made[1]


def chances(coefficients: Floats, matrix: Floats, link: str = "logit") -> Floats:
    """Chances (n, levels) by slopes and thresholds."""
    slopes = matrix.shape[1]
    below = DISTRIBUTIONS[link](coefficients[slopes:] - (matrix @ coefficients[:slopes])[:, None])
    edge = np.zeros((len(matrix), 1))
    return np.diff(np.hstack([edge, below, edge + 1]), axis=1)
