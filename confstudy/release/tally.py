"""Tables: what counts respondents is declared, and records are never a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from confstudy.errors import AnalysisError, unknown
from confstudy.release.cell import Cell
from confstudy.release.counts import MASKED, check_count, masked_counts
from confstudy.release.decision import THRESHOLD, Decision

__all__ = ["Tally", "check_table"]


@dataclass(frozen=True, repr=False)
class Tally:
    """A table made by the package, with the names of its columns that count respondents.

    ``cells`` are the respondents behind its counts, to compare with what was released before.
    """

    frame: pd.DataFrame
    counts: tuple[str, ...]
    cells: tuple[Cell, ...] = ()

    def behind(self, cell: Callable[[int, str], Cell | None]) -> Tally:
        """The same table with its cells: ``cell`` gives that of a row and a column of counts.

        A count that is masked only because another of its row is small protects nobody itself.
        """
        shown = masked_counts(self.frame, self.counts)
        found = (
            (cell(row, name), shown[name].iloc[row] != MASKED)
            for row in range(len(shown))
            for name in self.counts
        )
        cells = (
            replace(one, shown=bool(seen))
            for one, seen in found
            if one is not None and (seen or one.n < THRESHOLD)
        )
        return replace(self, cells=tuple(cells))


def check_table(
    table: pd.DataFrame | Tally, records: pd.DataFrame, counts: Sequence[str], n: int | None
) -> Decision:
    """Decide on a table.

    A tally passes, its small counts masked. Any other table fails when its rows are
    respondents' records, or when nothing says how many stand behind its numbers; else a
    person must confirm what the notebook says of it. ``counts`` that are no columns of the
    table are an AnalysisError: nothing would be masked.
    """
    if isinstance(table, Tally):
        return Decision("pass", "threshold", "rows with a count under 10 are masked")
    absent = [name for name in counts if name not in table]
    if absent:
        raise AnalysisError(unknown("Columns of counts", absent, map(str, table), "the table"))
    if _are_records(table, records):
        return Decision("fail", "records", "its rows are rows of the data")
    if n is not None:
        counted = check_count(n)
        return counted if counted.status == "fail" else _said(f"n = {n:,}")
    if counts:
        return _said(f"columns that count respondents: {', '.join(counts)}")
    return Decision(
        "fail",
        "threshold",
        "nothing says how many respondents stand behind its numbers: name the columns that "
        "count them (counts=[…]), or their number (n=…)",
    )


def _said(what: str) -> Decision:
    return Decision("review", "declared", f"the notebook says so ({what}): a person must confirm")


def _are_records(table: pd.DataFrame, records: pd.DataFrame) -> bool:
    """Whether at least two columns, or most, are columns of the data with rows found in it."""
    shared = [name for name in table.columns if name in records.columns]
    if table.empty or not shared or (len(shared) < 2 and len(table.columns) > 1):
        return False
    known = set(map(tuple, records[shared].astype(str).to_numpy().tolist()))
    rows = list(map(tuple, table[shared].astype(str).to_numpy().tolist()))
    return sum(row in known for row in rows) >= max(1, len(rows) // 2)
