"""Average predictions and their differences, with delta-method intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.fit import Fit

__all__ = ["contrast", "predictions"]

Floats = NDArray[np.float64]
Value = str | float | bool


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
        percentile.
    at_least
        For an ordered outcome, predict this level or a higher one, instead of each level.

    Returns
    -------
    DataFrame
        One row a value (and level of an ordered outcome): ``value, level, estimate,
        std_error, conf_low, conf_high``; chances for logit and ordered, means for ols.

    Notes
    -----
    Estimand: the mean over the respondents of the prediction with the variable set
    (standardisation, g-computation). Assumes and does not show: as the fit.

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
    return pd.DataFrame(rows)


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
        p_value = float(2 * stats.t.sf(abs(statistic), fit.df))
        rows.append(
            {"level": level, **numbers, "statistic": statistic, "df": fit.df, "p_value": p_value}
        )
    order = [
        "level",
        "estimate",
        "std_error",
        "statistic",
        "df",
        "p_value",
        "conf_low",
        "conf_high",
    ]
    return pd.DataFrame(rows)[order]


def _place(levels: Sequence[str], level: str) -> int:
    if level not in levels:
        raise AnalysisError(unknown("Levels", [level], levels, "the outcome"))
    return levels.index(level)


def _require(fit: Fit, variable: str) -> None:
    if variable not in fit.design.frame:
        names = map(str, fit.design.frame)
        raise AnalysisError(unknown("Variables", [variable], names, "the model"))
    if fit.problems:
        raise AnalysisError(f"'{fit.formula}' cannot predict: {'; '.join(fit.problems)}.")


def _grid(fit: Fit, variable: str) -> list[Value]:
    column = fit.design.frame[variable]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    distinct = np.unique(column.to_numpy())
    if len(distinct) <= 2 or not pd.api.types.is_numeric_dtype(column):
        return list(distinct.tolist())
    low, high = np.percentile(column.to_numpy(dtype=float), [5, 95])
    return list(np.linspace(low, high, 25).tolist())


def _average(
    fit: Fit, setting: Mapping[str, Value], at_least: str | None
) -> tuple[list[str], _Average]:
    matrix = fit.design.matrix_for(_with(fit.design.frame, setting))
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
    return [f"{at_least} or more"], average.from_level(_place(fit.levels, at_least))


def _columns(fit: Fit) -> Sequence[str]:
    return list(fit.design.spec.column_names)


def _mean(fit: Fit, coefficients: Floats, matrix: Floats) -> Floats:
    return np.asarray(fit.family.predict(coefficients, matrix).mean(axis=0))


def _with(frame: pd.DataFrame, setting: Mapping[str, Value]) -> pd.DataFrame:
    changed = {}
    for name, value in setting.items():
        column = frame[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            if value not in column.cat.categories:
                known = listing(column.cat.categories)
                raise AnalysisError(f"'{name}' has no such level. Levels: {known}.")
            changed[name] = pd.Series(
                pd.Categorical([value] * len(frame), dtype=column.dtype), index=frame.index
            )
        else:
            changed[name] = pd.Series(value, index=frame.index)
    return frame.assign(**changed)


def _interval(
    fit: Fit, estimate: float, gradient: Floats, *, bounded: bool = True
) -> dict[str, float]:
    error = float(np.sqrt(gradient @ fit.covariance @ gradient))
    low, high = estimate - fit.quantile * error, estimate + fit.quantile * error
    if bounded and fit.family.name != "ols":
        low, high = max(low, 0.0), min(high, 1.0)
    return {"estimate": float(estimate), "std_error": error, "conf_low": low, "conf_high": high}
