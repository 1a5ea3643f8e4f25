"""Each equation's rows in either world, and what turns coefficients into effects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.models.formula import Design
from confstudy.models.mediation.exposure import Contrast
from confstudy.models.mediation.linear import LinearPaths
from confstudy.models.mediation.natural import Contribution, Equation, NaturalEffects
from confstudy.models.mediation.outcomes import Coded
from confstudy.models.mediation.request import Request
from confstudy.models.mediation.stages import Fitted

__all__ = ["Engine", "engine_of", "equation", "kept", "paths_of"]

Floats = NDArray[np.float64]


class Products(Protocol):
    """What turns coefficients into effects without the covariates' distribution."""

    @property
    def names(self) -> list[str]:
        """The effects, in the order of the columns."""

    def effects(self, fits: Sequence[Fitted]) -> Floats:
        """(B, effects) of B samples."""


Engine = Products | NaturalEffects


def kept(design: Design, code: Coded) -> list[int]:
    """Which columns stay: thresholds take the place of an ordered outcome's constant."""
    ordered = code.family == "ordered"
    return [i for i, term in enumerate(design.terms) if not (ordered and term == "Intercept")]


def equation(
    number: int,
    design: Design,
    code: Coded,
    rows: pd.DataFrame,
    contrast: Contrast,
    request: Request,
) -> Equation:
    """The equation's rows in either world, and what each earlier mediator adds to them."""
    last = number == len(request.mediators)
    before = range(number) if last or request.serial else range(0)
    keep = kept(design, code)
    names = [request.mediators[i] for i in before]
    levels = {name: _levels(rows[name]) for name in names}
    start = {name: levels[name][0] for name in names}
    worlds = [_set(contrast.set(rows, value), start) for value in contrast.low_high]
    changed = [
        _set(world.iloc[:1], {name: value})
        for name in names
        for world in worlds
        for value in levels[name]
    ]
    # One call for all: a model matrix costs more to ask for than to fill.
    matrix = design.matrix_for(pd.concat([*worlds, *changed], ignore_index=True))[:, keep]
    base = matrix[: 2 * len(rows)].reshape(2, len(rows), -1)
    adds, place = {}, 2 * len(rows)
    for i, name in zip(before, names, strict=True):
        size = 2 * len(levels[name])
        found = matrix[place : place + size].reshape(2, len(levels[name]), -1) - base[:, :1]
        by_level = isinstance(rows[name].dtype, pd.CategoricalDtype)
        adds[i] = Contribution(found if by_level else found[:, 1], by_level)
        place += size
    return Equation(code.family, base, adds, code.values)


def _levels(column: pd.Series[Any]) -> list[Any]:
    """The levels to set a mediator to: zero and one unit where it is a number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return [0.0, 1.0]


def _set(frame: pd.DataFrame, values: dict[str, Any]) -> pd.DataFrame:
    changed: dict[str, Any] = {}
    for name, value in values.items():
        dtype = frame[name].dtype
        if isinstance(dtype, pd.CategoricalDtype):
            repeated = pd.Categorical([value] * len(frame), dtype=dtype)
            changed[name] = pd.Series(repeated, index=frame.index)
        else:
            changed[name] = pd.Series(float(value), index=frame.index)
    return frame.assign(**changed)


def engine_of(request: Request, equations: list[Equation], outcome: Coded) -> Engine:
    """Products of coefficients where all is linear, else natural effects."""
    if request.linear:
        return paths_of(request, equations)
    cut = outcome.cut(request.at_least) if request.family == "ordered" else 0
    return NaturalEffects(request.mediators, equations, request.serial, request.scale, cut)


def paths_of(request: Request, equations: list[Equation]) -> LinearPaths:
    """The arrows of a linear model."""
    exposed = [equation.base[1, 0] - equation.base[0, 0] for equation in equations]
    moves = {
        (place, i): added.rows[0]
        for place, equation in enumerate(equations)
        for i, added in equation.adds.items()
    }
    return LinearPaths(request.mediators, exposed, moves)
