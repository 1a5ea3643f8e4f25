"""Kaplan-Meier curves: how many are still there, and until when half of them stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.formula import Data
from confstudy.models.survival.risk import Steps, steps_of
from confstudy.models.survival.times import read_times

__all__ = ["LEAST", "Curves", "Interval", "coarse", "survival_curve"]

Floats = NDArray[np.float64]
Interval = Literal["log", "log-log", "plain"]
_INTERVALS = ("log", "log-log", "plain")
#: Fewest respondents who leave, and who remain, at a step that is shown.
LEAST = 10


@dataclass(frozen=True, repr=False)
class Curves:
    """One Kaplan-Meier curve a group.

    Attributes
    ----------
    steps
        The risk sets and the estimate of each group; they hold respondents' own times.
    groups
        Their names; one empty name where there are no groups.
    dropped
        Rows that lacked a value.
    """

    steps: tuple[Steps, ...]
    groups: tuple[str, ...]
    time: str
    event: str
    by: str | None
    interval: Interval
    dropped: int
    level: float = 0.95

    @property
    def table(self) -> pd.DataFrame:
        """One row a group and time at which somebody leaves observation.

        ``group, time, at_risk, events, censored, survival, std_error, conf_low, conf_high``:
        sums of weights where there are weights. These are respondents' own times: for use in
        the analysis; :attr:`released` is for the reader.
        """
        parts = [self._rows(place) for place in range(len(self.groups))]
        return pd.concat(parts, ignore_index=True)

    @property
    def medians(self) -> pd.DataFrame:
        """``group, n, events, median, conf_low, conf_high``; missing where never reached."""
        rows = []
        for group, steps in zip(self.groups, self.steps, strict=True):
            low, high = limits(steps, self.interval, self.level)
            rows.append(
                {
                    "group": group,
                    "n": len(steps.times.time),
                    "events": int(steps.times.event.sum()),
                    "median": crossing(steps.time, steps.survival),
                    "conf_low": crossing(steps.time, low),
                    "conf_high": crossing(steps.time, high),
                }
            )
        return pd.DataFrame(rows)

    @property
    def released(self) -> pd.DataFrame:
        """The curve at round times between which ten or more had the event, ten remaining.

        ``group, time, about_at_risk`` (to the nearest ten), ``survival, conf_low, conf_high``
        (three digits): no step is one respondent's time, and none counts few.
        """
        parts = [coarse(steps, self._rows(place)) for place, steps in enumerate(self.steps)]
        return pd.concat(parts, ignore_index=True)

    def at(self, times: list[float]) -> pd.DataFrame:
        """The rows of the table that hold at the given times (survival is 1 before the first)."""
        rows = []
        for place, group in enumerate(self.groups):
            steps, table = self.steps[place], self._rows(place)
            for time in times:
                last = int(np.searchsorted(steps.time, time, "right")) - 1
                known = time <= steps.time[-1] or steps.survival[-1] == 0
                row = {"group": group, "time": time, "survival": 1.0, "std_error": 0.0}
                row |= {"conf_low": 1.0, "conf_high": 1.0}
                if last >= 0:
                    row |= {name: table[name].iloc[last] for name in list(row)[2:]}
                rows.append(row if known else {"group": group, "time": time})
        return pd.DataFrame(rows)

    def _rows(self, place: int) -> pd.DataFrame:
        steps = self.steps[place]
        low, high = limits(steps, self.interval, self.level)
        with np.errstate(invalid="ignore"):
            error = steps.survival * np.sqrt(steps.survival_variance())
        return pd.DataFrame(
            {
                "group": self.groups[place],
                "time": steps.time,
                "at_risk": steps.at_risk,
                "events": steps.events,
                "censored": steps.censored,
                "survival": steps.survival,
                "std_error": error,
                "conf_low": low,
                "conf_high": high,
            }
        )

    def __repr__(self) -> str:
        n = sum(len(steps.times.time) for steps in self.steps)
        used = f"n = {n:,}" + (f" ({self.dropped:,} incomplete)" if self.dropped else "")
        by = f" by {self.by}" if self.by else ""
        percent = f"{100 * self.level:g} %"
        head = f"Kaplan-Meier: {self.time} until {self.event}{by}\n{used}, {percent} intervals"
        return f"{head} ({self.interval}); .medians, .released and .table hold the numbers"


def survival_curve(
    time: str,
    event: str,
    data: Data,
    by: str | None = None,
    *,
    entry: str | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    interval: Interval = "log",
    level: float = 0.95,
) -> Curves:
    """Estimate the share that has not had the event by each time, such as has not dropped out.

    Parameters
    ----------
    time, event
        Columns: how long each respondent was followed, and whether it ended with the event
        (1, or the second of two levels) or observation stopped before.
    data
        A survey, scores or a frame; one row a respondent.
    by
        Column of groups, one curve each.
    entry
        Column of the time from which a row is under observation (late entry).
    weights, cluster
        Columns; with either, standard errors are the infinitesimal jackknife's.
    interval
        ``log``, ``log-log`` (stays between 0 and 1) or ``plain``.
    level
        Of the intervals.

    Returns
    -------
    Curves
        With ``.table``, ``.medians``, ``.released`` and ``.at(times)``.

    Raises
    ------
    AnalysisError
        Unknown columns, times below 0, an event that is not one of two.

    Notes
    -----
    Kaplan and Meier (1958), with Greenwood's (1926) variance; the median's interval is that of
    Brookmeyer and Crowley (1982). Where the curve lies on one half for a while, the median is
    the middle of that while.

    Estimand: the chance to be without the event after each time.
    Assumes: who is no longer observed would have gone on like those who are (independent
    censoring); independent respondents or clusters.
    Does not show: why groups differ, nor what happens after the last time.

    Examples
    --------
    >>> weeks = pd.DataFrame({"until": [2, 4, 4, 6, 9], "dropout": [1, 1, 0, 1, 0]})
    >>> survival_curve("until", "dropout", weeks).table["survival"].round(3).tolist()
    [0.8, 0.6, 0.3, 0.3]
    """
    if interval not in _INTERVALS:
        raise AnalysisError(
            f"'{interval}' is no kind of interval.{did_you_mean(interval, _INTERVALS)} "
            f"There are: {listing(_INTERVALS)}."
        )
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    times = read_times(data, time, event, by=by, entry=entry, weights=weights, cluster=cluster)
    steps = tuple(steps_of(times.of_group(place)) for place in range(len(times.groups)))
    return Curves(steps, times.groups, time, event, by, interval, times.dropped, level)


def limits(steps: Steps, interval: Interval, level: float) -> tuple[Floats, Floats]:
    """Lower and upper limits of the curve, (k,) each.

    Missing where nobody is left, and by ``log-log`` where nobody has had the event.
    """
    quantile = float(stats.norm.ppf(0.5 + level / 2))
    survival = steps.survival
    error = np.sqrt(steps.survival_variance())
    with np.errstate(all="ignore"):
        if interval == "plain":
            margin = quantile * error * survival
            low, high = survival - margin, survival + margin
        elif interval == "log":
            low, high = (survival * np.exp(sign * quantile * error) for sign in (-1, 1))
        else:
            margin = quantile * error / np.log(survival)
            low, high = (survival ** np.exp(sign * margin) for sign in (-1, 1))
    gone = (survival == 0) | ((interval == "log-log") & (survival == 1))
    return np.where(gone, np.nan, np.maximum(low, 0)), np.where(gone, np.nan, np.minimum(high, 1))


def crossing(time: Floats, curve: Floats, share: float = 0.5) -> float:
    """When a falling curve reaches a share; the middle of the time it lies on it."""
    known = ~np.isnan(curve)
    time, curve = time[known], curve[known]
    below = np.flatnonzero(curve <= share + 1e-12)
    if not len(below):
        return float("nan")
    first = below[0]
    under = np.flatnonzero(curve < share - 1e-12)
    if abs(curve[first] - share) < 1e-12 and len(under):
        return float((time[first] + time[under[0]]) / 2)
    return float(time[first])


def coarse(steps: Steps, table: pd.DataFrame, most: int = 24) -> pd.DataFrame:
    """The rows of a curve that hold at round times, ten events or more apart, ten remaining."""
    size = float(steps.time[-1]) / most
    unit = 10.0 ** np.floor(np.log10(size)) if size > 0 else 1.0
    step = unit * next(factor for factor in (1, 2, 2.5, 5, 10) if factor * unit >= size)
    leaves = steps.times.time
    seen = np.sort(leaves[steps.times.event])
    kept, before = [], 0
    for mark in step * np.arange(1, most + 1):
        until = int(np.searchsorted(seen, mark, "right"))
        inside = steps.times.entry < mark
        left = int((inside & (leaves > mark)).sum())
        if until - before >= LEAST and left >= LEAST and len(seen) - until not in range(1, LEAST):
            kept.append((float(mark), round(left, -1)))
            before = until
    places = [int(np.searchsorted(steps.time, mark, "right")) - 1 for mark, _ in kept]
    chosen = table.iloc[places]
    return pd.DataFrame(
        {
            "group": chosen["group"].to_numpy(),
            "time": [mark for mark, _ in kept],
            "about_at_risk": [left for _, left in kept],
            **{
                name: chosen[name].round(3).to_numpy()
                for name in ("survival", "conf_low", "conf_high")
            },
        }
    )
