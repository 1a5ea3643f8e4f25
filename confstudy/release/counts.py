"""Counts of respondents: none under the threshold is published."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.decision import THRESHOLD, Decision

__all__ = ["MASKED", "check_count", "masked_counts", "pooled"]

MASKED = f"under {THRESHOLD}"


def check_count(smallest: int) -> Decision:
    """Decide on an output whose smallest number stands for ``smallest`` respondents.

    >>> check_count(9).status
    'fail'
    """
    if smallest < THRESHOLD:
        return Decision("fail", "threshold", f"a number in it stands for fewer than {THRESHOLD}")
    return Decision("pass", "threshold", f"every number in it stands for {THRESHOLD} or more")


def masked_counts(table: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The table with every count from 1 to 9 replaced by words; zero stays.

    Other numbers in such a row stand for the same few respondents and are left out.

    >>> masked_counts(pd.DataFrame({"n": [0, 4, 12], "mean": [0.0, 2.0, 3.0]}), ["n"])
              n mean
    0         0  0.0
    1  under 10    –
    2        12  3.0
    """
    present = [name for name in columns if name in table]
    counts = table[present].to_numpy(dtype=float)
    few = pd.Series(((counts > 0) & (counts < THRESHOLD)).any(axis=1), index=table.index)
    masked = table.copy()
    for name in table:
        if name in present:
            masked[name] = [_worded(count) for count in table[name]]
        elif few.any() and pd.api.types.is_numeric_dtype(table[name]):
            masked[name] = table[name].astype(object).mask(few, "–")
    return masked


def _worded(count: float) -> str:
    if not np.isfinite(count):
        return ""
    return MASKED if 0 < count < THRESHOLD else f"{int(count):,}"


def pooled(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ordered counts with every small one added to its neighbour towards the middle.

    >>> pooled(np.array([3, 20, 40, 9, 2]))
    array([ 0, 23, 40, 11,  0])
    """
    counts = counts.copy()
    middle = (len(counts) - 1) // 2
    for place in range(middle):
        _move(counts, place, place + 1)
    for place in range(len(counts) - 1, middle, -1):
        _move(counts, place, place - 1)
    return counts


def _move(counts: NDArray[np.int64], place: int, neighbour: int) -> None:
    if 0 < counts[place] < THRESHOLD:
        counts[neighbour] += counts[place]
        counts[place] = 0
