"""Power of common tests, and how many respondents a wanted power takes."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, stats
from scipy.special import ndtr, ndtri

from confstudy.errors import DeclarationError

__all__ = [
    "anova_power",
    "chi2_power",
    "correlation_power",
    "regression_power",
    "shares_power",
    "size_for",
]

_MOST = 1e9


def shares_power(a: float, b: float, per_arm: float, level: float = 0.05) -> float:
    """Power of the two-sided z test of two shares with pooled variance.

    The chance of the wrong sign is left out, as usual (Fleiss, 1981).

    Parameters
    ----------
    a, b
        The true shares of the arms.
    per_arm
        Respondents in each arm.

    Examples
    --------
    >>> round(shares_power(0.4, 0.3, 356), 3)
    0.8
    """
    for name, value in {"first share": a, "second share": b, "level": level}.items():
        _inside(value, name)
    _enough(per_arm, 1, "arm")
    middle = (a + b) / 2
    spread, own = math.sqrt(2 * middle * (1 - middle)), math.sqrt(a * (1 - a) + b * (1 - b))
    bound = float(ndtri(1 - level / 2))
    return float(ndtr((math.sqrt(per_arm) * abs(a - b) - bound * spread) / own))


def regression_power(f2: float, tested: int, error_df: float, level: float = 0.05) -> float:
    """Power of the F test of some coefficients of a regression.

    Parameters
    ----------
    f2
        Cohen's (1988) f² of those coefficients: R² they add over what is left unexplained.
    tested
        How many coefficients are tested.
    error_df
        Residual degrees of freedom: respondents less all coefficients. The noncentrality is
        f² (tested + error_df + 1).

    Examples
    --------
    >>> round(regression_power(0.05, 3, 218), 3)
    0.8
    """
    _inside(level, "level")
    _positive(f2, "f²")
    if tested < 1 or error_df <= 0:
        raise DeclarationError("An F test needs a tested coefficient and residual df above 0.")
    bound = stats.f.isf(level, tested, error_df)
    return float(stats.ncf.sf(bound, tested, error_df, f2 * (tested + error_df + 1)))


def anova_power(f: float, groups: int, per_group: float, level: float = 0.05) -> float:
    """Power of the F test that all group means are equal, of groups of one size.

    Parameters
    ----------
    f
        Cohen's (1988) f: standard deviation of the means over that within groups.
    groups
        How many, 2 or more.
    per_group
        Respondents in each group, 2 or more.

    Examples
    --------
    >>> round(anova_power(0.2, 4, 70), 2)
    0.81
    """
    _inside(level, "level")
    _positive(f, "f")
    _enough(per_group, 2, "group")
    if groups < 2:
        raise DeclarationError(f"Means are compared of two groups or more, not {groups}.")
    first, second = groups - 1, groups * (per_group - 1)
    bound = stats.f.isf(level, first, second)
    return float(stats.ncf.sf(bound, first, second, groups * per_group * f**2))


def correlation_power(r: float, n: float, level: float = 0.05) -> float:
    """Power of the two-sided t test of a correlation.

    Fisher's z, with its bias r / (2 (n − 1)), against the critical value of t.

    Parameters
    ----------
    r
        True correlation, between −1 and 1.
    n
        Respondents, 4 or more.

    Examples
    --------
    >>> round(correlation_power(0.2, 194), 2)
    0.8
    """
    _inside(level, "level")
    if not -1 < r < 1:
        raise DeclarationError(f"A correlation lies between −1 and 1, not at {r:g}.")
    _enough(n, 4, "sample")
    t = float(stats.t.isf(level / 2, n - 2))
    bound = math.atanh(t / math.sqrt(t**2 + n - 2))
    centre, root = math.atanh(abs(r)) + abs(r) / (2 * (n - 1)), math.sqrt(n - 3)
    return float(ndtr((centre - bound) * root) + ndtr((-centre - bound) * root))


def chi2_power(w: float, df: int, n: float, level: float = 0.05) -> float:
    """Power of a χ² test of a table or of fit.

    Parameters
    ----------
    w
        Cohen's (1988) w: √Σ (p₁ − p₀)² / p₀ over the cells.
    df
        Of the test.
    n
        Respondents in all.

    Examples
    --------
    >>> round(chi2_power(0.2, 3, 273), 2)
    0.8
    """
    _inside(level, "level")
    _positive(w, "w")
    _enough(n, 1, "sample")
    if df < 1:
        raise DeclarationError(f"A χ² test has one degree of freedom or more, not {df}.")
    return float(stats.ncx2.sf(stats.chi2.isf(level, df), df, n * w**2))


def size_for(power_of: Callable[[float], float], power: float = 0.8, least: float = 4) -> float:
    """The size at which a test reaches a power, not rounded; round it up to plan.

    Parameters
    ----------
    power_of
        Power by size, such as ``lambda n: correlation_power(0.2, n)``; it grows with size.
    power
        The wanted one, between 0 and 1.
    least
        The smallest size the test takes.

    Raises
    ------
    DeclarationError
        When the smallest size has more power, or a thousand million are not enough.

    Examples
    --------
    >>> from confstudy.design.closed_forms import t_test_power
    >>> round(size_for(lambda n: t_test_power(0.3, n)), 2)
    175.38
    >>> round(size_for(lambda n: shares_power(0.4, 0.3, n)), 2)
    355.94
    """
    _inside(power, "power")
    if power_of(least) >= power:
        raise DeclarationError(f"The smallest size, {least:g}, already has this power.")
    most = 2 * least
    while power_of(most) < power:
        most *= 2
        if most > _MOST:
            raise DeclarationError("No size below a thousand million has this power.")
    return float(optimize.brentq(lambda n: power_of(n) - power, most / 2, most, xtol=1e-10))


def _inside(value: float, name: str) -> None:
    if not 0 < value < 1:
        raise DeclarationError(f"The {name} lies between 0 and 1, not at {value:g}.")


def _positive(value: float, name: str) -> None:
    if not 0 < value < math.inf:
        raise DeclarationError(f"An effect {name} is above 0, not {value:g}.")


def _enough(n: float, least: int, what: str) -> None:
    if n < least:
        raise DeclarationError(f"This test needs {least} or more in each {what}, not {n:g}.")
