"""Local suppression: blank a quasi-identifier where its group is too small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.privacy.risk import class_sizes

__all__ = ["Suppressed", "suppress"]


@dataclass(frozen=True, repr=False)
class Suppressed:
    """The frame after suppression, and for each variable which rows were blanked."""

    frame: pd.DataFrame
    blanked: dict[str, NDArray[np.bool_]]


def suppress(
    frame: pd.DataFrame, quasi_identifiers: Sequence[str], order: Sequence[str], k: int
) -> Suppressed:
    """Blank quasi-identifiers in groups smaller than ``k``, the first of ``order`` first.

    Rows that are still in a small group when all of ``order`` is blanked are joined by the
    smallest group that was large enough, so that they do not stand out by their blanks.

    Examples
    --------
    >>> people = pd.DataFrame({"sex": ["w"] * 9 + ["m"], "age": ["20s"] * 10})
    >>> int(suppress(people, ["sex", "age"], ["sex"], k=5).blanked["sex"].sum())
    10
    """
    frame = frame.copy(deep=False)
    blanked = {name: np.zeros(len(frame), dtype=bool) for name in order}

    def blank(rows: NDArray[np.bool_], name: str) -> None:
        blanked[name] |= rows & frame[name].notna().to_numpy()
        frame[name] = frame[name].mask(rows)

    for name in order:
        blank(class_sizes(frame, quasi_identifiers) < k, name)
    sizes = class_sizes(frame, quasi_identifiers)
    while (sizes < k).any() and (sizes >= k).any():
        rows = (sizes < k) | (sizes == sizes[sizes >= k].min())
        before = sizes
        for name in order:
            blank(rows, name)
        sizes = class_sizes(frame, quasi_identifiers)
        if np.array_equal(before, sizes):
            break
    return Suppressed(frame, blanked)
