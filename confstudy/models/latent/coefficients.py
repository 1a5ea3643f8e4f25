"""Estimates into a table: errors by delta, statistics, standardised values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.models.latent.defined import definitions, jacobian
from confstudy.models.latent.implied import Model, Moments

__all__ = ["coefficient_table", "explained", "standardised", "with_errors"]

Floats = NDArray[np.float64]
Array = NDArray[Any]


def all_values(model: Model, parameters: Array, sample: tuple[Moments, ...]) -> Array:
    """Every parameter, held ones too, then the defined ones."""
    count = len(model.positions)
    values = np.array([model.value_of(i, parameters, sample) for i in range(count)])
    return np.concatenate([values, definitions(model.specification.defined, _named(model, values))])


def _named(model: Model, values: Array) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for one, value in zip(model.specification.parameters, values, strict=True):
        if one.label:
            named.setdefault(one.label, value)
    return named


def standardised(model: Model, parameters: Floats, sample: tuple[Moments, ...]) -> Floats:
    """Every parameter with all variables at a variance of 1, then the defined ones.

    Covariances of residuals become their correlation.
    """
    index = {name: position for position, name in enumerate(model.variables)}
    found = []
    sizes, curves = [], []
    with np.errstate(invalid="ignore", divide="ignore"):
        for group in model.groups:
            sizes.append(np.sqrt(np.diag(group.everything(parameters)[1].covariance)))
            curves.append(np.sqrt(np.diag(group.matrices(parameters)[1])))
        for i, one in enumerate(model.specification.parameters):
            value = model.value_of(i, parameters, sample)
            size, curve = sizes[one.group], curves[one.group]
            left, right = index[one.left], index.get(one.right, -1)
            if one.right == "1":
                found.append(value / size[left])
            elif one.operator == "=~":
                found.append(value * size[left] / size[right])
            elif one.operator == "~":
                found.append(value * size[right] / size[left])
            elif left == right:
                found.append(value / size[left] ** 2)
            else:
                found.append(value / (curve[left] * curve[right]))
        values = np.array(found, dtype=float)
        own = definitions(model.specification.defined, _named(model, values))
    return np.concatenate([values, own]).astype(float)


def coefficient_table(
    model: Model,
    parameters: Floats,
    covariance: Floats,
    sample: tuple[Moments, ...],
    groups: tuple[str, ...],
    level: float,
) -> pd.DataFrame:
    """The table of a fit from the covariance (q, q) of its free parameters."""
    slopes = jacobian(lambda at: all_values(model, at, sample), parameters)
    error = np.sqrt(np.einsum("ij,jk,ik->i", slopes, covariance, slopes, optimize=True))
    estimate = all_values(model, parameters, sample)
    specification = model.specification
    table = pd.DataFrame(
        {
            "term": [p.term for p in specification.parameters] + list(specification.defined),
            "estimate": estimate,
        }
    )
    table = with_errors(table, error, level)
    table["standardized"] = standardised(model, parameters, sample)
    if len(groups) > 1:
        labels = [groups[p.group] for p in specification.parameters]
        table.insert(0, "group", labels + [""] * len(specification.defined))
    return table


def with_errors(table: pd.DataFrame, error: Floats, level: float) -> pd.DataFrame:
    """Add errors, statistics, p-values and limits; what is held has an estimate only."""
    error = np.where(error > 0, error, np.nan)
    estimate = table["estimate"].to_numpy(dtype=float)
    statistic = estimate / error
    margin = stats.norm.ppf(0.5 + level / 2) * error
    return table.assign(
        std_error=error,
        statistic=statistic,
        df=np.where(np.isnan(error), np.nan, np.inf),
        p_value=2 * stats.norm.sf(np.abs(statistic)),
        conf_low=estimate - margin,
        conf_high=estimate + margin,
    )


def explained(model: Model, parameters: Floats, groups: tuple[str, ...]) -> pd.DataFrame:
    """What share of each predicted variable's variance is explained: term, r_squared."""
    roles = model.specification.roles
    rows = []
    for label, group in zip(groups, model.groups, strict=True):
        total = np.diag(group.everything(parameters)[1].covariance)
        rest = np.diag(group.matrices(parameters)[1])
        for name in dict.fromkeys((*roles.indicators, *roles.outcomes)):
            row = model.variables.index(name)
            share = 1 - rest[row] / total[row]
            rows.append({"group": label, "term": name, "r_squared": float(share)})
    table = pd.DataFrame(rows, columns=["group", "term", "r_squared"])
    return table if len(groups) > 1 else table.drop(columns="group")
