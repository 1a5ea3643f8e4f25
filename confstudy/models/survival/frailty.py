"""Cox regression in which groups, such as therapists' clients, share an unseen frailty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.models.survival.cox import cox
from confstudy.models.survival.coxfit import CoxFit, standardised
from confstudy.models.survival.partial import Ties, partial_likelihood
from confstudy.models.survival.times import codes_of
from confstudy.models.table import coefficient_table, shown

__all__ = ["FrailtyFit", "frailty"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class FrailtyFit:
    """A Cox model with a normal frailty of groups.

    Attributes
    ----------
    coefficients, covariance
        (p,) log hazard ratios given the frailty, and their (p, p) covariance.
    variance
        Of the groups' log frailty; 0 where the groups differ no more than by chance.
    plain
        The Cox model without the frailty.
    groups
        How many there are.
    """

    plain: CoxFit
    coefficients: Floats
    covariance: Floats
    variance: float
    by: str
    groups: int

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the numbers cannot be believed; empty when they can."""
        return self.plain.problems

    @property
    def table(self) -> pd.DataFrame:
        """Log hazard ratios given the frailty, with the columns every fit has."""
        return coefficient_table(
            self.plain.terms,
            self.coefficients,
            self.covariance,
            float("inf"),
            self.plain.level,
            self.problems,
        )

    def __repr__(self) -> str:
        head = f"cox with frailty of {self.by}: {self.plain.formula}\nn = {self.plain.n:,}, "
        head += f"{self.plain.events:,} events, {self.groups} groups"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        said = f"variance {self.variance:.4f}" if self.variance else "singular: the variance is 0"
        return f"{head}, {said}\n{shown(self.table)}"


def frailty(
    formula: str,
    data: Data,
    by: str,
    *,
    full: bool = False,
    strata: str | tuple[str, ...] | None = None,
    ties: Ties = "efron",
    level: float = 0.95,
) -> FrailtyFit:
    """Fit a Cox model in which the members of a group share a normal log frailty.

    Parameters
    ----------
    formula, data, strata, ties, level
        As for :func:`confstudy.cox`.
    by
        Column of the groups.
    full
        Use the whole information of the frailties for their variance and the errors; by default
        their covariances are left out, as R's ``coxph`` does with more than five groups.

    Returns
    -------
    FrailtyFit
        With ``.table`` and ``.variance``.

    Warns
    -----
    FitWarning
        As :func:`confstudy.cox`.

    Notes
    -----
    Ripatti and Palmgren (2000): penalised partial likelihood, the variance by restricted
    maximum likelihood; errors from the inverse of the penalised information.

    Estimand: log hazard ratios between respondents of the same frailty.
    Assumes: proportional hazards given a normal frailty, independent of the predictors.
    Does not show: ratios in the whole population, which lie nearer to 1.

    Examples
    --------
    >>> rng = np.random.default_rng(3)
    >>> clinic = np.repeat(np.arange(40), 10)
    >>> stays = rng.exponential(np.exp(rng.normal(size=40)[clinic] - 0.5 * (clinic % 2)))
    >>> weeks = pd.DataFrame({"until": np.minimum(stays, 2), "dropout": stays < 2,
    ...                       "x": rng.normal(size=400), "clinic": clinic})
    >>> bool(0.5 < frailty("until + dropout ~ x", weeks, "clinic").variance < 2)
    True
    """
    plain = cox(formula, data, cluster=by, strata=strata, ties=ties, level=level)
    codes = codes_of(plain.design.frame[by])
    count = int(codes.max()) + 1
    if plain.problems:
        return FrailtyFit(plain, plain.coefficients, plain.covariance, float("nan"), by, count)
    search = _Search(plain, (codes[:, None] == np.arange(count)).astype(float), full)
    variance = search.variance()
    if variance == 0:
        return FrailtyFit(plain, plain.coefficients, plain.naive, 0.0, by, count)
    here, information = search.at(variance)
    p = len(plain.terms)
    inner = np.linalg.inv(search.kept(information))[:p, :p] / np.outer(search.scale, search.scale)
    return FrailtyFit(plain, here[:p] / search.scale, inner, variance, by, count)


class _Search:
    """The penalised fit at a variance, and the variance that agrees with its own fit."""

    def __init__(self, plain: CoxFit, members: Floats, full: bool) -> None:
        matrix, self.scale = standardised(plain.design.matrix, plain.risks.weight)
        self.matrix, self.risks = np.hstack([matrix, members]), plain.risks
        self.p, self.full = matrix.shape[1], full
        self.here = np.append(plain.coefficients * self.scale, np.zeros(members.shape[1]))

    def at(self, variance: float) -> tuple[Floats, Floats]:
        """The estimate and the penalised information."""
        penalty = np.where(np.arange(len(self.here)) < self.p, 0.0, 1 / variance)
        information = np.diag(penalty)
        for _ in range(100):
            found = partial_likelihood(self.risks, self.matrix, self.here)
            information = found.information + np.diag(penalty)
            step = np.linalg.solve(information, found.gradient - penalty * self.here)
            # A long step could leave the bowl: none moves a coefficient by more than 2.
            self.here = self.here + step * min(1.0, 2 / max(1e-300, float(np.abs(step).max())))
            if np.abs(step).max() < 1e-11:
                break
        return self.here, information

    def kept(self, information: Floats) -> Floats:
        """The information, without the frailties' covariances unless in full."""
        if self.full:
            return information
        found = information.copy()
        own = information[self.p :, self.p :]
        found[self.p :, self.p :] = np.diag(np.diag(own))
        return found

    def gap(self, variance: float) -> float:
        """What the frailties' spread and uncertainty say of the variance, less the variance."""
        here, information = self.at(variance)
        spread = here[self.p :]
        uncertain = np.trace(np.linalg.inv(self.kept(information))[self.p :, self.p :])
        return float((spread @ spread + uncertain) / len(spread) - variance)

    def variance(self) -> float:
        """Where the gap closes; 0 where none is above 0."""
        grid = [0.001, 0.01, 0.1, 1.0, 10.0, 100.0]
        gaps = [self.gap(point) for point in grid]
        above = [place for place, gap in enumerate(gaps) if gap > 0]
        if not above:
            return 0.0
        if above[-1] == len(grid) - 1:
            raise AnalysisError(
                "The frailty's variance grows without limit: the groups decide all."
            )
        low, high = grid[above[-1]], grid[above[-1] + 1]
        return float(brentq(self.gap, low, high, xtol=1e-12, rtol=1e-12))
