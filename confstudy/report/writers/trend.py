"""Recorded numbers over builds: a small drawing, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from confstudy.words import number

__all__ = ["Trend"]

_WIDTH, _HEIGHT, _EDGE = 96, 24, 3


@dataclass(frozen=True)
class Trend:
    """A recorded number, build by build, the newest last.

    Examples
    --------
    >>> Trend("effect", (0.5, 0.4, 0.42)).words
    'effect: 0.42; 3 builds, from 0.50, lowest 0.40, highest 0.50'
    """

    name: str
    values: tuple[float, ...]

    @property
    def words(self) -> str:
        """What the drawing shows."""
        last = _short(self.values[-1])
        if len(self.values) < 2:
            return f"{self.name}: {last}"
        low, high = _short(min(self.values)), _short(max(self.values))
        if low == high:
            return f"{self.name}: {last}; the same in {len(self.values)} builds"
        first = _short(self.values[0])
        return (
            f"{self.name}: {last}; {len(self.values)} builds, from {first}, lowest {low}, "
            f"highest {high}"
        )

    @property
    def points(self) -> str:
        """The line, as SVG has it; empty for fewer than two builds."""
        return _points(self.values)

    @property
    def end(self) -> tuple[str, str]:
        """Where the newest value stands in the drawing."""
        x, _, y = self.points.rpartition(" ")[2].partition(",")
        return x, y


def _points(values: Sequence[float]) -> str:
    if len(values) < 2:
        return ""
    found = np.asarray(values, dtype=float)
    span = float(np.ptp(found))
    share = (found - found.min()) / span if span > 0 else np.full(len(found), 0.5)
    x = np.linspace(_EDGE, _WIDTH - _EDGE, len(found))
    y = _HEIGHT - _EDGE - share * (_HEIGHT - 2 * _EDGE)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))


def _short(value: float) -> str:
    """Whole numbers as they are, others with two decimals, small ones with more."""
    if value == round(value):
        return number(value, 0)
    return number(value, 2 if abs(value) >= 0.1 else 4)
