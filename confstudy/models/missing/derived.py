"""Columns that are computed from others: interactions, transforms, scale scores."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Scale
from confstudy.errors import AnalysisError
from confstudy.survey.items import keyed

__all__ = ["Derived", "expression", "over_scales", "scale_score", "scored"]

Floats = NDArray[np.float64]
_FUNCTIONS = {"log": np.log, "exp": np.exp, "sqrt": np.sqrt, "abs": np.abs}
_OPERATIONS: dict[type, Callable[[Floats, Floats], Floats]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.Pow: np.power,
}


@dataclass(frozen=True, repr=False)
class Derived:
    """A column computed from others, kept in step with them while they are imputed.

    A ``scale`` stands for its items wherever other columns are predicted.
    """

    name: str
    sources: tuple[str, ...]
    compute: Callable[[Mapping[str, Floats]], Floats]
    scale: bool = False


def expression(name: str, text: str) -> Derived:
    """Arithmetic of columns: ``+ - * / **``, numbers, ``log exp sqrt abs``.

    >>> interaction = expression("both", "a * (b - 1)")
    >>> interaction.compute({"a": np.array([2.0]), "b": np.array([4.0])}).tolist()
    [6.0]
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError:
        raise _refusal(name) from None
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called]
    _value(tree, {source: np.ones(1) for source in names}, name)
    return Derived(name, tuple(dict.fromkeys(names)), lambda columns: _value(tree, columns, name))


def _value(node: ast.expr, columns: Mapping[str, Floats], name: str) -> Floats:
    if isinstance(node, ast.Name) and node.id in columns:
        return columns[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.asarray(node.value, dtype=float)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, columns, name)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        sides = (_value(side, columns, name) for side in (node.left, node.right))
        with np.errstate(all="ignore"):
            return _OPERATIONS[type(node.op)](*sides)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _FUNCTIONS
        and len(node.args) == 1
        and not node.keywords
    ):
        with np.errstate(all="ignore"):
            return np.asarray(_FUNCTIONS[node.func.id](_value(node.args[0], columns, name)))
    raise _refusal(name)


def _refusal(name: str) -> AnalysisError:
    return AnalysisError(
        f"Derived column '{name}' cannot be computed: write arithmetic of columns, such as "
        "'privacy * woman', 'age ** 2' or 'log(sessions)'."
    )


def scale_score(name: str, scale: Scale, right: Mapping[str, float]) -> Derived:
    """A scale's score of complete items; ``right`` is the right level's place in each test item."""
    ends = float(sum(scale.points))

    def item(source: str, values: Floats) -> Floats:
        if scale.key:
            return np.asarray(values == right[source], dtype=float)
        return ends - values if source in scale.reverse else values

    def compute(columns: Mapping[str, Floats]) -> Floats:
        total = sum(item(source, columns[source]) for source in scale.items)
        return np.asarray(total / (len(scale.items) if scale.score == "mean" else 1))

    return Derived(name, tuple(scale.items), compute, scale=True)


def over_scales(part: Derived, scales: Mapping[str, Derived]) -> Derived:
    """The same column computed from the items of the scales it names."""
    named = [scales[source] for source in part.sources if source in scales]
    if not named:
        return part
    items = [item for scale in named for item in scale.sources]
    sources = tuple(dict.fromkeys([*(s for s in part.sources if s not in scales), *items]))

    def compute(columns: Mapping[str, Floats]) -> Floats:
        return part.compute({**columns, **{scale.name: scale.compute(columns) for scale in named}})

    return Derived(part.name, sources, compute)


def scored(frame: pd.DataFrame, scale: Scale) -> Floats:
    """(n,) the scale's scores, as :func:`confstudy.score` gives them."""
    items = keyed(frame, scale)
    answered = (~np.isnan(items)).sum(axis=1)
    mean = np.divide(
        np.nansum(items, axis=1), answered, out=np.full(len(items), np.nan), where=answered > 0
    )
    mean[answered < scale.min_answered * items.shape[1] - 1e-9] = np.nan
    return np.asarray(mean * items.shape[1] if scale.score == "sum" else mean)
