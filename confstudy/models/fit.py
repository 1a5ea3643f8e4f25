"""One front door for outcome models, one shape of result."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.families import Family, FamilyName, family_named
from confstudy.models.formula import Data, Design, build_design

__all__ = ["Covariance", "Fit", "FitWarning", "fit"]

Floats = NDArray[np.float64]
Covariance = Literal["nonrobust", "HC0", "HC1", "HC2", "HC3"]
_COVARIANCES = ("nonrobust", "HC0", "HC1", "HC2", "HC3")


class FitWarning(UserWarning):
    """A model was fitted but cannot be believed; its table says so too."""


@dataclass(frozen=True, repr=False)
class Fit:
    """A fitted outcome model.

    Attributes
    ----------
    coefficients, covariance
        (p,) and (p, p), in the order of ``terms``; thresholds of an ordered model last.
    df
        Degrees of freedom of the intervals; infinite for the normal distribution.
    problems
        Why the numbers cannot be believed; empty when they can.
    result
        The statsmodels result behind it.
    """

    family: Family
    design: Design
    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    df: float
    errors: str
    clusters: int | None
    problems: tuple[str, ...]
    result: Any
    level: float = 0.95

    @property
    def formula(self) -> str:
        """The formula as it was given."""
        return self.design.formula

    @property
    def n(self) -> int:
        """Respondents used."""
        return len(self.design.outcome)

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def levels(self) -> list[str]:
        """What is predicted: each ordered level, else the outcome (or its second level)."""
        if self.family.name != "ordered":
            return [self.design.levels[-1] if self.design.levels else self.design.name]
        ranks = np.unique(self.design.outcome)
        return [self.design.levels[int(r)] if self.design.levels else f"{r:g}" for r in ranks]

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

        Where the fit cannot be believed, everything but the term is missing and a column
        ``note`` says why.
        """
        error = np.sqrt(np.diag(self.covariance))
        statistic = np.divide(
            self.coefficients, error, out=np.full_like(error, np.nan), where=error > 0
        )
        margin = self.quantile * error
        table = pd.DataFrame(
            {
                "term": self.terms,
                "estimate": self.coefficients,
                "std_error": error,
                "statistic": statistic,
                "df": self.df,
                "p_value": 2 * stats.t.sf(np.abs(statistic), self.df),
                "conf_low": self.coefficients - margin,
                "conf_high": self.coefficients + margin,
            }
        )
        if self.problems:
            table.iloc[:, 1:] = np.nan
            table["note"] = "; ".join(self.problems)
        return table

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
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            return f"{head}\n{self.table.to_string(index=False)}"


def fit(
    formula: str,
    data: Data,
    family: FamilyName = "ols",
    *,
    cluster: str | None = None,
    cov: Covariance = "nonrobust",
    level: float = 0.95,
) -> Fit:
    """Fit an outcome model; rows that lack a value are left out and counted.

    Parameters
    ----------
    formula
        ``outcome ~ exposure + covariates``. A categorical outcome of two levels counts its
        second one; a categorical predictor is compared with its first level.
    data
        A survey, scores or a frame; one row a respondent.
    family
        ``ols``, ``logit`` or ``ordered`` (proportional odds).
    cluster
        Column whose groups may be alike: standard errors are CR1, with one degree of freedom
        less than there are groups.
    cov
        ``nonrobust`` or HC0 to HC3 (ordered: to HC1), where there is no cluster.
    level
        Of the intervals.

    Returns
    -------
    Fit
        With ``.table`` (term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high) and ``.result``, the statsmodels result.

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
    chosen = family_named(family)
    also = (cluster,) if cluster else ()
    design = build_design(formula, data, intercept=chosen.intercept, also=also)
    chosen.check(design)
    name, options = _covariance(cov, design, cluster)
    with warnings.catch_warnings():
        # What they would say is judged anew and said in the table and the repr.
        warnings.simplefilter("ignore")
        estimate = chosen.fit(design, name, options)
    clusters = int(options["groups"].max()) + 1 if cluster else None
    fitted = Fit(
        family=chosen,
        design=design,
        terms=estimate.terms,
        coefficients=np.asarray(estimate.coefficients),
        covariance=estimate.covariance,
        df=_degrees(chosen, design, clusters),
        errors=f"CR1 by {cluster}" if cluster else cov,
        clusters=clusters,
        problems=estimate.problems,
        result=estimate.result,
        level=level,
    )
    if fitted.problems:
        warnings.warn(f"'{formula}': {'; '.join(fitted.problems)}.", FitWarning, stacklevel=2)
    return fitted


def _covariance(cov: str, design: Design, cluster: str | None) -> tuple[str, dict[str, Any]]:
    if cov not in _COVARIANCES:
        raise AnalysisError(
            f"'{cov}' is no kind of standard error.{did_you_mean(cov, _COVARIANCES)} "
            f"There are: {listing(_COVARIANCES)}; for clusters give cluster='…'."
        )
    if cluster is None:
        return cov, {}
    if cov != "nonrobust":
        raise AnalysisError(f"Give either cluster='{cluster}' or cov='{cov}', not both.")
    groups = pd.factorize(design.frame[cluster])[0]
    if groups.max() < 1:
        raise AnalysisError(f"'{cluster}' has one group only: clustered errors need two or more.")
    return "cluster", {"groups": groups}


def _degrees(family: Family, design: Design, clusters: int | None) -> float:
    if clusters is not None:
        return float(clusters - 1)
    if family.name == "ols":
        return float(design.matrix.shape[0] - design.matrix.shape[1])
    return float("inf")
