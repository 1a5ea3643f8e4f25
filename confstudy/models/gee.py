"""Generalised estimating equations: coefficients of the population where rows are clustered."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import statsmodels.api as sm
from numpy.typing import NDArray
from statsmodels.genmod.cov_struct import Exchangeable, Independence

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.checks import check_counts, check_number, check_two
from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data, Design, build_design
from confstudy.models.respondents import case_weights
from confstudy.models.separation import counts_are_separated, is_separated
from confstudy.models.table import coefficient_table, shown

__all__ = ["GeeFit", "gee"]

Floats = NDArray[np.float64]
GeeFamily = Literal["ols", "logit", "poisson"]
Working = Literal["exchangeable", "independence"]
GeeErrors = Literal["robust", "bias-reduced"]
_CHOICES: dict[str, tuple[str, ...]] = {
    "family": ("ols", "logit", "poisson"),
    "working": ("exchangeable", "independence"),
    "errors": ("robust", "bias-reduced"),
}
_FAMILIES = {
    "ols": sm.families.Gaussian,
    "logit": sm.families.Binomial,
    "poisson": sm.families.Poisson,
}


@dataclass(frozen=True, repr=False)
class GeeFit:
    """Estimating equations solved.

    Attributes
    ----------
    correlation
        Working correlation of two rows of a cluster; 0 under independence.
    scale
        Mean squared Pearson residual.
    df
        (p,): infinite, or clusters − p with bias-reduced errors.
    result
        The statsmodels result behind it.
    """

    family: GeeFamily
    cluster: str
    working: Working
    errors: GeeErrors
    design: Design
    clusters: int
    coefficients: Floats
    covariance: Floats
    df: Floats
    correlation: float
    scale: float
    problems: tuple[str, ...]
    result: Any
    level: float = 0.95

    @property
    def formula(self) -> str:
        """The formula as it was given."""
        return self.design.formula

    @property
    def terms(self) -> tuple[str, ...]:
        """The coefficients."""
        return self.design.terms

    @property
    def n(self) -> int:
        """Respondents used."""
        return len(self.design.outcome)

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

        With problems all numbers are missing and a column ``note`` says why.
        """
        return coefficient_table(
            self.terms, self.coefficients, self.covariance, self.df, self.level, self.problems
        )

    def __repr__(self) -> str:
        dropped = f" ({self.design.dropped:,} incomplete)" if self.design.dropped else ""
        head = (
            f"gee {self.family}: {self.formula}\nn = {self.n:,}{dropped}, {self.clusters:,} "
            f"clusters of {self.cluster}, {self.working}, {self.errors} errors"
        )
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        within = f"\nworking correlation {self.correlation:.4f}, scale {self.scale:.4f}"
        return f"{head}{within}\n{shown(self.table)}"


def gee(
    formula: str,
    data: Data,
    cluster: str,
    family: GeeFamily = "ols",
    *,
    working: Working = "exchangeable",
    errors: GeeErrors = "robust",
    weights: str | None = None,
    offset: str = "",
    level: float = 0.95,
) -> GeeFit:
    """Fit generalised estimating equations with statsmodels.

    Parameters
    ----------
    formula
        ``outcome ~ exposure + covariates``.
    data
        A survey, scores or a frame; one row a respondent.
    cluster
        Column whose groups may be alike.
    family
        ``ols``, ``logit`` or ``poisson``.
    working
        ``exchangeable`` or ``independence``: a wrong one costs precision, not validity.
    errors
        ``robust`` (normal intervals) or ``bias-reduced`` (Mancl and DeRouen 2001; t with
        clusters − p degrees of freedom), for fewer than about 50 clusters.
    weights
        A column of weights; with exchangeable rows the same throughout a cluster.
    offset
        A column or expression added to the linear predictor, such as ``log(months)``.
    level
        Of the intervals.

    Returns
    -------
    GeeFit
        With ``.table`` (term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high), ``.correlation`` and ``.result``.

    Raises
    ------
    AnalysisError
        Unknown columns, an outcome the family cannot take, collinear columns, one cluster.

    Warns
    -----
    FitWarning
        Not converged, or separated; its table then holds no numbers.

    Notes
    -----
    Estimand: coefficients of the population's mean, not of a cluster (see :func:`mixed`).
    Assumes: the mean's form, independent clusters, answers missing completely at random given
    the predictors.
    Does not show: an effect of the exposure, unless it was randomised or all its common causes
    with the outcome are in the model.

    Liang and Zeger (1986). The moments of the working correlation are divided by numbers of
    pairs, as in R's geepack; statsmodels' default divides by pairs less coefficients, which
    changes the third or fourth digit. With weights the moments are weighted, geepack's not.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> fit = gee("concealment ~ privacy", scores, "therapist", "logit")
    >>> list(fit.table["term"])
    ['Intercept', 'privacy']
    """
    _check_options(family, working, errors, level)
    also = tuple({cluster, *([weights] if weights else [])})
    design = build_design(formula, data, also=also, offset=offset)
    _check_outcome(design, family)
    codes = pd.factorize(design.frame[cluster], sort=True)[0]
    clusters = int(codes.max()) + 1
    if clusters < 2:
        raise AnalysisError(f"'{cluster}' has one group only: clustered errors need two or more.")
    size = len(design.terms)
    if errors == "bias-reduced" and clusters <= size:
        raise AnalysisError(
            f"{clusters} clusters are too few for bias-reduced errors of {size} coefficients."
        )
    df = np.full(size, float(clusters - size) if errors == "bias-reduced" else np.inf)
    numbers = _weights(design, weights)
    if numbers is not None and working == "exchangeable" and _vary(numbers, codes):
        raise AnalysisError(
            f"The weights '{weights}' vary within '{cluster}', for which exchangeable equations "
            "have no standard errors: use working='independence'."
        )
    s = _solve(design, codes, family, working, errors, numbers)
    fitted = GeeFit(
        family, cluster, working, errors, design, clusters, s.coefficients, s.covariance, df,
        s.correlation, s.scale, s.problems, s.result, level,
    )  # fmt: skip
    if fitted.problems:
        warnings.warn(f"'{formula}': {'; '.join(fitted.problems)}.", FitWarning, stacklevel=2)
    return fitted


def _check_options(family: str, working: str, errors: str, level: float) -> None:
    for name, value in (("family", family), ("working", working), ("errors", errors)):
        if value not in _CHOICES[name]:
            raise AnalysisError(
                f"'{value}' cannot be '{name}' of estimating equations."
                f"{did_you_mean(value, _CHOICES[name])} There are: {listing(_CHOICES[name])}."
            )
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")


def _check_outcome(design: Design, family: str) -> None:
    if family == "ols":
        check_number(design)
    elif family == "logit":
        check_two(design, family)
    else:
        check_counts(design)
    if np.ptp(design.outcome) == 0:
        raise AnalysisError(f"'{design.name}' is constant: nothing varies to be explained.")


def _weights(design: Design, name: str | None) -> Floats | None:
    if name is None:
        return None
    found = case_weights(design, name)
    if not (found > 0).all():
        raise AnalysisError(f"The weights '{name}' are not all numbers above 0.")
    return found


def _vary(weights: Floats, codes: NDArray[np.intp]) -> bool:
    """Whether some cluster has more than one weight."""
    return bool((weights != weights[np.unique(codes, return_index=True)[1]][codes]).any())


@dataclass(frozen=True, repr=False)
class _Solved:
    coefficients: Floats
    covariance: Floats
    correlation: float
    scale: float
    problems: tuple[str, ...]
    result: Any


def _solve(
    design: Design,
    codes: NDArray[np.intp],
    family: str,
    working: str,
    errors: str,
    weights: Floats | None,
) -> _Solved:
    size = len(design.terms)

    def nothing(problem: str, result: Any = None) -> _Solved:
        empty = np.full((size, size), np.nan)
        return _Solved(empty[0], empty, np.nan, np.nan, (problem,), result)

    separated = {"logit": is_separated, "poisson": counts_are_separated}.get(family)
    if separated is not None and separated(design.matrix, design.outcome):
        return nothing("separation: the predictors tell some outcomes without error")
    structure = Exchangeable() if working == "exchangeable" else Independence()
    model = sm.GEE(
        design.outcome, design.matrix, groups=codes, family=_FAMILIES[family](),
        cov_struct=structure, weights=weights, offset=design.offset,
    )  # fmt: skip
    with warnings.catch_warnings():
        # What it would say is judged anew and said in the table and the repr.
        warnings.simplefilter("ignore")
        try:
            result = model.fit(
                maxiter=200, ctol=1e-10, cov_type=errors.replace("-", "_"), ddof_scale=0
            )
            residuals = np.asarray(result.resid_pearson)
        except (np.linalg.LinAlgError, ValueError, FloatingPointError):
            return nothing("not converged: the equations could not be solved")
    coefficients, covariance = np.asarray(result.params), np.asarray(result.cov_params())
    if not result.converged or not np.isfinite(coefficients).all():
        return nothing("not converged: the equations are not solved", result)
    if not np.isfinite(covariance).all() or np.diag(covariance).min() <= 0:
        return nothing("singular: the clusters do not determine the standard errors", result)
    correlation = float(structure.dep_params) if working == "exchangeable" else 0.0
    scale = float(np.average(residuals**2, weights=weights))
    return _Solved(coefficients, covariance, correlation, scale, (), result)
