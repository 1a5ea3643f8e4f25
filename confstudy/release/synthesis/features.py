"""What earlier columns say, as a matrix: alike for the source and for what is drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.release.decision import THRESHOLD
from confstudy.release.synthesis.columns import Column, Kind

__all__ = ["Coder", "Part", "Rows", "coder_of", "parts_before"]

Floats = NDArray[np.float64]
_LEVELS, _STEPS = 15, 6


@dataclass(frozen=True)
class Part:
    """A column, or the mean of some items of a scale."""

    name: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Coder:
    """How a part becomes columns of numbers: what fills gaps, which levels stand alone."""

    fill: float
    gaps: bool
    levels: tuple[float, ...] = ()
    graded: bool = True

    def __call__(self, values: Floats) -> Floats:
        """(n, d) without gaps."""
        gone = np.isnan(values)
        coded = [(values == level).astype(float) for level in self.levels]
        if self.graded:
            coded.append(np.where(gone, self.fill, values))
        return np.column_stack([*coded, gone.astype(float)] if self.gaps else coded)


def coder_of(values: Floats, kind: Kind) -> Coder:
    """Learn a coder from the source; a few ordered levels are graded and stand alone as well."""
    gone = np.isnan(values)
    fill = float(values[~gone].mean()) if (~gone).any() else 0.0
    gaps = bool(THRESHOLD <= gone.sum() < len(values))
    if kind == "numeric":
        return Coder(fill, gaps)
    levels, counts = np.unique(values[~gone], return_counts=True)
    if kind == "ordered":
        inner = levels[1:-1][counts[1:-1] >= THRESHOLD]
        return Coder(fill, gaps, tuple(map(float, inner)) if len(inner) <= _STEPS else ())
    common = levels[np.argsort(-counts, kind="stable")][: _LEVELS + 1]
    return Coder(fill, gaps, tuple(map(float, common[1:])) or (-1.0,), graded=False)


@dataclass(repr=False)
class Rows:
    """Respondents, real or drawn, column by column, and their coded parts once they are asked."""

    codebook: Codebook
    columns: Mapping[str, Column]
    n: int
    numbers: dict[str, Floats] = field(default_factory=dict)
    reasons: dict[str, NDArray[np.int8]] = field(default_factory=dict)
    made: dict[Part, Floats] = field(default_factory=dict)

    def matrix(self, parts: Sequence[Part], coders: Mapping[Part, Coder]) -> Floats:
        """(n, p): the coded parts side by side."""
        for part in parts:
            if part not in self.made:
                self.made[part] = coders[part](self.part(part))
        blocks = [self.made[part] for part in parts]
        return np.hstack(blocks) if blocks else np.empty((self.n, 0))

    def part(self, part: Part) -> Floats:
        """(n,): a column as it is, or the mean of the items that were answered."""
        if not part.items:
            return self.numbers[part.name]
        items = np.column_stack([self._keyed(part.name, item) for item in part.items])
        known = ~np.isnan(items)
        count = known.sum(axis=1)
        total = np.where(known, items, 0.0).sum(axis=1)
        return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))

    def _keyed(self, scale: str, item: str) -> Floats:
        declared, values = self.codebook.scales[scale], self.numbers[item]
        if declared.key:
            levels = self.columns[item].levels
            right = levels.index(declared.key[item]) if declared.key[item] in levels else -1
            return np.where(np.isnan(values), np.nan, values == right)
        return sum(declared.points) - values if item in declared.reverse else values


def parts_before(codebook: Codebook, before: Sequence[str]) -> list[Part]:
    """The columns made before, the items of a finished scale as their mean."""
    done = set(before)
    parts: list[Part] = []
    inside: set[str] = set()
    for name, scale in codebook.scales.items():
        items = tuple(item for item in scale.items if item in done)
        if len(items) > 1:
            parts.append(Part(name, items))
        if len(items) == len(scale.items) > 1:
            inside |= set(items)
    return [*parts, *(Part(name) for name in before if name not in inside)]
