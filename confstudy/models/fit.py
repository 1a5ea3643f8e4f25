"""One front door for outcome models, one shape of result."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.estimate import LOG_THETA, Estimate
from confstudy.models.families import Family, FamilyName, family_named
from confstudy.models.formula import Data, Design
from confstudy.models.goodness import Goodness, counted, goodness
from confstudy.models.odds import proportional_odds
from confstudy.models.respondents import Respondents
from confstudy.models.survey.design import SurveyDesign
from confstudy.models.survey.sample import Sample
from confstudy.models.table import coefficient_table, shown
from confstudy.models.uncertainty import (
    Covariance,
    Uncertainty,
    chosen_covariance,
    uncertainty,
    under_design,
)
from confstudy.survey.survey import Survey

if TYPE_CHECKING:
    from confstudy.models.missing.imputed import Imputed
    from confstudy.models.missing.pooling import Pooled

__all__ = ["Covariance", "Fit", "FitWarning", "fit"]

Floats = NDArray[np.float64]


class FitWarning(UserWarning):
    """A model was fitted but cannot be believed; its table says so too."""


@dataclass(frozen=True, repr=False)
class Fit:
    """A fitted outcome model.

    Attributes
    ----------
    estimate
        Coefficients, scores and information, as the family gives them.
    uncertainty
        The covariance that was asked for, with its degrees of freedom.
    weights
        (n,) case or design weights, or None.
    """

    family: Family
    design: Design
    estimate: Estimate
    uncertainty: Uncertainty
    weights: Floats | None = None
    level: float = 0.95

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients; thresholds of an ordered model, or log(theta), last."""
        return self.estimate.terms

    @property
    def coefficients(self) -> Floats:
        """(p,), in the order of ``terms``."""
        return self.estimate.coefficients

    @property
    def covariance(self) -> Floats:
        """(p, p), of the kind that ``errors`` says."""
        return self.uncertainty.covariance

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the numbers cannot be believed; empty when they can."""
        return self.estimate.problems or self.uncertainty.problems

    @property
    def errors(self) -> str:
        """The kind of standard errors, in words."""
        return self.uncertainty.words

    @property
    def clusters(self) -> int | None:
        """How many clusters the standard errors allow for."""
        return self.uncertainty.clusters

    @cached_property
    def degrees(self) -> Floats:
        """(p,) degrees of freedom of each coefficient; infinite for the normal distribution."""
        return np.array([self.uncertainty.df(row) for row in np.eye(len(self.terms))])

    @property
    def df(self) -> float:
        """The smallest degrees of freedom of a coefficient."""
        return float(self.degrees.min())

    @cached_property
    def result(self) -> Any:
        """The result statsmodels has for the same model, for what it offers beside; or None."""
        return None if self.estimate.result is None else self.estimate.result()

    @cached_property
    def goodness(self) -> Goodness:
        """Log likelihood, information criteria, the share explained, events."""
        with np.errstate(all="ignore"):
            return goodness(self.family, self.design, self.estimate, self.weights)

    @property
    def theta(self) -> float:
        """The dispersion θ of a negative binomial, whose variance is μ + μ²/θ."""
        if self.terms[-1] != LOG_THETA:
            raise AnalysisError(f"A {self.family.name} model has no theta.")
        return float("nan") if self.problems else float(np.exp(self.coefficients[-1]))

    @property
    def formula(self) -> str:
        """The formula as it was given."""
        return self.design.formula

    @property
    def n(self) -> int:
        """Respondents used; those of weight 0 do not count."""
        return counted(self.design, self.weights)

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def levels(self) -> list[str]:
        """What is predicted: each ordered level, else the outcome (or its second level)."""
        if not self.family.name.startswith("ordered"):
            return [self.design.levels[-1] if self.design.levels else self.design.name]
        ranks = np.unique(self.design.outcome)
        return [self.design.levels[int(r)] if self.design.levels else f"{r:g}" for r in ranks]

    def proportional_odds(self) -> pd.DataFrame:
        """Brant's test and likelihood ratios of an ordered logit's proportional odds.

        See :func:`confstudy.models.odds.proportional_odds`.

        Examples
        --------
        >>> import confstudy as cs
        >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
        >>> model = cs.fit("return_intention ~ privacy + arm", scores, "ordered")
        >>> model.proportional_odds()["term"].tolist()
        ['privacy', 'arm', 'all']
        """
        if self.family.name != "ordered":
            raise AnalysisError(
                f"Proportional odds are assumed by family='ordered', not by '{self.family.name}'."
            )
        if self.weights is not None:
            raise AnalysisError("Brant's test is for respondents without weights.")
        if self.problems:
            raise AnalysisError(f"'{self.formula}' has no estimate: {'; '.join(self.problems)}.")
        return proportional_odds(self.design, self.estimate)

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

        Where the fit cannot be believed, everything but the term is missing and a column
        ``note`` says why.
        """
        found = coefficient_table(
            self.terms, self.coefficients, self.covariance, self.degrees, self.level, self.problems
        )
        wild = self.uncertainty.wild
        if wild is None or self.problems:
            return found
        low, high = wild.intervals.T
        return found.assign(p_value=wild.p_values, conf_low=low, conf_high=high)

    @property
    def percent(self) -> str:
        """The level of the intervals in words, such as ``95 %``."""
        return f"{100 * self.level:g} %"

    @property
    def quantile(self) -> float:
        """The quantile that makes an interval of a standard error."""
        return float(stats.t.ppf(0.5 + self.level / 2, self.df))

    def __repr__(self) -> str:
        used = f"n = {self.n:,}" + (
            f" ({self.design.dropped:,} incomplete)" if self.design.dropped else ""
        )
        groups = f", {self.clusters} clusters" if self.clusters else ""
        head = f"{self.family.name}: {self.formula}\n{used}{groups}, standard errors {self.errors}"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        return f"{head}\n{shown(self.table)}"


@overload
def fit(
    formula: str,
    data: Data,
    family: FamilyName = "ols",
    *,
    design: SurveyDesign | Sample | bool | None = None,
    cluster: str | None = None,
    cov: Covariance | None = None,
    weights: str | None = None,
    offset: str | None = None,
    inflate: str | None = None,
    missing: Literal["drop", "fail"] = "drop",
    level: float = 0.95,
    seed: int = 0,
) -> Fit: ...
@overload
def fit(
    formula: str,
    data: Imputed,
    family: FamilyName = "ols",
    *,
    design: SurveyDesign | Sample | bool | None = None,
    cluster: str | None = None,
    cov: Covariance | None = None,
    weights: str | None = None,
    offset: str | None = None,
    inflate: str | None = None,
    missing: Literal["drop", "fail"] = "drop",
    level: float = 0.95,
    seed: int = 0,
) -> Pooled: ...
def fit(
    formula: str,
    data: Data | Imputed,
    family: FamilyName = "ols",
    *,
    design: SurveyDesign | Sample | bool | None = None,
    cluster: str | None = None,
    cov: Covariance | None = None,
    weights: str | None = None,
    offset: str | None = None,
    inflate: str | None = None,
    missing: Literal["drop", "fail"] = "drop",
    level: float = 0.95,
    seed: int = 0,
) -> Fit | Pooled:
    """Fit an outcome model.

    Parameters
    ----------
    formula
        ``outcome ~ exposure + covariates``. A categorical outcome of two levels counts its
        second one; a categorical predictor is compared with its first level. In a family with
        a part for zeros, that part's predictors stand behind a bar: ``count ~ x + z | z``;
        without a bar they are the same.
    data
        A survey, scores or a frame; one row a respondent. Completed data sets of
        :func:`confstudy.impute` are fitted each, and pooled by Rubin's rules.
    family
        ``ols``; ``logit``, ``probit``, ``cloglog``; ``ordered`` (proportional odds),
        ``ordered_probit``; ``poisson``, ``negbin``; ``zip``, ``zinb`` (zero-inflated),
        ``hurdle_poisson``, ``hurdle_negbin``.
    design
        A :class:`SurveyDesign`, or True for the one the survey's codebook declares: its
        weights count and its strata, clusters or replicates give the standard errors.
    cluster
        Column whose groups may be alike. With fewer than fifty of them, ols and the
        generalized linear models get CR2 errors with Satterthwaite degrees of freedom; else
        CR1 with one degree of freedom less than there are groups.
    cov
        ``nonrobust`` (the default) or HC0 to HC3 without a cluster (the last two for ols and
        generalized linear models); ``CR0``, ``CR1``, ``CR2`` or, for ols, ``wild`` (wild
        cluster bootstrap) with one.
    weights
        Column of case weights, as R's ``lm`` and ``glm`` take them; sampling weights belong
        into ``design``.
    offset
        Column or expression that enters the index as it is, such as ``log(months)``.
    inflate
        The part for zeros as a formula of its own, ``~ z``, instead of the bar.
    missing
        ``drop`` leaves out, and counts, rows that lack a value; ``fail`` refuses them.
    level
        Of the intervals.
    seed
        Of the wild bootstrap.

    Returns
    -------
    Fit
        With ``.table`` (term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high), ``.goodness`` and ``.result``, the statsmodels result where there is one.
        Of completed data sets a :class:`Pooled`, with the same ``.table``.

    Raises
    ------
    AnalysisError
        Unknown columns, an outcome the family cannot take, collinear columns.

    Warns
    -----
    FitWarning
        The fit has not converged or is not determined; its table then holds no numbers.

    Notes
    -----
    Estimand: the coefficients of the model in the population the respondents stand for.
    Assumes: the model's form, independent respondents (or clusters), answers missing at random
    given the predictors.
    Does not show: an effect of the exposure, unless it was randomised or all its common causes
    with the outcome are in the model.

    Sources: McCullagh and Nelder (1989) for generalized linear models and cumulative logits,
    Cameron and Trivedi (2013) for counts, Pustejovsky and Tipton (2018) for CR2.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("concealment ~ privacy + stigma", scores, "logit", cluster="therapist")
    >>> list(model.table["term"])
    ['Intercept', 'privacy', 'stigma']
    """
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    if not isinstance(data, Survey | pd.DataFrame):
        from confstudy.models.missing.fits import fit_imputed

        asked = {"design": design, "cluster": cluster, "cov": cov, "weights": weights}
        asked |= {"offset": offset, "inflate": inflate, "missing": missing}
        return fit_imputed(formula, data, family, **asked, level=level, seed=seed)
    chosen = family_named(family)
    chosen_covariance(cov, cluster)
    people = Respondents.of(
        formula, data, chosen, design, cluster, cov, weights, offset, inflate, missing
    )
    used = people.design
    with np.errstate(all="ignore"):
        estimate = chosen.fit(used, people.weights)
        found = (
            uncertainty(
                chosen, used, estimate, cov, cluster, level=level, seed=seed, weights=people.weights
            )
            if people.sample is None
            else under_design(chosen, used, estimate, people.sample)
        )
    fitted = Fit(chosen.bound(used), used, estimate, found, people.weights, level)
    if fitted.problems:
        warnings.warn(f"'{formula}': {'; '.join(fitted.problems)}.", FitWarning, stacklevel=2)
    return fitted
