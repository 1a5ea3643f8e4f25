"""The likelihood of what was seen when a trait was not: both of its values, by their chances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln, log_expit

from confstudy.models.likelihood.index import Kernel

__all__ = ["Binomial", "Device", "Gaussian", "Logit", "Part", "Terms", "mixture", "trait"]

Floats = NDArray[np.float64]
Terms = tuple[Floats, dict[int, Floats], dict[tuple[int, int], Floats]]
"""Log likelihoods (n,), first derivatives by the place of their index, second by two places."""


class Part(Protocol):
    """What one answer tells of the trait."""

    def __call__(self, z: int, indices: Floats) -> Terms:
        """Its log likelihood (n,) were the trait ``z``, and derivatives by the indices (k, n)."""


def trait(z: int, indices: Floats) -> Terms:
    """The trait itself: a logit of the first index."""
    index = indices[0]
    chance = expit(index)
    return log_expit(index if z else -index), {0: z - chance}, {(0, 0): -chance * (1 - chance)}


class Device:
    """A yes or no (n,), said with chances that depend on the trait only."""

    def __init__(self, said: Floats, device: tuple[float, float]) -> None:
        base, gain = device
        with np.errstate(divide="ignore"):
            self.rows = [
                np.log(np.clip(np.where(said == 1, yes, 1 - yes), 0, 1))
                for yes in (base, base + gain)
            ]

    def __call__(self, z: int, indices: Floats) -> Terms:
        """The same whatever the indices (k, n)."""
        return np.broadcast_to(self.rows[z], indices.shape[1:]), {}, {}


class Binomial:
    """A count of harmless items, and the trait in the long list.

    Parameters
    ----------
    count, long
        (n,): the count; 1 for those with the long list.
    items
        How many harmless items there are.
    places
        The index of the harmless items without the trait and with it.
    """

    def __init__(self, count: Floats, long: Floats, items: int, places: tuple[int, int]) -> None:
        self.items, self.places = items, places
        self.safe = [count, count - long]
        self.possible = [(safe >= 0) & (safe <= items) for safe in self.safe]
        with np.errstate(all="ignore"):
            self.ways = [
                gammaln(items + 1) - gammaln(safe + 1) - gammaln(items - safe + 1)
                for safe in self.safe
            ]

    def __call__(self, z: int, indices: Floats) -> Terms:
        """Binomial, with minus infinity for counts that the trait rules out."""
        place, safe, items = self.places[z], self.safe[z], self.items
        index = indices[place]
        chance = expit(index)
        rows = self.ways[z] + safe * log_expit(index) + (items - safe) * log_expit(-index)
        return (
            np.where(self.possible[z], rows, -np.inf),
            {place: safe - items * chance},
            {(place, place): -items * chance * (1 - chance)},
        )


class Logit:
    """An outcome of 0 and 1 (n,), whose index depends on the trait."""

    def __init__(self, outcome: Floats, places: tuple[int, int]) -> None:
        self.outcome, self.places = outcome, places

    def __call__(self, z: int, indices: Floats) -> Terms:
        """Bernoulli."""
        place = self.places[z]
        index = indices[place]
        chance = expit(index)
        rows = log_expit(np.where(self.outcome == 1, index, -index))
        return rows, {place: self.outcome - chance}, {(place, place): -chance * (1 - chance)}


class Gaussian:
    """A number (n,), whose mean depends on the trait; the last place is of its log σ."""

    def __init__(self, outcome: Floats, places: tuple[int, int, int]) -> None:
        self.outcome, self.places = outcome, places

    def __call__(self, z: int, indices: Floats) -> Terms:
        """Normal."""
        place, spread = self.places[z], self.places[2]
        log_sigma = indices[spread]
        with np.errstate(all="ignore"):
            precision = np.exp(-2 * log_sigma)
            away = self.outcome - indices[place]
            squared = away**2 * precision
        return (
            -0.5 * np.log(2 * np.pi) - log_sigma - 0.5 * squared,
            {place: away * precision, spread: squared - 1},
            {
                (place, place): -precision,
                (spread, spread): -2 * squared,
                (spread, place): -2 * away * precision,
            },
        )


def mixture(parts: Sequence[Part], count: int) -> Kernel:
    """The log of the sum over both values of the trait of the product of the parts.

    Parameters
    ----------
    parts
        Given the trait, they are independent.
    count
        How many indices there are.
    """

    def kernel(indices: Floats) -> tuple[Floats, Floats, Floats]:
        n = indices.shape[1]
        each = [_joint(parts, z, indices, count) for z in (0, 1)]
        rows = np.logaddexp(each[0][0], each[1][0])
        first, second = np.zeros((count, n)), np.zeros((count, count, n))
        for value, slope, curve in each:
            share = np.exp(value - rows)
            first += share * slope
            second += share * (curve + slope[:, None] * slope[None])
        return rows, first, second - first[:, None] * first[None]

    return kernel


def _joint(
    parts: Sequence[Part], z: int, indices: Floats, count: int
) -> tuple[Floats, Floats, Floats]:
    n = indices.shape[1]
    value, slope, curve = np.zeros(n), np.zeros((count, n)), np.zeros((count, count, n))
    for part in parts:
        rows, first, second = part(z, indices)
        value = value + rows
        for place, by in first.items():
            slope[place] += by
        for (place, other), by in second.items():
            curve[place, other] += by
            if place != other:
                curve[other, place] += by
    return value, slope, curve
