"""Thresholds and polychoric correlations of ordered items, with their joint uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import ndtr, ndtri

from confstudy.errors import AnalysisError
from confstudy.survey.bivariate import cells

__all__ = ["Ordinal", "ordinal_statistics"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Ordinal:
    """What ordered items say of the normal variables behind them.

    Attributes
    ----------
    thresholds
        For each item, its inner thresholds.
    correlations
        (p (p − 1) / 2,) in the order of ``itertools.combinations``.
    spread
        Γ: n times the covariance of all thresholds, then all correlations.
    """

    thresholds: tuple[Floats, ...]
    correlations: Floats
    spread: Floats
    n: int

    @property
    def count(self) -> int:
        """How many thresholds there are."""
        return sum(map(len, self.thresholds))


def ordinal_statistics(codes: NDArray[np.intp], names: tuple[str, ...]) -> Ordinal:
    """Estimate thresholds, then each correlation given them (Olsson 1979; Muthén 1984).

    Parameters
    ----------
    codes
        (n, p) from 0 without gaps.

    Raises
    ------
    AnalysisError
        Where a pair of items determines no correlation.
    """
    n, p = codes.shape
    cuts = [_thresholds(codes[:, item]) for item in range(p)]
    first = [_threshold_scores(codes[:, item], cuts[item]) for item in range(p)]
    starts = np.cumsum([0] + [part.shape[1] for part in first])
    pairs = list(combinations(range(p), 2))
    scores, correlations = np.hstack(first), np.zeros(len(pairs))
    below = np.zeros((len(pairs), scores.shape[1]))
    own = np.zeros((n, len(pairs)))
    for number, (one, two) in enumerate(pairs):
        table = np.zeros((len(cuts[one]) + 1, len(cuts[two]) + 1))
        cell = codes[:, one], codes[:, two]
        np.add.at(table, cell, 1)
        found = _correlation(table, cuts[one], cuts[two])
        if found is None:
            raise AnalysisError(
                f"'{names[one]}' and '{names[two]}' determine no correlation: one answer to one "
                "decides the other. Merge rare answers, or leave one out."
            )
        correlations[number] = found
        chance, slope, by_one, by_two = cells(cuts[one], cuts[two], found)
        mine = (slope / chance)[cell]
        own[:, number] = mine
        for item, by in ((one, by_one), (two, by_two)):
            below[number, starts[item] : starts[item + 1]] = (by / chance)[:, *cell] @ mine
    spread = _spread(first, scores, own, below)
    return Ordinal(tuple(cuts), correlations, spread, n)


def _spread(first: list[Floats], scores: Floats, own: Floats, below: Floats) -> Floats:
    """Γ from the scores of both stages, the second depending on the first."""
    count, n = scores.shape[1], len(scores)
    slope = np.zeros((count + own.shape[1],) * 2)
    place = 0
    for part in first:
        width = part.shape[1]
        slope[place : place + width, place : place + width] = part.T @ part
        place += width
    slope[count:, :count] = below
    slope[count:, count:] = np.diag((own**2).sum(axis=0))
    every = np.hstack([scores, own])
    bread = np.linalg.inv(slope)
    return np.asarray(n * bread @ (every.T @ every) @ bread.T)


def _thresholds(codes: NDArray[np.intp]) -> Floats:
    shares = np.bincount(codes) / len(codes)
    return np.asarray(ndtri(np.cumsum(shares)[:-1]))


def _threshold_scores(codes: NDArray[np.intp], cuts: Floats) -> Floats:
    """(n, thresholds) derivatives of each answer's log chance."""
    chance = np.diff(ndtr(cuts), prepend=0.0, append=1.0)
    density = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    ends = codes[:, None] - np.arange(len(cuts))
    return np.asarray(((ends == 0) * 1.0 - (ends == 1)) * density / chance[codes][:, None])


def _correlation(table: Floats, one: Floats, two: Floats) -> float | None:
    """The most likely correlation; nothing where the likelihood has no top inside."""

    def score(correlation: float) -> float:
        chance, slope, _, _ = cells(one, two, correlation)
        return float((table * slope / chance).sum())

    sign = 1.0 if score(0.0) > 0 else -1.0
    near = 0.0
    for edge in (0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999):
        if sign * score(sign * edge) < 0:
            ends = sorted((near, sign * edge))
            return float(optimize.brentq(score, *ends, xtol=1e-14, rtol=1e-14))
        near = sign * edge
    return None
