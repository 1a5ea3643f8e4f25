"""Do groups differ in how long they stay? The log-rank test and its weighted kin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, did_you_mean, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.survival.times import Times, read_times, strata_of

__all__ = ["LogRank", "Weighting", "logrank"]

Floats = NDArray[np.float64]
Weighting = Literal["logrank", "peto", "gehan", "tarone-ware"]


def _before(at_risk: Floats, events: Floats) -> Floats:
    share = 1 - events / at_risk
    return np.concatenate([[1.0], np.cumprod(share)[:-1]])


_WEIGHTS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "logrank": lambda at_risk, _: np.ones_like(at_risk),
    "peto": _before,
    "gehan": lambda at_risk, _: at_risk,
    "tarone-ware": lambda at_risk, _: np.sqrt(at_risk),
}


@dataclass(frozen=True, repr=False)
class LogRank:
    """A test that groups have the same hazard.

    Attributes
    ----------
    table
        ``group, n, observed, expected``: events seen (weighted in time), and expected were
        the hazard the same.
    statistic, df, p_value
        Of the chi-squared test.
    used
        The rows of the data behind it, by their index.
    """

    table: pd.DataFrame
    statistic: float
    df: int
    p_value: float
    words: str
    dropped: int
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    def __repr__(self) -> str:
        n = int(self.table["n"].sum())
        used = f"n = {n:,}" + (f" ({self.dropped:,} incomplete)" if self.dropped else "")
        test = f"χ²({self.df}) = {self.statistic:.4f}, p = {self.p_value:.4f}"
        return f"{self.words}\n{used}, {len(self.table)} groups\n{test}"


def logrank(
    time: str,
    event: str,
    data: Data,
    by: str,
    *,
    strata: str | tuple[str, ...] | None = None,
    entry: str | None = None,
    weighting: Weighting = "logrank",
) -> LogRank:
    """Test whether groups differ in when the event happens.

    Parameters
    ----------
    time, event, data, entry
        As for :func:`confstudy.survival_curve`.
    by
        Column of the groups that are compared.
    strata
        Columns within whose levels the groups are compared.
    weighting
        What a time counts: ``logrank`` all alike; ``peto`` by the share still there just
        before; ``gehan`` by how many are at risk; ``tarone-ware`` by the root of that.

    Returns
    -------
    LogRank
        With ``.table``, ``.statistic``, ``.df``, ``.p_value``.

    Raises
    ------
    AnalysisError
        One group, or no event.

    Notes
    -----
    Mantel (1966); Peto and Peto (1972) with the weights of Harrington and Fleming (1982), ρ = 1;
    Gehan (1965); Tarone and Ware (1977). Variances are hypergeometric.

    Estimand: none; a test of equal hazards at all times.
    Assumes: independent censoring, independent respondents.
    Does not show: how large a difference is (see ``cox`` and ``rmst``), and it hardly sees
    curves that cross.

    Examples
    --------
    >>> weeks = pd.DataFrame({"until": [1, 2, 3, 4, 5, 6], "dropout": 1, "arm": list("aaabbb")})
    >>> round(logrank("until", "dropout", weeks, "arm").statistic, 4)
    5.0517
    """
    if weighting not in _WEIGHTS:
        raise AnalysisError(
            f"'{weighting}' is no weighting.{did_you_mean(weighting, _WEIGHTS)} "
            f"There are: {listing(_WEIGHTS)}."
        )
    names = (strata,) if isinstance(strata, str) else tuple(strata or ())
    frame = as_frame(data)
    absent = [name for name in names if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    needed = [name for name in (time, event, by, entry, *names) if name in frame.columns]
    complete = frame[list(dict.fromkeys(needed))].notna().all(axis=1).to_numpy()
    times = read_times(frame.loc[complete], time, event, by=by, entry=entry)
    if len(times.groups) < 2:
        raise AnalysisError(f"'{by}' has one group only: there is nothing to compare.")
    if not times.event.any():
        raise AnalysisError(f"Nobody has the event '{event}': there is nothing to compare.")
    stratum, labels = strata_of(frame.loc[complete], names)
    parts = [_compared(times.part(stratum == s), weighting) for s in range(len(labels))]
    observed, expected, variance = (sum(part) for part in zip(*parts, strict=True))
    statistic, df = _quadratic(np.asarray(observed - expected), np.asarray(variance))
    counts = np.bincount(times.group, minlength=len(times.groups))
    table = pd.DataFrame({"group": times.groups, "n": counts})
    within = f" within {listing(names)}" if names else ""
    return LogRank(
        table.assign(observed=observed, expected=expected),
        statistic,
        df,
        float(stats.chi2.sf(statistic, df)),
        f"{weighting} test: {time} until {event} by {by}{within}",
        int((~complete).sum()),
        frame.index[complete],
    )


def _compared(times: Times, weighting: str) -> tuple[Floats, Floats, Floats]:
    """Observed, expected (g,) and the variance (g, g) of their difference in one stratum."""
    count = len(times.groups)
    moments = np.unique(times.time[times.event])
    if not len(moments):
        return np.zeros(count), np.zeros(count), np.zeros((count, count))
    risk, seen = np.empty((2, len(moments), count))
    for place in range(count):
        mine = times.group == place
        later = len(times.time[mine]) - np.searchsorted(np.sort(times.time[mine]), moments)
        entering = mine.sum() - np.searchsorted(np.sort(times.entry[mine]), moments)
        ends = np.sort(times.time[mine & times.event])
        risk[:, place] = later - entering
        seen[:, place] = np.searchsorted(ends, moments, "right") - np.searchsorted(ends, moments)
    at_risk, events = risk.sum(axis=1), seen.sum(axis=1)
    weight = _WEIGHTS[weighting](at_risk, events)
    share = risk / at_risk[:, None]
    spread = weight**2 * events * (at_risk - events) / np.maximum(at_risk - 1, 1)
    variance = np.diag(spread @ share) - (share * spread[:, None]).T @ share
    return weight @ seen, weight @ (events[:, None] * share), variance


def _quadratic(difference: Floats, variance: Floats) -> tuple[float, int]:
    """The chi-squared statistic and its rank: a group never at risk adds none."""
    scale = np.abs(variance).max()
    if scale == 0:
        raise AnalysisError("No event happens while two groups are at risk: nothing to compare.")
    rank = int(np.linalg.matrix_rank(variance, tol=1e-10 * scale))
    inverse = np.linalg.pinv(variance, rcond=1e-10, hermitian=True)
    return float(difference @ inverse @ difference), rank
