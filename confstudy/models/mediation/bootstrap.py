"""Resamples as counts, and the intervals made of what was estimated in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

__all__ = ["bca_interval", "left_out", "p_value", "percentile_interval", "resamples"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
_CELLS = 250_000


def resamples(
    seed: int, draws: int, n: int, groups: Groups | None = None, *, cells: int = _CELLS
) -> Iterator[Floats]:
    """How often each respondent stands in each resample, (b, n) at a time, B in all.

    Parameters
    ----------
    seed
        Of NumPy's default generator.
    draws, n
        Resamples and respondents.
    groups
        (n,): 0 to G − 1; drawn whole, where given.
    cells
        How many numbers to hold at a time.

    Examples
    --------
    >>> bool((np.vstack(list(resamples(1, 20, 30))).sum(axis=1) == 30).all())
    True
    """
    rng = np.random.default_rng(seed)
    units = n if groups is None else int(groups.max()) + 1
    size = max(1, cells // n)
    for first in range(0, draws, size):
        batch = min(size, draws - first)
        drawn = rng.integers(0, units, (batch, units), dtype=np.int64)
        drawn += units * np.arange(batch)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=batch * units).reshape(batch, units)
        yield (counts if groups is None else counts[:, groups]).astype(float)


def left_out(n: int, groups: Groups | None = None, *, cells: int = _CELLS) -> Iterator[Floats]:
    """Samples that lack one respondent, or one group, each: (b, n) zeros and ones at a time."""
    labels = np.arange(n) if groups is None else groups
    units = int(labels.max()) + 1
    size = max(1, cells // n)
    for first in range(0, units, size):
        unit = np.arange(first, min(first + size, units))
        yield (unit[:, None] != labels).astype(float)


def percentile_interval(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits (E,) from draws (B, E) (Efron and Tibshirani 1993, chapter 13)."""
    edge = (1 - level) / 2
    low, high = np.quantile(draws, [edge, 1 - edge], axis=0)
    return low, high


def bca_interval(
    draws: Floats, estimate: Floats, jackknife: Floats, level: float
) -> tuple[Floats, Floats]:
    """Bias-corrected and accelerated limits (Efron 1987).

    Parameters
    ----------
    draws
        (B, E).
    estimate
        (E,) in the whole sample.
    jackknife
        (units, E) with one unit left out each.
    """
    bias, bend = _corrections(draws, estimate, jackknife)
    limits = []
    for tail in ((1 - level) / 2, (1 + level) / 2):
        moved = bias + ndtri(tail)
        share = ndtr(bias + moved / (1 - bend * moved))
        share = np.clip(np.nan_to_num(share, nan=0.5), 0, 1)
        limits.append(
            np.array([np.quantile(column, at) for column, at in zip(draws.T, share, strict=True)])
        )
    return limits[0], limits[1]


def _corrections(draws: Floats, estimate: Floats, jackknife: Floats) -> tuple[Floats, Floats]:
    count = len(draws)
    below = ((draws < estimate).sum(axis=0) + 0.5 * (draws == estimate).sum(axis=0)) / count
    bias = ndtri(np.clip(below, 0.5 / count, 1 - 0.5 / count))
    away = jackknife.mean(axis=0) - jackknife
    spread = (away**2).sum(axis=0) ** 1.5
    bend = np.divide((away**3).sum(axis=0), 6 * spread, out=np.zeros_like(spread), where=spread > 0)
    return bias, bend


def p_value(
    draws: Floats, null: Floats | float, corrections: tuple[Floats, Floats, Floats] | None = None
) -> Floats:
    """Twice the smaller share of draws beyond the null: the interval's test turned round.

    With ``corrections`` (draws as they came, estimate, jackknife) that of the BCa interval.
    """
    count = len(draws)
    below = ((draws < null).sum(axis=0) + 0.5 * (draws == null).sum(axis=0) + 0.5) / (count + 1)
    if corrections is not None:
        bias, bend = _corrections(*corrections)
        moved = ndtri(below) - bias
        below = ndtr(moved / (1 + bend * moved) - bias)
    return np.asarray(2 * np.minimum(below, 1 - below))
