"""One number that says how large an effect is, with what is needed to judge it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from confstudy.errors import AnalysisError

__all__ = ["Effect", "Scale", "noncentral", "quantile", "root", "wald"]

Scale = Literal["plain", "fisher", "log", "logit"]
_TO: dict[str, Callable[[float], float]] = {
    "plain": lambda value: value,
    "fisher": lambda value: float(np.arctanh(value)),
    "log": lambda value: float(np.log(value)),
    "logit": lambda value: float(np.log(value / (1 - value))),
}
_BACK: dict[str, Callable[[float], float]] = {
    "plain": lambda value: value,
    "fisher": lambda value: float(np.tanh(value)),
    "log": lambda value: float(np.exp(value)),
    "logit": lambda value: float(1 / (1 + np.exp(-value))),
}


@dataclass(frozen=True, repr=False)
class Effect:
    """An effect size.

    Attributes
    ----------
    name, estimate
        What it is, and its size.
    std_error, df
        On ``scale``, on which tests are made; infinite degrees of freedom for the normal.
    conf_low, conf_high
        The interval, as ``method`` makes it.
    statistic, p_value
        Of the test that there is no effect.
    n
        Respondents behind it.
    problems
        Why it cannot be believed; empty when it can.
    spread
        The standard deviation that a difference of means is measured by, for bounds.
    """

    name: str
    estimate: float
    std_error: float
    df: float
    conf_low: float
    conf_high: float
    statistic: float
    p_value: float
    n: int
    method: str
    scale: Scale = "plain"
    level: float = 0.95
    problems: tuple[str, ...] = ()
    spread: float = float("nan")

    @property
    def table(self) -> pd.DataFrame:
        """One row: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high."""
        names = "estimate std_error statistic df p_value conf_low conf_high".split()
        table = pd.DataFrame([{"term": self.name} | {name: getattr(self, name) for name in names}])
        if self.problems:
            table.iloc[:, 1:] = np.nan
            table["note"] = "; ".join(self.problems)
        return table

    def to_scale(self, value: float) -> float:
        """A value of the effect on the scale of its test."""
        with np.errstate(all="ignore"):
            return _TO[self.scale](value)

    def from_scale(self, value: float) -> float:
        """A value on the scale of the test, as an effect."""
        return _BACK[self.scale](value)

    def __repr__(self) -> str:
        head = f"{self.name}, n = {self.n:,}"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        percent = f"{100 * self.level:g} %"
        limits = f"{percent} interval [{self.conf_low:.4f}, {self.conf_high:.4f}] ({self.method})"
        return f"{head}\n{self.estimate:.4f}, {limits}, p = {self.p_value:.4f}"


def wald(
    name: str,
    estimate: float,
    error: float,
    n: int,
    *,
    scale: Scale = "plain",
    df: float = float("inf"),
    level: float = 0.95,
    method: str = "Wald",
    null: float = 0.0,
    problems: tuple[str, ...] = (),
    spread: float = float("nan"),
) -> Effect:
    """An effect whose interval is its standard error's, on a scale; ``null`` is on that scale."""
    with np.errstate(all="ignore"):
        centre = _TO[scale](estimate)
        margin = quantile(level, df) * error
        statistic = (centre - null) / error if error > 0 else float("nan")
        low, high = _BACK[scale](centre - margin), _BACK[scale](centre + margin)
    if not (np.isfinite(error) and error > 0 and np.isfinite(centre)):
        problems = problems or ("no standard error: the data do not vary enough",)
    return Effect(
        name,
        float(estimate),
        float(error),
        float(df),
        low,
        high,
        float(statistic),
        float(2 * stats.t.sf(abs(statistic), df)),
        n,
        method,
        scale,
        level,
        problems,
        spread,
    )


def quantile(level: float, df: float = float("inf")) -> float:
    """The quantile that makes a two-sided interval of a standard error."""
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    return float(stats.t.ppf(0.5 + level / 2, df))


def noncentral(
    chance: Callable[[float], float], start: float, level: float, *, signed: bool
) -> tuple[float, float]:
    """The two noncentralities under which what was seen is at the edge of what is usual.

    ``chance(λ)`` is the chance of less than what was seen, falling in λ; limits below 0 are
    0 unless ``signed``.
    """
    quantile(level)
    tails = (0.5 + level / 2, 0.5 - level / 2)
    low, high = (root(chance, tail, start, signed=signed) for tail in tails)
    return low, high


def root(chance: Callable[[float], float], tail: float, start: float, *, signed: bool) -> float:
    """Where a falling function takes a value, in brackets that widen until they hold it."""
    if not signed and chance(0.0) <= tail:
        return 0.0
    reach = 4.0 + abs(start)
    low, high = (start - reach if signed else 0.0), start + reach
    while signed and chance(low) <= tail:
        low -= reach
        reach *= 2
    while chance(high) > tail:
        high += reach
        reach *= 2
    return float(brentq(lambda at: chance(at) - tail, low, high, xtol=1e-14, rtol=1e-14))
