"""Counts of respondents: none under the threshold is published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.decision import THRESHOLD, Decision

__all__ = ["MASKED", "check_count", "masked_counts", "pooled", "pools"]

MASKED = "masked"


def check_count(smallest: int) -> Decision:
    """Decide on an output whose smallest number stands for ``smallest`` respondents.

    >>> check_count(9).status
    'fail'
    """
    if smallest < THRESHOLD:
        return Decision("fail", "threshold", f"a number in it stands for fewer than {THRESHOLD}")
    return Decision("pass", "threshold", f"every number in it stands for {THRESHOLD} or more")


def masked_counts(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table without the rows' numbers where a count from 1 to 9 stands; zero stays.

    All numbers of such a row go, also those inside words (but for the first column, which
    names the rows), so that none follows from the others; and where the rows that went count
    fewer than ten respondents together in a column, the next smallest row goes with them, so
    that they do not follow from that column's total.

    >>> masked_counts(pd.DataFrame({"n": [0, 4, 12, 50], "mean": [0.0, 2.0, 3.0, 4.0]}), ["n"])
            n        mean
    0       0         0.0
    1  masked      masked
    2  masked      masked
    3      50         4.0
    """
    present = [name for name in columns if name in table]
    counts = table[present].to_numpy(dtype=float)
    few = np.asarray(((counts > 0) & (counts < THRESHOLD)).any(axis=1), dtype=bool)
    totals = np.nansum(counts, axis=1)
    for counted in counts.T:
        others = np.where(~few & (counted > 0), totals, np.inf)
        if 0 < np.nansum(counted[few]) < THRESHOLD and np.isfinite(others).any():
            few[int(np.argmin(others))] = True
    masked = table.copy()
    for place, name in enumerate(table):
        if name in present:
            words = [_worded(count) for count in table[name]]
            masked[name] = [MASKED if gone else word for word, gone in zip(words, few, strict=True)]
        elif few.any():
            column = table[name]
            named = place == 0 and not pd.api.types.is_numeric_dtype(column)
            holds = few & np.array([not named and _has_number(cell) for cell in column], dtype=bool)
            masked[name] = column.astype(object).mask(pd.Series(holds, index=table.index), MASKED)
    return masked


def _has_number(cell: object) -> bool:
    return isinstance(cell, bool | np.bool_) or any(sign.isdigit() for sign in str(cell))


def _worded(count: float) -> str:
    return f"{int(count):,}" if np.isfinite(count) else ""


def pools(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each of several ordered levels is counted: small ones with the next to the middle.

    >>> pools(np.array([3, 20, 40, 9, 2]))
    array([1, 1, 2, 3, 3])
    """
    counts, target = counts.copy(), np.arange(len(counts))
    middle = (len(counts) - 1) // 2
    inward = [(place, place + 1) for place in range(middle)]
    inward += [(place, place - 1) for place in range(len(counts) - 1, middle, -1)]
    for place, neighbour in inward:
        if 0 < counts[place] < THRESHOLD:
            counts[neighbour] += counts[place]
            counts[place] = 0
            target[target == place] = neighbour
    return target


def pooled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ordered counts with every small one added to its neighbour towards the middle.

    >>> pooled(np.array([3, 20, 40, 9, 2]))
    array([ 0, 23, 40, 11,  0])
    """
    summed = np.zeros_like(counts)
    np.add.at(summed, pools(counts), counts)
    return summed
