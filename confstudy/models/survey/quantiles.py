"""Quantiles of a population with Woodruff's intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.models.survey.design import AnyDesign
from confstudy.models.survey.domains import columns_of, prepared
from confstudy.models.survey.estimates import require_level
from confstudy.models.survey.result import SurveyEstimate
from confstudy.models.survey.sample import Sample

__all__ = ["survey_quantile", "weighted_quantile"]

Floats = NDArray[np.float64]
_ROUNDING = 1e-12
_BEYOND = "the interval goes beyond the smallest or largest answer"


def survey_quantile(
    variable: str,
    data: Data,
    design: AnyDesign = None,
    *,
    probs: Sequence[float] = (0.25, 0.5, 0.75),
    by: str = "",
    where: ArrayLike | None = None,
    level: float = 0.95,
) -> SurveyEstimate:
    """Quantiles of a number in the population.

    Parameters
    ----------
    variable
        A column of numbers.
    probs
        Between 0 and 1; a quantile is the smallest value that at least this share of the
        population does not exceed.
    data, design, by, where, level
        As :func:`confstudy.models.survey.estimates.survey_mean`.

    Returns
    -------
    SurveyEstimate
        The intervals are Woodruff's: those of the share at or below the quantile, turned back
        into values. ``std_error`` is the interval's width over twice the t quantile.

    Notes
    -----
    Estimand: the quantile in the population that the weights stand for.
    Assumes: as for means, and a smooth distribution near the quantile.
    Does not show: exact coverage where many give the same value. A quantile is an answer that
    somebody gave: mind small groups before it is shown.
    Source: Woodruff (1952), JASA 47, 635.

    Examples
    --------
    >>> import pandas as pd
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"sessions": range(1, 101)})
    >>> found = survey_quantile("sessions", frame, SurveyDesign(), probs=[0.5])
    >>> found.table[["estimate", "conf_low", "conf_high"]]
       estimate  conf_low  conf_high
    0      50.0      41.0       60.0
    """
    require_level(level)
    chances = np.asarray(probs, dtype=float).ravel()
    if not (chances.size and (chances > 0).all() and (chances < 1).all()):
        raise AnalysisError("'probs' lie between 0 and 1, such as .5 for the median.")
    columns = prepared([variable], data, design, by, where)
    _, values = columns_of(columns.frame, variable)
    if values.shape[1] > 1:
        raise AnalysisError(f"'{variable}' has levels, not numbers: it has no quantiles.")
    rows, bounds = [], []
    for domain in columns.domains:
        sample, inside = domain.sample, values[domain.sample.rows, 0]
        for chance in chances:
            estimate, interval = _woodruff(sample, inside, float(chance), level)
            rows.append((f"{variable} {100 * chance:g} %", estimate, sample, domain.group))
            bounds.append(interval)
    df = np.array([sample.df if sample.df > 0 else np.nan for _, _, sample, _ in rows])
    intervals = np.array(bounds)
    error = (intervals[:, 1] - intervals[:, 0]) / (2 * stats.t.ppf(0.5 + level / 2, df))
    return SurveyEstimate(
        kind="quantile",
        terms=tuple(row[0] for row in rows),
        estimates=np.array([row[1] for row in rows]),
        covariance=np.where(np.eye(len(rows)) > 0, error**2, np.nan),
        df=df,
        n=np.array([int((row[2].domain_weights > 0).sum()) for row in rows]),
        errors=f"Woodruff; {rows[0][2].words}",
        dropped=columns.dropped,
        by=by,
        groups=tuple(row[3] for row in rows) if by else (),
        notes=tuple("" if np.isfinite(e) else _BEYOND for e in error)
        if not np.isfinite(error).all()
        else (),
        intervals=intervals,
        level=level,
        used=columns.used,
    )


def weighted_quantile(values: Floats, weights: Floats, chance: float) -> float:
    """The smallest value that at least this share of the weight does not exceed.

    Not a number where the share is not above 0 or above 1.

    >>> weighted_quantile(np.array([1.0, 2, 3]), np.array([1.0, 1, 2]), 0.5)
    2.0
    """
    if not 0 < chance <= 1 + _ROUNDING:
        return float("nan")
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0]
    reached = np.cumsum(weights[order])
    place = np.searchsorted(reached, chance * reached[-1] * (1 - _ROUNDING))
    return float(values[order][min(int(place), len(order) - 1)])


def _woodruff(
    sample: Sample, values: Floats, chance: float, level: float
) -> tuple[float, tuple[float, float]]:
    weights = sample.domain_weights
    quantile = weighted_quantile(values, weights, chance)
    below = (values <= quantile).astype(float)
    share = float(weights @ below / weights.sum())
    influence = weights * (below - share) / weights.sum()
    if not sample.df > 0:
        return quantile, (np.nan, np.nan)

    def statistic(replicated: Floats) -> Floats:
        return np.asarray(below @ replicated / replicated.sum(axis=0))[:, None]

    variance = sample.spread(influence[:, None], np.array([share]), statistic)[0, 0]
    margin = float(stats.t.ppf(0.5 + level / 2, sample.df) * np.sqrt(variance))
    ends = (weighted_quantile(values, weights, share + side * margin) for side in (-1, 1))
    low, high = ends
    return quantile, (low, high)
