"""Which combination of coefficients answers a question about a cause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confstudy.design.kernels.columns import Column
from confstudy.errors import AnalysisError, unknown

__all__ = ["Levels", "place_of", "weights_of"]

Levels = Mapping[str, tuple[str, ...]]


def weights_of(cause: Any, columns: list[Column], levels: Levels, formula: str) -> dict[str, float]:
    """Term → weight of the coefficients that answer an inquiry.

    A contrast of two levels that are not the reference is a difference of two coefficients; an
    interaction is what the products add; a prevalence is the intercept.

    Raises
    ------
    AnalysisError
        The formula lacks the cause, or a level is unknown.

    Examples
    --------
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.kernels.columns import columns_of, plan_of
    >>> levels = {"A": ("none", "some", "full")}
    >>> columns = columns_of(plan_of("y ~ A"), levels)
    >>> weights_of(ate("y", A=("full", "some")), columns, levels, "y ~ A")
    {'A[T.some]': -1.0, 'A[T.full]': 1.0}
    """
    name = getattr(cause, "cause", "") if cause is not None else ""
    if not name:
        return {"Intercept": 1.0}
    asked: list[tuple[str, Any]] = [(name, getattr(cause, "contrast", None))]
    asked += list(getattr(cause, "by", ()))
    known = {factor for column in columns for factor, _ in column.factors}
    strange = [one for one, _ in asked if one not in known]
    if strange:
        raise AnalysisError(
            unknown("Causes", strange, sorted(known), f"'{formula}'")
            + " Name the coefficient by term='…'."
        )
    corners: list[tuple[float, dict[str, float]]] = [(1.0, {})]
    for one, sides in asked:
        high, low = _sides(one, sides, levels)
        corners = [
            (sign * weight, {**corner, one: place})
            for weight, corner in corners
            for sign, place in ((1.0, high), (-1.0, low))
        ]
    found = {
        column.term: sum(weight * _value(column, corner) for weight, corner in corners)
        for column in columns
    }
    return {term: weight for term, weight in found.items() if weight}


def place_of(name: str, side: Any, levels: Levels) -> float:
    """A side of a contrast as a batch has it: a number, or the place of the level."""
    if name not in levels:
        return float(side)
    if str(side) not in levels[name]:
        raise AnalysisError(unknown("Levels", [str(side)], levels[name], f"'{name}'"))
    return float(levels[name].index(str(side)))


def _sides(name: str, sides: Any, levels: Levels) -> tuple[float, float]:
    if sides is not None:
        return place_of(name, sides[0], levels), place_of(name, sides[1], levels)
    if len(levels.get(name, ())) > 2:
        raise AnalysisError(f"'{name}' has several levels: name the coefficient by term='…'.")
    return 1.0, 0.0


def _value(column: Column, corner: Mapping[str, float]) -> float:
    """The column's value in a corner, everything else at its reference or at 0."""
    value = 1.0
    for name, level in column.factors:
        here = corner.get(name, 0.0)
        value *= here if level < 0 else float(here == level)
    return value
