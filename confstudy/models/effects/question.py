"""What is asked of a model: which predictions are set beside each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.effects.model import Model
from confstudy.models.effects.slopes import STENCIL, direction, step_along
from confstudy.models.predict import inner_range, levels_of

__all__ = ["Comparison", "Kind", "Question", "Side", "categories", "questions"]

Floats = NDArray[np.float64]
Kind = Literal["slope", "contrast", "prediction"]
Comparison = Literal["difference", "ratio", "odds_ratio", "lift"]
Levels = tuple[Any, Any] | Literal["reference", "pairwise"] | None
Side = tuple[tuple[Floats, Floats], ...]


@dataclass(frozen=True, repr=False)
class Question:
    """One effect.

    Attributes
    ----------
    term
        The variable.
    contrast
        What of it, in words.
    at
        What else was set, by variable.
    sides
        The predictions, and those that are compared with them: model matrices (n, p), each
        with a factor (n,).
    """

    term: str
    kind: Kind
    contrast: str
    at: tuple[tuple[str, Any], ...]
    sides: tuple[Side, ...]


def questions(
    model: Model,
    frame: pd.DataFrame,
    variables: Sequence[str],
    kind: Kind | None,
    at: Mapping[str, Any] | None,
    levels: Levels,
    comparison: Comparison,
) -> list[Question]:
    """All effects of the variables at all combinations of the values in ``at``."""
    grid = _grid(model, at or {})
    found = []
    for setting, variable in product(grid, variables):
        held = frame
        for name, value in setting.items():
            if not (name == variable and kind == "prediction"):
                held = _set(model, held, name, value)
        places = tuple(setting.items())
        kinds = _kind(model, variable, kind, levels, comparison)
        if kinds == "slope":
            found.append(_slope(model, held, variable, places))
        elif kinds == "contrast":
            found += _contrasts(model, held, variable, levels, places)
        else:
            found += _predictions(model, held, variable, places)
    return found


def _kind(model: Model, variable: str, kind: Kind | None, levels: Levels, comparison: str) -> Kind:
    if kind == "prediction":
        return kind
    category = levels_of(model, variable) is not None
    slopes = not category and levels is None and comparison == "difference"
    if kind is None:
        return "slope" if slopes else "contrast"
    if kind == "slope":
        if categories(model, variable) is not None:
            raise AnalysisError(f"'{variable}' has levels, not a slope: use kind='contrast'.")
        if levels is not None or comparison != "difference":
            raise AnalysisError("A slope has no levels and no ratio: use kind='contrast'.")
    return kind


def categories(model: Model, variable: str) -> list[Any] | None:
    """The levels of what can only be a category; a number with two values may have others."""
    levels = levels_of(model, variable)
    column = model.design.frame[variable]
    number = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    called = re.search(rf"\bC\(\s*`?{re.escape(variable)}\b", model.formula)
    return None if number and not called else levels


def _grid(model: Model, at: Mapping[str, Any]) -> list[dict[str, Any]]:
    known = model.predictors
    for name in at:
        if name not in known:
            hint = did_you_mean(name, known)
            raise AnalysisError(
                f"'{name}' in 'at' is no predictor.{hint} There are: {listing(known)}."
            )
    lists = [
        list(values) if isinstance(values, Sequence | np.ndarray) and not isinstance(values, str)
        else [values]
        for values in at.values()
    ]  # fmt: skip
    if any(not values for values in lists):
        raise AnalysisError("'at' names a variable without any value.")
    return [dict(zip(at, values, strict=True)) for values in product(*lists)]


def _set(model: Model, frame: pd.DataFrame, name: str, value: Any) -> pd.DataFrame:
    levels, column = categories(model, name), model.design.frame[name]
    if levels is not None and value not in levels:
        counts = column.value_counts()
        common = sorted(str(level) for level in counts.index[counts >= 10])
        raise AnalysisError(f"'{name}' has no such level in the model. Levels: {listing(common)}.")
    if isinstance(column.dtype, pd.CategoricalDtype):
        repeated = pd.Categorical([value] * len(frame), dtype=column.dtype)
        return frame.assign(**{name: pd.Series(repeated, index=frame.index)})
    if levels is None:
        if not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise AnalysisError(f"'{name}' is a number in the model: give finite numbers.")
        value = float(value)
    return frame.assign(**{name: pd.Series(value, index=frame.index)})


def _one(model: Model, frame: pd.DataFrame) -> Side:
    return ((model.matrix(frame), np.ones(len(frame))),)


def _slope(
    model: Model, frame: pd.DataFrame, variable: str, at: tuple[tuple[str, Any], ...]
) -> Question:
    observed = model.design.frame[variable].to_numpy(dtype=float)
    slope = direction(model.matrix, frame, variable, observed)
    plain = model.matrix(frame)
    step = step_along(slope, model.design.matrix)
    side = tuple(
        (plain + (place * step)[:, None] * slope, weight / step) for place, weight in STENCIL
    )
    return Question(variable, "slope", "slope", at, (side,))


def _contrasts(
    model: Model,
    frame: pd.DataFrame,
    variable: str,
    levels: Levels,
    at: tuple[tuple[str, Any], ...],
) -> list[Question]:
    known = levels_of(model, variable)
    if known is None and levels in (None, "reference"):
        more = frame.assign(**{variable: frame[variable].astype(float) + 1})
        sides = (_one(model, more), _one(model, frame))
        return [Question(variable, "contrast", "+1", at, sides)]
    pairs = _pairs(variable, known, levels)
    needed = dict.fromkeys(value for pair in pairs for value in pair)
    side = {value: _one(model, _set(model, frame, variable, value)) for value in needed}
    return [
        Question(variable, "contrast", f"{_word(a)} - {_word(b)}", at, (side[a], side[b]))
        for a, b in pairs
    ]


def _pairs(variable: str, known: list[Any] | None, levels: Levels) -> list[tuple[Any, Any]]:
    if isinstance(levels, str) or levels is None:
        if levels not in (None, "reference", "pairwise"):
            hint = did_you_mean(levels, ("reference", "pairwise"))
            raise AnalysisError(f"'levels' are two values, 'reference' or 'pairwise'.{hint}")
        if known is None:
            raise AnalysisError(f"'{variable}' is a number: give two values as 'levels'.")
        if len(known) < 2:
            raise AnalysisError(f"'{variable}' has one level only: there is nothing to compare.")
        if levels == "pairwise":
            return [(b, a) for a, b in combinations(known, 2)]
        return [(level, known[0]) for level in known[1:]]
    two = isinstance(levels, tuple | list) and len(levels) == 2
    start, to = levels if two else (None, None)
    if start is None or to is None or start == to:
        raise AnalysisError("'levels' are two different values, 'reference' or 'pairwise'.")
    return [(to, start)]


def _word(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _predictions(
    model: Model, frame: pd.DataFrame, variable: str, at: tuple[tuple[str, Any], ...]
) -> list[Question]:
    given = dict(at)
    if not variable:
        return [Question("", "prediction", "as they are", at, (_one(model, frame),))]
    if variable in given:
        values, rest = [given[variable]], tuple(pair for pair in at if pair[0] != variable)
    else:
        levels = levels_of(model, variable)
        if levels is None:
            low, high = inner_range(model.design.frame[variable])
            levels = np.linspace(low, high, 5).tolist()
        values, rest = levels, at
    return [
        Question(
            variable, "prediction", _word(value), rest,
            (_one(model, _set(model, frame, variable, value)),),
        )
        for value in values
    ]  # fmt: skip
