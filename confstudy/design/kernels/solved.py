"""What a kernel hands on: coefficients of every replication, with their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEW", "KINDS", "Solved", "nothing", "plain"]

Floats = NDArray[np.float64]
KINDS = {
    "nonrobust": 0, "HC0": 1, "HC1": 2, "HC2": 3, "HC3": 4, "CR0": 5, "CR1": 6, "CR2": 7, "CR": 8,
}  # fmt: skip
"""Kinds of standard error, by the number that compiled loops know them by; ``CR`` is CR2 under
fifty groups, else CR1."""
FEW = 50


@dataclass(frozen=True, repr=False)
class Solved:
    """One model fitted to every replication.

    Attributes
    ----------
    coefficients, covariance
        (R, p) and (R, p, p).
    df
        (R,) of the contrast asked for; infinite for the normal distribution.
    n
        (R,) respondents used.
    fine
        (R,) whether the numbers can be believed. Where not, the data are collinear, separated,
        too few or the like, and ``cs.fit`` is to say what it is.
    """

    coefficients: Floats
    covariance: Floats
    df: Floats
    n: NDArray[np.intp]
    fine: NDArray[np.bool_]


def nothing(count: int, p: int) -> Solved:
    """Room for ``count`` replications of p coefficients."""
    return Solved(
        np.full((count, p), np.nan),
        np.full((count, p, p), np.nan),
        np.full(count, np.nan),
        np.zeros(count, dtype=np.intp),
        np.zeros(count, dtype=np.bool_),
    )


def plain(
    y: Floats, x: Floats, used: NDArray[np.bool_], groups: NDArray[np.intp] | None
) -> tuple[Floats, Floats, NDArray[np.bool_], NDArray[np.intp]]:
    """The same in the one layout that is compiled for; everybody in one group without groups."""
    same = np.zeros(y.shape, dtype=np.intp) if groups is None else groups
    return (
        np.ascontiguousarray(y, dtype=np.float64),
        np.ascontiguousarray(x, dtype=np.float64),
        np.ascontiguousarray(used, dtype=np.bool_),
        np.ascontiguousarray(same, dtype=np.intp),
    )
