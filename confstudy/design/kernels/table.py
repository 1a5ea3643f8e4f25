"""From estimates and standard errors of replications to p-values and intervals."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from confstudy.design.batch import Estimates

__all__ = ["estimates_of"]

Floats = NDArray[np.float64]
Words = NDArray[np.str_]


def estimates_of(
    estimate: Floats,
    std_error: Floats,
    df: Floats,
    n: NDArray[np.intp],
    failed: Words,
    *,
    level: float,
    tested: Floats | None = None,
) -> Estimates:
    """Tests against 0 and intervals by t, or by the normal distribution where df is infinite.

    Parameters
    ----------
    estimate, std_error, df, n, failed
        (R,).
    tested
        (R,) the standard errors that the test uses, where they are not those of the interval.

    Examples
    --------
    >>> none, one = np.array([""]), np.array([1.0])
    >>> found = estimates_of(1.96 * one, one, np.inf * one, one.astype(int), none, level=0.95)
    >>> round(float(found.p_value[0]), 3)
    0.05
    """
    lost = failed != ""
    with np.errstate(all="ignore"):
        statistic = np.abs(estimate / (std_error if tested is None else tested))
        finite = np.where(np.isfinite(df), df, 1.0)
        p = np.where(
            np.isfinite(df), 2 * special.stdtr(finite, -statistic), 2 * special.ndtr(-statistic)
        )
        margin = _quantile(df, 0.5 + level / 2) * std_error
    kept = [
        np.where(lost, np.nan, one)
        for one in (estimate, std_error, p, estimate - margin, estimate + margin)
    ]
    return Estimates(kept[0], kept[1], kept[2], kept[3], kept[4], n, failed)


def _quantile(df: Floats, share: float) -> Floats:
    """Quantiles of t, each distinct df once."""
    distinct, places = np.unique(df, return_inverse=True)
    finite = np.where(np.isfinite(distinct), distinct, 1.0)
    normal = float(special.ndtri(share))
    found = np.where(np.isfinite(distinct), special.stdtrit(finite, share), normal)
    return np.asarray(found[places])
