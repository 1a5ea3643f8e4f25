"""Which standard errors a fit gets: the model's, a sandwich, a bootstrap or a sample design's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.estimate import Estimate, Working
from confstudy.models.families import Family
from confstudy.models.formula import Design
from confstudy.models.robust import cluster_covariance, cr2, hc_covariance, leverages
from confstudy.models.survey.sample import Sample
from confstudy.models.wild import Wild, wild_bootstrap

__all__ = ["Covariance", "Uncertainty", "chosen_covariance", "uncertainty", "under_design"]

Floats = NDArray[np.float64]
Covariance = Literal["nonrobust", "HC0", "HC1", "HC2", "HC3", "CR0", "CR1", "CR2", "wild"]
_PLAIN = ("nonrobust", "HC0", "HC1", "HC2", "HC3")
_CLUSTERED = ("CR0", "CR1", "CR2", "wild")
_FEW = 50


@dataclass(frozen=True, repr=False)
class Uncertainty:
    """A covariance (p, p), the degrees of freedom that go with it, and how it was found.

    Attributes
    ----------
    df
        Of an arbitrary contrast (p,).
    wild
        p-values and intervals of a bootstrap, which then take the place of t's.
    problems
        Why there is none.
    """

    covariance: Floats
    df: Callable[[Floats], float]
    words: str
    clusters: int | None = None
    wild: Wild | None = None
    problems: tuple[str, ...] = ()


def chosen_covariance(cov: str | None, cluster: str | None) -> None:
    """Refuse kinds of standard error that do not exist, or do not go with a cluster."""
    known = (*_PLAIN, *_CLUSTERED)
    if cov is not None and cov not in known:
        raise AnalysisError(
            f"'{cov}' is no kind of standard error.{did_you_mean(cov, known)} "
            f"There are: {listing(known)}; for clusters give cluster='…'."
        )
    if cluster and cov in _PLAIN:
        raise AnalysisError(f"Give either cluster='{cluster}' or cov='{cov}', not both.")
    if not cluster and cov in _CLUSTERED:
        raise AnalysisError(f"cov='{cov}' is for clusters: give cluster='…' too.")


def uncertainty(
    family: Family,
    design: Design,
    estimate: Estimate,
    cov: str | None,
    cluster: str | None,
    *,
    level: float,
    seed: int,
    weights: Floats | None = None,
) -> Uncertainty:
    """Standard errors by the model, respondents or clusters; who weighs nothing is none of them.

    Clusters: CR2 by default with fewer than fifty of them, for ols and generalized linear
    models; CR1 otherwise.
    """
    column = None if cluster is None else design.frame[cluster]
    if weights is not None:
        some = weights > 0
        estimate, column = _part(estimate, some), None if column is None else column[some]
    if column is None:
        return _by_respondent(family, estimate, cov or "nonrobust")
    groups = np.asarray(pd.factorize(column)[0], dtype=np.intp)
    count = int(groups.max()) + 1
    if count < 2:
        raise AnalysisError(f"'{cluster}' has one group only: clustered errors need two or more.")
    working = estimate.working
    if cov == "CR2" and working is None:
        raise AnalysisError(f"CR2 is not defined for {family.name} models: use cov='CR1'.")
    if cov == "wild" and family.name != "ols":
        raise AnalysisError("The wild bootstrap is for family='ols': use cov='CR2' or 'CR1'.")
    kind = cov or ("CR2" if count < _FEW and working is not None else "CR1")
    words = f"{kind} by {cluster}"
    if estimate.problems:
        return Uncertainty(estimate.covariance, lambda _: count - 1.0, words, count)
    if kind == "CR2" and working is not None:
        small = cr2(working, groups)
        words += ", Satterthwaite df"
        return Uncertainty(small.covariance, small.degrees, words, count)
    wild = None
    if kind == "wild" and working is not None:
        wild = wild_bootstrap(working, estimate.coefficients, groups, level=level, seed=seed)
        words = f"CR1 by {cluster}, p-values and intervals by {wild.words}"
    covariance = cluster_covariance(estimate, groups, "CR0" if kind == "CR0" else "CR1")
    return Uncertainty(covariance, lambda _: count - 1.0, words, count, wild)


def _part(estimate: Estimate, rows: NDArray[np.bool_]) -> Estimate:
    """The estimate with the scores of some respondents only."""
    working = estimate.working
    if working is not None:
        working = Working(
            working.gradient[rows], working.residual[rows], working.weight[rows],
            working.target[rows],
        )  # fmt: skip
    return replace(estimate, scores=estimate.scores[rows], working=working)


def _by_respondent(family: Family, estimate: Estimate, cov: str) -> Uncertainty:
    working = estimate.working
    if cov in ("HC2", "HC3") and working is None:
        raise AnalysisError(f"{cov} is not defined for {family.name} models: use HC1 or a cluster.")
    n, p = estimate.scores.shape
    df = float(n - p) if family.name == "ols" else float("inf")
    covariance, problems = estimate.covariance, estimate.problems
    judged = None if problems or cov not in ("HC2", "HC3") else working
    if judged is not None and leverages(judged).max() > 1 - 1e-10:
        problems = (f"{cov} is not defined: one respondent alone determines a coefficient",)
    if cov != "nonrobust" and not problems:
        covariance = hc_covariance(estimate, cov)
    return Uncertainty(covariance, lambda _: df, cov, problems=problems)


@dataclass(frozen=True, repr=False)
class _Refit:
    """The model again with other weights."""

    family: Family
    design: Design
    start: Floats

    def __call__(self, weights: Floats) -> Floats:
        again = self.family.fit(self.design, weights, self.start)
        return np.full_like(self.start, np.nan) if again.problems else again.coefficients

    def many(self, weights: Floats) -> Floats:
        """(R, p) for weights (n, R): at once where the family can, then one by one."""
        found = np.full((weights.shape[1], len(self.start)), np.nan)
        if self.family.many is not None:
            found = self.family.many(self.design, weights, self.start)
        for place in np.flatnonzero(~np.isfinite(found).all(axis=1)):
            found[place] = self(weights[:, place])
        return found


def under_design(family: Family, design: Design, estimate: Estimate, sample: Sample) -> Uncertainty:
    """Standard errors by a sample design: ``sample`` is of the respondents used."""
    if estimate.problems:
        return Uncertainty(estimate.covariance, lambda _: sample.df, sample.words)
    covariance, df, words = sample.covariance(
        estimate, _Refit(family, design, estimate.coefficients)
    )
    problems: tuple[str, ...] = ()
    if np.isnan(covariance).any():
        problems = (f"no standard errors: {words.removeprefix('none: ')}",)
    elif np.isnan(df):
        problems = ("no degrees of freedom are left under the sample design",)
    return Uncertainty(covariance, lambda _: df, words, problems=problems)
