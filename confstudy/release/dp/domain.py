"""What a question may be about: declared variables, levels and bounds, never the data's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import AnalysisError, DataError, DisclosureRefused, unknown
from confstudy.survey.routing import meets
from confstudy.survey.survey import Survey

__all__ = ["Rows", "bounds", "chosen", "in_words", "levels", "require_whole", "selection"]

Answer = str | float | Sequence[str] | Sequence[float]
_NUMBERS = ("numeric", "item")
#: Variables, each with a level, several levels, a number, or the lowest and highest number.
Rows = Mapping[str, Answer]


def require_whole(data: Survey) -> None:
    """Refuse anything but all respondents of the data, each once.

    Raises
    ------
    AnalysisError
        It is no survey.
    DisclosureRefused
        Respondents were chosen before: nothing tells how the choice hangs on single answers.
    """
    if not isinstance(data, Survey):
        raise AnalysisError(f"Private answers take a survey, not a {type(data).__name__}.")
    if len(data.flow) > 1 or not data.frame.index.is_unique:
        raise DisclosureRefused(
            "Private answers are about the survey as it was loaded, one row a respondent: a choice "
            "made before may hang on other respondents' answers. Choose by rows={variable: level}."
        )


def levels(data: Survey, variable: str) -> tuple[str | float, ...]:
    """The levels of a variable that its codebook declares; for an item its points.

    Raises
    ------
    DataError
        The variable is not in the codebook, or its column was changed.
    AnalysisError
        It has no declared levels.
    """
    codebook = data.codebook
    _require_variable(data, variable, codebook.kept)
    declared, kind = codebook.kept[variable].categories, codebook.kept[variable].type
    dtype = data.frame[variable].dtype
    if kind in _NUMBERS:
        points = [float(level) for level in declared] or _points(codebook, variable)
        if points and pd.api.types.is_numeric_dtype(dtype):
            return tuple(points)
    elif declared:
        if not isinstance(dtype, pd.CategoricalDtype) or set(dtype.categories) - set(declared):
            raise DataError(f"'{variable}' no longer has the levels of its codebook: load again.")
        return declared
    raise AnalysisError(
        f"'{variable}' has no declared levels, and those in the data are not public. Take "
        "a variable with levels or an item of a scale, or ask for the mean of a number."
    )


def _points(codebook: Codebook, item: str) -> list[float]:
    """The points of an item that goes in steps of one."""
    span = declared_bounds(codebook, item)
    if codebook.kept[item].type != "item" or span is None or span[0] % 1 or span[1] % 1:
        return []
    return [float(point) for point in range(int(span[0]), int(span[1]) + 1)]


def bounds(
    data: Survey, variable: str, low: float | None, high: float | None
) -> tuple[float, float]:
    """The lowest and highest number that counts: as given, else as the codebook declares.

    Raises
    ------
    DataError
        The variable or scale is not in the codebook, or was not scored.
    AnalysisError
        It is no number, or there are no bounds.
    """
    codebook = data.codebook
    _require_variable(data, variable, [*codebook.kept, *codebook.scales])
    if not pd.api.types.is_numeric_dtype(data.frame[variable].dtype):
        raise AnalysisError(f"'{variable}' is no number: ask for its private_histogram.")
    declared = declared_bounds(codebook, variable) or (None, None)
    low = declared[0] if low is None else low
    high = declared[1] if high is None else high
    if low is None or high is None:
        raise AnalysisError(
            f"The codebook declares no range of '{variable}': give low= and high= from what "
            "the question allows, never from the data."
        )
    if not (isfinite(low) and isfinite(high) and low < high):
        raise AnalysisError("low= and high= are two numbers, the lower one first.")
    return float(low), float(high)


def declared_bounds(codebook: Codebook, name: str) -> tuple[float, float] | None:
    """The range of a number, the points of an item, or what a scale's score can be."""
    if name in codebook.scales:
        scale = codebook.scales[name]
        low, high = (0, 1) if scale.key else scale.points
        times = len(scale.items) if scale.score == "sum" else 1
        return float(low * times), float(high * times)
    points = [scale.points for scale in codebook.scales.values() if name in scale.items]
    found = codebook.kept[name].range or (points[0] if points else None)
    return (float(found[0]), float(found[1])) if found else None


def chosen(data: Survey, rows: Rows | None) -> dict[str, tuple[str, ...]]:
    """A condition in one form, whatever way it was written.

    Raises
    ------
    DataError
        A variable or level that the codebook does not have.
    AnalysisError
        A number without two bounds, or a variable that is an open set.
    """
    made: dict[str, tuple[str, ...]] = {}
    for name in sorted(rows or {}):
        answer = (rows or {})[name]
        _require_variable(data, name, data.codebook.kept)
        made[name] = (
            _interval(name, answer)
            if data.codebook.kept[name].type in _NUMBERS
            else _listed(data, name, answer)
        )
    return made


def in_words(data: Survey, condition: Mapping[str, tuple[str, ...]]) -> str:
    """A condition as readers see it: ``arm = none or conditional, topics = 0 to 3``."""
    parts = []
    for name, answers in condition.items():
        if data.codebook.kept[name].type in _NUMBERS:
            low, high = (f"{float(limit):g}" for limit in answers)
            parts.append(f"{name} = {low}" + ("" if low == high else f" to {high}"))
        else:
            parts.append(f"{name} = {' or '.join(answers)}")
    return ", ".join(parts)


def selection(data: Survey, condition: Mapping[str, tuple[str, ...]]) -> NDArray[np.bool_]:
    """(n,) who meets a condition."""
    return meets(data.frame, dict(condition))


def _listed(data: Survey, name: str, answer: Answer) -> tuple[str, ...]:
    allowed = [str(level) for level in levels(data, name)]
    wanted = [str(level) for level in _several(answer)]
    strange = [level for level in wanted if level not in allowed]
    if strange or not wanted:
        raise DataError(unknown("Levels", strange, allowed, f"'{name}'"))
    return tuple(level for level in allowed if level in wanted)


def _interval(name: str, answer: Answer) -> tuple[str, ...]:
    limits = _several(answer)
    try:
        low, high = (float(limit) for limit in (limits * 2 if len(limits) == 1 else limits))
    except (TypeError, ValueError):
        low, high = 1.0, 0.0
    if not low <= high:
        raise AnalysisError(f"'{name}' is a number: name the lowest and the highest, (low, high).")
    return repr(low), repr(high)


def _several(answer: Answer) -> list[str | float]:
    return [answer] if isinstance(answer, str | float | int) else list(answer)


def _require_variable(data: Survey, name: str, known: Sequence[str] | Mapping[str, object]) -> None:
    there = [variable for variable in known if variable in data.frame]
    if name not in there:
        raise DataError(unknown("Variables", [name], there, f"codebook '{data.codebook.name}'"))
