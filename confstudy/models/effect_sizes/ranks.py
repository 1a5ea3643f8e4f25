"""How often one group's answer is the higher: Cliff's delta and the area under the ROC curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes.effect import Effect, wald
from confstudy.models.effect_sizes.samples import two_samples
from confstudy.models.formula import Data

__all__ = ["area_under_curve", "cliffs_delta"]


def area_under_curve(
    first: str | ArrayLike, second: Data | ArrayLike, *, level: float = 0.95
) -> Effect:
    """The chance that a value of one group is above one of the other, ties counting half.

    Parameters
    ----------
    first, second
        ``"score ~ group"`` and data (second level above the first), or two sequences (first
        above second).
    level
        Of the interval.

    Notes
    -----
    DeLong et al. (1988) for the variance; the interval is that of the logit, and so stays
    within 0 and 1.

    Estimand: the chance itself. Assumes: independent respondents. Does not show: how far
    apart the values are.

    Examples
    --------
    >>> area_under_curve([3, 4, 5, 6], [1, 2, 3, 4]).estimate
    0.875
    """
    area, error, n = _placed(first, second)
    slope = area * (1 - area)
    return wald(
        "area under the curve", area, error / slope if slope > 0 else float("nan"), n,
        scale="logit", level=level, method="DeLong, logit", problems=_whole(area),
    )  # fmt: skip


def cliffs_delta(
    first: str | ArrayLike, second: Data | ArrayLike, *, level: float = 0.95
) -> Effect:
    """Cliff's delta: how much more often the first is higher than that it is lower, −1 to 1.

    Parameters
    ----------
    first, second, level
        As for :func:`area_under_curve`.

    Notes
    -----
    Cliff (1993): 2·AUC − 1, with the interval of Fisher's transformation, which is that of the
    area's logit.

    Estimand, assumes, does not show: as :func:`area_under_curve`.

    Examples
    --------
    >>> cliffs_delta([3, 4, 5, 6], [1, 2, 3, 4]).estimate
    0.75
    """
    area, error, n = _placed(first, second)
    delta = 2 * area - 1
    slope = 1 - delta**2
    return wald(
        "Cliff's delta", delta, 2 * error / slope if slope > 0 else float("nan"), n,
        scale="fisher", level=level, method="DeLong, Fisher z", problems=_whole(area),
    )  # fmt: skip


def _whole(area: float) -> tuple[str, ...]:
    apart = area in (0.0, 1.0)
    return ("the groups do not overlap: there is no finite interval",) if apart else ()


def _placed(first: str | ArrayLike, second: Data | ArrayLike) -> tuple[float, float, int]:
    """The area, its standard error and the number of values, from their placements."""
    x, y = two_samples(first, second)
    n, m = len(x), len(y)
    if min(n, m) < 2:
        raise AnalysisError("Two groups of two or more values are needed.")
    ranks = stats.rankdata(np.concatenate([x, y]))
    above = (ranks[:n] - stats.rankdata(x)) / m
    below = 1 - (ranks[n:] - stats.rankdata(y)) / n
    error = np.sqrt(above.var(ddof=1) / n + below.var(ddof=1) / m)
    return float(above.mean()), float(error), n + m
