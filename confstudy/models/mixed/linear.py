"""Linear mixed models by (restricted) maximum likelihood."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.mixed.degrees import kenward_roger, satterthwaite
from confstudy.models.mixed.deviance import Deviance, Solved
from confstudy.models.mixed.moments import Moments, linear_moments
from confstudy.models.mixed.random import Block
from confstudy.models.mixed.search import Minimum, find_minimum
from confstudy.models.mixed.solution import Likelihood, Solution, boundary, split_modes

__all__ = ["DegreesName", "Method", "fit_linear"]

Floats = NDArray[np.float64]
Method = Literal["REML", "ML"]
DegreesName = Literal["satterthwaite", "kenward-roger", "residual", "normal"]


def fit_linear(
    matrix: Floats,
    outcome: Floats,
    blocks: tuple[Block, ...],
    terms: tuple[str, ...],
    *,
    method: Method = "REML",
    degrees: DegreesName = "satterthwaite",
    weights: Floats | None = None,
) -> Solution:
    """Estimate a linear mixed model from (n, p) predictors and an (n,) outcome.

    Notes
    -----
    The deviance is profiled over the fixed coefficients and the residual variance (Bates,
    Mächler, Bolker and Walker 2015) and minimised over the relative factors without bounds.
    ``weights`` are precisions. Degrees of freedom: Satterthwaite's; Kenward and Roger's (1997),
    which also enlarge the covariance; n − p; or infinite.
    """
    _check(blocks, outcome)
    moments = linear_moments(matrix, outcome, blocks, weights)
    deviance = Deviance(moments, method == "REML")
    minimum = _least(deviance)
    theta = minimum.point
    solved = deviance.solve(theta)
    corner = np.linalg.inv(solved.schur[:-1, :-1])
    effects = corner @ solved.schur[:-1, -1]
    share = float(solved.schur[-1, -1] - solved.schur[:-1, -1] @ effects) / deviance.freedom
    sigma = float(np.sqrt(max(share, 0.0))) * moments.unit
    back = np.linalg.inv(moments.basis)
    q = moments.others
    covariance = sigma**2 * back @ corner[q:, q:] @ back.T
    df = np.full(len(terms), np.inf)
    problems = minimum.problems
    if sigma < 1e-7 * max(moments.unit, float(np.abs(outcome).max())):
        problems = (*problems, "no residual variance: the model fits every outcome exactly")
    if not problems and degrees == "residual":
        df = np.full(len(terms), float(len(outcome) - len(terms)))
    elif not problems and degrees == "satterthwaite":
        df = satterthwaite(deviance, theta, np.log(sigma))
    elif not problems and degrees == "kenward-roger":
        covariance, df = kenward_roger(moments, theta, sigma)
    return Solution(
        terms=terms,
        coefficients=moments.shift + back @ effects[q:] * moments.unit,
        covariance=(covariance + covariance.T) / 2,
        df=df,
        blocks=blocks,
        covariances=_covariances(blocks, solved.factors, sigma),
        residual=sigma**2,
        modes=_modes(moments, solved, effects),
        deviance=minimum.value,
        parameters=len(terms) + len(theta) + 1,
        problems=problems,
        singular=boundary(blocks, solved.factors),
        likelihood=Likelihood(
            Deviance(moments, reml=False).full,
            np.append(theta, np.log(sigma) if sigma > 0 else 0.0),
            slice(0, len(theta)),
            1.0,
            residual=True,
        ),
    )


def _check(blocks: tuple[Block, ...], outcome: Floats) -> None:
    if np.ptp(outcome) == 0:
        raise AnalysisError("The outcome is constant: nothing varies that a model could explain.")
    n = len(outcome)
    for block in blocks:
        if len(block.labels) * len(block.names) >= n:
            raise AnalysisError(
                f"{len(block.labels)} groups of '{block.group}' have as many effects as there are "
                f"rows ({n}): they cannot be told from the residual. Let fewer effects vary."
            )


def _least(deviance: Deviance) -> Minimum:
    diagonal = np.concatenate([block.rows == block.columns for block in deviance.moments.blocks])
    starts = [np.where(diagonal, far, 0.0) for far in (0.4, 1.5)]
    return find_minimum(deviance.profiled, starts, np.arange(len(diagonal)))


def _covariances(
    blocks: tuple[Block, ...], factors: list[Floats], sigma: float
) -> tuple[Floats, ...]:
    scaled = [block.unscaled(factor) for block, factor in zip(blocks, factors, strict=True)]
    return tuple(sigma**2 * factor @ factor.T for factor in scaled)


def _modes(moments: Moments, solved: Solved, effects: Floats) -> tuple[Floats, ...]:
    first = solved.mixed[..., -1] - solved.mixed[..., :-1] @ effects
    modes, start = [first], 0
    for block in moments.blocks[1:]:
        size = len(block.labels) * len(block.names)
        modes.append(effects[start : start + size].reshape(len(block.labels), -1))
        start += size
    spread = split_modes(moments.blocks, solved.factors, modes)
    return tuple(mode * moments.unit for mode in spread)
