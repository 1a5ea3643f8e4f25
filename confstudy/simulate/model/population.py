"""Clients of therapists of practices: who shares whom, also in a window of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.simulate.model.streams import Streams, kernels

__all__ = ["Level", "Population"]

Level = Literal["client", "therapist", "practice"]
Floats = NDArray[np.float64]
#: Clients of one therapist whose places are counted pair by pair.
_FEW = 200


@dataclass(frozen=True)
class Population:
    """How many clients, therapists and practices, which seed, and which clients are looked at.

    Neighbours share a therapist, neighbouring therapists a practice; their numbers differ by
    one at most. Five therapists share a practice unless ``practices`` says otherwise. A
    window, ``first`` to ``last``, holds the same people as the same rows of the whole.
    """

    clients: int
    therapists: int
    seed: int
    practices: int = 0
    first: int = 0
    last: int = -1

    @property
    def stop(self) -> int:
        """The row after the last one looked at."""
        return self.clients if self.last < 0 else self.last

    @property
    def n(self) -> int:
        """The clients looked at."""
        return self.stop - self.first

    @cached_property
    def streams(self) -> Streams:
        """The random columns of this population."""
        return Streams(self.seed)

    @cached_property
    def therapist(self) -> NDArray[np.intp]:
        """(n,) the therapist of each client looked at."""
        therapists = np.arange(len(self._starts) - 1) + self._therapist_of(self.first)
        return _kept(np.repeat(therapists, np.diff(self._starts)))

    @cached_property
    def practice(self) -> NDArray[np.intp]:
        """(n,) the practice of each client looked at."""
        return _kept(self.therapist * self.units("practice") // self.therapists)

    def units(self, level: Level) -> int:
        """How many clients, therapists or practices there are in all."""
        if level == "practice":
            return self.practices or max(1, self.therapists // 5)
        return self.clients if level == "client" else self.therapists

    def unit(self, level: Level) -> NDArray[np.intp]:
        """(n,) each client's own number, therapist or practice."""
        if level == "client":
            return np.arange(self.first, self.stop)
        return self.therapist if level == "therapist" else self.practice

    def normal(self, column: str, level: Level = "client") -> Floats:
        """(n,) standard normal numbers, which clients of one unit of the level share."""
        return self._shared(column, level, self.streams.normal)

    def uniform(self, column: str, level: Level = "client") -> Floats:
        """(n,) numbers from 0 to 1, which clients of one unit of the level share."""
        return self._shared(column, level, self.streams.uniform)

    def places(self, column: str) -> NDArray[np.int32]:
        """(n,) each client's place, from 0, in a random order of those of the same therapist."""
        places, numbers = np.empty(self.n, np.int32), self.uniform(column)
        if self.clients <= _FEW * self.therapists:
            kernels().fill_places(places, numbers, self._starts)
        else:
            for begin, end in pairwise(self._starts):
                order = np.argsort(numbers[begin:end], kind="stable")
                places[begin:end][order] = np.arange(end - begin)
        return places

    @cached_property
    def _starts(self) -> NDArray[np.int64]:
        """(therapists looked at + 1,) the row in this window at which each one's clients begin."""
        if self.n < 1:
            return np.zeros(1, np.int64)
        first, last = self._therapist_of(self.first), self._therapist_of(self.stop - 1)
        starts = -(-np.arange(first, last + 2) * self.clients // self.therapists)
        return np.clip(starts, self.first, self.stop) - self.first

    def _therapist_of(self, row: int) -> int:
        return row * self.therapists // self.clients

    def _shared(self, column: str, level: Level, draw: Callable[..., Floats]) -> Floats:
        if level == "client":
            return draw(column, self.n, self.first)
        unit = self.unit(level)
        if not unit.size:
            return np.empty(0)
        low = int(unit[0])
        return draw(column, int(unit[-1]) + 1 - low, low)[unit - low]

    def dealt(self, column: str, level: Level, arms: int) -> Floats:
        """(n,) arms given to all units of a level at random, in equal numbers (to one)."""
        streams = self.streams
        key = streams.seed, streams.replication, streams.replications
        return _dealt(*key, self.units(level), column, arms)[self.unit(level)]

    def windows(self, rows: int) -> Iterator[Population]:
        """Windows of about ``rows`` clients, none of which cuts a therapist's clients apart."""
        begin = self.first
        while begin < self.stop:
            end = min(begin + max(rows, 1), self.stop)
            if end < self.clients:
                # The first client of the therapist after the one that `end - 1` belongs to.
                therapist = (end - 1) * self.therapists // self.clients + 1
                end = min(-(-therapist * self.clients // self.therapists), self.stop)
            yield replace(self, first=begin, last=end)
            begin = end


@lru_cache(maxsize=8)
def _dealt(
    seed: int, replication: int, replications: int, units: int, column: str, arms: int
) -> Floats:
    """Their ranks by a random key, from a random start; in every replication by itself."""
    streams = Streams(seed, replication, replications)
    order = _ordered(streams.uniform(column, units).reshape(replications, -1))
    offset = (streams.uniform(f"{column}:offset", replications) * arms).astype(np.intp)
    dealt = np.empty(order.shape)
    np.put_along_axis(dealt, order, (np.arange(order.shape[1]) + offset[:, None]) % arms, axis=1)
    return dealt.ravel()


def _ordered(keys: Floats) -> NDArray[np.intp]:
    """(R, n) the places of keys in rising order; equal keys keep theirs.

    A key of 52 bits and a place of twelve make one whole number, which is faster to sort.
    """
    if keys.shape[1] > 2**12:
        return np.argsort(keys, axis=1, kind="stable")
    whole = (keys * 2.0**52).astype(np.uint64) << np.uint64(12)
    whole |= np.arange(keys.shape[1], dtype=np.uint64)
    whole.sort(axis=1)
    return (whole & np.uint64(2**12 - 1)).astype(np.intp)


def _kept(unit: NDArray[np.intp]) -> NDArray[np.intp]:
    """What is kept for the next time is not changed by whoever reads it."""
    unit.flags.writeable = False
    return unit
