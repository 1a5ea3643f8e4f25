"""Cox's partial likelihood with ties, strata, late entry and weights, and its derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Partial", "Risks", "Ties", "partial_likelihood", "spread"]

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Ties = Literal["efron", "breslow"]


@dataclass(frozen=True, repr=False)
class Risks:
    """Who is at risk when, as whole numbers that rise through time and then through strata.

    Attributes
    ----------
    enter, leave
        (n,): at risk at the moment ``m`` where ``enter < m <= leave``.
    moment, stratum, time
        (k,): the moments with events, in order; each one's stratum and time.
    dead
        (m,): the rows with an event, by moment.
    tie
        (m,): the moment's place of each of them.
    share
        (m,): the share of a moment's own events already taken out (Efron); 0 for Breslow.
    weight
        (n,).
    mean_weight
        (m,): the mean weight of the events of its moment.
    """

    enter: Integers
    leave: Integers
    moment: Integers
    stratum: Integers
    time: Floats
    dead: Integers
    tie: Integers
    share: Floats
    weight: Floats
    mean_weight: Floats

    @classmethod
    def of(
        cls,
        entry: Floats,
        time: Floats,
        event: NDArray[np.bool_],
        weight: Floats,
        stratum: Integers,
        ties: Ties,
    ) -> Risks:
        """From plain arrays, (n,) each; somebody has the event."""
        distinct = np.unique(time)
        wide = len(distinct) + 1
        leave = stratum * wide + np.searchsorted(distinct, time) + 1
        enter = stratum * wide + np.searchsorted(distinct, entry, "right")
        rows = np.flatnonzero(event)
        dead = rows[np.argsort(leave[rows], kind="stable")]
        moment, tie, count = np.unique(leave[dead], return_inverse=True, return_counts=True)
        first = np.concatenate([[0], np.cumsum(count)[:-1]])
        place = np.arange(len(dead)) - first[tie]
        share = place / count[tie] if ties == "efron" else np.zeros(len(dead))
        mean_weight = (np.bincount(tie, weight[dead]) / count)[tie]
        at, among = (moment - 1) % wide, (moment - 1) // wide
        return cls(enter, leave, moment, among, distinct[at], dead, tie, share, weight, mean_weight)

    def at_risk(self, values: Floats) -> Floats:
        """(k, …): the sum of (n, …) values over those at risk at each moment."""
        return self._from(self.leave, values) - self._from(self.enter, values)

    def _from(self, key: Integers, values: Floats) -> Floats:
        order = np.argsort(key, kind="stable")
        tail = np.cumsum(values[order][::-1], axis=0)[::-1]
        padded = np.concatenate([tail, np.zeros((1, *values.shape[1:]))])
        return np.asarray(padded[np.searchsorted(key[order], self.moment)])

    def summed(self, values: Floats) -> Floats:
        """(k, …): the sum of (m, …) values over the events of each moment."""
        first = np.searchsorted(self.tie, np.arange(len(self.moment)))
        return np.asarray(np.add.reduceat(values, first, axis=0))

    def during(self, values: Floats) -> Floats:
        """(n, …): the sum of (k, …) values over the moments each row is at risk."""
        running = np.concatenate([np.zeros((1, *values.shape[1:])), np.cumsum(values, axis=0)])
        stop = np.searchsorted(self.moment, self.leave, "right")
        start = np.searchsorted(self.moment, self.enter, "right")
        return np.asarray(running[stop] - running[start])

    def exposure(self, steps: Floats) -> Floats:
        """(n, …): the steps (m, …) each row was at risk of, less its share of its own ties."""
        taken = self.share.reshape(-1, *[1] * (steps.ndim - 1)) * steps
        total = self.during(self.summed(steps))
        total[self.dead] -= self.summed(taken)[self.tie]
        return total


@dataclass(frozen=True, repr=False)
class Partial:
    """The log partial likelihood at some coefficients.

    Attributes
    ----------
    information
        (p, p).
    residuals
        (n, p): weighted score residuals; their sum is the gradient.
    steps
        (m,): steps of the cumulative baseline hazard, at ``matrix`` 0.
    means
        (m, p): of the predictors over those at risk, by risk.
    risk
        (n,): relative hazards.
    """

    value: float
    information: Floats
    residuals: Floats
    steps: Floats
    means: Floats
    risk: Floats

    @property
    def gradient(self) -> Floats:
        """(p,)."""
        return np.asarray(self.residuals.sum(axis=0))


def partial_likelihood(risks: Risks, matrix: Floats, coefficients: Floats) -> Partial:
    """The log partial likelihood with its derivatives (Cox 1972; Efron 1977; Breslow 1974).

    Parameters
    ----------
    risks
        Who is at risk when.
    matrix
        (n, p).
    coefficients
        (p,).
    """
    index = matrix @ coefficients
    top = float(index.max())
    risk = np.exp(index - top)
    weighted = risks.weight * risk
    share, tie, dead = risks.share[:, None], risks.tie, risks.dead
    mass = np.column_stack([weighted, weighted[:, None] * matrix])
    sums = risks.at_risk(mass)[tie] - share * risks.summed(mass[dead])[tie]
    below, means = sums[:, 0], sums[:, 1:] / sums[:, :1]
    steps = risks.mean_weight / below
    value = risks.weight[dead] @ (index[dead] - top) - risks.mean_weight @ np.log(below)
    exposure = risks.exposure(np.column_stack([steps, steps[:, None] * means]))
    residuals = -risk[:, None] * (matrix * exposure[:, :1] - exposure[:, 1:])
    count = np.bincount(tie)[tie][:, None]
    residuals[dead] += matrix[dead] - risks.summed(means / count)[tie]
    return Partial(
        value=float(value),
        information=spread(matrix, weighted * exposure[:, 0], means, risks.mean_weight),
        residuals=risks.weight[:, None] * residuals,
        steps=steps * np.exp(-top),
        means=means,
        risk=risk * np.exp(top),
    )


def spread(matrix: Floats, exposed: Floats, means: Floats, weight: Floats) -> Floats:
    """(p, p): the predictors' variances over those at risk, summed over the events."""
    return np.asarray(matrix.T @ (exposed[:, None] * matrix) - means.T @ (weight[:, None] * means))
