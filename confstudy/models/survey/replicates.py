"""Variance from replicate weights: any method, any multipliers, either centre."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing

__all__ = ["METHODS", "Centre", "Method", "default_multipliers", "rank_df", "replicate_covariance"]

Floats = NDArray[np.float64]
Method = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "other"]
Centre = Literal["estimate", "mean"]
METHODS: tuple[Method, ...] = ("JK1", "JKn", "BRR", "Fay", "bootstrap", "other")


def replicate_covariance(
    replicates: Floats, estimate: Floats, multipliers: Floats, centre: Centre = "estimate"
) -> Floats:
    """The covariance of estimates, from the same estimates by each replicate's weights.

    Parameters
    ----------
    replicates
        (R, p) the estimates by each replicate.
    estimate
        (p,) by the full weights.
    multipliers
        (R,) what each squared deviation counts.
    centre
        Deviations from the full ``estimate`` (as SAS, Stata and the manuals of public-use files
        have it) or from the ``mean`` of the replicates (the default of R's survey).

    Returns
    -------
    (p, p) array; not a number where a replicate has none.

    Notes
    -----
    Wolter (2007), Introduction to Variance Estimation, chapters 3 to 5.

    Examples
    --------
    >>> y = np.array([1.0, 2, 4, 9])
    >>> left_out = (y.sum() - y)[:, None] / 3
    >>> replicate_covariance(left_out, y.mean(keepdims=True), np.full(4, 0.75)).round(6)
    array([[3.166667]])
    """
    middle = estimate if centre == "estimate" else replicates[multipliers > 0].mean(axis=0)
    deviation = replicates - middle
    return np.asarray((deviation * multipliers[:, None]).T @ deviation)


def default_multipliers(method: str, count: int, fay: float = 0.0) -> Floats:
    """(R,) what a method's deviations count where nothing else is declared.

    >>> default_multipliers("JK1", 50)[0], default_multipliers("Fay", 20, 0.3)[0].round(6)
    (np.float64(0.98), np.float64(0.102041))
    """
    if method not in METHODS:
        raise AnalysisError(
            f"'{method}' is no kind of replicate.{did_you_mean(method, METHODS)} "
            f"There are: {listing(METHODS)}."
        )
    if method in ("JKn", "other"):
        raise AnalysisError(
            "These replicates have no usual multiplier: give their 'method', or 'multipliers', one "
            "number or one a replicate (for JKn (m − 1) / m with m clusters in its stratum)."
        )
    if (method == "Fay") != (0 < fay < 1):
        raise AnalysisError("'fay' is the share kept by Fay's method, between 0 and 1.")
    each = {"JK1": (count - 1) / count, "Fay": 1 / (count * (1 - fay) ** 2)}
    return np.full(count, each.get(method, 1 / count))


def rank_df(weights: Floats) -> int:
    """Degrees of freedom of replicate weights: the rank of the (n, R) columns, less one."""
    if not weights.size:
        return 0
    length = np.linalg.norm(weights, axis=0)
    scaled = weights[:, length > 0] / length[length > 0]
    if not scaled.size:
        return 0
    values = np.linalg.eigvalsh(scaled.T @ scaled)
    return int((values > 1e-10 * values[-1]).sum()) - 1
