"""Clients of therapists of practices: who shares whom, also in a window of the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.simulate.model.streams import Streams

__all__ = ["Level", "Population"]

Level = Literal["client", "therapist", "practice"]
Floats = NDArray[np.float64]


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

    @property
    def streams(self) -> Streams:
        """The random columns of this population."""
        return Streams(self.seed)

    @property
    def therapist(self) -> NDArray[np.intp]:
        """(n,) the therapist of each client looked at."""
        rows = np.arange(self.first, self.stop)
        return (rows * self.therapists // self.clients).astype(np.intp)

    @property
    def practice(self) -> NDArray[np.intp]:
        """(n,) the practice of each client looked at."""
        practices = self.practices or max(1, self.therapists // 5)
        return (self.therapist * practices // self.therapists).astype(np.intp)

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

    def _shared(self, column: str, level: Level, draw: Callable[..., Floats]) -> Floats:
        if level == "client":
            return draw(column, self.n, self.first)
        unit = self.unit(level)
        if not unit.size:
            return np.empty(0)
        low = int(unit[0])
        return draw(column, int(unit[-1]) + 1 - low, low)[unit - low]

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
