"""Restricted mean survival time: weeks in therapy up to a date, and how groups differ in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data, as_frame
from confstudy.models.survival.risk import Steps, steps_of
from confstudy.models.survival.times import read_times
from confstudy.models.table import coefficient_table, shown

__all__ = ["RestrictedMean", "rmst"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class RestrictedMean:
    """Mean times up to a common end, and their differences from the first group.

    Attributes
    ----------
    means
        ``group, n, events``, and the columns of the table but its term.
    table
        Differences from the first group (the mean itself where there is one group): ``term,
        estimate, std_error, statistic, df, p_value, conf_low, conf_high``.
    end
        The time up to which is counted.
    used
        The rows of the data behind it, by their index.
    """

    means: pd.DataFrame
    table: pd.DataFrame
    end: float
    words: str
    dropped: int
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    def __repr__(self) -> str:
        n = int(self.means["n"].sum())
        used = f"n = {n:,}" + (f" ({self.dropped:,} incomplete)" if self.dropped else "")
        return f"{self.words}\n{used}\n{shown(self.table)}"


def rmst(
    time: str,
    event: str,
    data: Data,
    by: str | None = None,
    *,
    end: float | None = None,
    weights: str | None = None,
    cluster: str | None = None,
    level: float = 0.95,
) -> RestrictedMean:
    """Estimate the mean time without the event up to ``end``, and its difference by group.

    Parameters
    ----------
    time, event, data, by, weights, cluster, level
        As for :func:`confstudy.survival_curve`.
    end
        Count up to this time; by default the last time at which every group is still observed.

    Returns
    -------
    RestrictedMean
        With ``.table`` (differences from the first group) and ``.means``.

    Raises
    ------
    AnalysisError
        An ``end`` after a group's last observation, where its curve is not known.

    Notes
    -----
    The area under the Kaplan-Meier curve with its Greenwood variance (Irwin 1949; Royston and
    Parmar 2013); with weights or clusters the infinitesimal jackknife.

    Estimand: the mean of the time or ``end``, whichever is less, and differences of it.
    Assumes: independent censoring, independent respondents or clusters; not that hazards are
    proportional.
    Does not show: an effect of the group unless it was randomised, nor anything after ``end``.

    Examples
    --------
    >>> weeks = pd.DataFrame({"until": [1, 2, 3, 4, 2, 4, 4, 5], "dropout": 1,
    ...                       "arm": list("aaaabbbb")})
    >>> rmst("until", "dropout", weeks, "arm", end=4).table["estimate"].round(3).tolist()
    [1.0]
    """
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    times = read_times(data, time, event, by=by, weights=weights, cluster=cluster)
    needed = [name for name in (time, event, by, weights, cluster) if name]
    steps = [steps_of(times.of_group(place)) for place in range(len(times.groups))]
    until = float(min(one.time[-1] for one in steps)) if end is None else float(end)
    _require_known(steps, until)
    means = np.array([one.mean(until) for one in steps])
    clusters = int(times.clusters.max()) + 1
    covariance = _covariance(steps, until, clusters if times.robust else 0)
    df = clusters - 1.0 if cluster else float("inf")
    difference = np.eye(len(means))
    terms = [f"mean up to {until:g}"]
    if by is not None and len(means) > 1:
        difference = np.hstack([-np.ones((len(means) - 1, 1)), np.eye(len(means) - 1)])
        terms = [f"{by}[T.{group}]" for group in times.groups[1:]]
    percent = f"{100 * level:g} %"
    return RestrictedMean(
        means=pd.DataFrame(
            {
                "group": times.groups,
                "n": [len(one.times.time) for one in steps],
                "events": [int(one.times.event.sum()) for one in steps],
            }
        ).join(_inferred(times.groups, means, covariance, df, level).drop(columns="term")),
        table=_inferred(
            terms, difference @ means, difference @ covariance @ difference.T, df, level
        ),
        end=until,
        words=f"Restricted mean of {time} until {event}, up to {until:g}, {percent} intervals",
        dropped=times.dropped,
        used=as_frame(data)[needed].dropna().index,
    )


def _covariance(steps: list[Steps], until: float, clusters: int) -> Floats:
    """(g, g): of the groups' means, which clusters may tie together."""
    kernels = [one.area(until)[:, None] for one in steps]
    if not clusters:
        return np.diag([float(o.variance(k)[0]) for o, k in zip(steps, kernels, strict=True)])
    parts = [o.influence(k, clusters) for o, k in zip(steps, kernels, strict=True)]
    sums = np.hstack(parts)
    return np.asarray(sums.T @ sums)


def _inferred(
    terms: Sequence[str], estimate: Floats, covariance: Floats, df: float, level: float
) -> pd.DataFrame:
    """Without an event there is no error, and no interval either."""
    table = coefficient_table(terms, estimate, covariance, df, level, ())
    table.loc[table["std_error"] == 0, ["conf_low", "conf_high"]] = np.nan
    return table


def _require_known(steps: list[Steps], until: float) -> None:
    if not 0 < until < np.inf:
        raise AnalysisError("'end' is a time after 0.")
    if any(one.time[-1] < until and one.survival[-1] > 0 for one in steps):
        raise AnalysisError(
            "'end' is after the last observation of a group: choose an earlier one."
        )
