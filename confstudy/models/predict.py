"""Average predictions and their differences, with delta-method intervals."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.fit import Fit
from confstudy.models.formula import Design

__all__ = ["Formulated", "contrast", "inner_range", "levels_of", "predictions"]

Floats = NDArray[np.float64]
Value = str | float | bool


class Formulated(Protocol):
    """A model with a formula and the rows it was fitted to."""

    @property
    def formula(self) -> str:
        """The formula as it was given."""

    @property
    def design(self) -> Design:
        """The rows used."""


@dataclass(frozen=True, repr=False)
class _Average:
    """An average prediction, one number a level, and its derivative by the coefficients."""

    value: Floats
    gradient: Floats

    def from_level(self, first: int) -> _Average:
        """The level at ``first`` and all above it, together."""
        return _Average(
            self.value[first:].sum(keepdims=True), self.gradient[first:].sum(0, keepdims=True)
        )


def predictions(
    fit: Fit,
    variable: str,
    values: Sequence[Value] | None = None,
    *,
    at_least: str | None = None,
) -> pd.DataFrame:
    """What the model predicts, on average, were the variable set to each value for everybody.

    Parameters
    ----------
    fit
        A fitted model.
    variable
        A variable of its formula.
    values
        Where to predict: by default all levels, or 25 numbers from the 5th to the 95th
        percentile (closer in where fewer than ten respondents stand beyond).
    at_least
        For an ordered outcome, predict this level or a higher one, instead of each level.

    Returns
    -------
    DataFrame
        One row a value (and level of an ordered outcome): ``value, level, estimate,
        std_error, conf_low, conf_high``; chances for binary and ordered outcomes, else means.

    Notes
    -----
    Estimand: the mean over the respondents, by the weights of the fit if it has any, of the
    prediction with the variable set (standardisation, g-computation).
    Assumes: as the fit.
    Does not show: what setting it would do, unless the fit shows an effect.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = cs.fit("concealment ~ arm", scores, "logit")
    >>> list(cs.predictions(model, "arm")["value"])
    ['none', 'conditional', 'absolute']
    """
    _require(fit, variable)
    rows = []
    for value in _grid(fit, variable) if values is None else values:
        levels, average = _average(fit, {variable: value}, at_least)
        rows += [
            {"value": value, "level": level, **_interval(fit, estimate, gradient)}
            for level, estimate, gradient in zip(
                levels, average.value, average.gradient, strict=True
            )
        ]
    return pd.DataFrame(rows).drop(columns="df")


def contrast(
    fit: Fit, variable: str, values: tuple[Value, Value], *, at_least: str | None = None
) -> pd.DataFrame:
    """The difference of two average predictions, the second value's less the first's.

    Parameters
    ----------
    fit, variable, at_least
        As for :func:`predictions`.
    values
        The two values of the variable.

    Returns
    -------
    DataFrame
        One row a level: ``level, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high``.
    """
    _require(fit, variable)
    (levels, low), (_, high) = (_average(fit, {variable: value}, at_least) for value in values)
    rows = []
    for position, level in enumerate(levels):
        change = float(high.value[position] - low.value[position])
        numbers = _interval(
            fit, change, high.gradient[position] - low.gradient[position], bounded=False
        )
        statistic = change / numbers["std_error"] if numbers["std_error"] > 0 else np.nan
        p_value = float(2 * stats.t.sf(abs(statistic), numbers["df"]))
        rows.append({"level": level, **numbers, "statistic": statistic, "p_value": p_value})
    order = "level estimate std_error statistic df p_value conf_low conf_high"
    return pd.DataFrame(rows)[order.split()]


def _place(fit: Fit, level: str) -> int:
    if level not in fit.levels:
        column = fit.design.frame.get(fit.design.name)
        shown = _shown(column) if column is not None else ""
        raise AnalysisError(f"'{fit.design.name}' has no such level.{shown}")
    return fit.levels.index(level)


def _require(fit: Fit, variable: str) -> None:
    if variable not in fit.design.frame:
        names = map(str, fit.design.frame)
        raise AnalysisError(unknown("Variables", [variable], names, "the model"))
    if fit.problems:
        raise AnalysisError(f"'{fit.formula}' cannot predict: {'; '.join(fit.problems)}.")


def _grid(fit: Fit, variable: str) -> list[Value]:
    levels = levels_of(fit, variable)
    if levels is not None:
        return levels
    low, high = inner_range(fit.design.frame[variable])
    return list(np.linspace(low, high, 25).tolist())


def levels_of(fit: Formulated, variable: str) -> list[Value] | None:
    """The values a variable has as categories in the model, or None where it is a number."""
    column = fit.design.frame[variable]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    called = re.search(rf"\bC\(\s*`?{re.escape(variable)}\b", fit.formula)
    distinct = np.unique(column.to_numpy())
    if called or len(distinct) <= 2 or not pd.api.types.is_numeric_dtype(column):
        return list(distinct.tolist())
    return None


def inner_range(column: pd.Series[Any]) -> tuple[float, float]:
    """From the 5th to the 95th percentile, or closer in so that ten stand beyond each end.

    The ends are rounded to three digits of the range, so that they are nobody's own value.

    Raises
    ------
    AnalysisError
        With fewer than forty respondents, or no range.
    """
    values = np.sort(column.to_numpy(dtype=float))
    if len(values) < 40:
        raise AnalysisError(f"{len(values)} respondents are too few to predict along a range.")
    beyond = max(10, int(0.05 * len(values)))
    low, high = float(values[beyond]), float(values[-beyond - 1])
    if high <= low:
        raise AnalysisError(
            "Nearly everybody has the same value: there is no range to predict along."
        )
    digits = 2 - int(np.floor(np.log10(high - low)))
    return round(low, digits), round(high, digits)


def _average(
    fit: Fit, setting: Mapping[str, Value], at_least: str | None
) -> tuple[list[str], _Average]:
    matrix = fit.design.matrix_for(_with(fit, setting))
    keep = [position for position, term in enumerate(_columns(fit)) if term in fit.design.terms]
    matrix = matrix[:, keep]
    centre = fit.coefficients
    step = 1e-5 * (1 + np.abs(centre))
    gradient = [
        (_mean(fit, centre + move, matrix) - _mean(fit, centre - move, matrix)) / (2 * size)
        for move, size in zip(np.diag(step), step, strict=True)
    ]
    average = _Average(_mean(fit, centre, matrix), np.array(gradient).T)
    if at_least is None:
        return fit.levels, average
    return [f"{at_least} or more"], average.from_level(_place(fit, at_least))


def _columns(fit: Fit) -> Sequence[str]:
    return list(fit.design.spec.column_names)


def _mean(fit: Fit, coefficients: Floats, matrix: Floats) -> Floats:
    predicted = fit.family.predict(coefficients, matrix)
    return np.asarray(np.average(predicted, axis=0, weights=fit.weights))


def _with(fit: Fit, setting: Mapping[str, Value]) -> pd.DataFrame:
    frame, changed = fit.design.frame, {}
    for name, value in setting.items():
        levels, column = levels_of(fit, name), frame[name]
        if levels is not None and value not in levels:
            raise AnalysisError(f"'{name}' has no such level in the model.{_shown(column)}")
        if isinstance(column.dtype, pd.CategoricalDtype):
            repeated = pd.Categorical([value] * len(frame), dtype=column.dtype)
            changed[name] = pd.Series(repeated, index=frame.index)
        else:
            changed[name] = pd.Series(value, index=frame.index)
    return frame.assign(**changed)


def _shown(column: pd.Series[Any]) -> str:
    """The levels that many share; a rare one could be somebody's answer."""
    counts = column.value_counts()
    common = [str(level) for level, count in counts.items() if count >= 10]
    return f" Levels: {listing(sorted(common))}." if common else ""


def _interval(
    fit: Fit, estimate: float, gradient: Floats, *, bounded: bool = True
) -> dict[str, float]:
    error = float(np.sqrt(gradient @ fit.covariance @ gradient))
    df = fit.uncertainty.df(gradient)
    margin = float(stats.t.ppf(0.5 + fit.level / 2, df)) * error
    low, high = estimate - margin, estimate + margin
    if bounded:
        low, high = max(low, fit.family.bounds[0]), min(high, fit.family.bounds[1])
    return {
        "estimate": float(estimate),
        "std_error": error,
        "df": df,
        "conf_low": low,
        "conf_high": high,
    }
