"""Intervals of standard deviations by profiling, and tests of variances on their boundary."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq, minimize

from confstudy.errors import AnalysisError
from confstudy.models.mixed.random import Block
from confstudy.models.mixed.result import MixedFit
from confstudy.models.mixed.search import find_minimum
from confstudy.models.mixed.solution import Likelihood

__all__ = ["variance_intervals", "variance_tests"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class _Profile:
    """The deviance with one standard deviation held.

    ``row`` are the places of the effect's row of the relative factor among the parameters; their
    direction stays free, their length is what is held. Without a row the residual's is held.
    """

    likelihood: Likelihood
    best: Floats
    inverse: Floats
    row: NDArray[np.intp]
    scale: float

    @property
    def estimate(self) -> float:
        """The standard deviation where the deviance is least."""
        sigma = float(np.exp(self.best[-1])) if self.likelihood.residual else 1.0
        if not len(self.row):
            return sigma
        return float(np.linalg.norm(self.best[self.row])) / self.scale * sigma

    def least(self, held: float) -> float:
        """The smallest deviance with the standard deviation at a value."""
        start = self.best.copy()
        if len(self.row) and np.linalg.norm(start[self.row]) < 1e-3:
            start[self.row] = np.append(np.zeros(len(self.row) - 1), 0.1)
        free = np.ones(len(start), dtype=bool)
        free[-1] = bool(len(self.row)) or not self.likelihood.residual

        def objective(point: Floats) -> tuple[float, Floats]:
            whole = start.copy()
            whole[free] = point
            value, gradient = self._held(whole, held)
            if not np.isfinite(value):
                return 1e15, np.zeros(int(free.sum()))
            return value, gradient[free]

        inverse = self.inverse[np.ix_(free, free)]
        options = {"hess_inv0": inverse, "gtol": 1e-6, "maxiter": 300}
        found = minimize(objective, start[free], jac=True, method="BFGS", options=options)
        return float(found.fun)

    def _held(self, parameters: Floats, held: float) -> tuple[float, Floats]:
        """Put the held length into the parameters; lead the gradient back."""
        whole = parameters.copy()
        if not len(self.row):
            whole[-1] = np.log(held)
            return self.likelihood.deviance(whole)
        sigma = float(np.exp(whole[-1])) if self.likelihood.residual else 1.0
        length = float(np.linalg.norm(whole[self.row]))
        direction = whole[self.row] / length
        target = held * self.scale / sigma
        whole[self.row] = target * direction
        value, gradient = self.likelihood.deviance(whole)
        pulled = gradient[self.row]
        if self.likelihood.residual:
            gradient[-1] -= target * float(pulled @ direction)
        gradient[self.row] = target / length * (pulled - (pulled @ direction) * direction)
        return value, gradient

    def interval(self, level: float) -> tuple[float, float]:
        """Where the deviance has risen by the quantile of χ²(1)."""
        floor = self.least(max(self.estimate, 0.0))
        rise = float(stats.chi2.ppf(level, 1))

        def over(held: float) -> float:
            return self.least(held) - floor - rise

        unit = max(self.estimate, 0.05 / self.scale)
        high = 1.5 * unit
        while over(high) < 0:
            high *= 1.5
            if high > 1e4 * unit:
                return np.nan, np.nan
        upper = float(brentq(over, max(self.estimate, 0.0), high, xtol=1e-7 * unit, rtol=1e-7))
        lower = 0.0
        least = 1e-9 * unit
        if self.estimate > least and over(least) > 0:
            lower = float(brentq(over, least, self.estimate, xtol=1e-7 * unit, rtol=1e-7))
        return lower, upper


def variance_intervals(fit: MixedFit, *, level: float | None = None) -> pd.DataFrame:
    """Profile-likelihood intervals of the standard deviations of a mixed model.

    Parameters
    ----------
    fit
        A mixed model; with REML too the likelihood that is profiled is the ordinary one.
    level
        Of the intervals; the fit's own unless given.

    Returns
    -------
    DataFrame
        group, effect, std_dev (by ML), conf_low, conf_high; a lower limit of 0 where the data
        do not speak against no variance.

    Raises
    ------
    AnalysisError
        For a fit that cannot be believed.

    Notes
    -----
    Estimand: the standard deviations of groups' effects in the population of groups. Assumes:
    the model, and many enough groups for χ² to hold. Does not show: whether groups differ
    because of what was done in them. Method: likelihood-ratio inversion (Venzon and Moolgavkar
    1988).

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.mixed.fit import mixed
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> found = variance_intervals(mixed("stigma ~ privacy", scores, "1 | therapist"))
    >>> bool((found["conf_low"] <= found["std_dev"]).all())
    True
    """
    _require_converged(fit)
    wanted = fit.level if level is None else level
    if not 0 < wanted < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {wanted:g} does not.")
    likelihood = _as_data(fit.solution.likelihood, fit.solution.blocks)
    best, inverse = _least(likelihood)
    rows, start = [], likelihood.theta.start or 0
    for block in fit.solution.blocks:
        for effect, name in enumerate(block.names):
            places = start + np.flatnonzero(block.rows == effect)
            profile = _Profile(
                likelihood, best, inverse, places, float(block.scale[effect]) / likelihood.unit
            )
            rows.append((block.group, name, profile.estimate, *profile.interval(wanted)))
        start += len(block.rows)
    if likelihood.residual:
        profile = _Profile(likelihood, best, inverse, np.zeros(0, dtype=np.intp), 1.0)
        rows.append(("residual", "", profile.estimate, *profile.interval(wanted)))
    columns = ["group", "effect", "std_dev", "conf_low", "conf_high"]
    return pd.DataFrame(rows, columns=columns)


def _as_data(likelihood: Likelihood, blocks: tuple[Block, ...]) -> Likelihood:
    """The same likelihood by factors on the data's scale over each effect's root mean square."""
    start, size = likelihood.theta.start or 0, len(likelihood.point)
    turn = np.eye(size)
    for block in blocks:
        back = np.linalg.inv(block.turn) / block.scale
        for place, (row, column) in enumerate(zip(block.rows, block.columns, strict=True)):
            moved = np.zeros_like(back)
            moved[:, column] = back[:, row]
            turn[start : start + len(block.rows), start + place] = moved[block.rows, block.columns]
        start += len(block.rows)

    def deviance(point: Floats) -> tuple[float, Floats]:
        value, gradient = likelihood.deviance(turn @ point)
        return value, turn.T @ gradient

    return replace(
        likelihood, deviance=deviance, point=np.asarray(np.linalg.solve(turn, likelihood.point))
    )


def _least(likelihood: Likelihood) -> tuple[Floats, Floats]:
    """Maximum likelihood, and a positive inverse Hessian for searches to start with."""
    theta = np.arange(len(likelihood.point))[likelihood.theta]
    found = find_minimum(likelihood.deviance, [likelihood.point], theta)
    values, vectors = np.linalg.eigh(found.hessian)
    half = vectors / np.sqrt(np.maximum(values, 1e-3 * values.max()))
    return found.point, half @ half.T


def _require_converged(fit: MixedFit) -> None:
    if fit.problems:
        raise AnalysisError(f"The fit cannot be believed: {'; '.join(fit.problems)}.")


def variance_tests(fit: MixedFit) -> pd.DataFrame:
    """Likelihood-ratio tests of each random effect, with the boundary allowed for.

    Parameters
    ----------
    fit
        A mixed model; with REML the restricted likelihoods are compared.

    Returns
    -------
    DataFrame
        One row an effect left out with its covariances: group, effect, statistic, df, p_value;
        ``df`` is c + ½: the p-value is the mean of those of χ²(c) and χ²(c + 1), for c
        covariances.

    Raises
    ------
    AnalysisError
        For a fit that cannot be believed, itself or without the effect.

    Notes
    -----
    Estimand: whether a variance is above 0. Assumes: the model, and independent groups; with
    several grouping factors the mixture is an approximation. Does not show: that groups do not
    differ, where the test is not significant. With few groups it is conservative. Source: Self
    and Liang (1987).

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.models.mixed.fit import mixed
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> variance_tests(mixed("stigma ~ privacy", scores, "1 | therapist"))["df"].tolist()
    [0.5]
    """
    _require_converged(fit)
    rows = []
    for place, block in enumerate(fit.solution.blocks):
        for effect, name in enumerate(block.names):
            blocks = list(fit.solution.blocks)
            blocks[place : place + 1] = [block.without(effect)] if len(block.names) > 1 else []
            statistic = max(_deviance(fit, tuple(blocks)) - fit.solution.deviance, 0.0)
            tied = (block.rows == effect) ^ (block.columns == effect)
            count = int(tied.sum())
            none = stats.chi2.sf(statistic, count) if count else float(statistic <= 0)
            chance = (float(none) + float(stats.chi2.sf(statistic, count + 1))) / 2
            rows.append((block.group, name, statistic, count + 0.5, chance))
    return pd.DataFrame(rows, columns=["group", "effect", "statistic", "df", "p_value"])


def _deviance(fit: MixedFit, blocks: tuple[Block, ...]) -> float:
    """The deviance of the same model with other random effects."""
    if not blocks:
        return fit.problem.deviance_without(fit.solution.blocks)
    found = replace(fit.problem, degrees="normal").solve(blocks)
    if found.problems:
        raise AnalysisError(f"Without the effect the fit fails: {'; '.join(found.problems)}.")
    return found.deviance
