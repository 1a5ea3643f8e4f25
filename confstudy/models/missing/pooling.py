"""Rubin's rules: one answer from the fits to several completed data sets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError

__all__ = ["Fitted", "Pooled", "pooled"]

Floats = NDArray[np.float64]


class Fitted(Protocol):
    """What can be pooled: named coefficients with their covariance."""

    @property
    def terms(self) -> Sequence[str]:
        """The names of the p coefficients."""

    @property
    def coefficients(self) -> Floats:
        """(p,)."""

    @property
    def covariance(self) -> Floats:
        """(p, p)."""


@dataclass(frozen=True, repr=False)
class Pooled:
    """Estimates pooled over m completed data sets.

    Attributes
    ----------
    coefficients
        (p,): the mean over the fits.
    within, between
        (p, p): the mean of the fits' covariances, and the covariance of their coefficients.
    df
        (p,): Barnard–Rubin degrees of freedom.
    complete_df
        Degrees of freedom the fit would have without missing answers.
    problems
        Why the numbers cannot be believed; empty when they can.
    fits
        The fits, in the order of the imputations.
    """

    terms: tuple[str, ...]
    coefficients: Floats
    within: Floats
    between: Floats
    df: Floats
    complete_df: float
    problems: tuple[str, ...]
    fits: tuple[Any, ...]
    level: float = 0.95

    @property
    def imputations(self) -> int:
        """How many fits were pooled."""
        return len(self.fits)

    @property
    def covariance(self) -> Floats:
        """(p, p): the total covariance, within + (1 + 1/m) between."""
        return np.asarray(self.within + (1 + 1 / self.imputations) * self.between)

    @property
    def quantile(self) -> Floats:
        """(p,): what makes intervals of the standard errors."""
        return np.asarray(stats.t.ppf(0.5 + self.level / 2, self.df))

    @property
    def percent(self) -> str:
        """The level of the intervals in words, such as ``95 %``."""
        return f"{100 * self.level:g} %"

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def n(self) -> int:
        """Respondents used in every fit."""
        return int(self.fits[0].n)

    @property
    def formula(self) -> str:
        """The formula as it was given."""
        return str(self.fits[0].formula)

    @property
    def family(self) -> Any:
        """The family of the fits."""
        return self.fits[0].family

    @property
    def design(self) -> Any:
        """The design of the first fit."""
        return self.fits[0].design

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

        Where a fit cannot be believed, everything but the term is missing and a column ``note``
        says why.
        """
        error = np.sqrt(np.diag(self.covariance))
        statistic = _ratio(self.coefficients, error)
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
        return _withheld(table, self.problems)

    @property
    def diagnostics(self) -> pd.DataFrame:
        """What the missing answers cost, one row a term.

        ``within, between``: the variances; ``increase``: relative increase in variance;
        ``share``: share of the variance due to the missing answers (λ); ``missing_information``
        (γ, with its correction for m); ``efficiency`` relative to infinitely many imputations;
        ``monte_carlo``: standard error of the estimate by the finite m; ``enough``: imputations
        with which repeating them would change the standard error by about 5 % (von Hippel 2020).
        """
        m = self.imputations
        within, between = np.diag(self.within), np.diag(self.between)
        increase = _ratio((1 + 1 / m) * between, within)
        missing = (increase + 2 / (self.df + 3)) / (1 + increase)
        table = pd.DataFrame(
            {
                "term": self.terms,
                "within": within,
                "between": between,
                "increase": increase,
                "share": increase / (1 + increase),
                "missing_information": missing,
                "efficiency": 1 / (1 + missing / m),
                "monte_carlo": np.sqrt(between / m),
                "enough": np.ceil(1 + 0.5 * (missing / 0.05) ** 2),
            }
        )
        return _withheld(table, self.problems)

    def __repr__(self) -> str:
        named = hasattr(self.fits[0], "formula") and hasattr(self.fits[0], "family")
        what = f"{self.family.name}: {self.formula}\nn = {self.n:,}, " if named else ""
        head = f"{what}pooled over {self.imputations} imputations (Rubin's rules)"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            return f"{head}\n{self.table.to_string(index=False)}"


def pooled(
    fits: Iterable[Fitted], *, df: float | None = None, level: float | None = None
) -> Pooled:
    """Pool the fits to m completed data sets by Rubin's rules.

    Parameters
    ----------
    fits
        Two or more fits of one model: anything with ``terms``, ``coefficients`` (p,) and
        ``covariance`` (p, p), of any family and with any standard errors.
    df
        Degrees of freedom without missing answers. By default the fits' own ``df``; where that
        is infinite or absent, their ``n`` less the number of terms, else infinity.
    level
        Of the intervals; by default the fits'.

    Returns
    -------
    Pooled
        With ``.table``, ``.diagnostics`` and ``.covariance``.

    Raises
    ------
    AnalysisError
        Fewer than two fits, or fits with different terms.

    Notes
    -----
    Rubin (1987) with the degrees of freedom of Barnard and Rubin (1999).

    Estimand: what the fit would estimate had nobody left out an answer. Assumes: imputations
    drawn from a model at least as rich as the analysis, answers missing as that model says, and
    estimates that are roughly normal. Does not show: whether answers are missing at random; see
    :func:`confstudy.delta`.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> fits = [
    ...     SimpleNamespace(terms=("x",), coefficients=np.array([b]), covariance=np.eye(1))
    ...     for b in (1.0, 2.0, 3.0)
    ... ]
    >>> pooled(fits).covariance.round(4).tolist()
    [[2.3333]]
    """
    found = tuple(fits)
    if len(found) < 2:
        raise AnalysisError(f"Pooling takes two or more fits; {len(found)} came.")
    terms = tuple(found[0].terms)
    if any(tuple(fit.terms) != terms for fit in found):
        raise AnalysisError(
            "The fits have different terms: a level is absent from some completed data. "
            "Join rare levels before imputing."
        )
    estimates = np.array([fit.coefficients for fit in found], dtype=float)
    within = np.mean([np.asarray(fit.covariance, dtype=float) for fit in found], axis=0)
    between = np.atleast_2d(np.cov(estimates, rowvar=False))
    complete = _complete_df(found[0], len(terms)) if df is None else float(df)
    return Pooled(
        terms=terms,
        coefficients=estimates.mean(axis=0),
        within=within,
        between=between,
        df=barnard_rubin(np.diag(within), np.diag(between), len(found), complete),
        complete_df=complete,
        problems=_problems(found, within, between),
        fits=found,
        level=getattr(found[0], "level", 0.95) if level is None else level,
    )


def barnard_rubin(within: Floats, between: Floats, m: int, complete: float) -> Floats:
    """Degrees of freedom of Barnard and Rubin (1999); infinite where nothing is missing."""
    total = within + (1 + 1 / m) * between
    share = _ratio((1 + 1 / m) * between, total)
    with np.errstate(divide="ignore"):
        imputed = 1 / (share**2 / (m - 1))
    if np.isinf(complete):
        return np.asarray(imputed)
    observed = (complete + 1) / (complete + 3) * complete * (1 - share)
    with np.errstate(divide="ignore"):
        return np.asarray(1 / (1 / imputed + 1 / observed))


def _ratio(top: Floats, bottom: Floats) -> Floats:
    return np.asarray(np.divide(top, bottom, out=np.full_like(bottom, np.nan), where=bottom > 0))


def _complete_df(fit: Any, terms: int) -> float:
    own = float(getattr(fit, "df", np.inf))
    return own if np.isfinite(own) else float(getattr(fit, "n", np.inf)) - terms


def _problems(fits: tuple[Any, ...], within: Floats, between: Floats) -> tuple[str, ...]:
    """The distinct problems of the fits, each with how many of them have it."""
    said: dict[str, int] = {}
    for fit in fits:
        for problem in getattr(fit, "problems", ()):
            said[problem] = said.get(problem, 0) + 1
    found = [f"in {count} of {len(fits)} fits: {problem}" for problem, count in said.items()]
    if not found and not (np.isfinite(within).all() and np.isfinite(between).all()):
        found = ["a fit has coefficients or errors that are not numbers"]
    return tuple(found)


def _withheld(table: pd.DataFrame, problems: tuple[str, ...]) -> pd.DataFrame:
    if problems:
        table.iloc[:, 1:] = np.nan
        table["note"] = "; ".join(problems)
    return table
