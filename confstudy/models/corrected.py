"""Regression that allows for the unreliability of scale scores (errors in variables)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["Corrected", "corrected_regression", "jackknife_interval"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Corrected:
    """Slopes, and the same slopes with each group left out once.

    Attributes
    ----------
    slopes
        (p,), in the order of the predictors.
    replicates
        (groups, p).
    """

    slopes: Floats
    replicates: Floats


def corrected_regression(
    outcome: Floats,
    predictors: Floats,
    error_variance: Floats,
    groups: NDArray[np.intp],
    *,
    within: bool = False,
) -> Corrected:
    """Least-squares slopes of predictors some of which are measured with error.

    Parameters
    ----------
    outcome
        (n,).
    predictors
        (n, p), without a constant.
    error_variance
        (p,): the variance of each predictor's measurement error, 0 for an exact one; for a
        score of reliability α it is (1 − α) times the score's variance.
    groups
        (n,): 0 to G − 1; left out one by one to learn how uncertain the slopes are.
    within
        Compare respondents of the same group only.

    Raises
    ------
    AnalysisError
        When the errors are as large as the predictors' own variation, or there is one group.

    Notes
    -----
    Moment estimator of Fuller (1987, section 2.2): the error variances are taken out of the
    cross products of the predictors.

    Estimand: the linear slopes on what the scales would say without error. Assumes: errors
    unrelated to each other and to everything else, reliabilities known. Does not show: an
    effect, unless the predictors block every other path.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> true = rng.normal(size=20_000)
    >>> seen = true + rng.normal(scale=0.5, size=true.size)
    >>> group = np.arange(true.size) % 50
    >>> found = corrected_regression(2 * true, seen[:, None], np.array([0.25]), group)
    >>> bool(abs(found.slopes[0] - 2) < 0.05)
    True
    """
    count = int(groups.max()) + 1
    if count < 2:
        raise AnalysisError("Groups are left out one by one: there must be two or more.")
    columns = np.column_stack([np.ones(len(outcome)), predictors, outcome])
    moments = np.stack([_moments(columns[groups == group], within) for group in range(count)])
    total = moments.sum(axis=0)
    slopes = _slopes(total[None], error_variance, within)[0]
    return Corrected(slopes, _slopes(total - moments, error_variance, within))


def _moments(rows: Floats, within: bool) -> Floats:
    """Cross products of a group's rows; its first cell counts the degrees of freedom."""
    if not within:
        return np.asarray(rows.T @ rows)
    centred = rows - rows.mean(axis=0)
    products = np.asarray(centred.T @ centred)
    products[0, 0] = len(rows) - 1
    return products


def _slopes(moments: Floats, error_variance: Floats, within: bool) -> Floats:
    weight = moments[:, 0, 0]
    products = moments[:, 1:, 1:]
    if not within:
        sums = moments[:, 0, 1:]
        products = products - sums[:, :, None] * sums[:, None, :] / weight[:, None, None]
        weight = weight - 1
    inner = products[:, :-1, :-1] - weight[:, None, None] * np.diag(error_variance)
    if np.linalg.eigvalsh(inner).min() <= 0:
        raise AnalysisError(
            "The scales are too unreliable for a correction: error outweighs truth."
        )
    return np.asarray(np.linalg.solve(inner, products[:, :-1, -1:])[:, :, 0])


def jackknife_interval(
    estimate: float, replicates: Floats, quantile: float
) -> tuple[float, float, float]:
    """Standard error, lower and upper limit from delete-one-group replicates (JK1)."""
    count = len(replicates)
    error = float(np.sqrt((count - 1) / count * ((replicates - replicates.mean()) ** 2).sum()))
    return error, estimate - quantile * error, estimate + quantile * error
