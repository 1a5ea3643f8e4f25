"""What is missing together, and whether it is missing completely at random."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, as_frame

__all__ = ["RandomTest", "little_test", "missing_patterns"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RandomTest:
    """Little's test: the χ² with its degrees of freedom.

    Attributes
    ----------
    patterns
        How many different sets of columns are missing together, the empty one included.
    problems
        Why the numbers cannot be believed; empty when they can.
    """

    statistic: float
    df: int
    p_value: float
    patterns: int
    problems: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row: statistic, df, p_value, patterns."""
        table = pd.DataFrame([{n: getattr(self, n) for n in ("statistic", "df", "p_value")}])
        table["patterns"] = self.patterns
        return table.assign(note="; ".join(self.problems)) if self.problems else table


def missing_patterns(
    data: Data, columns: Sequence[str] | None = None, *, least: int = 10
) -> pd.DataFrame:
    """Which columns are missing together, and in how many respondents.

    Parameters
    ----------
    data
        A survey, scores or a frame.
    columns
        By default all that anybody lacks.
    least
        Patterns of fewer respondents are joined, the rarest first, until all shown have as many.

    Returns
    -------
    DataFrame
        One row a pattern, the most frequent first: ``missing`` (the columns in words),
        ``respondents``, ``share``.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, None] * 20, "b": [1.0] * 39 + [None]})
    >>> missing_patterns(frame)[["missing", "respondents"]].values.tolist()
    [['nothing', 20], ['other patterns', 20]]
    """
    frame = _chosen(data, columns)
    gaps = frame.isna()
    gaps = gaps.loc[:, gaps.any()] if columns is None else gaps
    keys, counts = np.unique(gaps.to_numpy(dtype=bool), axis=0, return_counts=True)
    found = [
        (", ".join(itertools.compress(map(str, gaps), gone)) or "nothing", int(count))
        for gone, count in zip(keys, counts, strict=True)
    ]
    found.sort(key=lambda pattern: (-pattern[1], pattern[0]))
    few = 0
    while found and (found[-1][1] < least or 0 < few < least):
        few += found.pop()[1]
    if few:
        found.append(("other patterns", few))
    table = pd.DataFrame(found, columns=["missing", "respondents"])
    return table.assign(share=table["respondents"] / len(frame))


def little_test(data: Data, columns: Sequence[str] | None = None) -> RandomTest:
    """Whether numbers are missing completely at random, by Little's test.

    Parameters
    ----------
    data
        A survey, scores or a frame.
    columns
        Numbers; by default all of them that vary.

    Returns
    -------
    RandomTest
        A small ``p_value`` speaks against missing completely at random.

    Raises
    ------
    AnalysisError
        Columns that are not numbers, collinear ones, too few respondents, nothing missing.

    Notes
    -----
    Little (1988, equation 5): means by pattern of missing answers beside the maximum-likelihood
    mean of all, whose covariance (by EM) is taken times n/(n − 1).

    Estimand: none; a test. Assumes: jointly normal columns, patterns that are not many for the
    respondents there are. Does not show: that answers are missing at random, which no test can.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame(rng.normal(size=(300, 2)), columns=["a", "b"])
    >>> frame.loc[frame["a"] > 0.5, "b"] = np.nan
    >>> little_test(frame).p_value < 1e-6
    True
    """
    frame = _chosen(data, columns)
    labels = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
    if columns is not None and labels:
        raise AnalysisError(f"Little's test takes numbers; '{labels[0]}' is none.")
    frame = frame.drop(columns=labels)
    if columns is None:
        frame = frame.loc[:, frame.max() > frame.min()]
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    values = values[~np.isnan(values).all(axis=1)]
    if values.shape[1] < 2 or not np.isnan(values).any():
        raise AnalysisError("Little's test takes two or more columns, with missing answers.")
    empty = np.isnan(values).all(axis=0) | np.isinf(values).any(axis=0)
    if empty.any():
        name = frame.columns[int(np.argmax(empty))]
        raise AnalysisError(f"'{name}' has no answers or infinite ones: leave it out.")
    spread = np.nanstd(values, axis=0)
    if not (spread > 0).all():
        raise AnalysisError(f"'{frame.columns[int(np.argmin(spread))]}' does not vary.")
    values = (values - np.nanmean(values, axis=0)) / spread
    places, pattern = np.unique(np.isnan(values), axis=0, return_inverse=True)
    groups = [(values[pattern.ravel() == i], ~gone) for i, gone in enumerate(places)]
    mean, covariance, problems = _normal(groups, len(values), values.shape[1])
    scale = covariance * len(values) / (len(values) - 1)
    statistic = 0.0
    for rows, known in groups:
        gap = rows[:, known].mean(axis=0) - mean[known]
        statistic += len(rows) * float(gap @ np.linalg.solve(scale[np.ix_(known, known)], gap))
    df = int(sum(known.sum() for _, known in groups) - values.shape[1])
    if problems:
        statistic = float("nan")
    p_value = float(stats.chi2.sf(statistic, df)) if df > 0 else float("nan")
    return RandomTest(statistic, df, p_value, len(groups), problems)


def _normal(
    groups: list[tuple[Floats, NDArray[np.bool_]]], n: int, p: int
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Maximum-likelihood mean and covariance of incomplete rows, by EM."""
    mean, covariance = np.zeros(p), np.eye(p)
    for _ in range(5000):
        total, products = np.zeros(p), np.zeros((p, p))
        for rows, known in groups:
            full = np.where(known, rows, 0.0)
            square = np.zeros((p, p))
            if not known.all():
                gone = ~known
                inner = covariance[np.ix_(known, known)]
                slopes = np.linalg.solve(inner, covariance[np.ix_(known, gone)])
                full[:, gone] = mean[gone] + (rows[:, known] - mean[known]) @ slopes
                rest = covariance[np.ix_(gone, gone)] - covariance[np.ix_(gone, known)] @ slopes
                square[np.ix_(gone, gone)] = rest * len(rows)
            total += full.sum(axis=0)
            products += full.T @ full + square
        new = total / n
        moved = products / n - np.outer(new, new)
        if np.linalg.eigvalsh(moved)[0] < 1e-9:
            return new, np.eye(p), ("singular: columns are collinear, or respondents too few",)
        change = max(np.abs(new - mean).max(), np.abs(moved - covariance).max())
        mean, covariance = new, moved
        if change < 1e-10:
            return mean, covariance, ()
    return mean, covariance, ("not converged: EM has not settled in 5,000 rounds",)


def _chosen(data: Data, columns: Sequence[str] | None) -> pd.DataFrame:
    frame = as_frame(data)
    if columns is None:
        return frame
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    return frame[list(columns)]
