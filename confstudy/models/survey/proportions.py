"""Shares of a population with intervals that stay between 0 and 1."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit, logit

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.formula import Data
from confstudy.models.survey.design import AnyDesign
from confstudy.models.survey.domains import columns_of, prepared
from confstudy.models.survey.estimates import survey_mean
from confstudy.models.survey.result import SurveyEstimate
from confstudy.models.survey.sample import Sample

__all__ = ["survey_proportion"]

Floats = NDArray[np.float64]
Interval = Literal["logit", "beta", "wald"]
_INTERVALS = ("logit", "beta", "wald")


def survey_proportion(
    variable: str,
    data: Data,
    design: AnyDesign = None,
    *,
    interval: Interval = "logit",
    by: str = "",
    where: ArrayLike | None = None,
    level: float = 0.95,
) -> SurveyEstimate:
    """The share of the population at each level of a variable, or of a 0/1 variable at 1.

    Parameters
    ----------
    variable
        A categorical column, or one of 0 and 1 (true and false).
    interval
        ``logit`` (t interval of the log odds), ``beta`` (Korn & Graubard: exact binomial with
        the effective sample size, also for shares of 0 and 1) or ``wald``.
    data, design, by, where, level
        As :func:`confstudy.models.survey.estimates.survey_mean`.

    Notes
    -----
    Estimand: the share of the population that the weights stand for.
    Assumes: as for means.
    Does not show: what those who cannot be sampled or did not answer would have said.
    Source: Korn & Graubard (1998), Survey Methodology 24, 193.

    Examples
    --------
    >>> import pandas as pd
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"told": [0, 0, 0, 1, 0, 1, 0, 0, 0, 1]})
    >>> survey_proportion("told", frame, SurveyDesign()).table[["conf_low", "conf_high"]].round(4)
       conf_low  conf_high
    0    0.0764     0.6896
    """
    if interval not in _INTERVALS:
        hint = did_you_mean(interval, _INTERVALS)
        raise AnalysisError(f"'interval' is one of {listing(_INTERVALS)}.{hint}")
    columns = prepared([variable], data, design, by, where)
    _, values = columns_of(columns.frame, variable)
    rows = np.any([domain.sample.rows for domain in columns.domains], axis=0)
    if not np.isin(values[rows], (0.0, 1.0)).all():
        raise AnalysisError(f"'{variable}' has other numbers than 0 and 1: a share needs levels.")
    found = survey_mean(variable, data, design, by=by, where=where, level=level)
    if interval == "wald":
        return replace(found, kind="proportion")
    make = _logit_interval if interval == "logit" else _beta_interval
    bounds, notes, width, place = [], [], values.shape[1], 0
    for domain in columns.domains:
        for column in range(width):
            one = values[domain.sample.rows, column]
            bounds.append(make(domain.sample, one, found, place))
            lost = not np.isfinite(bounds[-1]).all()
            notes.append("no logit interval at 0 or 1: use interval='beta'" if lost else "")
            place += 1
    noted = tuple(a or b for a, b in zip(found.notes or [""] * place, notes, strict=True))
    return replace(
        found,
        kind=f"proportion ({interval} intervals)",
        intervals=np.array(bounds),
        notes=noted if any(noted) else (),
    )


def _logit_interval(
    sample: Sample, values: Floats, found: SurveyEstimate, place: int
) -> tuple[float, float]:
    share = found.estimates[place]
    if not 0 < share < 1 or not found.df[place] > 0:
        return np.nan, np.nan
    weights = sample.domain_weights
    influence = weights * (values - share) / weights.sum() / (share * (1 - share))

    def statistic(replicated: Floats) -> Floats:
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = values @ replicated / replicated.sum(axis=0)
            return np.asarray(logit(shares))[:, None]

    centre = np.array([logit(share)])
    with np.errstate(invalid="ignore"):
        variance = sample.spread(influence[:, None], centre, statistic)[0, 0]
    if not np.isfinite(variance):
        return np.nan, np.nan
    margin = stats.t.ppf(0.5 + found.level / 2, found.df[place]) * np.sqrt(variance)
    return float(expit(centre[0] - margin)), float(expit(centre[0] + margin))


def _beta_interval(
    _: Sample, values: Floats, found: SurveyEstimate, place: int
) -> tuple[float, float]:
    """The exact interval of as many respondents as a simple sample would need."""
    share, variance = found.estimates[place], found.covariance[place, place]
    tail, n, df = (1 - found.level) / 2, len(values), found.df[place]
    if not df > 0 or n < 2:
        return np.nan, np.nan
    if variance == 0 and 0 < share < 1:
        return float(share), float(share)
    effective = share * (1 - share) / variance if variance > 0 else float(n)
    effective *= (stats.t.ppf(tail, n - 1) / stats.t.ppf(tail, df)) ** 2
    yes, no = effective * share, effective * (1 - share)
    low = stats.beta.ppf(tail, yes, no + 1) if share > 0 else 0.0
    high = stats.beta.ppf(1 - tail, yes + 1, no) if share < 1 else 1.0
    return float(low), float(high)
