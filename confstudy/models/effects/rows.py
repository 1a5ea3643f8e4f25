"""Effects of one model as rows: labels, values and derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.models.effects.average import answers, compared, natural
from confstudy.models.effects.groups import Groups
from confstudy.models.effects.model import Model
from confstudy.models.effects.question import Comparison, Question

__all__ = ["Rows", "rows_of", "table_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Rows:
    """Effects in a row.

    Attributes
    ----------
    labels
        (rows,) term, contrast, at, group, level, n.
    effects
        (rows,) differences, or logs of ratios.
    gradient
        (rows, p).
    bounds
        (rows, 2) what predictions lie between; infinite for comparisons.
    ratios, predicted
        (rows,) whether the value is a log of a ratio, or a prediction.
    """

    labels: pd.DataFrame
    effects: Floats
    gradient: Floats
    bounds: Floats
    ratios: NDArray[np.bool_]
    predicted: NDArray[np.bool_]

    def again(
        self, model: Model, asked: list[Question], shares: Floats, comparison: Comparison,
        coefficients: Floats,
    ) -> Floats:  # fmt: skip
        """The values at other coefficients and shares."""
        found = [compared(model, one, shares, comparison, coefficients).ravel() for one in asked]
        return np.concatenate(found)


def rows_of(
    model: Model, asked: list[Question], groups: Groups, weights: Floats, comparison: Comparison
) -> Rows:
    """The answers to all questions."""
    shares = groups.shares(weights)
    labels: list[dict[str, Any]] = []
    values, gradients, bounds = [], [], []
    for one in asked:
        found = answers(model, one, shares, comparison)
        values.append(found.value.ravel())
        gradients.append(found.gradient.reshape(-1, len(model.coefficients)))
        predicted = one.kind == "prediction"
        for group, size in zip(groups.labels, groups.sizes, strict=True):
            for level, ends in zip(model.outputs.levels, model.outputs.bounds, strict=True):
                labels.append(
                    {
                        "term": one.term, "contrast": one.contrast, "at": _at(one.at),
                        "group": group, "level": level, "n": int(size), "kind": one.kind,
                    }
                )  # fmt: skip
                bounds.append(ends if predicted else (-np.inf, np.inf))
    table = pd.DataFrame(labels)
    ratios = (table["kind"] == "contrast").to_numpy() & (comparison != "difference")
    return Rows(
        table, np.concatenate(values), np.concatenate(gradients), np.array(bounds), ratios,
        (table["kind"] == "prediction").to_numpy(),
    )  # fmt: skip


def _at(places: tuple[tuple[str, Any], ...]) -> Any:
    if len(places) == 1:
        return places[0][1]
    return ", ".join(f"{name} = {value}" for name, value in places)


def table_of(
    rows: Rows,
    errors: Floats,
    df: Floats,
    comparison: Comparison,
    level: float,
    drawn: Floats | None = None,
) -> pd.DataFrame:
    """The rows as a table.

    Parameters
    ----------
    errors, df
        (rows,) standard errors of the values, and their degrees of freedom.
    drawn
        (draws, rows) bootstrap values: their percentiles then make the intervals.
    """
    values = rows.effects
    margin = stats.t.ppf(0.5 + level / 2, df) * errors
    low, high = values - margin, values + margin
    with np.errstate(all="ignore"):
        statistic = np.where(errors > 0, values / errors, np.nan)
    p_value = 2 * stats.t.sf(np.abs(statistic), df)
    if drawn is not None and len(drawn):
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        tails = np.minimum((drawn <= 0).sum(axis=0), (drawn >= 0).sum(axis=0))
        p_value = np.minimum(2 * (tails + 1) / (len(drawn) + 1), 1.0)
    p_value = np.where(np.isfinite(statistic) & ~rows.predicted, p_value, np.nan)
    statistic = np.where(rows.predicted, np.nan, statistic)
    estimate, low, high = (natural(part, comparison, rows.ratios) for part in (values, low, high))
    scale = np.exp(np.where(rows.ratios, values, 0.0))
    numbers = {
        "estimate": estimate,
        "std_error": scale * errors,
        "statistic": statistic,
        "df": df,
        "p_value": p_value,
        "conf_low": np.maximum(low, rows.bounds[:, 0]),
        "conf_high": np.minimum(high, rows.bounds[:, 1]),
    }
    return rows.labels.assign(**numbers)
