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
from confstudy.models.missing.degrees import barnard_rubin, complete_degrees, ratio
from confstudy.models.table import coefficient_table, shown

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
    complete
        (p,): degrees of freedom the fit would have without missing answers.
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
    complete: Floats
    problems: tuple[str, ...]
    fits: tuple[Any, ...]
    level: float = 0.95

    @property
    def imputations(self) -> int:
        """How many fits were pooled."""
        return len(self.fits)

    @property
    def complete_df(self) -> float:
        """The smallest of ``complete``."""
        return float(self.complete.min())

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
        """Respondents used; of the fit with the fewest where they differ."""
        return min(int(fit.n) for fit in self.fits)

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
        return coefficient_table(
            self.terms, self.coefficients, self.covariance, self.df, self.level, self.problems
        )

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
        increase = ratio((1 + 1 / m) * between, within)
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
        if self.problems:
            table.iloc[:, 1:] = np.nan
            table["note"] = "; ".join(self.problems)
        return table

    def __repr__(self) -> str:
        named = hasattr(self.fits[0], "formula") and hasattr(self.fits[0], "family")
        most = max(int(fit.n) for fit in self.fits) if named else 0
        upto = f" to {most:,}" if named and most > self.n else ""
        what = f"{self.family.name}: {self.formula}\nn = {self.n:,}{upto}, " if named else ""
        head = f"{what}pooled over {self.imputations} imputations (Rubin's rules)"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        return f"{head}\n{shown(self.table)}"


def pooled(
    fits: Iterable[Fitted], *, df: float | Floats | None = None, level: float | None = None
) -> Pooled:
    """Pool the fits to m completed data sets by Rubin's rules.

    Parameters
    ----------
    fits
        Two or more fits of one model: anything with ``terms``, ``coefficients`` (p,) and
        ``covariance`` (p, p), of any family and with any standard errors.
    df
        Degrees of freedom without missing answers, one number or (p,). By default the fits' own
        of each coefficient, averaged; where those are infinite or absent, their ``events`` or
        else their ``n``, less the number of terms; else infinity.
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
    if not all(hasattr(fit, name) for fit in found for name in ("terms", "coefficients")):
        raise AnalysisError("Pooling takes fits, such as cs.fit gives for each completed data set.")
    terms = tuple(found[0].terms)
    if any(tuple(fit.terms) != terms for fit in found):
        raise AnalysisError(
            "The fits have different terms: a level is absent from some completed data. "
            "Join rare levels before imputing."
        )
    estimates = np.array([fit.coefficients for fit in found], dtype=float)
    within = np.mean([np.asarray(fit.covariance, dtype=float) for fit in found], axis=0)
    between = np.atleast_2d(np.cov(estimates, rowvar=False))
    complete = complete_degrees(found, len(terms)) if df is None else np.asarray(df, dtype=float)
    complete = np.broadcast_to(complete, len(terms))
    return Pooled(
        terms=terms,
        coefficients=estimates.mean(axis=0),
        within=within,
        between=between,
        df=barnard_rubin(np.diag(within), np.diag(between), len(found), complete),
        complete=complete,
        problems=_problems(found, within, between),
        fits=found,
        level=getattr(found[0], "level", 0.95) if level is None else level,
    )


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
