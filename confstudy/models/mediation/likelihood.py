"""Likelihoods of many resamples at once: value, score and information for each draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr

__all__ = ["GLMS", "Glm", "Ordered", "glm_starts", "pairs", "symmetric"]

Floats = NDArray[np.float64]
_TINY = 1e-300


@dataclass(frozen=True)
class Glm:
    """A likelihood whose terms depend on one index a respondent."""

    terms: Callable[[Floats, Floats], tuple[Floats, Floats, Floats]]

    def evaluate(
        self, parameters: Floats, matrix: Floats, products: Floats, outcome: Floats, counts: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Log-likelihood (B,), score (B, p) and information (B, p, p) of B weighted samples.

        Parameters
        ----------
        parameters
            (B, p).
        matrix, products
            (n, p) rows and their :func:`pairs`.
        outcome
            (n,).
        counts
            (B, n): how often each row stands in each sample.
        """
        value, slope, bend = self.terms(parameters @ matrix.T, outcome)
        information = symmetric((counts * bend) @ products, matrix.shape[1])
        return (counts * value).sum(axis=1), (counts * slope) @ matrix, information

    def scores(self, parameters: Floats, matrix: Floats, outcome: Floats) -> Floats:
        """Each respondent's score (n, p) at one estimate (p,)."""
        return np.asarray(self.terms(matrix @ parameters, outcome)[1][:, None] * matrix)


@dataclass(frozen=True)
class Ordered:
    """The proportional-odds likelihood; thresholds come after the slopes (McCullagh 1980)."""

    levels: int

    def _index(self, parameters: Floats, matrix: Floats, rank: NDArray[np.intp]) -> list[Floats]:
        slopes = matrix.shape[1]
        index = parameters[..., :slopes] @ matrix.T
        edge = np.full((*parameters.shape[:-1], 1), np.inf)
        cuts = np.concatenate([-edge, parameters[..., slopes:], edge], axis=-1)
        below, above = expit(cuts[..., rank] - index), expit(cuts[..., rank + 1] - index)
        return [below, above, np.maximum(above - below, _TINY)]

    def evaluate(
        self, parameters: Floats, matrix: Floats, products: Floats, outcome: Floats, counts: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """As :meth:`Glm.evaluate`; ``products`` are those of :meth:`designs`."""
        rank = outcome.astype(np.intp)
        below, above, chance = self._index(parameters, matrix, rank)
        low, high = below * (1 - below), above * (1 - above)
        up, down = high / chance, -low / chance
        upper, lower = self.designs(matrix, rank)
        size = upper.shape[1]
        width = size * (size + 1) // 2
        bends = (
            up**2 - high * (1 - 2 * above) / chance,
            down**2 + low * (1 - 2 * below) / chance,
            up * down,
        )
        flat = np.zeros((len(parameters), width))
        for part, bend in enumerate(bends):
            flat += (counts * bend) @ products[:, part * width : (part + 1) * width]
        score = (counts * up) @ upper + (counts * down) @ lower
        disordered = (np.diff(parameters[:, matrix.shape[1] :], axis=1) <= 0).any(axis=1)
        value = np.where(disordered, -np.inf, (counts * np.log(chance)).sum(axis=1))
        return value, score, symmetric(flat, size)

    def designs(self, matrix: Floats, rank: NDArray[np.intp]) -> tuple[Floats, Floats]:
        """Rows (n, p + cuts) that give the index at the upper and at the lower threshold."""
        padded = np.eye(self.levels + 1)[:, 1 : self.levels]
        return np.hstack([-matrix, padded[rank + 1]]), np.hstack([-matrix, padded[rank]])

    def products(self, matrix: Floats, rank: NDArray[np.intp]) -> Floats:
        """The products of the designs that the information is summed from."""
        upper, lower = self.designs(matrix, rank)
        cross = pairs(upper + lower) - pairs(upper) - pairs(lower)
        return np.hstack([pairs(upper), pairs(lower), cross])

    def scores(self, parameters: Floats, matrix: Floats, outcome: Floats) -> Floats:
        """Each respondent's score (n, p + cuts) at one estimate."""
        rank = outcome.astype(np.intp)
        below, above, chance = self._index(parameters[None], matrix, rank)
        upper, lower = self.designs(matrix, rank)
        up, down = above * (1 - above) / chance, -below * (1 - below) / chance
        return np.asarray(up[0][:, None] * upper + down[0][:, None] * lower)


def pairs(matrix: Floats) -> Floats:
    """(n, p (p + 1) / 2): the products of every two columns of the rows."""
    one, two = np.triu_indices(matrix.shape[1])
    return np.asarray(matrix[:, one] * matrix[:, two])


def symmetric(flat: Floats, size: int) -> Floats:
    """(B, p, p) from the upper triangles (B, p (p + 1) / 2)."""
    one, two = np.triu_indices(size)
    full = np.empty((len(flat), size, size))
    full[:, one, two] = flat
    full[:, two, one] = flat
    return full


def _logit(index: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    chance = np.asarray(expit(index))
    seen = np.where(outcome > 0, chance, 1 - chance)
    return np.log(np.maximum(seen, _TINY)), outcome - chance, chance * (1 - chance)


def _probit(index: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    sign = 2 * outcome - 1
    towards = sign * index
    value = np.asarray(log_ndtr(towards))
    ratio = np.exp(-0.5 * towards**2 - 0.5 * np.log(2 * np.pi) - value)
    return value, sign * ratio, ratio * (ratio + towards)


def _poisson(index: Floats, outcome: Floats) -> tuple[Floats, Floats, Floats]:
    mean = np.exp(np.minimum(index, 50))
    return outcome * index - mean, outcome - mean, mean


GLMS = {"logit": Glm(_logit), "probit": Glm(_probit), "poisson": Glm(_poisson)}


def glm_starts(family: str, outcome: Floats, weights: Floats) -> float:
    """The index that gives everybody the average outcome."""
    mean = float(np.average(outcome, weights=weights))
    if family == "poisson":
        return float(np.log(max(mean, 1e-8)))
    share = min(max(mean, 1e-6), 1 - 1e-6)
    return float(np.log(share / (1 - share))) * (0.6 if family == "probit" else 1.0)
