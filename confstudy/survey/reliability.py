"""How reliable a score is: Cronbach's α and McDonald's ω."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.survey.factors import minres, oblique

__all__ = ["Alpha", "Hierarchy", "Reliability", "cronbach_alpha", "hierarchical", "reliability"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Alpha:
    """Cronbach's α with Feldt's interval; ``n`` respondents answered every item."""

    alpha: float
    conf_low: float
    conf_high: float
    n: int
    items: int


@dataclass(frozen=True)
class Reliability(Alpha):
    """What is known of the reliability of a scale; NaN where it is not defined.

    Attributes
    ----------
    standardised
        α of the items brought to one variance.
    average_r
        The mean correlation between two items.
    omega
        McDonald's ω total of one factor, of the items brought to one variance.
    note
        Why a number is missing, in words; empty where none is.
    """

    standardised: float
    average_r: float
    omega: float
    note: str = ""


@dataclass(frozen=True)
class Hierarchy:
    """ω of several factors: what one general factor explains of the sum, and all together."""

    hierarchical: float
    total: float
    factors: int
    n: int
    items: int


def cronbach_alpha(items: Floats, level: float = 0.95) -> Alpha:
    """Cronbach's (1951) α of respondents × items, with the interval of Feldt (1965).

    Of items scored 0 and 1 it is Kuder and Richardson's formula 20.

    Parameters
    ----------
    items
        Keyed the same way; respondents with a missing item are left out.
    level
        Of the interval.

    Raises
    ------
    AnalysisError
        With fewer than two items or three complete respondents, or where sums do not vary.

    Notes
    -----
    Estimand: the share of the variance of the sum score that the items have in common.
    Assumes: items that measure one construct on the same metric (τ-equivalence).
    Does not show: that the items measure one construct, or the intended one.

    Examples
    --------
    >>> round(cronbach_alpha(np.array([[1, 2], [2, 3], [3, 3], [4, 5.0]])).alpha, 3)
    0.96
    """
    complete = _complete(items)
    n, k = complete.shape
    if k < 2 or n < 3:
        raise AnalysisError(f"α needs two items and three complete respondents, not {k} and {n}.")
    alpha = alpha_of(np.cov(complete, rowvar=False))
    if np.isnan(alpha):
        raise AnalysisError("α is not defined: everybody has the same sum over the items.")
    tail = (1 - level) / 2
    quantiles = stats.f.ppf([1 - tail, tail], n - 1, (n - 1) * (k - 1))
    low, high = (1 - (1 - alpha) * quantiles).tolist()
    return Alpha(alpha, low, high, n, k)


def reliability(items: Floats, level: float = 0.95) -> Reliability:
    """Describe the reliability of a sum or mean of items by α and ω.

    Parameters
    ----------
    items
        Respondents × items, keyed the same way; respondents with a missing item are left out.
    level
        Of the interval of α.

    Returns
    -------
    Reliability
        α raw and standardised, the average correlation, ω; ``note`` says what is missing.

    Notes
    -----
    Estimand: ω total is the share of the variance of the sum of standardised items that one
    common factor explains, 1 − Σ uniquenesses / Σ correlations (McDonald, 1999), with
    uniquenesses by minimum residuals. Assumes: one factor; loadings may differ, which α does not
    allow. Does not show: that one factor is enough, or that an item runs against the others
    (ω stays high where α falls). Needs three items, and is not given where an item has no
    variance of its own (Heywood case).

    Examples
    --------
    >>> ability = np.random.default_rng(1).normal(size=(5000, 1))
    >>> items = ability + np.random.default_rng(2).normal(size=(5000, 4))
    >>> found = reliability(items)
    >>> round(found.alpha, 2), round(found.omega, 2)
    (0.8, 0.8)
    """
    complete = _complete(items)
    n, k = complete.shape
    none = float("nan")
    try:
        alpha = cronbach_alpha(complete, level)
    except AnalysisError as problem:
        return Reliability(none, none, none, n, k, none, none, none, str(problem))
    known = (alpha.alpha, alpha.conf_low, alpha.conf_high, n, k)
    if (np.ptp(complete, axis=0) == 0).any():
        note = "an item that everybody answers alike has no correlations, and there is no ω."
        return Reliability(*known, none, none, none, note)
    correlation = np.asarray(np.corrcoef(complete, rowvar=False))
    average = float((correlation.sum() - k) / (k * (k - 1)))
    omega, note = _omega(correlation)
    return Reliability(*known, alpha_of(correlation), average, omega, note)


def hierarchical(items: Floats, factors: int = 3) -> Hierarchy:
    """ω hierarchical: how far one general factor explains the sum of all items.

    Use it where subscales are added up to one score.

    Parameters
    ----------
    items
        Respondents × items, keyed the same way; respondents with a missing item are left out.
    factors
        Of the first order, three or more: with two, the general factor is not identified.

    Raises
    ------
    AnalysisError
        With too few factors, items or respondents, constant items, or a Heywood case.

    Notes
    -----
    Estimand: the share of the variance of the sum of standardised items that is due to one
    factor of the second order. Assumes: the factors correlate because of that one only. Does not
    show: that the general factor is the construct.

    Minimum residuals, rotated by direct quartimin, transformed by Schmid and Leiman (1957), as
    Zinbarg, Revelle, Yovel and Li (2005) describe.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> groups = rng.normal(size=(9000, 1)) + rng.normal(size=(9000, 3))
    >>> items = np.repeat(groups, 3, axis=1) + rng.normal(size=(9000, 9))
    >>> bool(abs(hierarchical(items).hierarchical - 81 / (81 + 27 + 9)) < 0.02)
    True
    """
    complete = _complete(items)
    n, k = complete.shape
    if factors < 3:
        raise AnalysisError("A general factor above others needs three or more of them.")
    if n <= k or (np.ptp(complete, axis=0) == 0).any():
        raise AnalysisError("ω needs more complete respondents than items, and items that vary.")
    correlation = np.asarray(np.corrcoef(complete, rowvar=False))
    first = oblique(minres(correlation, factors))
    if first.heywood:
        raise AnalysisError("ω is not given: a factor leaves nothing of an item (Heywood case).")
    second = minres(first.correlations)
    if second.heywood:
        text = "ω is not given: the general factor leaves nothing of another (Heywood case)."
        raise AnalysisError(f"{text} Report ω of each scale instead.")
    general = first.loadings @ second.loadings[:, 0]
    variance = float(correlation.sum())
    total = 1 - float(first.uniqueness.sum()) / variance
    return Hierarchy(float(general.sum()) ** 2 / variance, total, factors, n, k)


def alpha_of(covariance: Floats) -> float:
    """α from the covariances of the items; NaN for one item or a sum that does not vary."""
    k, total = len(covariance), float(covariance.sum())
    inner = float(np.trace(covariance))
    if k < 2 or total <= 1e-12 * inner or inner <= 0:
        return float("nan")
    return k / (k - 1) * (1 - inner / total)


def _complete(items: Floats) -> Floats:
    return np.asarray(items[~np.isnan(items).any(axis=1)])


def _omega(correlation: Floats) -> tuple[float, str]:
    if len(correlation) < 3:
        return float("nan"), "ω needs three items."
    try:
        solution = minres(correlation)
    except AnalysisError as problem:
        return float("nan"), str(problem)
    if solution.heywood:
        text = "ω is not given: the factor leaves nothing of an item (Heywood case)."
        return float("nan"), text
    return 1 - float(solution.uniqueness.sum()) / float(correlation.sum()), ""
