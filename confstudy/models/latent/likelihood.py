"""The normal likelihood of complete and incomplete rows, from one set of sums a pattern.

Rows that answered the same questions share their moments, so that complete data are one
pattern and full-information maximum likelihood is a sum over several (Arbuckle 1996).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from confstudy.models.latent.defined import jacobian
from confstudy.models.latent.implied import Moments

__all__ = ["GroupData", "Likelihood", "Pattern", "Saturated", "group_data"]

Floats = NDArray[np.float64]
Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class Pattern:
    """Rows with the same columns ``seen`` (k,): their weight, mean (k,) and covariance (k, k)."""

    seen: NDArray[np.intp]
    rows: NDArray[np.intp]
    size: float
    mean: Floats
    covariance: Floats


@dataclass(frozen=True, repr=False)
class GroupData:
    """The rows of a group: answers (n, p) with NaN where missing, and weights (n,)."""

    answers: Floats
    weights: Floats
    patterns: tuple[Pattern, ...]

    @property
    def size(self) -> float:
        """The sum of the weights."""
        return float(self.weights.sum())


class Implied(Protocol):
    """Moments as a function of parameters: a model's group, or all moments free."""

    def moments(self, parameters: Array) -> Moments:
        """Of the observed variables, at parameters (q,)."""

    def gradient(self, parameters: Array, by_mean: Array, by_covariance: Array) -> Array:
        """(q,) from derivatives by the means (p,) and the covariance (p, p)."""

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Of the means (q, p) and of the covariance (q, p, p)."""


def group_data(values: Floats, weights: Floats) -> GroupData:
    """Sort rows (n, p) by which of their values are there; rows without any are left out."""
    seen = ~np.isnan(values)
    kinds, which = np.unique(seen, axis=0, return_inverse=True)
    patterns = []
    for number, kind in enumerate(kinds):
        if not kind.any():
            continue
        rows = np.flatnonzero(which.ravel() == number)
        part, share = values[np.ix_(rows, np.flatnonzero(kind))], weights[rows]
        total = float(share.sum())
        if total <= 0:
            continue
        mean = share @ part / total
        away = part - mean
        patterns.append(
            Pattern(np.flatnonzero(kind), rows, total, mean, (away.T * share) @ away / total)
        )
    return GroupData(values, weights, tuple(patterns))


@dataclass(frozen=True, repr=False)
class Saturated:
    """Every mean and covariance free, but for those of columns ``fixed`` among themselves."""

    sample: Moments
    fixed: NDArray[np.intp]
    means: bool

    @property
    def places(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Columns of the free means, rows and columns of the free covariances."""
        p = len(self.sample.mean)
        rows, columns = np.tril_indices(p)
        held = np.isin(np.arange(p), self.fixed)
        keep = ~(held[rows] & held[columns])
        free = np.flatnonzero(~held) if self.means else np.zeros(0, dtype=np.intp)
        return free, rows[keep], columns[keep]

    @property
    def size(self) -> int:
        """How many are free."""
        free, rows, _ = self.places
        return len(free) + len(rows)

    @property
    def at_sample(self) -> Floats:
        """The parameters that give the sample's moments."""
        free, rows, columns = self.places
        return np.concatenate([self.sample.mean[free], self.sample.covariance[rows, columns]])

    def moments(self, parameters: Array) -> Moments:
        """See :class:`Moments`."""
        free, rows, columns = self.places
        mean = self.sample.mean.astype(parameters.dtype)
        covariance = self.sample.covariance.astype(parameters.dtype)
        mean[free] = parameters[: len(free)]
        covariance[rows, columns] = parameters[len(free) :]
        covariance[columns, rows] = parameters[len(free) :]
        return Moments(mean, covariance)

    def gradient(self, parameters: Array, by_mean: Array, by_covariance: Array) -> Array:
        """(q,) of a function of the moments."""
        del parameters
        free, rows, columns = self.places
        twice = np.where(rows == columns, 1.0, 2.0)
        return np.concatenate([by_mean[free], twice * by_covariance[rows, columns]])

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Derivatives of the means (q, p) and of the covariance (q, p, p)."""
        free, rows, columns = self.places
        q, p = len(parameters), len(self.sample.mean)
        by_mean, by_covariance = np.zeros((q, p)), np.zeros((q, p, p))
        by_mean[np.arange(len(free)), free] = 1
        after = np.arange(len(free), q)
        by_covariance[after, rows, columns] = 1
        by_covariance[after, columns, rows] = 1
        return by_mean, by_covariance


@dataclass(frozen=True, repr=False)
class Likelihood:
    """The log-likelihood of groups under their implied moments, and its derivatives.

    Attributes
    ----------
    means
        Whether means are modelled; otherwise they are those of the sample.
    """

    groups: tuple[Implied, ...]
    data: tuple[GroupData, ...]
    means: bool

    def value(self, parameters: Floats) -> float:
        """The log-likelihood; −inf where a covariance is not positive definite."""
        total = 0.0
        for group, data in zip(self.groups, self.data, strict=True):
            moments = group.moments(parameters)
            for pattern in data.patterns:
                total += self._part(pattern, moments)
                if not np.isfinite(total):
                    return -np.inf
        return total

    def _away(self, pattern: Pattern, moments: Moments) -> Array:
        if self.means:
            return np.asarray(pattern.mean - moments.mean[pattern.seen])
        return np.zeros(len(pattern.seen))

    def _part(self, pattern: Pattern, moments: Moments) -> float:
        implied = moments.covariance[np.ix_(pattern.seen, pattern.seen)]
        try:
            factor = np.linalg.cholesky(implied)
        except np.linalg.LinAlgError:
            return -np.inf
        away = self._away(pattern, moments)
        spread = np.linalg.solve(implied, pattern.covariance + np.outer(away, away))
        constant = len(away) * np.log(2 * np.pi) + 2 * np.log(np.diag(factor)).sum()
        return float(-pattern.size / 2 * (constant + np.trace(spread)))

    def gradient(self, parameters: Array) -> Array:
        """(q,); analytic, and so also for complex parameters."""
        result = np.zeros(len(parameters), dtype=parameters.dtype)
        for group, data in zip(self.groups, self.data, strict=True):
            moments = group.moments(parameters)
            by_mean = np.zeros_like(moments.mean)
            by_covariance = np.zeros_like(moments.covariance)
            for pattern in data.patterns:
                block = np.ix_(pattern.seen, pattern.seen)
                inverse = np.linalg.inv(moments.covariance[block])
                away = self._away(pattern, moments)
                spread = pattern.covariance + np.outer(away, away)
                by_mean[pattern.seen] += pattern.size * (inverse @ away)
                by_covariance[block] += pattern.size / 2 * (inverse @ spread @ inverse - inverse)
            result = result + group.gradient(parameters, by_mean, by_covariance)
        return result

    def observed(self, parameters: Floats) -> Floats:
        """Minus the Hessian (q, q): the bend of the likelihood, less that of the moments."""
        total = np.zeros((len(parameters), len(parameters)))
        for group, data in zip(self.groups, self.data, strict=True):
            moments = group.moments(parameters)
            by_mean, by_covariance = group.derivatives(parameters)
            p = len(moments.mean)
            bend, cross, level = np.zeros((p,) * 4), np.zeros((p,) * 3), np.zeros((p, p))
            pulls, slopes = np.zeros(p), np.zeros((p, p))
            for pattern in data.patterns:
                block = np.ix_(pattern.seen, pattern.seen)
                inverse, spread, away = np.zeros((p, p)), np.zeros((p, p)), np.zeros(p)
                inverse[block] = np.linalg.inv(moments.covariance[block])
                away[pattern.seen] = self._away(pattern, moments)
                spread[block] = pattern.covariance
                pull = inverse @ away
                inner = inverse @ spread @ inverse + np.outer(pull, pull)
                twice = pattern.size / 2 * (2 * inner - inverse)
                bend += inverse[None, :, :, None] * twice[:, None, None, :]
                cross += pattern.size * pull[:, None, None] * inverse
                level += pattern.size * inverse
                pulls += pattern.size * pull
                slopes += pattern.size / 2 * (inner - inverse)
            flat = by_covariance.reshape(len(parameters), -1)
            mixed = flat @ cross.reshape(p * p, p) @ by_mean.T
            total += flat @ bend.reshape(p * p, -1) @ flat.T + mixed + mixed.T
            total += by_mean @ level @ by_mean.T
            total -= _bend_of_moments(group, parameters, pulls, slopes)
        return np.asarray((total + total.T) / 2)

    def expected(self, parameters: Floats) -> Floats:
        """The expected information (q, q), given which values are missing."""
        total = np.zeros((len(parameters), len(parameters)))
        for group, data in zip(self.groups, self.data, strict=True):
            moments = group.moments(parameters)
            by_mean, by_covariance = group.derivatives(parameters)
            for pattern in data.patterns:
                block = np.ix_(pattern.seen, pattern.seen)
                root = np.linalg.inv(np.linalg.cholesky(moments.covariance[block]))
                part = by_covariance[:, pattern.seen[:, None], pattern.seen[None, :]]
                flat = (root @ part @ root.T).reshape(len(part), -1)
                total += pattern.size / 2 * flat @ flat.T
                if self.means:
                    shift = by_mean[:, pattern.seen] @ root.T
                    total += pattern.size * shift @ shift.T
        return total

    def scores(self, parameters: Floats) -> list[Floats]:
        """Each row's weighted part (n, q) of the gradient, a matrix a group."""
        result = []
        for group, data in zip(self.groups, self.data, strict=True):
            moments = group.moments(parameters)
            by_mean, by_covariance = group.derivatives(parameters)
            scores = np.zeros((len(data.answers), len(parameters)))
            for pattern in data.patterns:
                part = by_covariance[:, pattern.seen[:, None], pattern.seen[None, :]]
                inverse = np.linalg.inv(moments.covariance[np.ix_(pattern.seen, pattern.seen)])
                centre = moments.mean[pattern.seen] if self.means else pattern.mean
                pulled = (data.answers[np.ix_(pattern.rows, pattern.seen)] - centre) @ inverse
                bend = np.einsum("ni,qij,nj->nq", pulled, part, pulled, optimize=True)
                bend -= np.einsum("qij,ji->q", part, inverse)
                found = bend / 2
                if self.means:
                    found += pulled @ by_mean[:, pattern.seen].T
                scores[pattern.rows] = data.weights[pattern.rows, None] * found
            result.append(scores)
        return result


def _bend_of_moments(group: Implied, at: Floats, by_mean: Floats, by_covariance: Floats) -> Floats:
    return jacobian(lambda moved: group.gradient(moved, by_mean, by_covariance), at)
