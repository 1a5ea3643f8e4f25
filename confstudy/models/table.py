"""Coefficients as a table, and what is said in place of numbers that cannot be believed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

__all__ = ["coefficient_table", "shown"]

Floats = NDArray[np.float64]


def coefficient_table(
    terms: Sequence[str],
    coefficients: Floats,
    covariance: Floats,
    df: Floats | float,
    level: float,
    problems: Sequence[str],
    remarks: tuple[str, ...] = (),
) -> pd.DataFrame:
    """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

    With ``problems`` all numbers are missing and ``note`` says why; ``remarks`` are noted beside
    the numbers.
    """
    table = pd.DataFrame({"term": list(terms)})
    if problems:
        for name in ("estimate", "std_error", "statistic", "df", "p_value"):
            table[name] = np.nan
        return table.assign(conf_low=np.nan, conf_high=np.nan, note="; ".join(problems))
    with np.errstate(invalid="ignore"):
        error = np.sqrt(np.diag(covariance))
    statistic = np.divide(coefficients, error, out=np.full_like(error, np.nan), where=error > 0)
    margin = stats.t.ppf(0.5 + level / 2, df) * error
    table = table.assign(
        estimate=coefficients,
        std_error=error,
        statistic=statistic,
        df=df,
        p_value=2 * stats.t.sf(np.abs(statistic), df),
        conf_low=coefficients - margin,
        conf_high=coefficients + margin,
    )
    return table.assign(note="; ".join(remarks)) if remarks else table


def shown(table: pd.DataFrame) -> str:
    """A table as text, four digits after the point; what is noted stands elsewhere."""
    plain = table.drop(columns="note", errors="ignore")
    with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
        return plain.to_string(index=False, na_rep="")
