"""Risk sets of one group and the Kaplan-Meier steps that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.models.survival.times import Times

__all__ = ["Steps", "steps_of"]

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


@dataclass(frozen=True, repr=False)
class Steps:
    """The Kaplan-Meier estimate of one group at each time somebody leaves observation.

    Attributes
    ----------
    time
        (k,), rising.
    at_risk, events, censored
        (k,), sums of weights: under observation just before, with the event, without it.
    survival
        (k,), just after each time.
    """

    times: Times
    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    survival: Floats

    @property
    def hazard(self) -> Floats:
        """(k,): share of those at risk who have the event."""
        return self.events / self.at_risk

    def area(self, end: float) -> Floats:
        """(k,): the area under the curve from each time to ``end``."""
        widths = np.diff(np.concatenate([np.minimum(self.time, end), [end]]))
        pieces = self.survival * np.maximum(widths, 0)
        return np.asarray(np.cumsum(pieces[::-1])[::-1])

    def mean(self, end: float) -> float:
        """The area under the curve from 0 to ``end``: the restricted mean."""
        return float(min(self.time[0], end) + self.area(end)[0])

    def variance(self, kernel: Floats) -> Floats:
        """The variance of the sums of ``kernel`` times the steps of the cumulative hazard.

        ``kernel`` is (k, q); for one respondent a row with weight 1 it is Greenwood's formula,
        else the infinitesimal jackknife, summed over each cluster.
        """
        share = 1 - self.hazard
        safe = np.where(share > 0, share, 1)
        if not self.times.robust:
            step = np.where(share > 0, self.events / (self.at_risk**2 * safe), 0)
            return np.asarray((kernel**2 * step[:, None]).sum(axis=0))
        sums = self.influence(kernel, int(self.times.clusters.max()) + 1)
        return np.asarray((sums**2).sum(axis=0))

    def survival_variance(self) -> Floats:
        """(k,): the variance of log survival at each time."""
        share = 1 - self.hazard
        safe = np.where(share > 0, share, 1)
        if self.times.robust:
            total = np.zeros(len(self.time))
            for moves in self._moves(int(self.times.clusters.max()) + 1):
                total += (np.cumsum(moves / (self.at_risk * safe), axis=1) ** 2).sum(axis=0)
            return np.where(self.survival > 0, total, np.inf)
        step = np.where(share > 0, self.events / (self.at_risk**2 * safe), np.inf)
        return np.asarray(np.cumsum(step))

    def influence(self, kernel: Floats, clusters: int) -> Floats:
        """(clusters, q): what each cluster adds to the sums of ``kernel`` times the steps."""
        share = 1 - self.hazard
        safe = np.where(share > 0, share, 1)
        scaled = kernel * np.where(share > 0, 1 / (self.at_risk * safe), 0)[:, None]
        return np.vstack([moves @ scaled for moves in self._moves(clusters)])

    def _moves(self, clusters: int) -> Iterator[Floats]:
        """Events less those expected, (some clusters, k), a few million numbers at a time."""
        times, wide = self.times, len(self.time)
        last = np.searchsorted(self.time, times.time)
        start = np.searchsorted(self.time, times.entry, "right")
        chunk = max(1, 4_000_000 // wide)
        for first in range(0, clusters, chunk):
            count = min(chunk, clusters - first)
            mine = (times.clusters >= first) & (times.clusters < first + count)
            row, weight = times.clusters[mine] - first, times.weight[mine]
            shape = (count, wide)
            left = _summed(row, last[mine], weight, shape)
            seen = _summed(row, last[mine], weight * times.event[mine], shape)
            there = np.cumsum(_summed(row, start[mine], weight, shape) - left, axis=1) + left
            yield seen - there * self.hazard


def _summed(row: Integers, place: Integers, values: Floats, shape: tuple[int, int]) -> Floats:
    sums = np.bincount(row * shape[1] + place, values, shape[0] * shape[1])
    return np.asarray(sums, dtype=float).reshape(shape)


def steps_of(times: Times) -> Steps:
    """The risk sets and the Kaplan-Meier estimate of one group."""
    time, place = np.unique(times.time, return_inverse=True)
    leaving: Floats = np.bincount(place, times.weight, len(time)).astype(float)
    events: Floats = np.bincount(place, times.weight * times.event, len(time)).astype(float)
    at_risk = _from(time, times.time, times.weight) - _from(time, times.entry, times.weight)
    at_risk = np.maximum(at_risk, leaving)
    share = 1 - events / at_risk
    survival: Floats = np.where(share < 1e-14, 0.0, share).cumprod().astype(float)
    censored: Floats = np.asarray(leaving - events, dtype=float)
    return Steps(times, time, at_risk, events, censored, survival)


def _from(time: Floats, values: Floats, weight: Floats) -> Floats:
    """The weight of those whose value is at least each time."""
    order = np.argsort(values, kind="stable")
    tail = np.append(np.cumsum(weight[order][::-1])[::-1], 0.0)
    return np.asarray(tail[np.searchsorted(values[order], time)])
