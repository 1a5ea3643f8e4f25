"""Groups of answers, and the rules that a statistic of them may break."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.release.decision import Rules

__all__ = ["Broken", "Kind", "Sample", "broken"]

Kind = Literal[
    "count", "total", "mean", "sd", "proportion", "median", "percentile", "min", "max", "histogram"
]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, repr=False)
class Sample:
    """Answers (n,) sorted within their groups, and the runs of equal ones.

    ``first`` and ``size`` (K,) say where a group stands; ``low`` and ``high`` (n,) how many of an
    answer's own group are smaller, and how many are not larger.
    """

    answers: Floats
    codes: NDArray[np.intp]
    size: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]

    @classmethod
    def of(cls, values: Floats, codes: NDArray[np.intp]) -> Sample:
        """The answers (n,) of groups, whose codes (n,) go from 0."""
        order = np.lexsort((values, codes))
        values, codes = values[order], codes[order]
        size = np.bincount(codes)
        new = np.append(True, (np.diff(values) != 0) | (np.diff(codes) != 0))
        starts = np.flatnonzero(new)
        run = new.cumsum() - 1
        ends = np.append(starts[1:], len(values))
        first = size.cumsum() - size
        return cls(values, codes, size, starts[run] - first[codes], ends[run] - first[codes])

    @property
    def alike(self) -> NDArray[np.intp]:
        """(n,) how many of its group gave an answer, itself included."""
        return np.asarray(self.high - self.low)

    def at(self, place: NDArray[np.intp]) -> NDArray[np.intp]:
        """(K,) where the answer at a place of each group stands."""
        return np.asarray(self.size.cumsum() - self.size + place)

    def each(self, parts: Floats, how: np.ufunc) -> Floats:
        """(K,) numbers (n,) put together in each group, by a function such as ``np.add``."""
        return np.asarray(how.reduceat(parts, self.size.cumsum() - self.size), dtype=np.float64)

    def largest(self, sizes: Floats, n: int) -> Floats:
        """(K,) the sum of the n largest sizes of each group."""
        order = np.lexsort((-sizes, self.codes))
        rank = np.arange(len(sizes)) - (self.size.cumsum() - self.size)[self.codes]
        kept = np.where(rank < n, sizes[order], 0.0)
        return np.asarray(np.bincount(self.codes, weights=kept), dtype=float)


Broken = tuple[str, str, Mask]


def broken(
    sample: Sample, kind: Kind, rules: Rules, q: float, bounds: tuple[float, float] | None
) -> Iterator[Broken]:
    """Each rule with the groups (K,) that break it, the gravest first."""
    least = rules.threshold
    yield "threshold", f"fewer than {least} stand behind it", sample.size < least
    if kind == "count":
        return
    if not np.isfinite(sample.answers).all():
        finite = sample.each((~np.isfinite(sample.answers)).astype(float), np.add) == 0
        yield "unchecked", "infinite numbers are among its values", ~finite
    common = sample.each(sample.alike.astype(float), np.maximum)
    rare = sample.each(sample.alike.astype(float), np.minimum)
    levels = sample.each(1 / sample.alike, np.add).round()
    yield "class disclosure", "all in a group answered alike", levels == 1
    if kind in ("min", "max"):
        yield "extremes", *_extreme(sample, kind, rules, bounds)
    elif kind in ("median", "percentile"):
        yield "percentiles", *_percentile(sample, rules, q)
    else:
        two = (levels == 2) | (kind == "proportion")
        few = np.where(two, rare < least, (common >= least) & (sample.size - common < least))
        yield "threshold", f"fewer than {least} answered otherwise than the rest", few
    if kind in ("total", "mean", "sd"):
        yield from _dominated(sample, kind, levels > 2, rules)


def _dominated(sample: Sample, kind: Kind, asked: Mask, rules: Rules) -> Iterator[Broken]:
    sizes = np.abs(sample.answers)
    if kind == "sd":
        centre = sample.each(sample.answers, np.add) / sample.size
        sizes = (sample.answers - centre[sample.codes]) ** 2
    total = sample.each(sizes, np.add)
    most, share = rules.dominance
    held = sample.largest(sizes, most) > share * total
    yield "dominance (nk)", f"{most} respondents make up nearly all of it", asked & held
    if kind != "sd":
        left, first = total - sample.largest(sizes, 2), sample.largest(sizes, 1)
        told = left < rules.p_percent * first
        yield "p %", "one respondent could work out the answer of another", asked & told


def _percentile(sample: Sample, rules: Rules, q: float) -> tuple[str, Mask]:
    """Enough observations lie strictly beyond it, or enough share the very value."""
    place = (sample.size - 1) * q
    low, high = (
        sample.at(np.floor(place).astype(np.intp)),
        sample.at(np.ceil(place).astype(np.intp)),
    )
    below = np.where(sample.answers[low] == sample.answers[high], sample.low[low], sample.high[low])
    above = sample.size - np.where(
        sample.answers[low] == sample.answers[high], sample.high[high], sample.low[high]
    )
    tied = sample.size - below - above
    shared = (tied >= rules.threshold) & (below + above >= rules.threshold)
    lonely = np.minimum(below, above) < rules.beyond
    return f"fewer than {rules.beyond} lie beyond it", lonely & ~shared


def _extreme(
    sample: Sample, kind: Kind, rules: Rules, bounds: tuple[float, float] | None
) -> tuple[str, Mask]:
    """The end of a declared scale may be told where enough reach it, and enough do not."""
    place = sample.at(np.zeros_like(sample.size) if kind == "min" else sample.size - 1)
    reached = sample.alike[place]
    declared = np.nan if bounds is None else bounds[0 if kind == "min" else 1]
    enough = (reached >= rules.threshold) & (sample.size - reached >= rules.threshold)
    told = (sample.answers[place] == declared) & enough
    return "the smallest and the largest answer are respondents' own: use percentiles", ~told
