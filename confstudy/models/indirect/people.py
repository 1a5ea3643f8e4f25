"""Who was asked, what they said, which list they were given, and how much each counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, Design, as_frame, build_design
from confstudy.models.respondents import Respondents, case_weights
from confstudy.models.survey.design import sample_of

__all__ = ["as_zero_one", "read_people"]

Floats = NDArray[np.float64]


def read_people(
    formula: str,
    data: Data,
    check: Callable[[Design], None],
    *,
    coded: tuple[str, ...] = (),
    also: tuple[str, ...] = (),
    design: Any = None,
    weights: str | None = None,
) -> Respondents:
    """Evaluate a formula where every value it needs is there.

    Parameters
    ----------
    coded
        Columns of two values, to be read as 0 and 1.
    also
        Other columns whose values are needed.
    """
    frame = as_frame(data)
    absent = [name for name in coded if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    sample = None
    if design is not None and design is not False:
        if weights:
            raise AnalysisError("A sample design brings its own weights.")
        sample = sample_of(data, None if design is True or design == "declared" else design)
    frame = frame.assign(**{name: as_zero_one(frame[name]) for name in coded})
    domain = np.ones(len(frame), dtype=bool) if sample is None else sample.rows
    needed = (*coded, *also, *((weights,) if weights else ()))
    built = build_design(formula, frame.loc[domain], also=needed)
    if sample is None:
        people = Respondents(built, case_weights(built, weights) if weights else None, None)
    else:
        rows = domain.copy()
        rows[domain] = built.used
        within = sample.within(rows)
        people = Respondents(built, within.domain_weights, within)
    check(people.design)
    return people


def as_zero_one(column: pd.Series[Any]) -> pd.Series[Any]:
    """A column of two values as 0 and 1, its second level (or larger value) being 1."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype("Float64").astype(float)
    if pd.api.types.is_numeric_dtype(column):
        if not set(column.dropna().unique()) <= {0, 1}:
            raise AnalysisError(f"'{column.name}' holds other numbers than 0 and 1.")
        return column.astype(float)
    categories = column.astype("category").cat.remove_unused_categories()
    if len(categories.cat.categories) != 2:
        raise AnalysisError(
            f"'{column.name}' has {len(categories.cat.categories)} levels, not two."
        )
    codes = categories.cat.codes.astype(float)
    return codes.where(codes >= 0)
