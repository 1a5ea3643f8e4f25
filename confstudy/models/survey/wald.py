"""Whether several coefficients are zero together, by the design."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, unknown

__all__ = ["WaldTest", "wald_test"]

Floats = NDArray[np.float64]


class Fitted(Protocol):
    """What a Wald test needs of a fit."""

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients."""

    @property
    def coefficients(self) -> Floats:
        """(p,) numbers."""

    @property
    def covariance(self) -> Floats:
        """(p, p) numbers."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the fit cannot be believed."""


@dataclass(frozen=True)
class WaldTest:
    """F test of several coefficients: F, its degrees of freedom, the chance under the null."""

    terms: tuple[str, ...]
    statistic: float
    df: int
    df_error: float
    p_value: float
    adjusted: bool

    def __repr__(self) -> str:
        kind = "adjusted Wald" if self.adjusted else "Wald"
        return (
            f"{kind} test of {len(self.terms)} coefficients: F({self.df}, {self.df_error:g}) = "
            f"{self.statistic:.4f}, p = {self.p_value:.4g}"
        )


def wald_test(
    fit: Fitted,
    variables: str | Sequence[str],
    *,
    df: float | None = None,
    adjusted: bool = False,
) -> WaldTest:
    """Test whether all coefficients of some variables are zero in the population.

    Parameters
    ----------
    fit
        A fitted model with a design-based covariance.
    variables
        Variables of its formula (all levels, and interactions with them only if named such as
        ``a:b``), or terms as the table names them.
    df
        Degrees of freedom of the error; by default those of the fit.
    adjusted
        Korn & Graubard's correction, for designs with few clusters: F times (df − q + 1) / df
        on df − q + 1.

    Raises
    ------
    AnalysisError
        The fit cannot be believed, a variable is not in it, or the covariance of the
        coefficients is singular.

    Notes
    -----
    Estimand: none; a test that q coefficients are zero.
    Assumes: a design-based covariance with df well above q.
    Does not show: how large the coefficients are.
    Source: Korn & Graubard (1990), American Statistician 44, 270.

    Examples
    --------
    >>> from types import SimpleNamespace as Fit
    >>> fit = Fit(terms=("Intercept", "x[T.b]", "x[T.c]"), coefficients=np.array([1.0, 2, 3]),
    ...           covariance=np.eye(3), problems=(), df=30)
    >>> wald_test(fit, "x")
    Wald test of 2 coefficients: F(2, 30) = 6.5000, p = 0.004516
    """
    if fit.problems:
        raise AnalysisError(f"The fit cannot be tested: {'; '.join(fit.problems)}.")
    asked = [variables] if isinstance(variables, str) else list(variables)
    places: list[int] = []
    for name in asked:
        found = [i for i, term in enumerate(fit.terms) if name in (term, _variable(term))]
        if not found:
            known = dict.fromkeys(map(_variable, fit.terms))
            raise AnalysisError(unknown("Variables", [name], known, "the model"))
        places += [place for place in found if place not in places]
    coefficients = np.asarray(fit.coefficients)[places]
    covariance = np.asarray(fit.covariance)[np.ix_(places, places)]
    q = len(places)
    if not np.isfinite(covariance).all() or np.linalg.matrix_rank(covariance) < q:
        raise AnalysisError(
            "The covariance of these coefficients is singular, as with fewer clusters than "
            "coefficients: test fewer together."
        )
    error = df if df is not None else float(np.min(getattr(fit, "df", np.inf)))
    statistic = float(coefficients @ np.linalg.solve(covariance, coefficients)) / q
    if adjusted:
        statistic, error = statistic * (error - q + 1) / error, error - q + 1
    if not error > 0:
        raise AnalysisError(f"{q} coefficients are too many for the design's degrees of freedom.")
    p_value = float(
        stats.f.sf(statistic, q, error) if np.isfinite(error) else stats.chi2.sf(statistic * q, q)
    )
    terms = tuple(fit.terms[place] for place in places)
    return WaldTest(terms, statistic, q, error, p_value, adjusted)


def _variable(term: str) -> str:
    """The variables of a term without levels: ``a[T.x]:b`` is of ``a:b``."""
    bare = re.sub(r"\[[^\]]*\]", "", term)
    return re.sub(r"\bC\(\s*([^\s,()]+)[^()]*\)", r"\1", bare)
