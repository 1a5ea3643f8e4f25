"""Differences of means, plain and in standard deviations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import gammaln, ndtr

from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes.effect import Effect, noncentral, wald
from confstudy.models.effect_sizes.samples import deviation, two_columns, two_samples
from confstudy.models.formula import Data

__all__ = ["cohen_d", "hedges_g", "mean_difference", "paired_d", "paired_difference"]

Floats = NDArray[np.float64]
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(200)


def mean_difference(
    first: str | ArrayLike,
    second: Data | ArrayLike,
    *,
    equal_variances: bool = False,
    level: float = 0.95,
) -> Effect:
    """The difference of two means, with Welch's interval (or Student's).

    Parameters
    ----------
    first, second
        ``"outcome ~ group"`` and data (second level less the first), or two sequences (first
        less second).
    equal_variances
        Pool the variances (Student) instead of allowing two (Welch).
    level
        Of the interval.

    Notes
    -----
    Estimand: the difference of the groups' means. Assumes: independent respondents, means
    about normal. Does not show: an effect of the group unless it was randomised.

    Examples
    --------
    >>> mean_difference([3, 4, 5, 6], [1, 2, 3, 4]).estimate
    2.0
    """
    x, y = _two(first, second)
    n, m = len(x), len(y)
    of_x, of_y, pooled = deviation(x), deviation(y), _pooled(x, y)
    u, v = of_x**2 / n, of_y**2 / m
    if equal_variances:
        error, df = pooled * np.sqrt(1 / n + 1 / m), n + m - 2.0
    else:
        error = np.sqrt(u + v)
        df = (u + v) ** 2 / (u**2 / (n - 1) + v**2 / (m - 1)) if u + v > 0 else float("nan")
    method = "Student" if equal_variances else "Welch"
    spread = float(pooled if equal_variances else np.hypot(of_x, of_y) / np.sqrt(2))
    return wald(
        "mean difference", x.mean() - y.mean(), error, n + m,
        df=df, level=level, method=method, spread=spread,
    )  # fmt: skip


def paired_difference(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Effect:
    """The mean of the differences of pairs (first less second); incomplete pairs are left out.

    Notes
    -----
    Estimand: the mean change. Assumes: independent pairs, their mean about normal. Does not
    show: what caused the change.

    Examples
    --------
    >>> paired_difference([3, 5, 4], [1, 2, 3]).estimate
    2.0
    """
    change, spread = _changes(first, second)
    n = len(change)
    return wald(
        "mean of differences", change.mean(), spread / np.sqrt(n), n,
        df=n - 1.0, level=level, method="Student", spread=spread,
    )  # fmt: skip


def cohen_d(first: str | ArrayLike, second: Data | ArrayLike, *, level: float = 0.95) -> Effect:
    """Cohen's d: the difference of two means in pooled standard deviations.

    Parameters
    ----------
    first, second, level
        As for :func:`mean_difference`.

    Notes
    -----
    Cohen (1988); the interval inverts the noncentral t distribution (Steiger and Fouladi 1997).

    Estimand: the standardised difference of means. Assumes: normal outcomes of equal variance,
    independent respondents. Does not show: an effect unless randomised, nor whether the
    outcome's spread is the one that matters.

    Examples
    --------
    >>> round(cohen_d([3, 4, 5, 6], [1, 2, 3, 4]).estimate, 4)
    1.5492
    """
    x, y = _two(first, second)
    n, m = len(x), len(y)
    difference, size = float(x.mean() - y.mean()), n * m / (n + m)
    return _standardised("Cohen's d", difference, _pooled(x, y), size, n + m - 2.0, n + m, level)


def hedges_g(first: str | ArrayLike, second: Data | ArrayLike, *, level: float = 0.95) -> Effect:
    """Hedges' g: Cohen's d without its bias in small samples.

    Parameters
    ----------
    first, second, level
        As for :func:`mean_difference`.

    Notes
    -----
    Hedges (1981), by the exact factor of gamma functions, which the interval is multiplied
    with too.

    Estimand, assumes, does not show: as :func:`cohen_d`.

    Examples
    --------
    >>> round(hedges_g([3, 4, 5, 6], [1, 2, 3, 4]).estimate, 4)
    1.3457
    """
    return unbiased(cohen_d(first, second, level=level), "Hedges' g")


def paired_d(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Effect:
    """Cohen's d of pairs (dz): the mean difference in standard deviations of the differences.

    Notes
    -----
    Estimand: the standardised mean change. Assumes: independent pairs, normal differences.
    Does not show: what caused the change; it grows with the correlation of the two answers.

    Examples
    --------
    >>> paired_d([3, 5, 4], [1, 2, 3]).estimate
    2.0
    """
    change, spread = _changes(first, second)
    n, mean = len(change), float(change.mean())
    return _standardised("Cohen's d of pairs", mean, spread, n, n - 1.0, n, level)


def unbiased(effect: Effect, name: str) -> Effect:
    """The effect times Hedges' factor."""
    half = effect.df / 2
    factor = float(np.exp(gammaln(half) - np.log(half) / 2 - gammaln(half - 0.5)))
    names = ("estimate", "std_error", "conf_low", "conf_high")
    values = {each: getattr(effect, each) * factor for each in names}
    return replace(effect, name=name, **values)


def _standardised(
    name: str, difference: float, spread: float, size: float, df: float, n: int, level: float
) -> Effect:
    """A standardised difference whose t statistic is √size times it."""
    if not spread > 0:
        return wald(name, float("nan"), float("nan"), n, df=df, level=level)
    d, scale = float(difference / spread), float(np.sqrt(size))
    t = d * scale
    low, high = noncentral(lambda ncp: _below(t, df, ncp), t, level, signed=True)
    error = float(np.sqrt(1 / size + d**2 / (2 * n)))
    return Effect(
        name=name, estimate=d, std_error=error, df=df, conf_low=low / scale, conf_high=high / scale,
        statistic=t, p_value=float(2 * stats.t.sf(abs(t), df)), n=n, method="noncentral t",
        level=level, spread=float(spread),
    )  # fmt: skip


def _below(t: float, df: float, ncp: float) -> float:
    """The chance of a noncentral t below ``t``, as a mean over the standard deviation.

    By 200 Gauss points, good to 14 digits; scipy's own has no value in the far tails.
    """
    ends = np.sqrt([stats.chi2.ppf(1e-17, df) / df, stats.chi2.isf(1e-17, df) / df])
    half = (ends[1] - ends[0]) / 2
    spread = half * _POINTS + ends.mean()
    density = np.exp(np.log(2 * df * spread) + stats.chi2.logpdf(df * spread**2, df))
    return float(half * (_WEIGHTS * density) @ ndtr(t * spread - ncp))


def _two(first: str | ArrayLike, second: Data | ArrayLike) -> tuple[Floats, Floats]:
    x, y = two_samples(first, second)
    if min(len(x), len(y)) < 2:
        raise AnalysisError("Two groups of two or more values are needed to compare means.")
    return x, y


def _pooled(x: Floats, y: Floats) -> float:
    n, m = len(x) - 1, len(y) - 1
    return float(np.sqrt((n * deviation(x) ** 2 + m * deviation(y) ** 2) / (n + m)))


def _changes(first: ArrayLike, second: ArrayLike) -> tuple[Floats, float]:
    """What complete pairs differ by, and its standard deviation."""
    x, y = two_columns(first, second, "Pairs are")
    if len(x) < 2:
        raise AnalysisError("Two or more complete pairs are needed.")
    return x - y, deviation(x - y, x, y)
