"""Are hazards proportional? A score test of coefficients that change with time."""

from __future__ import annotations

import re
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.survival.partial import Partial, Risks, spread

__all__ = ["Clock", "clock_of", "proportional_hazards"]

Floats = NDArray[np.float64]
Clock = Literal["km", "identity", "log", "rank"]
_CLOCKS = ("km", "identity", "log", "rank")


def proportional_hazards(
    risks: Risks, matrix: Floats, at: Partial, terms: tuple[str, ...], clock: Floats
) -> pd.DataFrame:
    """Test each term, and all together, for a coefficient that moves with a clock.

    Parameters
    ----------
    risks, matrix, at, terms
        A Cox model at its estimate.
    clock
        (m,): a function of the time of each event, such as its rank.

    Returns
    -------
    DataFrame
        ``term, statistic, df, p_value``; a categorical predictor is one term.

    Notes
    -----
    Grambsch and Therneau (1994), as the score test of the predictors times the clock: exact
    in the variances at each event, not their average.
    """
    rows, ties = risks.dead, risks.tie
    moments = spread_over_time(risks, matrix, at, clock)
    centre = risks.summed(at.means * risks.mean_weight[:, None])
    clocks = risks.summed(clock[:, None]) / np.bincount(ties)[:, None]
    seen = risks.summed(risks.weight[rows, None] * matrix[rows])
    score = ((seen - centre) * clocks).sum(axis=0)
    names = [re.sub(r"\[[^\]]*\]", "", term) for term in terms]
    tests = [(name, [i for i, n in enumerate(names) if n == name]) for name in dict.fromkeys(names)]
    tests.append(("all", list(range(len(terms)))))
    rows_out = []
    for name, places in tests:
        statistic = _score_test(moments, score, places)
        p_value = float(stats.chi2.sf(statistic, len(places)))
        rows_out.append(
            {"term": name, "statistic": statistic, "df": len(places), "p_value": p_value}
        )
    return pd.DataFrame(rows_out)


def spread_over_time(
    risks: Risks, matrix: Floats, at: Partial, clock: Floats
) -> tuple[Floats, Floats, Floats]:
    """The information, and its sums weighted by the clock and its square."""
    found = []
    for power in (0, 1, 2):
        weight = risks.mean_weight * clock**power
        exposed = risks.weight * at.risk * risks.exposure(at.steps * clock**power)
        found.append(spread(matrix, exposed, at.means, weight))
    return found[0], found[1], found[2]


def _score_test(moments: tuple[Floats, Floats, Floats], score: Floats, places: list[int]) -> float:
    plain, once, twice = moments
    cross = once[:, places]
    variance = twice[np.ix_(places, places)] - cross.T @ np.linalg.solve(plain, cross)
    return float(score[places] @ np.linalg.solve(variance, score[places]))


def clock_of(kind: Clock, risks: Risks, time: Floats, entry: Floats) -> Floats:
    """(m,): the clock at each event; ``km`` is 1 less the Kaplan-Meier share just before."""
    if kind not in _CLOCKS:
        raise AnalysisError(
            f"'{kind}' is no clock.{did_you_mean(kind, _CLOCKS)} There are: {listing(_CLOCKS)}."
        )
    moments = risks.time[risks.tie]
    if kind == "identity":
        return moments
    if kind == "log":
        if moments.min() <= 0:
            raise AnalysisError("An event at time 0 has no logarithm: choose another clock.")
        return np.log(moments)
    if kind == "rank":
        return np.asarray(stats.rankdata(time))[risks.dead]
    distinct = np.unique(moments)
    at_risk = len(time) - np.searchsorted(np.sort(time), distinct)
    at_risk = at_risk - (len(entry) - np.searchsorted(np.sort(entry), distinct))
    events = np.bincount(np.searchsorted(distinct, moments))
    share = np.concatenate([[1.0], np.cumprod(1 - events / at_risk)])
    return np.asarray(1 - share[np.searchsorted(distinct, moments)])
