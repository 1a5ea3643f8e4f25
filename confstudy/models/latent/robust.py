"""Errors and tests that do not need normal or independent answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.models.latent.likelihood import Likelihood
from confstudy.models.latent.solve import Solution

__all__ = ["Clusters", "meat", "sandwich", "scaling_factor", "unrestricted_spread"]

Floats = NDArray[np.float64]
Clusters = tuple[NDArray[np.intp], ...] | None


def sandwich(solution: Solution, clusters: Clusters) -> Floats:
    """The covariance (q, q) of Huber and White, with the observed information.

    Parameters
    ----------
    clusters
        Codes of the clusters in each group, or None.
    """
    bread = np.linalg.inv(solution.observed)
    scores = solution.likelihood.scores(solution.parameters)
    return np.asarray(bread @ meat(scores, clusters) @ bread)


def meat(scores: list[Floats], clusters: Clusters) -> Floats:
    """The sum of squares (q, q) of scores, summed within clusters over all groups first."""
    every = np.vstack(scores)
    if clusters is None:
        return np.asarray(every.T @ every)
    codes = np.concatenate(clusters)
    count = len(np.unique(codes))
    sums = np.zeros((int(codes.max()) + 1, every.shape[1]))
    np.add.at(sums, codes, every)
    return np.asarray(count / (count - 1) * sums.T @ sums)


def scaling_factor(solution: Solution, clusters: Clusters, free: float) -> float:
    """What χ² is divided by, after Yuan and Bentler (2000), as Mplus simplifies it.

    Scores and information without a model (``free``, of :func:`unrestricted_spread`), less
    those of the model, a degree of freedom.
    """
    if solution.df <= 0:
        return float("nan")
    scores = solution.likelihood.scores(solution.parameters)
    taken = np.trace(np.linalg.solve(solution.observed, meat(scores, clusters)))
    return (free - float(taken)) / solution.df


def unrestricted_spread(solution: Solution, clusters: Clusters) -> float:
    """The trace of scores against information where all moments are free."""
    total = 0.0
    for position, group in enumerate(solution.saturated):
        data = solution.data[position]
        alone = Likelihood((group,), (data,), solution.means)
        at = group.at_sample
        codes = None if clusters is None else (clusters[position],)
        squares = meat(alone.scores(at), codes)
        total += float(np.trace(np.linalg.solve(alone.observed(at), squares)))
    return total
