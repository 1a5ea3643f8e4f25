"""Tests of several coefficients at once after imputation: D1, D2 and D3."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.missing.pooling import Pooled

__all__ = ["JointTest", "joint_test", "likelihood_test", "pool_statistics"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class JointTest:
    """An F test pooled over imputations.

    Attributes
    ----------
    statistic, df, df_error, p_value
        Of the F distribution it is held to.
    increase
        Average relative increase in variance through the missing answers.
    """

    method: str
    statistic: float
    df: int
    df_error: float
    p_value: float
    increase: float

    @property
    def table(self) -> pd.DataFrame:
        """One row: method, statistic, df, df_error, p_value, increase."""
        return pd.DataFrame([self.__dict__])


def joint_test(pooled: Pooled, terms: Sequence[str], *, null: float = 0.0) -> JointTest:
    """Whether several coefficients are all ``null`` (D1, the pooled Wald test).

    Parameters
    ----------
    pooled
        Fits pooled by :func:`pooled`.
    terms
        The k terms to test together.
    null
        The value they are tested against.

    Returns
    -------
    JointTest
        The F of Li, Raghunathan and Rubin (1991); its second degrees of freedom are those of
        Reiter (2007) where the fit without missing answers has finitely many.

    Raises
    ------
    AnalysisError
        Terms the model does not have, or fits that cannot be believed.

    Notes
    -----
    Estimand: none; a test that the coefficients all equal ``null``. Assumes: as pooling, and
    that missing answers cost about the same for each coefficient. Does not show: which of the
    coefficients differs.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from confstudy.models.missing.pooling import pooled
    >>> fits = [
    ...     SimpleNamespace(terms=("x",), coefficients=np.array([b]), covariance=np.eye(1), df=96)
    ...     for b in (1.9, 2.0, 2.1)
    ... ]
    >>> float(round(joint_test(pooled(fits), ["x"]).statistic, 3))
    3.947
    """
    _require(pooled)
    terms = [terms] if isinstance(terms, str) else list(dict.fromkeys(terms))
    if not terms:
        raise AnalysisError(f"Name the terms to test, among {listing(pooled.terms)}.")
    absent = [term for term in terms if term not in pooled.terms]
    if absent:
        raise AnalysisError(unknown("Terms", absent, pooled.terms, "the model"))
    places = [pooled.terms.index(term) for term in terms]
    square = np.ix_(places, places)
    difference = pooled.coefficients[places] - null
    k, m = len(places), pooled.imputations
    increase = _increase(pooled.between[square], pooled.within[square], m)
    wald = float(difference @ np.linalg.solve(pooled.within[square], difference))
    statistic = wald / (k * (1 + increase))
    error = _error_df(k, m, increase, float(pooled.complete[places].min()))
    return _joint("D1", statistic, k, error, increase)


def pool_statistics(statistics: Sequence[float], df: int) -> JointTest:
    """Pool Wald or likelihood-ratio χ² of the fits where only those are known (D2).

    Less powerful than D1 and D3, and anticonservative with much missing information
    (Li, Meng, Raghunathan and Rubin 1991).

    >>> pool_statistics([10.0, 12.0, 11.0], 2).method
    'D2'
    """
    values = np.asarray(statistics, dtype=float)
    m = len(values)
    if m < 2 or df < 1 or not (np.isfinite(values).all() and (values >= 0).all()):
        raise AnalysisError("D2 takes two or more χ² statistics of 0 or more, and df of 1 or more.")
    increase = float((1 + 1 / m) * np.var(np.sqrt(values), ddof=1))
    statistic = (values.mean() / df - (m + 1) / (m - 1) * increase) / (1 + increase)
    with np.errstate(divide="ignore"):
        error = float(df ** (-3 / m) * (m - 1) * (1 + np.divide(1.0, increase)) ** 2)
    return _joint("D2", max(0.0, float(statistic)), df, error, increase)


def likelihood_test(
    full: Pooled,
    null: Pooled,
    loglike: Callable[[Any, Floats], float] | None = None,
) -> JointTest:
    """Whether a model says more than one nested in it, by pooled likelihoods (D3).

    Parameters
    ----------
    full, null
        Both models, each fitted to the same completed data sets.
    loglike
        ``loglike(fit, parameters)``: log-likelihood of a fit's data at other parameters. By
        default the fits' own, ``fit.result.model.loglike``.

    Returns
    -------
    JointTest
        The F of Meng and Rubin (1992).

    Raises
    ------
    AnalysisError
        Models that are not nested, differ in their imputations, have clusters or weights, or no
        likelihood.
    """
    _require(full)
    _require(null)
    k, m = len(full.terms) - len(null.terms), full.imputations
    if k < 1 or null.imputations != m or [f.n for f in full.fits] != [f.n for f in null.fits]:
        raise AnalysisError(
            "D3 compares a model with a smaller one, fitted to the same completed data sets."
        )
    if not all(_nested(fit, small) for fit, small in zip(full.fits, null.fits, strict=True)):
        raise AnalysisError("D3 compares nested models of one outcome; these are not nested.")
    if any(getattr(fit, "clusters", None) or _weighted(fit) for fit in full.fits):
        raise AnalysisError("A likelihood knows no clusters or weights: use D1 (joint_test).")
    own = loglike or _loglike
    (best, pinned), (null_best, null_pinned) = (
        _likelihoods(pool, own, given=loglike is not None) for pool in (full, null)
    )
    ratio, constrained = 2 * (best - null_best), 2 * (pinned - null_pinned)
    increase = max(0.0, float((m + 1) / (k * (m - 1)) * (ratio - constrained)))
    statistic = max(0.0, float(constrained / (k * (1 + increase))))
    return _joint("D3", statistic, k, _error_df(k, m, increase, np.inf), increase)


def _require(pooled: Pooled) -> None:
    if not isinstance(pooled, Pooled):
        raise AnalysisError("Give pooled fits: cs.fit of completed data sets, or cs.pooled.")
    if pooled.problems:
        raise AnalysisError(f"The fits cannot be tested: {'; '.join(pooled.problems)}.")


def _nested(full: Any, null: Any) -> bool:
    """Whether what predicts in one model is a combination of what predicts in the other."""
    if not (hasattr(full, "design") and hasattr(null, "design")):
        return True
    if not np.array_equal(full.design.outcome, null.design.outcome):
        return False
    large, small = full.design.matrix, null.design.matrix
    large = np.column_stack([np.ones(len(large)), large])
    rest = small - large @ np.linalg.lstsq(large, small)[0]
    return bool((np.abs(rest) <= 1e-7 * (1 + np.abs(small))).all())


def _weighted(fit: Any) -> bool:
    return getattr(fit, "weights", None) is not None


def _joint(method: str, statistic: float, k: int, error: float, increase: float) -> JointTest:
    large = np.isinf(error)
    p_value = stats.chi2.sf(statistic * k, k) if large else stats.f.sf(statistic, k, error)
    return JointTest(method, statistic, k, error, float(p_value), increase)


def _increase(between: Floats, within: Floats, m: int) -> float:
    return float((1 + 1 / m) * np.trace(np.linalg.solve(within, between)) / len(within))


def _error_df(k: int, m: int, increase: float, complete: float) -> float:
    """Second degrees of freedom: Reiter (2007), or Li and others (1991) without ``complete``.

    Reiter's formula needs more than four degrees of freedom of everything; with fewer, those of
    Li and others are joined with the observed ones as by Barnard and Rubin (1999), which for one
    coefficient is their result.
    """
    free = k * (m - 1)
    if increase <= 0:
        return complete
    gain = (1 + (1 - 2 / free) / increase) ** 2 if free > 4 else (1 + 1 / increase) ** 2
    imputed = 4 + (free - 4) * gain if free > 4 else free * (1 + 1 / k) / 2 * gain
    if np.isinf(complete):
        return float(imputed)
    observed = complete * (complete + 1) / (complete + 3)
    a = increase * free / (free - 2) if free > 4 else np.inf
    c1, c2 = observed - 2 * (1 + a), observed - 4 * (1 + a)
    if c2 <= 0:
        return float(1 / (1 / imputed + (1 + increase) / observed))
    part = a**2 * c1 / ((1 + a) ** 2 * c2)
    part += 8 * a**2 * c1 / ((1 + a) * c2**2) + 4 * a**2 / ((1 + a) * c2)
    part += 4 * a**2 / (c2 * c1) + 16 * a**2 * c1 / c2**3 + 8 * a**2 / c2**2
    return float(4 + 1 / (1 / c2 + part / (free - 4)))


def _likelihoods(
    pool: Pooled, loglike: Callable[[Any, Floats], float], *, given: bool
) -> tuple[float, float]:
    """Mean log-likelihood at each fit's own parameters, and at their mean."""
    own = [fit.coefficients if given else fit.result.params for fit in pool.fits]
    parameters = np.array([np.asarray(each, dtype=float) for each in own])
    centre = parameters.mean(axis=0)
    best = [loglike(fit, each) for fit, each in zip(pool.fits, parameters, strict=True)]
    return float(np.mean(best)), float(np.mean([loglike(fit, centre) for fit in pool.fits]))


def _loglike(fit: Any, parameters: Floats) -> float:
    model = getattr(fit.result, "model", None)
    if model is None or not hasattr(model, "loglike"):
        raise AnalysisError("These fits have no likelihood to pool: use D1 (joint_test) or D2.")
    return float(model.loglike(parameters))
