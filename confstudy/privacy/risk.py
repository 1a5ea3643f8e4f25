"""How easily somebody could be picked out by what others may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import CodebookMismatch, unknown

__all__ = ["KAnonymity", "class_sizes", "k_anonymity"]


@dataclass(frozen=True)
class KAnonymity:
    """Sizes of the groups that share all quasi-identifiers; counts only, never rows."""

    quasi_identifiers: tuple[str, ...]
    k: int
    required: int
    groups: int
    respondents_below: int
    unique: int

    @property
    def table(self) -> pd.DataFrame:
        """One row a measure: measure, value."""
        rows = [
            ("quasi-identifiers", " × ".join(self.quasi_identifiers)),
            ("k reached", self.k),
            ("k required", self.required),
            ("groups", self.groups),
            ("respondents in groups under k", self.respondents_below),
            ("respondents alone in their group", self.unique),
        ]
        return pd.DataFrame(rows, columns=["measure", "value"])

    def __bool__(self) -> bool:
        return self.k >= self.required


def class_sizes(frame: pd.DataFrame, quasi_identifiers: Sequence[str]) -> NDArray[np.int64]:
    """For each row, how many rows share its quasi-identifiers; missing is a category.

    >>> class_sizes(pd.DataFrame({"age": ["a", "a", None, None, "b"]}), ["age"])
    array([2, 2, 2, 2, 1])
    """
    absent = [name for name in quasi_identifiers if name not in frame.columns]
    if absent:
        raise CodebookMismatch(unknown("Quasi-identifiers", absent, map(str, frame), "the data"))
    group = np.zeros(len(frame), dtype=np.int64)
    for name in quasi_identifiers:
        codes, levels = pd.factorize(_hashable(frame[name]), use_na_sentinel=False)
        _, group = np.unique(group * (len(levels) + 1) + codes, return_inverse=True)
    return np.bincount(group, minlength=1).astype(np.int64)[group]


def k_anonymity(frame: pd.DataFrame, quasi_identifiers: Sequence[str], k: int = 5) -> KAnonymity:
    """Measure k-anonymity (Sweeney 2002): the size of the smallest group of alike respondents.

    Parameters
    ----------
    frame
        One row a respondent.
    quasi_identifiers
        Columns that somebody who knows the respondent may know; a missing value is a
        category of its own.
    k
        The smallest group that is acceptable.

    Examples
    --------
    >>> people = pd.DataFrame({"age": ["20s"] * 6 + ["60s"] * 2})
    >>> k_anonymity(people, ["age"]).k
    2
    """
    if not quasi_identifiers or frame.empty:
        return KAnonymity(tuple(quasi_identifiers), max(len(frame), k), k, 1, 0, 0)
    sizes = class_sizes(frame, quasi_identifiers)
    return KAnonymity(
        quasi_identifiers=tuple(quasi_identifiers),
        k=int(sizes.min()),
        required=k,
        groups=round(float((1 / sizes).sum())),
        respondents_below=int((sizes < k).sum()),
        unique=int((sizes == 1).sum()),
    )


def _hashable(column: pd.Series[Any]) -> pd.Series[Any]:
    return column.astype(object) if isinstance(column.dtype, pd.CategoricalDtype) else column
