"""Levels of a variable beside each other: marginal means, and every pair compared."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.fit import Fit
from confstudy.models.multiplicity import adjust
from confstudy.models.predict import contrast, levels_of

__all__ = ["marginal_means", "pairwise"]

Floats = NDArray[np.float64]


def marginal_means(fit: Fit, variable: str) -> pd.DataFrame:
    """What the model says of each level, were all other predictors balanced.

    Parameters
    ----------
    fit
        A fitted model.
    variable
        A categorical variable of its formula.

    Returns
    -------
    DataFrame
        ``value, estimate, std_error, df, conf_low, conf_high``, on the scale of the linear
        predictor without its offset: means for ols, log odds for a logit.

    Notes
    -----
    Searle, Speed and Milliken (1980): other numbers at their means, all combinations of other
    categories (and of numbers with two values) counting alike.

    Estimand: the mean outcome of a level in a made-up population, in which the other categories
    are equally frequent (``predictions`` keeps the respondents' own).
    Assumes and does not show: as the fit.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> marginal_means(cs.fit("alliance ~ arm + stigma", scores), "arm")["value"].tolist()
    ['none', 'conditional', 'absolute']
    """
    if fit.family.zeros:
        raise AnalysisError(
            f"A {fit.family.name} model has two parts and no single linear predictor: use "
            f"cs.effects(fit, '{variable}', kind='prediction')."
        )
    levels = _levels(fit, variable)
    grid = _grid(fit, variable)
    matrix = fit.design.matrix_for(grid)
    names = list(fit.design.spec.column_names)
    matrix = matrix[:, [place for place, name in enumerate(names) if name in fit.design.terms]]
    weights = np.array([grid[variable] == level for level in levels], dtype=float)
    rows = (weights / weights.sum(axis=1, keepdims=True)) @ matrix
    slopes = rows.shape[1]
    estimate = rows @ fit.coefficients[:slopes]
    variance = np.einsum("ij,jk,ik->i", rows, fit.covariance[:slopes, :slopes], rows)
    full = np.zeros((len(rows), len(fit.coefficients)))
    full[:, :slopes] = rows
    df = np.array([fit.uncertainty.df(row) for row in full])
    margin = stats.t.ppf(0.5 + fit.level / 2, df) * np.sqrt(variance)
    return pd.DataFrame(
        {
            "value": levels,
            "estimate": estimate,
            "std_error": np.sqrt(variance),
            "df": df,
            "conf_low": estimate - margin,
            "conf_high": estimate + margin,
        }
    )


def _grid(fit: Fit, variable: str) -> pd.DataFrame:
    """All combinations of the categories, numbers at their means."""
    frame = fit.design.frame
    named = [name for name in map(str, frame) if name != fit.design.name or name == variable]
    values: dict[str, list[Any]] = {}
    for name in named:
        levels = levels_of(fit, name) if name in fit.design.spec.required_variables else None
        if levels is None:
            numeric = pd.api.types.is_numeric_dtype(frame[name])
            levels = [float(frame[name].mean()) if numeric else frame[name].iloc[0]]
        values[name] = list(levels)
    size = int(np.prod([len(each) for each in values.values()]))
    if size > 100_000:
        raise AnalysisError(f"{size:,} combinations of categories are too many to balance.")
    grid = pd.DataFrame(list(product(*values.values())), columns=list(values))
    return grid.astype(
        {
            name: frame[name].dtype
            for name in grid
            if isinstance(frame[name].dtype, pd.CategoricalDtype)
        }
    )


def _levels(fit: Fit, variable: str) -> list[Any]:
    if fit.problems:
        raise AnalysisError(f"'{fit.formula}' cannot be used: {'; '.join(fit.problems)}.")
    levels = levels_of(fit, variable) if variable in fit.design.frame else None
    if levels is None or variable == fit.design.name:
        raise AnalysisError(f"'{variable}' is no categorical variable of '{fit.formula}'.")
    if len(levels) < 2:
        raise AnalysisError(f"'{variable}' has one level only: there is nothing to compare.")
    return list(levels)


def pairwise(fit: Fit, variable: str, method: str = "tukey", **options: Any) -> pd.DataFrame:
    """Compare every two levels of a variable, by their average predictions.

    Parameters
    ----------
    fit
        A fitted model.
    variable
        A categorical variable of its formula.
    method
        ``tukey`` (the studentized range, with all levels compared), or as for :func:`adjust`.
    **options
        As for :func:`confstudy.contrast`, such as ``at_least``.

    Returns
    -------
    DataFrame
        ``contrast, level, estimate, std_error, statistic, df, p_value, conf_low, conf_high,
        p_adjusted``: the first level less the second; intervals are not adjusted.

    Notes
    -----
    Tukey (1953) and Kramer (1956).

    Estimand: differences of the average predictions.
    Assumes: as the fit; for Tukey, means about as precise and hardly correlated.
    Does not show: as the fit.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> pairwise(cs.fit("alliance ~ arm", scores), "arm")["contrast"].tolist()
    ['none - conditional', 'none - absolute', 'conditional - absolute']
    """
    levels = _levels(fit, variable)
    tables = [
        contrast(fit, variable, (second, first), **options).assign(contrast=f"{first} - {second}")
        for first, second in combinations(levels, 2)
    ]
    table = pd.concat(tables, ignore_index=True)
    table = table[["contrast", *(name for name in table if name != "contrast")]]
    if method == "tukey":
        width = np.sqrt(2) * table["statistic"].abs()
        chance = stats.studentized_range.sf(width, len(levels), table["df"])
        return table.assign(p_adjusted=chance)
    return adjust(table, method, families="level")
