"""Other respondents than those a model was fitted to."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from confstudy.errors import AnalysisError, unknown
from confstudy.models.effects.model import Model
from confstudy.models.effects.question import categories
from confstudy.models.formula import Data, as_frame

__all__ = ["newly"]


def newly(model: Model, data: Data, also: Sequence[str]) -> pd.DataFrame:
    """The complete rows of new data, with the types and levels of the model's own."""
    frame, own = as_frame(data), model.design.frame
    if model.design.offset is not None:
        raise AnalysisError("A model with an offset predicts for its own respondents only.")
    wanted = list(dict.fromkeys([*model.predictors, *also]))
    absent = [name for name in wanted if name not in frame]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the new data"))
    complete = frame[wanted].dropna()
    changed = {}
    for name in model.predictors:
        column, known = complete[name], own[name]
        category = isinstance(known.dtype, pd.CategoricalDtype)
        number = pd.api.types.is_numeric_dtype(known)
        if number != pd.api.types.is_numeric_dtype(column):
            raise AnalysisError(f"'{name}' has another type in the new data than in the model.")
        levels = categories(model, name)
        if levels is not None and not column.isin(levels).all():
            raise AnalysisError(f"'{name}' has levels in the new data the model has not seen.")
        if category:
            changed[name] = column.astype(known.dtype)
    return complete.assign(**changed)
