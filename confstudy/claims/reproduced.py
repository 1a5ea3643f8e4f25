"""What papers print, recomputed from the other numbers they print."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
from scipy import stats

from confstudy.claims.evidence import Check, results

__all__ = ["reproduced"]


def reproduced() -> pd.DataFrame:
    """Recompute what papers print from the other numbers they print.

    Returns
    -------
    DataFrame
        One row a printed number: ``id, source, what, printed, recomputed, digits, agreement,
        note``. ``digits`` counts the leading significant digits that agree (0 for a bound).
        ``agreement`` is ``all digits``, ``within rounding`` (some numbers that would be printed
        as these are give the printed one) or ``disagrees``; the note says why.

    Examples
    --------
    >>> reproduced()["agreement"].value_counts().to_dict()
    {'all digits': 23, 'within rounding': 6, 'disagrees': 3}
    """
    rows = [
        {"id": one.id, "source": one.source, **_recomputed(check)}
        for one in results()
        for check in one.checks
    ]
    return pd.DataFrame(rows)


def _recomputed(check: Check) -> dict[str, object]:
    name, *inputs = check.by.split()
    value = _RECIPES[name](*map(float, inputs))
    corners = [_RECIPES[name](*corner) for corner in product(*map(_rounded, inputs))]
    bound = check.printed.startswith("<")
    printed = float(check.printed.lstrip("<"))
    low, high = (0.0, printed) if bound else _rounded(check.printed)
    same = value < printed if bound else round(value, _decimals(check.printed)) == printed
    near = max(corners) >= low and min(corners) <= high
    return {
        "what": check.what,
        "printed": check.printed,
        "recomputed": value,
        "digits": 0 if bound else _digits(printed, value, check.printed),
        "agreement": "all digits" if same else "within rounding" if near else "disagrees",
        "note": check.note,
    }


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])


def _rounded(text: str) -> tuple[float, float]:
    """The range of what is printed as ``text``; whole numbers are exact."""
    half = 0.5 * 10.0 ** -_decimals(text) if "." in text else 0.0
    return float(text) - half, float(text) + half


def _digits(printed: float, value: float, text: str) -> int:
    """Leading significant digits in which two numbers agree when both are rounded to them."""
    most = len(text.replace(".", "").lstrip("-0"))
    if round(value, _decimals(text)) == printed:
        return most
    agree = (n for n in range(most, 0, -1) if f"{value:.{n - 1}e}" == f"{printed:.{n - 1}e}")
    return next(agree, 0)


def _pearson(a: float, n: float, c: float, m: float) -> float:
    together = (a + c) / (n + m)
    spread = np.sqrt(together * (1 - together) * (1 / n + 1 / m))
    return float(2 * stats.norm.sf(abs(a / n - c / m) / spread))


def _fisher(a: float, n: float, c: float, m: float) -> float:
    return float(stats.fisher_exact([[a, n - a], [c, m - c]])[1])


def _limit(side: int) -> Callable[[float, float, float], float]:
    return lambda b, error, df: float(np.exp(b + side * stats.t.ppf(0.975, df) * error))


_RECIPES: dict[str, Callable[..., float]] = {
    "share": lambda events, n: events / n,
    "pearson": _pearson,
    "pearson_of_shares": lambda p, n, q, m: _pearson(p * n, n, q * m, m),
    "fisher": _fisher,
    "geometric": lambda low, high: float(np.sqrt(low * high)),
    "middle": lambda low, high: (low + high) / 2,
    "middle_of_z": lambda low, high: float(np.tanh((np.arctanh(low) + np.arctanh(high)) / 2)),
    "exp": lambda value: float(np.exp(value)),
    "lower": _limit(-1),
    "upper": _limit(1),
    "wald": lambda b, error, df: float(2 * stats.t.sf(abs(b / error), df)),
    "d_of_r": lambda r: float(2 * r / np.sqrt(1 - r**2)),
}
