"""Numbers as APA 7 prints them: true minus signs, no zero before a share, p to three decimals."""

from __future__ import annotations

import math

import numpy as np

from confstudy.words import number

__all__ = ["NONE", "count", "decimals", "degrees", "estimate", "p_value", "share", "starred"]

NONE = "–"
_MOST = 6
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimals(error: float, digits: int) -> int:
    """The decimals of an estimate: ``digits``, or more where its standard error needs them.

    A standard error that would round to fewer than one unit of the last digit is shown with
    two significant digits, so that no predictor in small units becomes 0.00 (0.00).

    >>> decimals(0.21, 2), decimals(0.0034, 2)
    (2, 4)
    """
    if not np.isfinite(error) or error <= 0 or error >= 10.0**-digits:
        return digits
    return min(_MOST, 1 - math.floor(math.log10(error)))


def estimate(value: float, digits: int) -> str:
    """A number that may exceed 1; powers of ten where six decimals or digits are not enough.

    >>> estimate(-0.5, 2), estimate(1234.5, 1), estimate(3e-9, 6), estimate(4.2e11, 2)
    ('−0.50', '1,234.5', '3.0 × 10⁻⁹', '4.2 × 10¹¹')
    """
    size = abs(value)
    if not np.isfinite(value):
        return NONE if np.isnan(value) else ("∞" if value > 0 else "−∞")
    if size >= 1e7 or (0 < size < 0.5 * 10.0**-_MOST):
        power = math.floor(math.log10(size))
        return f"{number(value / 10.0**power, 1)} × 10{str(power).translate(_RAISED)}"
    shown = number(value, digits)
    return shown.removeprefix("−") if not any(sign in shown for sign in "123456789") else shown


def p_value(p: float) -> str:
    """A p-value: exact to three decimals, without the zero before the point.

    >>> [p_value(p) for p in (0.0004, 0.0312, 0.9999, float("nan"))]
    ['< .001', '.031', '> .999', '–']
    """
    if not np.isfinite(p):
        return NONE
    if p < 0.001:
        return "< .001"
    return "> .999" if p >= 0.9995 else f"{p:.3f}".removeprefix("0")


def share(value: float, digits: int = 2) -> str:
    """A number that cannot exceed 1, such as R² or a correlation.

    >>> share(0.234), share(-0.05), share(1.0)
    ('.23', '−.05', '1.00')
    """
    shown = number(value, digits)
    sign, bare = ("−", shown[1:]) if shown.startswith("−") else ("", shown)
    return sign + bare.removeprefix("0") if bare.startswith("0.") else shown


def degrees(df: float) -> str:
    """Degrees of freedom: whole where they are whole, else one decimal.

    >>> degrees(118.0), degrees(23.44), degrees(float("inf"))
    ('118', '23.4', '∞')
    """
    if np.isinf(df):
        return "∞"
    return (
        number(df, 0 if np.isclose(df, round(df), rtol=0, atol=1e-6) else 1) if df == df else NONE
    )


def count(value: int, others: tuple[int, ...] = ()) -> str:
    """A number of respondents, to the nearest ten where ``others`` would betray a few of them.

    >>> count(1259), count(1259, (1252,)), count(1259, (900, 1259))
    ('1,259', 'about 1,260', '1,259')
    """
    near = any(0 < abs(value - other) < 10 for other in others)
    return f"about {round(value, -1):,}" if near else f"{value:,}"


def starred(p: float) -> str:
    """Stars at .05, .01 and .001.

    >>> [starred(p) for p in (0.2, 0.04, 0.004, 0.0004)]
    ['', '*', '**', '***']
    """
    return "*" * sum(p < limit for limit in (0.05, 0.01, 0.001))
