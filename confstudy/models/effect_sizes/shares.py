"""Two shares compared: risk difference, risk ratio, odds ratio."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.models.effect_sizes.effect import Effect, quantile, wald
from confstudy.models.effect_sizes.samples import columns, levels_in_order, numbers
from confstudy.models.formula import Data
from confstudy.models.survival.times import happened
from confstudy.survey.survey import Survey

__all__ = ["odds_ratio", "risk_difference", "risk_ratio"]

Share = tuple[int, int]


def risk_difference(first: str | Share, second: Data | Share, *, level: float = 0.95) -> Effect:
    """The difference of two shares, with Newcombe's interval.

    Parameters
    ----------
    first, second
        ``"outcome ~ group"`` and data (second level less the first), or two pairs of how many
        had the outcome and how many there were (first less second).
    level
        Of the interval.

    Notes
    -----
    Newcombe (1998), method 10, from Wilson's intervals; the test and its standard error are
    Wald's, with the two shares' own variances.

    Estimand: the difference of the groups' chances. Assumes: independent respondents. Does not
    show: an effect of the group unless it was randomised.

    Examples
    --------
    >>> risk_difference((56, 70), (48, 80))
    risk difference, n = 150
    0.2000, 95 % interval [0.0524, 0.3339] (Newcombe), p = 0.0059
    """
    (a, n), (c, m) = _shares(first, second)
    p, q = a / n, c / m
    error = float(np.sqrt(p * (1 - p) / n + q * (1 - q) / m))
    found = wald("risk difference", p - q, error, n + m, level=level)
    (low_p, high_p), (low_q, high_q) = _wilson(a, n, level), _wilson(c, m, level)
    return replace(
        found,
        conf_low=p - q - float(np.hypot(p - low_p, high_q - q)),
        conf_high=p - q + float(np.hypot(high_p - p, q - low_q)),
        method="Newcombe",
        problems=(),
    )


def risk_ratio(first: str | Share, second: Data | Share, *, level: float = 0.95) -> Effect:
    """The ratio of two shares, with the interval of its logarithm.

    Parameters
    ----------
    first, second, level
        As for :func:`risk_difference`; the second level's share by the first's, or the first
        pair's by the second's.

    Notes
    -----
    Katz et al. (1978).

    Estimand: the ratio of the groups' chances. Assumes: independent respondents, large cells.
    Does not show: an effect of the group unless it was randomised.

    Examples
    --------
    >>> round(risk_ratio((56, 70), (48, 80)).estimate, 4)
    1.3333
    """
    (a, n), (c, m) = _shares(first, second)
    problems = _empty(a, c)
    with np.errstate(all="ignore"):
        ratio = np.divide(a, n) / np.divide(c, m)
        error = float(np.sqrt(np.divide(1, a) - 1 / n + np.divide(1, c) - 1 / m))
    return wald(
        "risk ratio", float(ratio), error, n + m,
        scale="log", level=level, method="Wald, log", problems=problems,
    )  # fmt: skip


def odds_ratio(first: str | Share, second: Data | Share, *, level: float = 0.95) -> Effect:
    """The ratio of two odds, with the interval of its logarithm.

    Parameters
    ----------
    first, second, level
        As for :func:`risk_ratio`.

    Notes
    -----
    Woolf (1955).

    Estimand: the ratio of the groups' odds. Assumes: independent respondents, large cells.
    Does not show: an effect of the group unless it was randomised; it is not a ratio of chances
    where the outcome is frequent.

    Examples
    --------
    >>> odds_ratio((178, 383), (68, 175))
    odds ratio, n = 558
    1.3663, 95 % interval [0.9491, 1.9668] (Wald, log), p = 0.0931
    """
    (a, n), (c, m) = _shares(first, second)
    cells = np.array([a, n - a, c, m - c], dtype=float)
    with np.errstate(all="ignore"):
        ratio = float(cells[0] / cells[1] / (cells[2] / cells[3]))
        error = float(np.sqrt((1 / cells).sum()))
    return wald(
        "odds ratio", ratio, error, n + m,
        scale="log", level=level, method="Wald, log", problems=_empty(*cells.tolist()),
    )  # fmt: skip


def _empty(*cells: float) -> tuple[str, ...]:
    return ("a cell is empty: the ratio has no finite interval",) if min(cells) == 0 else ()


def _wilson(count: int, n: int, level: float) -> tuple[float, float]:
    z, share = quantile(level), count / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    low = 0.0 if count == 0 else centre - margin
    return low, 1.0 if count == n else centre + margin


def _shares(first: str | Share, second: Data | Share) -> tuple[Share, Share]:
    if not isinstance(first, str):
        if isinstance(second, Survey | pd.DataFrame):
            raise AnalysisError("Give a formula and data, or two pairs (with outcome, all).")
        return _counted(first), _counted(second)
    outcome, group = columns(first, second)
    levels = levels_in_order(group)
    if len(levels) != 2:
        raise AnalysisError(f"'{first}' compares two groups; there are {len(levels)}.")
    seen, last = happened(outcome, first.split("~")[0].strip()), (group == levels[1]).to_numpy()
    counted = [(int(seen[part].sum()), int(part.sum())) for part in (last, ~last)]
    return counted[0], counted[1]


def _counted(pair: Share) -> Share:
    found = numbers(pair)
    whole = found.shape == (2,) and bool((found == np.round(found)).all())
    if not whole or found[1] < 1 or not 0 <= found[0] <= found[1]:
        raise AnalysisError("A pair is how many had the outcome and how many there were.")
    return int(found[0]), int(found[1])
