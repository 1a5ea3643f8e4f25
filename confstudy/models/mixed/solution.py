"""What both kinds of mixed model arrive at, and what is said of fits on the boundary."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.models.mixed.random import Block
from confstudy.models.mixed.search import Objective

__all__ = ["Likelihood", "Solution", "boundary", "split_modes", "variance_table"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Likelihood:
    """A deviance with where its parameters stand, for profiles and comparisons.

    Attributes
    ----------
    deviance
        Minus twice the log-likelihood and its gradient at a point.
    point
        A point near its minimum.
    theta
        Where the parameters of the relative factors stand in it.
    unit
        What those are multiplied by.
    residual
        Whether its last parameter is the log of the residual standard deviation.
    """

    deviance: Objective
    point: Floats
    theta: slice
    unit: float
    residual: bool


@dataclass(frozen=True, repr=False)
class Solution:
    """An estimated mixed model.

    Attributes
    ----------
    coefficients, covariance, df
        (p,), (p, p) and (p,): fixed coefficients; degrees of freedom of their intervals.
    covariances
        (k, k) of the effects over each block's groups.
    residual
        Residual variance; missing where the family has none.
    modes
        (G, k) of each block: its groups' most probable effects.
    deviance
        Minus twice the (restricted) log-likelihood.
    parameters
        How many were estimated, variances included.
    """

    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    df: Floats
    blocks: tuple[Block, ...]
    covariances: tuple[Floats, ...]
    residual: float
    modes: tuple[Floats, ...]
    deviance: float
    parameters: int
    problems: tuple[str, ...]
    singular: tuple[str, ...]
    likelihood: Likelihood


def boundary(blocks: tuple[Block, ...], factors: list[Floats]) -> tuple[str, ...]:
    """Which variances are 0, or which covariance matrices have lost a dimension."""
    found = []
    for block, factor in zip(blocks, factors, strict=True):
        turned = block.scale[:, None] * block.unscaled(factor)
        variance = (turned**2).sum(axis=1)
        none = variance < 1e-7
        found += [
            f"singular: the variance of {name} over {block.group} is 0"
            for name in np.array(block.names)[none]
        ]
        free = np.flatnonzero(~none)
        if len(free) > 1 and np.abs(np.diag(factor)[free]).min() < 1e-4:
            rest = " and ".join(np.array(block.names)[free])
            found.append(f"singular: the effects {rest} over {block.group} are perfectly related")
    return tuple(found)


def split_modes(
    blocks: tuple[Block, ...], factors: list[Floats], modes: list[Floats]
) -> list[Floats]:
    """Spherical modes (G, k) as effects on the scale of the data."""
    return [
        mode @ block.unscaled(factor).T
        for block, factor, mode in zip(blocks, factors, modes, strict=True)
    ]


def variance_table(solution: Solution) -> pd.DataFrame:
    """One row a variance or covariance: group, effect, other, estimate, std_dev, correlation."""
    rows: list[tuple[str, str, str, float, float, float]] = []
    for block, matrix in zip(solution.blocks, solution.covariances, strict=True):
        spread = np.sqrt(np.diag(matrix))
        for row, column in zip(block.rows, block.columns, strict=True):
            value, both = float(matrix[row, column]), float(spread[row] * spread[column])
            alone = row == column
            other = "" if alone else block.names[column]
            correlation = np.nan if alone or both == 0 else value / both
            deviation = float(spread[row]) if alone else np.nan
            rows.append((block.group, block.names[row], other, value, deviation, correlation))
    if np.isfinite(solution.residual):
        deviation = float(np.sqrt(solution.residual))
        rows.append(("residual", "", "", solution.residual, deviation, np.nan))
    columns = ["group", "effect", "other", "estimate", "std_dev", "correlation"]
    return pd.DataFrame(rows, columns=columns)
