"""Whom effects are averaged over: everybody or groups, by weight, never fewer than ten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown

__all__ = ["LEAST", "Groups", "groups_of", "weights_of"]

Floats = NDArray[np.float64]
LEAST = 10
POOLED = "small groups pooled"


@dataclass(frozen=True, repr=False)
class Groups:
    """Groups of respondents.

    Attributes
    ----------
    labels
        One a group.
    members
        (groups, n) true for its members.
    sizes
        (groups,) respondents.
    note
        Why some were pooled, or "".
    """

    labels: tuple[Any, ...]
    members: NDArray[np.bool_]
    sizes: NDArray[np.intp]
    note: str = ""

    def shares(self, weights: Floats) -> Floats:
        """(groups, n) what each respondent counts in each average; rows sum to 1."""
        raw = self.members * weights
        total = raw.sum(axis=1, keepdims=True)
        return np.asarray(np.divide(raw, total, out=np.full_like(raw, np.nan), where=total > 0))


def groups_of(frame: pd.DataFrame, by: str | None, people: Floats, *, new: bool) -> Groups:
    """The groups of a column; those of fewer than ten respondents are put together.

    Parameters
    ----------
    people
        (n,) respondents a row stands for: 1, or 0 for one that does not count.
    new
        Whether they are others than the model was fitted to, of whom it tells as much anyway.
    """
    count = int(people.sum())
    if count < LEAST and (new or by is not None):
        raise AnalysisError(
            f"An average over {count} respondents could reveal them: {LEAST} are the least. "
            "Give the values of a made-up person as 'at'."
        )
    if by is None:
        return Groups(("all",), np.ones((1, len(frame)), dtype=bool), np.array([count]))
    if by not in frame:
        text = unknown("Groups", [by], map(str, frame), "the data the model used")
        raise AnalysisError(f"{text} Others come in with 'newdata'.")
    codes, labels = pd.factorize(frame[by], sort=True)
    sizes = np.bincount(codes[codes >= 0], people[codes >= 0], len(labels)).astype(np.intp)
    order = np.argsort(sizes, kind="stable")
    small = int((sizes < LEAST).sum())
    while 0 < small < len(order) and sizes[order[:small]].sum() < LEAST:
        small += 1
    if small == len(order):
        raise AnalysisError(
            f"'{by}' has no two groups of {LEAST} or more respondents: band it first."
        )
    kept = sorted(order[small:])
    named: list[Any] = [labels[place] for place in kept]
    members = [codes == place for place in kept]
    found = [sizes[place] for place in kept]
    if not small:
        return Groups(tuple(named), np.array(members), np.array(found))
    rest = order[:small]
    note = f"groups of '{by}' with fewer than {LEAST} respondents are pooled ({small} groups)"
    return Groups(
        (*named, POOLED),
        np.array([*members, np.isin(codes, rest)]),
        np.array([*found, sizes[rest].sum()]),
        note,
    )


def weights_of(
    asked: str | Sequence[float] | Floats | bool | None, own: Floats | None, frame: pd.DataFrame
) -> tuple[Floats, str]:
    """(n,) weights of the averages, and what to say of them."""
    if asked is False or (asked is None and own is None):
        return np.ones(len(frame)), ""
    if asked is None or asked is True:
        if own is None:
            raise AnalysisError("The fit has no weights: name a column.")
        return own, "by the weights of the fit"
    if isinstance(asked, str):
        if asked not in frame:
            raise AnalysisError(unknown("Weights", [asked], map(str, frame), "the data used"))
        found, words = pd.to_numeric(frame[asked], errors="coerce"), f"by {asked}"
    else:
        found, words = pd.Series(np.asarray(asked, dtype=float)), "by the weights given"
    weights = found.to_numpy(dtype=float)
    if len(weights) != len(frame):
        raise AnalysisError(f"There are {len(weights)} weights for {len(frame)} respondents.")
    if not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise AnalysisError("Weights are finite, 0 or more, and not all 0; these are not.")
    return weights, words
