"""Local suppression: blank a quasi-identifier where its group is too small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.privacy.risk import Groups

__all__ = ["Suppressed", "suppress"]


@dataclass(frozen=True, repr=False)
class Suppressed:
    """The frame after suppression, and for each variable which rows were blanked."""

    frame: pd.DataFrame
    blanked: dict[str, NDArray[np.bool_]]


def suppress(
    frame: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    order: Sequence[str],
    k: int,
    sensitive: Sequence[str] = (),
    diversity: int = 1,
) -> Suppressed:
    """Blank quasi-identifiers in unsafe groups, the first of ``order`` first.

    A group is unsafe when it has fewer than ``k`` respondents, or gives a ``sensitive``
    variable fewer than ``diversity`` different answers. Rows that are still in an unsafe group
    when all of ``order`` is blanked are joined by the smallest safe group, so that they do not
    stand out by their blanks.

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

    def unsafe() -> tuple[Groups, NDArray[np.bool_]]:
        groups = Groups.of(frame, quasi_identifiers)
        return groups, groups.unsafe(k, [frame[name] for name in sensitive], diversity)

    for name in order:
        groups, bad = unsafe()
        blank(bad[groups.group], name)
    groups, bad = unsafe()
    while bad.any() and not bad.all():
        smallest = groups.sizes[~bad].min()
        rows = (bad | (groups.sizes == smallest))[groups.group]
        before = groups.sizes
        for name in order:
            blank(rows, name)
        groups, bad = unsafe()
        if np.array_equal(before, groups.sizes):
            break
    return Suppressed(frame, blanked)
