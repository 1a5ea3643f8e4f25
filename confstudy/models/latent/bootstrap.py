"""Resampled estimates of a latent-variable model: respondents, or whole clusters."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.models.latent.coefficients import all_values, with_errors
from confstudy.models.latent.rows import Rows
from confstudy.models.latent.solve import Solution, solve

__all__ = ["resampled", "with_draws"]

Floats = NDArray[np.float64]


def resampled(solution: Solution, rows: Rows, draws: int, seed: int) -> tuple[Floats, int]:
    """Estimates (B, terms) in resamples of respondents or clusters, and how many failed."""
    generator = np.random.default_rng(seed)
    found, failed = [], 0
    for _ in range(draws):
        again = _refit(solution, rows.resample(generator))
        if again is None:
            failed += 1
            continue
        found.append(all_values(again.model, again.parameters, again.moments))
    width = len(solution.model.positions) + len(solution.model.specification.defined)
    return np.array(found, dtype=float).reshape(-1, width), failed


def _refit(solution: Solution, rows: Rows) -> Solution | None:
    try:
        again = solve(
            solution.model.specification, rows.data, start=solution.parameters, exact=False
        )
    except np.linalg.LinAlgError:
        return None
    usable = again.found.converged and np.isfinite(again.parameters).all()
    return again if usable else None


def with_draws(table: pd.DataFrame, draws: Floats, level: float) -> pd.DataFrame:
    """The table with errors and percentile limits of the draws."""
    if len(draws) < 2:
        return table.assign(std_error=np.nan, p_value=np.nan, conf_low=np.nan, conf_high=np.nan)
    error = np.where(table["std_error"].notna(), draws.std(axis=0, ddof=1), np.nan)
    low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=0)
    held = np.isnan(error)
    return with_errors(table, error, level).assign(
        conf_low=np.where(held, np.nan, low), conf_high=np.where(held, np.nan, high)
    )
