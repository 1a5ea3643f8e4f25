"""Groups whose mean or total may not be shown, and what else must be hidden with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.decision import Decision, Rules, worst
from confstudy.release.statistics import check_statistic
from confstudy.release.suppression.suppression import Suppression, suppression
from confstudy.release.tabulate import Place, Tabulation

__all__ = ["Statistic", "hidden_groups"]

Statistic = Literal["mean", "total", "sd", "median"]
Series = Mapping[Place, "pd.Series[Any]"]


def hidden_groups(
    table: Tabulation, series: Series, statistics: Sequence[Statistic], rules: Rules
) -> Suppression:
    """Hide groups and margins whose statistics give answers away, however they are worked out.

    Groups hidden on a line of the table have a statistic together, which follows from the margin
    and the groups that are shown. Where that one may not be told, further groups are hidden with
    them, the smallest first, and in the end the margin.

    Parameters
    ----------
    table, series
        The groups, and the answers of each group and margin.
    statistics
        What is shown of each.
    """
    checked = {
        place: worst(check_statistic(found, name, rules) for name in statistics)
        for place, found in series.items()
        if len(found)
    }
    full = table.with_margins
    also = np.zeros(full.shape, dtype=bool)
    for place, decided in checked.items():
        also[place] = decided.status == "fail"
    while True:
        hiding = suppression(table.counts, rules=rules, classes=range(table.counts.ndim), also=also)
        if hiding.decision.status == "fail":
            return replace(hiding, decision=worst([checked[_whole(full)], hiding.decision]))
        open_lines = list(_told(hiding.hidden, series, statistics, rules))
        if not open_lines:
            return hiding
        for margin, shown in open_lines:
            also[min(shown, key=lambda place: int(full[place]), default=margin)] = True


def _whole(full: NDArray[np.int64]) -> Place:
    return tuple(size - 1 for size in full.shape)


def _told(
    hidden: NDArray[np.bool_], series: Series, statistics: Sequence[Statistic], rules: Rules
) -> Iterator[tuple[Place, list[Place]]]:
    """Lines whose hidden groups together give answers away: margin, and the groups shown."""
    summed: list[Statistic] = [name for name in statistics if name != "median"]
    for axis, size in enumerate(hidden.shape):
        for margin in np.ndindex(hidden.shape):
            if margin[axis] != size - 1 or hidden[margin]:
                continue
            line = [(*margin[:axis], level, *margin[axis + 1 :]) for level in range(size - 1)]
            gone = [place for place in line if hidden[place] and len(series[place])]
            if gone and _refused(pd.concat([series[place] for place in gone]), summed, rules):
                yield margin, [p for p in line if not hidden[p] and len(series[p])]


def _refused(answers: pd.Series[Any], statistics: Sequence[Statistic], rules: Rules) -> bool:
    decisions: list[Decision] = [check_statistic(answers, name, rules) for name in statistics]
    return worst(decisions).status == "fail"
