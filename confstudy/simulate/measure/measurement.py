"""Likert items that reflect a latent variable with a stated reliability."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from confstudy.errors import StructureError
from confstudy.simulate.measure.attenuation import (
    average_r,
    cut_covariance,
    cut_moments,
    pearson_of,
    polychoric_of,
    spearman_brown,
)

__all__ = [
    "alpha_of",
    "alpha_of_items",
    "answer",
    "cuts_for",
    "cuts_of_shares",
    "expected_score",
    "likert",
    "loading_for",
    "loadings_for",
]

Floats = NDArray[np.float64]
#: No item loads higher: something of it is its own.
_MOST = 0.99


def cuts_for(points: int) -> Floats:
    """Equally spaced cuts from −1.5 to 1.5 that make ``points`` answers of a standard normal.

    >>> cuts_for(5)
    array([-1.5, -0.5,  0.5,  1.5])
    """
    if points < 2:
        raise StructureError(f"A Likert item has two points or more, not {points}.")
    return np.linspace(-1.5, 1.5, points - 1) if points > 2 else np.zeros(1)


def cuts_of_shares(shares: ArrayLike) -> Floats:
    """Cuts of a standard normal that give the answers these shares, from low to high.

    >>> cuts_of_shares([0.5, 0.3, 0.15, 0.05]).round(3)
    array([0.   , 0.842, 1.645])
    """
    given = np.asarray(shares, dtype=float)
    if len(given) < 2 or (given <= 0).any() or abs(given.sum() - 1) > 1e-9:
        raise StructureError("The shares of the answers are two or more, above 0, and sum to 1.")
    return np.asarray(ndtri(np.cumsum(given)[:-1]))


def alpha_of(loading: float, items: int, points: int) -> float:
    """Cronbach's α of equal Likert items with this loading on a standard normal latent.

    >>> round(alpha_of(0.72, items=6, points=5), 4)
    0.8436
    """
    cuts = cuts_for(points)
    return spearman_brown(pearson_of(loading**2, cuts, cuts), items)


@lru_cache(maxsize=256)
def loading_for(alpha: float, items: int, points: int) -> float:
    """The loading that gives Likert items this α; the inverse of :func:`alpha_of`.

    Raises
    ------
    StructureError
        When no loading up to .99 reaches ``alpha`` with so few items or points.

    Examples
    --------
    >>> round(loading_for(0.85, items=6, points=5), 3)
    0.729
    """
    reach = alpha_of(_MOST, items, points)
    if not 0 < alpha < reach:
        raise StructureError(
            f"α = {alpha:g} is out of reach with {items} items of {points} points "
            f"(at most {reach:.3f}). Use more items or more points."
        )
    cuts = cuts_for(points)
    return float(np.sqrt(polychoric_of(average_r(alpha, items), cuts, cuts)))


def alpha_of_items(loadings: Sequence[float], cuts: Sequence[ArrayLike]) -> float:
    """Cronbach's α of items with loadings and cuts of their own, keyed alike; exact.

    >>> same = [cuts_for(5)] * 6
    >>> round(alpha_of_items([0.72] * 6, same), 4)
    0.8436
    """
    k = len(loadings)
    variances = sum(cut_moments(cut).sd ** 2 for cut in cuts)
    shared = 2 * sum(
        cut_covariance(loadings[i] * loadings[j], cuts[i], cuts[j])
        for i in range(k)
        for j in range(i)
    )
    return k / (k - 1) * shared / (variances + shared)


def loadings_for(alpha: float, cuts: Sequence[ArrayLike], weights: Sequence[float]) -> Floats:
    """Loadings in the ratio of ``weights`` that give items with these cuts this α.

    Raises
    ------
    StructureError
        With the highest α, where the largest loading is .99 and that is not enough.

    Examples
    --------
    >>> cuts = [cuts_of_shares([0.6, 0.25, 0.1, 0.05])] * 9
    >>> loadings_for(0.89, cuts, [1] * 8 + [0.7]).round(3)
    array([0.787, 0.787, 0.787, 0.787, 0.787, 0.787, 0.787, 0.787, 0.551])
    """
    ratio = np.asarray(weights, dtype=float) / max(weights)
    reach = alpha_of_items((_MOST * ratio).tolist(), cuts)
    if not 0 < alpha < reach:
        raise StructureError(
            f"α = {alpha:g} is out of reach of these {len(ratio)} items (at most {reach:.3f}). "
            "Use more items, more even weights, or cuts that differ less."
        )
    scale = brentq(
        lambda scale: alpha_of_items((scale * ratio).tolist(), cuts) - alpha, 0, _MOST, xtol=1e-12
    )
    return np.asarray(scale * ratio)


def expected_score(
    latent: Floats, loading: float, points: tuple[int, int], cuts: ArrayLike | None = None
) -> Floats:
    """The mean answer to a (keyed) item, given the latent; of equal items, their mean as well."""
    at = _given(points, cuts)
    unique = np.sqrt(1 - loading**2)
    return np.asarray(points[0] + ndtr((loading * latent[:, None] - at) / unique).sum(axis=1))


def likert(
    latent: Floats,
    unique: Floats,
    loading: float,
    points: tuple[int, int],
    *,
    reverse: bool = False,
    cuts: ArrayLike | None = None,
) -> Floats:
    """Answers to one item: the latent and the item's own part, cut into points.

    Parameters
    ----------
    latent, unique
        One number a client; standard normal in the reference population.
    points
        Lowest and highest answer.
    cuts
        (points − 1,) of the keyed item; equally spaced where not given.
    """
    strength = loading * latent + np.sqrt(1 - loading**2) * unique
    return answer(strength, points, reverse=reverse, cuts=cuts)


def answer(
    strength: Floats,
    points: tuple[int, int],
    *,
    reverse: bool = False,
    cuts: ArrayLike | None = None,
) -> Floats:
    """Answers as they stand in a file: keyed strengths cut into points, turned if reversed."""
    given = np.full(len(strength), float(points[0]))
    # A few comparisons of whole columns are faster than a search a cell.
    for cut in _given(points, cuts):
        given += strength > cut
    return sum(points) - given if reverse else given


def _given(points: tuple[int, int], cuts: ArrayLike | None) -> Floats:
    return cuts_for(points[1] - points[0] + 1) if cuts is None else np.asarray(cuts, dtype=float)
