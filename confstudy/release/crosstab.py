"""Tables of respondents and of what they answered, with small cells hidden for good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.release.cell import Cell
from confstudy.release.counts import MASKED
from confstudy.release.decision import Decision, Rules, worst
from confstudy.release.groups import Statistic, hidden_groups
from confstudy.release.suppression.suppression import Suppression, suppression
from confstudy.release.tabulate import ALL, Place, Tabulation, tabulate
from confstudy.words import percent

__all__ = ["ROUNDED", "Crosstab", "Statistic", "counted", "measured"]

#: What stands before the base in the quantity of counts rounded at random.
ROUNDED = "count rounded to "
_COMPUTED: dict[str, Callable[[pd.Series[float]], float]] = {
    "mean": lambda values: float(values.mean()),
    "total": lambda values: float(values.sum()),
    "sd": lambda values: float(values.std()),
    "median": lambda values: float(values.median()),
}


@dataclass(frozen=True, repr=False)
class Crosstab:
    """A table ready to leave: what is shown, what was decided, who stands behind each number."""

    frame: pd.DataFrame
    decisions: tuple[Decision, ...]
    cells: tuple[Cell, ...]

    @property
    def decision(self) -> Decision:
        """The gravest decision."""
        return worst(self.decisions)


def counted(
    frame: pd.DataFrame,
    rows: Sequence[str],
    columns: str | None,
    shares: bool,
    rules: Rules,
    base: int = 0,
    rounding: Callable[[Tabulation], NDArray[np.int64]] | None = None,
) -> Crosstab:
    """Count respondents; small cells are hidden with as many others as protect them.

    Of the hidden cells those are remembered that are hidden for their own sake: later tables may
    show the others, unless these then follow.

    ``rounding`` replaces suppression: it gives the counts to show, margins included, as
    multiples of ``base``.
    """
    table = tabulate(frame, [*rows, *([columns] if columns else [])])
    _require_respondents(table)
    if rounding is None:
        found = suppression(table.counts, rules=rules, classes=range(table.counts.ndim))
        hidden, numbers, decisions = found.hidden, table.with_margins, [found.decision]
        kept = found.primary | ~hidden
    else:
        numbers = rounding(table)
        hidden = np.zeros(numbers.shape, dtype=bool)
        kept = ~hidden
        decisions = [Decision("pass", "rounding", "every count is rounded at random, margins too")]
    words = _words(numbers, hidden, shares and columns is not None)
    exact = rounding is None
    quantity = "count" if exact else f"{ROUNDED}{base}"
    cells = tuple(
        table.cell(place, quantity, shown=not hidden[place], exact=exact)
        for place in table.places
        if table.with_margins[place] and kept[place]
    )
    return Crosstab(_spread(table, words, columns), tuple(decisions), cells)


def measured(
    frame: pd.DataFrame,
    rows: Sequence[str],
    values: str,
    statistics: Sequence[Statistic],
    rules: Rules,
) -> Crosstab:
    """What respondents of each group answered, on average or in total, and how many they are.

    A group is hidden when too few answered, when one or two of them make up the number, or when
    all answered alike; and with it as many others as keep it from being worked out.
    """
    _require_numbers(frame, values, statistics)
    table = tabulate(frame, rows, values)
    _require_respondents(table)
    series = {place: frame.loc[table.members(place), values] for place in table.places}
    hiding = hidden_groups(table, series, statistics, rules)
    shown = [
        [*table.named(place), *_measures(series[place], statistics, bool(hiding.hidden[place]))]
        for place in table.places
    ]
    cells = tuple(
        table.cell(place, quantity, shown=not hiding.hidden[place])
        for place, found in series.items()
        if len(found)
        for quantity in _quantities(values, statistics)
        if _protects(hiding, place, quantity)
    )
    return Crosstab(
        pd.DataFrame(shown, columns=[*rows, "n", *statistics]), (hiding.decision,), cells
    )


def _protects(hiding: Suppression, place: Place, quantity: str) -> bool:
    """Whether a number is shown, or hidden for its own sake: the others only stand before it.

    That one or two make up a total says nothing of how many there are.
    """
    if not hiding.hidden[place]:
        return True
    own = bool(hiding.primary[place])
    return own and not (quantity == "count" and hiding.reason[place] == "other rule")


def _require_numbers(frame: pd.DataFrame, values: str, statistics: Sequence[str]) -> None:
    known = [str(name) for name in frame.columns]
    if values not in known:
        raise AnalysisError(unknown("Variables", [values], known, "the survey"))
    wrong = [name for name in statistics if name not in _COMPUTED]
    if wrong or not statistics:
        raise AnalysisError(unknown("Statistics", wrong, _COMPUTED, "those of a table"))
    if not pd.api.types.is_numeric_dtype(frame[values]):
        raise AnalysisError(f"'{values}' has levels, not numbers: name it as columns= instead.")


def _quantities(values: str, statistics: Sequence[str]) -> list[str]:
    """What is known of a group: its size, and each statistic; a mean of so many is a total."""
    known = {"total" if name in ("mean", "total") else name for name in statistics}
    return ["count", *sorted(f"{name}:{values}" for name in known)]


def _measures(values: pd.Series[float], statistics: Sequence[str], hidden: bool) -> list[Any]:
    if hidden:
        return [MASKED] * (1 + len(statistics))
    if not len(values):
        return ["0", *[""] * len(statistics)]
    return [f"{len(values):,}", *(_COMPUTED[name](values) for name in statistics)]


def _words(
    counts: NDArray[np.int64], hidden: NDArray[np.bool_], shares: bool
) -> NDArray[np.object_]:
    """Counts as they are printed; with ``shares``, each of its row's total where that is shown."""
    words = np.empty(counts.shape, dtype=object)
    for place in np.ndindex(counts.shape):
        total = (*place[:-1], -1)
        words[place] = MASKED if hidden[place] else f"{counts[place]:,}"
        if shares and not hidden[place] and not hidden[total] and place[-1] < counts.shape[-1] - 1:
            words[place] += f" ({percent(counts[place] / max(counts[total], 1))})"
    return words


def _spread(table: Tabulation, words: NDArray[np.object_], columns: str | None) -> pd.DataFrame:
    """One row a combination of the row variables, one column a level of the column variable."""
    if columns is None:
        rows = [[*table.named(place), words[place]] for place in table.places]
        return pd.DataFrame(rows, columns=[*table.names, "n"])
    wide = words.reshape(-1, words.shape[-1])
    keys = [table.named((*place, 0))[:-1] for place in np.ndindex(words.shape[:-1])]
    heads = [*table.names[:-1], *table.levels[-1], ALL]
    return pd.DataFrame([[*key, *row] for key, row in zip(keys, wide, strict=True)], columns=heads)


def _require_respondents(table: Tabulation) -> None:
    if not table.counts.any():
        raise AnalysisError(f"Nobody answered all of {listing(table.names)}: nothing to count.")
