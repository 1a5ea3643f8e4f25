"""Effect sizes and their variances from what papers print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln

from confstudy.errors import AnalysisError, did_you_mean, listing

__all__ = ["Kind", "published"]

Floats = NDArray[np.float64]
Kind = Literal["OR", "RR", "RD", "MD", "SMD", "ZCOR", "PLO"]
_FIRST = {
    "OR": ("with the outcome", "all"),
    "RR": ("with the outcome", "all"),
    "RD": ("with the outcome", "all"),
    "MD": ("mean", "standard deviation", "number"),
    "SMD": ("mean", "standard deviation", "number"),
    "ZCOR": ("correlation", "number"),
    "PLO": ("with the outcome", "all"),
}
_ONE = ("ZCOR", "PLO")


def published(
    kind: Kind, first: tuple[ArrayLike, ...], second: tuple[ArrayLike, ...] | None = None
) -> pd.DataFrame:
    """Turn published cells, means or correlations into estimates for :func:`confstudy.meta`.

    Parameters
    ----------
    kind
        ``OR`` (log odds ratio), ``RR`` (log risk ratio), ``RD`` (risk difference), ``MD`` (mean
        difference), ``SMD`` (Hedges' g), ``ZCOR`` (Fisher's z of a correlation), ``PLO`` (log
        odds of one share).
    first, second
        The two groups, first less second. Each is ``(with the outcome, all)`` for shares,
        ``(mean, standard deviation, number)`` for means; ``(correlation, number)`` for ZCOR
        and ``(with the outcome, all)`` for PLO, which have one group. Numbers, or (k,) each.

    Returns
    -------
    DataFrame
        ``estimate, variance, note``, one row a study. Where a cell is empty, ½ was added to
        that study's cells, and ``note`` says so.

    Notes
    -----
    Woolf (1955) for OR; Katz et al. (1978) for RR; Hedges (1981) for SMD, with the exact
    correction and the variance 1/n₁ + 1/n₂ + g²/(2(n₁ + n₂)); Fisher (1921) for ZCOR.

    Estimand: each study's effect on its scale. Assumes: independent respondents in each study;
    normal outcomes of one variance for SMD. Does not show: an effect of the group unless it was
    randomised.

    Examples
    --------
    >>> found = published("OR", (178, 383), (68, 175))
    >>> round(float(np.exp(found["estimate"].iloc[0])), 3)
    1.366
    """
    if kind not in _FIRST:
        raise AnalysisError(
            f"'{kind}' is not an effect size.{did_you_mean(kind, _FIRST)} "
            f"There are: {listing(_FIRST)}."
        )
    if (second is None) != (kind in _ONE):
        raise AnalysisError(f"{kind} takes {'one group' if kind in _ONE else 'two groups'}.")
    groups = [_read(kind, group) for group in (first, second) if group is not None]
    try:
        parts = np.broadcast_arrays(*(part for group in groups for part in group))
    except ValueError:
        raise AnalysisError("The parts have different numbers of studies.") from None
    estimate, variance, mended = _KINDS[kind](*parts)
    note = np.where(mended, "½ added to empty cells", "")
    return pd.DataFrame({"estimate": estimate, "variance": variance, "note": note})


def _read(kind: str, group: tuple[ArrayLike, ...]) -> list[Floats]:
    names = _FIRST[kind]
    if len(group) != len(names):
        raise AnalysisError(f"A group of {kind} is ({', '.join(names)}).")
    try:
        parts = [np.atleast_1d(np.asarray(part, dtype=float)) for part in group]
    except (TypeError, ValueError):
        raise AnalysisError(f"({', '.join(names)}) are numbers, or lists of numbers.") from None
    few = {"MD": 2, "SMD": 2, "ZCOR": 4}.get(kind, 1)
    wrong = bool((parts[-1] < few).any())
    if kind == "ZCOR":
        wrong |= bool((np.abs(parts[0]) >= 1).any())
    elif kind in ("MD", "SMD"):
        wrong |= bool((parts[1] <= 0).any())
    else:
        wrong |= bool((parts[0] < 0).any() or (parts[0] > parts[-1]).any())
    if wrong:
        raise AnalysisError(f"({', '.join(names)}) cannot be these numbers for {kind}.")
    return parts


Found = tuple[Floats, Floats, NDArray[np.bool_]]


def _cells(a: Floats, n: Floats, c: Floats, m: Floats) -> tuple[list[Floats], NDArray[np.bool_]]:
    """The four cells, with ½ added to all of a study that has an empty one."""
    cells = np.stack([a, n - a, c, m - c])
    mended = (cells == 0).any(axis=0)
    return list(cells + 0.5 * mended), mended


def _odds_ratio(a: Floats, n: Floats, c: Floats, m: Floats) -> Found:
    (a, b, c, d), mended = _cells(a, n, c, m)
    return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d, mended


def _risk_ratio(a: Floats, n: Floats, c: Floats, m: Floats) -> Found:
    (a, b, c, d), mended = _cells(a, n, c, m)
    first, second = a / (a + b), c / (c + d)
    variance = 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)
    return np.log(first / second), variance, mended


def _risk_difference(a: Floats, n: Floats, c: Floats, m: Floats) -> Found:
    (a, b, c, d), mended = _cells(a, n, c, m)
    first, second = a / (a + b), c / (c + d)
    variance = first * (1 - first) / (a + b) + second * (1 - second) / (c + d)
    return first - second, variance, mended


def _mean_difference(x: Floats, s: Floats, n: Floats, z: Floats, t: Floats, m: Floats) -> Found:
    return x - z, s**2 / n + t**2 / m, np.zeros(len(x), dtype=bool)


def _hedges(x: Floats, s: Floats, n: Floats, z: Floats, t: Floats, m: Floats) -> Found:
    df = n + m - 2
    spread = np.sqrt(((n - 1) * s**2 + (m - 1) * t**2) / df)
    exact = np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    g = exact * (x - z) / spread
    return g, 1 / n + 1 / m + g**2 / (2 * (n + m)), np.zeros(len(g), dtype=bool)


def _fisher(r: Floats, n: Floats) -> Found:
    return np.arctanh(r), 1 / (n - 3), np.zeros(len(r), dtype=bool)


def _log_odds(x: Floats, n: Floats) -> Found:
    cells = np.stack([x, n - x])
    mended = (cells == 0).any(axis=0)
    yes, no = cells + 0.5 * mended
    return np.log(yes / no), 1 / yes + 1 / no, mended


_KINDS: dict[str, Callable[..., Found]] = {
    "OR": _odds_ratio,
    "RR": _risk_ratio,
    "RD": _risk_difference,
    "MD": _mean_difference,
    "SMD": _hedges,
    "ZCOR": _fisher,
    "PLO": _log_odds,
}
