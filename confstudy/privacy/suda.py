"""Special uniques (SUDA2): respondents who are unique by few things that others may know."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.privacy.risk import coded

__all__ = ["suda_scores"]

Codes = NDArray[np.int64]


def suda_scores(
    frame: pd.DataFrame, quasi_identifiers: Sequence[str], largest: int | None = None
) -> NDArray[np.int64]:
    """SUDA scores (Elliot, Manning and Ford 2002; algorithm of Manning, Haglin and Keane 2008).

    A set of quasi-identifiers on which a respondent is unique, and on no part of which they
    are, is a minimal sample unique; one of m out of M quasi-identifiers adds (M − m)!. The
    higher the score, the fewer things somebody needs to know to pick the respondent out.

    Parameters
    ----------
    frame
        One row a respondent; a missing value is a category of its own.
    quasi_identifiers
        The M columns.
    largest
        Look at sets of at most this many columns; all of them by default.

    Returns
    -------
    array
        (n,) scores, 0 for who is unique on no set looked at. Count them; never show rows.

    Examples
    --------
    >>> people = pd.DataFrame({"age": ["20s"] * 3 + ["60s"], "sex": ["m", "f", "m", "m"]})
    >>> suda_scores(people, ["age", "sex"])
    array([0, 1, 0, 1])
    """
    names = list(quasi_identifiers)
    columns = [coded(frame[name]) for name in names]
    scores = np.zeros(len(frame), dtype=np.int64)
    whole = _alone(columns, len(frame))
    rows = np.flatnonzero(whole)
    if not rows.size:
        return scores
    unique: dict[tuple[int, ...], NDArray[np.bool_]] = {}
    for size in range(1, min(largest or len(names), len(names)) + 1):
        for subset in combinations(range(len(names)), size):
            found = _alone([columns[place] for place in subset], len(frame))[rows]
            unique[subset] = found
            minimal = found.copy()
            for part in combinations(subset, size - 1):
                if part:
                    minimal &= ~unique[part]
            scores[rows] += minimal * factorial(len(names) - size)
    return scores


def _alone(columns: list[tuple[Codes, int]], n: int) -> NDArray[np.bool_]:
    """Which rows share all columns with nobody."""
    codes, count = np.zeros(n, dtype=np.int64), 1
    for column, levels in columns:
        codes, count = codes * levels + column, count * levels
        if count > 4 * n + 1024:
            distinct, codes = np.unique(codes, return_inverse=True)
            count = len(distinct)
    return np.asarray(np.bincount(codes, minlength=count)[codes] == 1)
