"""Errors and tests that do not need normal or independent answers."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from confstudy.models.latent.likelihood import GroupData, Likelihood, Pattern
from confstudy.models.latent.solve import Solution

__all__ = [
    "Clusters", "as_complete", "meat", "sandwich", "scaling_factor", "unrestricted_spread",
]  # fmt: skip

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
    every = np.vstack(
        [np.sqrt(size) * part for size, part in zip(_corrections(clusters), scores, strict=False)]
    )
    return _squares(every, None if clusters is None else np.concatenate(clusters))


def _squares(scores: Floats, codes: NDArray[np.intp] | None) -> Floats:
    if codes is None:
        return np.asarray(scores.T @ scores)
    sums = np.zeros((int(codes.max()) + 1, scores.shape[1]))
    np.add.at(sums, codes, scores)
    return np.asarray(sums.T @ sums)


def _corrections(clusters: Clusters) -> Iterable[float]:
    """For each group what few clusters C cost, C / (C - 1): its own, unless groups share some."""
    if clusters is None:
        return repeat(1.0)
    counts = [len(np.unique(codes)) for codes in clusters]
    every = len(np.unique(np.concatenate(clusters)))
    if sum(counts) > every or min(counts) < 2:
        return repeat(every / (every - 1))
    return [count / (count - 1) for count in counts]


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
    parts = _unrestricted(solution, clusters)
    return sum(float(np.trace(np.linalg.solve(curve, squares))) for curve, squares in parts)


def _unrestricted(solution: Solution, clusters: Clusters) -> list[tuple[Floats, Floats]]:
    """Of each group the observed information and squared scores where all moments are free."""
    found = []
    for place, (group, size) in enumerate(
        zip(solution.saturated, _corrections(clusters), strict=False)
    ):
        alone = Likelihood((group,), (solution.data[place],), solution.means)
        (scores,) = alone.scores(group.at_sample)
        codes = None if clusters is None else clusters[place]
        found.append((alone.observed(group.at_sample), size * _squares(scores, codes)))
    return found


def as_complete(solution: Solution, clusters: Clusters, robust: bool) -> tuple[float, float]:
    """χ² had nothing been missing, and what it is to be divided by (Zhang and Savalei 2023).

    ``robust`` allows for answers that are not normal as well.
    """
    chi2, blocks, slopes = 0.0, [], []
    parts = _unrestricted(solution, clusters)
    for group, free, data, (curve, squares) in zip(
        solution.model.groups, solution.saturated, solution.data, parts, strict=True
    ):
        moments = free.sample
        every = np.arange(len(moments.mean))
        whole = Pattern(every, every[:0], data.size, moments.mean, moments.covariance)
        complete = (GroupData(data.answers[:0], data.weights[:0], (whole,)),)
        best = Likelihood((free,), complete, True)
        left = best.value(free.at_sample)
        chi2 += 2 * (left - Likelihood((group,), complete, True).value(solution.parameters))
        spread = squares if robust else curve
        blocks.append((curve, best.observed(free.at_sample), spread))
        levels, rows, columns = free.places
        by_mean, by_covariance = group.derivatives(solution.parameters)
        slopes.append(np.hstack([by_mean[:, levels], by_covariance[:, rows, columns]]).T)
    curve, full, spread = (block_diag(*each) for each in zip(*blocks, strict=True))
    slope = np.vstack(slopes)
    pulled = curve @ slope
    rest = np.eye(len(curve)) - slope @ np.linalg.solve(slope.T @ pulled, pulled.T)
    half = rest @ np.linalg.inv(curve)
    return chi2, float(np.trace(half.T @ full @ half @ spread)) / solution.df
