"""How closely two variables go together: correlations, and tables of categories."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from confstudy.errors import AnalysisError, did_you_mean
from confstudy.models.effect_sizes.effect import Effect, noncentral, wald
from confstudy.models.effect_sizes.samples import columns, deviation, numbers, two_columns
from confstudy.models.formula import Data

__all__ = ["correlation", "cramers_v", "phi"]

Floats = NDArray[np.float64]


def correlation(
    first: str | ArrayLike,
    second: Data | ArrayLike,
    *,
    kind: str = "pearson",
    level: float = 0.95,
) -> Effect:
    """A correlation, with the interval of Fisher's z.

    Parameters
    ----------
    first, second
        ``"one ~ other"`` and data, or two sequences of the same length; incomplete pairs are
        left out.
    kind
        ``pearson`` or ``spearman``.
    level
        Of the interval.

    Notes
    -----
    Fisher (1921), standard error 1/√(n − 3); for Spearman √((1 + r²/2)/(n − 3)) (Bonett and
    Wright 2000). The test is that of z.

    Estimand: the correlation in the population. Assumes: independent respondents; for Pearson
    about normal variables. Does not show: what causes what, nor relations that are not lines
    (Spearman: that do not rise or fall throughout).

    Examples
    --------
    >>> correlation([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])
    correlation, n = 5
    0.8000, 95 % interval [-0.2796, 0.9862] (Fisher z), p = 0.1203
    """
    if kind not in ("pearson", "spearman"):
        raise AnalysisError(
            f"'{kind}' is no correlation.{did_you_mean(kind, ('pearson', 'spearman'))}"
        )
    x, y = two_columns(first, second, "A correlation is of")
    n = len(x)
    if n < 4:
        raise AnalysisError("Four or more complete pairs are needed for a correlation.")
    if kind == "spearman":
        x, y = stats.rankdata(x), stats.rankdata(y)
    if not (deviation(x) and deviation(y)):
        problem = ("a variable does not vary: there is no correlation",)
        return wald("correlation", float("nan"), float("nan"), n, level=level, problems=problem)
    r = float(np.corrcoef(x, y)[0, 1])
    r = r if 1 - abs(r) > 1e-12 else float(np.sign(r))
    variance = (1 + r**2 / 2 if kind == "spearman" else 1.0) / (n - 3)
    name = "correlation" if kind == "pearson" else "rank correlation"
    return wald(
        name, r, float(np.sqrt(variance)), n, scale="fisher", level=level, method="Fisher z"
    )


def cramers_v(
    first: str | ArrayLike,
    second: Data | None = None,
    *,
    corrected: bool = False,
    level: float = 0.95,
) -> Effect:
    """Cramér's V: how closely two categorical variables go together, 0 to 1.

    Parameters
    ----------
    first, second
        ``"one ~ other"`` and data, or a table of counts.
    corrected
        Take out the bias that makes V positive by chance (Bergsma 2013); the interval stays.
    level
        Of the interval.

    Notes
    -----
    Cramér (1946); the interval inverts the noncentral chi-squared distribution (Steiger 2004).

    Estimand: V in the population. Assumes: independent respondents, expected counts of about
    five or more. Does not show: which categories go together, nor what causes what.

    Examples
    --------
    >>> round(cramers_v([[178, 205], [68, 107]]).estimate, 4)
    0.0712
    """
    table = _counts(first, second)
    return _of_table("Cramér's V", table, corrected=corrected, level=level)


def phi(first: str | ArrayLike, second: Data | None = None, *, level: float = 0.95) -> Effect:
    """Phi: Cramér's V of a table of two by two, without sign.

    Parameters
    ----------
    first, second, level
        As for :func:`cramers_v`.

    Notes
    -----
    Estimand, assumes, does not show: as :func:`cramers_v`.

    Examples
    --------
    >>> round(phi([[178, 205], [68, 107]]).statistic, 2)
    2.83
    """
    table = _counts(first, second)
    if table.shape != (2, 2):
        raise AnalysisError("Phi is of two by two categories: use cramers_v for more.")
    return _of_table("phi", table, corrected=False, level=level)


def _of_table(name: str, table: Floats, *, corrected: bool, level: float) -> Effect:
    found = stats.chi2_contingency(table, correction=False)
    statistic, df, n = float(found.statistic), int(found.dof), float(table.sum())
    rows, cols = table.shape
    size = n * (min(rows, cols) - 1)
    estimate = float(np.sqrt(statistic / size))
    if corrected:
        left = max(0.0, statistic / n - df / (n - 1))
        shrunk = min(side - (side - 1) ** 2 / (n - 1) for side in (rows, cols)) - 1
        if shrunk <= 0:
            raise AnalysisError("There are too few respondents to take out the bias of V.")
        estimate = float(np.sqrt(left / shrunk))
    limits = noncentral(
        lambda ncp: float((stats.ncx2(df, ncp) if ncp else stats.chi2(df)).cdf(statistic)),
        statistic, level, signed=False,
    )  # fmt: skip
    low, high = (min(1.0, float(np.sqrt(limit / size))) for limit in limits)
    return Effect(
        name=name, estimate=estimate, std_error=float("nan"), df=df, conf_low=low, conf_high=high,
        statistic=statistic, p_value=float(found.pvalue), n=int(n),
        method="noncentral chi-squared", level=level,
    )  # fmt: skip


def _counts(first: str | ArrayLike, second: Data | None) -> Floats:
    if isinstance(first, str):
        one, other = columns(first, second)
        table = pd.crosstab(one.astype(str), other.astype(str)).to_numpy(dtype=float)
    else:
        table = numbers(first)
    if table.ndim != 2 or not (table >= 0).all():
        raise AnalysisError("A table of counts has rows and columns of numbers from 0.")
    table = np.asarray(table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0])
    if min(table.shape) < 2:
        raise AnalysisError("Two variables with two or more categories each are needed.")
    return table
