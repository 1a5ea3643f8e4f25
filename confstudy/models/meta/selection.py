"""A selection model: the pooled estimate were insignificant findings published less often."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from confstudy.errors import AnalysisError
from confstudy.models.meta.heterogeneity import tau_squared, weighted
from confstudy.models.meta.result import Meta
from confstudy.models.table import coefficient_table

__all__ = ["Selection", "selection_model"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Selection:
    """A pooled estimate that allows for selection by p-values.

    Attributes
    ----------
    table
        ``pooled`` and the log of each interval's relative chance of being published.
    chances
        (J,): the chance of publication of each interval of p, relative to the first.
    tau2
        The variance of true effects.
    statistic, p_value
        The likelihood-ratio test of no selection, with J - 1 degrees of freedom.
    problems
        Why it cannot be believed.
    """

    table: pd.DataFrame
    steps: tuple[float, ...]
    chances: Floats
    tau2: float
    statistic: float
    p_value: float
    problems: tuple[str, ...]

    def __repr__(self) -> str:
        head = f"Selection model, one-sided p cut at {', '.join(f'{s:g}' for s in self.steps)}"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            rows = self.table.to_string(index=False)
        return f"{head}\n{rows}\nno selection: {self.statistic:.2f}, p = {self.p_value:.4f}"


def selection_model(
    found: Meta, steps: Sequence[float] = (0.025,), *, positive: bool = True
) -> Selection:
    """Estimate by maximum likelihood with a step function of p for publication.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, without moderators.
    steps
        One-sided p-values at which the chance of publication changes.
    positive
        Whether large estimates are the ones that were wanted.

    Notes
    -----
    Vevea and Hedges (1995); maximum likelihood for τ², whatever the method of ``found``.

    Estimand: the mean true effect before selection. Assumes: publication depends on p alone, by
    these steps; normal true effects. Does not show: whether that is how studies were selected;
    with few studies in an interval it says little.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.32, 0.13, 0.06, 0.50, 0.15], [0.010, 0.003, 0.004, 0.003, 0.01])
    >>> len(selection_model(found).chances)
    2
    """
    cuts = np.asarray(sorted(steps), dtype=float)
    if len(found.coefficients) > 1 or found.studies.groups is not None:
        raise AnalysisError("A selection model is for a pooled estimate of independent studies.")
    if not len(cuts) or cuts[0] <= 0 or cuts[-1] >= 1 or len(np.unique(cuts)) < len(cuts):
        raise AnalysisError("'steps' are different p-values between 0 and 1.")
    sign = 1.0 if positive else -1.0
    y, v = sign * found.studies.estimates, found.studies.variances
    place = np.searchsorted(cuts, stats.norm.sf(y / np.sqrt(v)))
    counts = np.bincount(place, minlength=len(cuts) + 1)
    if counts.min() == 0:
        raise AnalysisError(
            "An interval of p between the steps has no study, so that its chance is unknown: "
            f"studies by interval {counts.tolist()}. Use other steps."
        )
    return _fitted(found, y, v, tuple(cuts.tolist()), place, sign)


def _fitted(
    found: Meta,
    y: Floats,
    v: Floats,
    steps: tuple[float, ...],
    place: NDArray[np.intp],
    sign: float,
) -> Selection:
    ones = np.ones((len(y), 1))
    tau2 = tau_squared(y, v, ones, "ML")[0]
    at = weighted(y, v, ones, tau2)
    size = float(at.covariance[0, 0]) ** 0.5
    likelihood = _Likelihood(y, v, stats.norm.isf(np.asarray(steps)), place)
    plain = np.concatenate([at.coefficients, [np.sqrt(tau2)], np.zeros(len(steps))])
    start = plain + np.eye(len(plain))[1] * (size if tau2 == 0 else 0)
    scale = np.concatenate([[size, size], np.ones(len(steps))])
    point, covariance, problems = _maximum(likelihood, start, scale)
    free = [0, *range(2, len(point))]
    estimate = point[free] * np.append(sign, np.ones(len(steps)))
    terms = ["pooled", *(f"log chance, p > {step:g}" for step in steps)]
    table = coefficient_table(
        terms, estimate, covariance[np.ix_(free, free)], np.inf, found.level, problems
    )
    chances = np.exp(np.append(0.0, point[2:]))
    statistic = max(0.0, 2 * (likelihood.minus(plain) - likelihood.minus(point)))
    if problems:
        chances, point, statistic = chances * np.nan, point * np.nan, float("nan")
    p_value = float(stats.chi2.sf(statistic, len(steps)))
    return Selection(table, steps, chances, float(point[1] ** 2), statistic, p_value, problems)


@dataclass(frozen=True, repr=False)
class _Likelihood:
    """Of (mean, τ, log chances of all intervals of p but the first)."""

    y: Floats
    v: Floats
    cuts: Floats
    place: NDArray[np.intp]

    def minus(self, point: Floats) -> float:
        """Minus the log likelihood."""
        error = np.sqrt(self.v + point[1] ** 2)
        chance = np.exp(np.append(0.0, point[2:]))
        edges = (np.sqrt(self.v)[:, None] * self.cuts - point[0]) / error[:, None]
        above = np.hstack(
            [np.zeros((len(self.y), 1)), stats.norm.sf(edges), np.ones_like(edges[:, :1])]
        )
        seen = np.diff(above, axis=1) @ chance
        rows = stats.norm.logpdf(self.y, point[0], error) + np.log(chance[self.place] / seen)
        return -float(rows.sum())


def _maximum(
    likelihood: _Likelihood, start: Floats, scale: Floats
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """The maximum, the covariance there, and problems."""

    def scaled(point: Floats) -> float:
        return likelihood.minus(point * scale)

    with np.errstate(all="ignore"):
        point = optimize.minimize(scaled, start / scale, method="BFGS").x
        for _ in range(4):
            slope, curve = _around(scaled, point)
            free = np.ones(len(point), dtype=bool)
            # At no heterogeneity the likelihood is level in τ and says nothing of its error.
            free[1] = abs(point[1]) > 1e-3
            inside = np.ix_(free, free)
            if not np.isfinite(curve).all() or np.linalg.eigvalsh(curve[inside])[0] <= 1e-8:
                missing = np.full((len(point), len(point)), np.nan)
                flat = "singular Hessian: the studies do not determine all coefficients"
                return point * scale, missing, (flat,)
            step = np.zeros(len(point))
            step[free] = np.linalg.solve(curve[inside], slope[free])
            point = point - step
    covariance = np.zeros_like(curve)
    covariance[inside] = np.linalg.inv(curve[inside])
    stopped = not float(slope @ step) < 1e-6
    problems = ("not converged: no maximum of the likelihood was reached",) * stopped
    return point * scale, covariance * np.outer(scale, scale), problems


def _around(function: Callable[[Floats], float], point: Floats) -> tuple[Floats, Floats]:
    """Gradient and Hessian by central differences."""
    size = len(point)
    moves = np.eye(size) * 1e-3
    slope = np.array([(function(point + m) - function(point - m)) / 2e-3 for m in moves])
    curve = np.empty((size, size))
    for i, j in np.ndindex(size, size):
        signs = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
        values = [a * b * function(point + a * moves[i] + b * moves[j]) for a, b in signs]
        curve[i, j] = sum(values) / 4e-6
    return slope, curve
