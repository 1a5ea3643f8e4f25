"""Places at which a design is run to see how often it rejects."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from scipy.special import ndtri

from confstudy.design.batch import Answer
from confstudy.design.declare import Design
from confstudy.design.diagnosands import share_interval
from confstudy.design.estimands import Inquiry
from confstudy.design.executors import Crew, run_chunks
from confstudy.design.probit import Point
from confstudy.design.task import CHUNK, Task, chunks, estimates_of, joined
from confstudy.errors import DeclarationError

__all__ = ["SIZES", "Search"]

#: Whole numbers whose power goes by the square root.
SIZES = ("n", "therapists", "clients")
_PILOTS = 12
#: How far a guess may go at once, as a factor of the square root of a size.
_STEP = 4.0
_HALVINGS = 4
#: How far around a guess the first places lie, as a share of it.
_SPREAD = 0.15


@dataclass(repr=False)
class Search:
    """A design with one number open. Places are square roots of sizes, else the number.

    Attributes
    ----------
    arms
        Clients in all are taken in multiples of it.
    used
        Replications drawn so far; each place has its own.
    """

    design: Design
    asked: Inquiry
    answer: Answer
    power: float
    over: str
    level: float
    crew: Crew
    arms: int = 1
    used: int = 0
    pilots: list[Point] = field(default_factory=list)

    def plain(self, place: float) -> float:
        """The number at a place."""
        return max(place, 0.0) ** 2 if self.over in SIZES else place

    def place(self, value: float) -> float:
        """The place of a number."""
        return math.sqrt(value) if self.over in SIZES else value

    def run(self, place: float, count: int) -> Point:
        """Run replications that no other place has."""
        value = self.plain(place)
        if self.over in SIZES:
            unit = self.arms if self.over == "n" else 1
            value = max(1, round(value / unit)) * unit
        task = Task(self.design.vary(**{self.over: value}), (self.asked,), (self.answer,))
        places = chunks(self.used, self.used + count)
        self.used += count
        found = estimates_of(joined([c for _, c in run_chunks(task, places, self.crew)]), 0, 0)
        good = found.failed == ""
        rejected = int((found.p_value[good] < self.level).sum())
        return Point(self.place(value), count, rejected, int((~good).sum()))

    def near(self, low: float, high: float) -> tuple[float, float]:
        """A place where the power is about the wanted one, and how far to look around it."""
        if self.over in SIZES:
            return self._by_guessing(self.place(low), self.place(high))
        return self._by_halving(low, high)

    def _pilot(self, place: float) -> Point:
        self.pilots.append(self.run(place, CHUNK))
        return self.pilots[-1]

    def _by_guessing(self, low: float, high: float) -> tuple[float, float]:
        """Power is about Φ(c √n − z): each pilot tells c, and with it the next guess."""
        z, wanted = float(ndtri(1 - self.level / 2)), float(ndtri(self.power))
        own = {"n": self.design.n, "therapists": self.design.therapists}
        place = min(max(self.place(own.get(self.over, self.design.each)), low), high)
        for _ in range(_PILOTS):
            pilot = self._pilot(place)
            share = (pilot.rejected + 1) / (pilot.count + 2)
            signal = float(ndtri(share)) + z
            ratio = (wanted + z) / signal if signal > 0 else _STEP
            guess = place * min(max(ratio, 1 / _STEP), _STEP)
            self._require_within(pilot, at_low=place <= low, at_high=place >= high)
            guess = min(max(guess, low), high)
            if 0.85 < guess / place < 1.18:
                return guess, _SPREAD * guess
            place = guess
        raise self._unreached(f"pilots up to {self.plain(place):,.0f} did not come near it")

    def _by_halving(self, low: float, high: float) -> tuple[float, float]:
        first, last = self._pilot(low), self._pilot(high)
        rising = last.share > first.share
        least, most = (first, last) if rising else (last, first)
        self._require_within(least, at_low=True, at_high=False)
        self._require_within(most, at_low=False, at_high=True)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            if (self._pilot(middle).share < self.power) == rising:
                low = middle
            else:
                high = middle
        return (low + high) / 2, (high - low) / 2

    def _require_within(self, pilot: Point, *, at_low: bool, at_high: bool) -> None:
        low, high = share_interval(pilot.rejected, pilot.count, 0.999)
        value = f"{self.plain(pilot.place):,.6g}"
        if at_high and high < self.power:
            raise self._unreached(
                f"at {self.over} = {value} it is {pilot.share:.3f}, of {pilot.count} replications"
            )
        if at_low and low > self.power:
            raise DeclarationError(
                f"At {self.over} = {value} the power is {pilot.share:.3f} already, above "
                f"{self.power:g}: look 'between' other bounds, or want more power."
            )

    def _unreached(self, why: str) -> DeclarationError:
        return DeclarationError(
            f"'{self.answer.name}' does not reach a power of {self.power:g} for "
            f"'{self.asked.name}': {why}. Look 'between' other bounds, want less power, or change "
            "the design."
        )
