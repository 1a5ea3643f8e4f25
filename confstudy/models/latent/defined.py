"""Parameters defined by others: ``ind := a*b``, with their derivatives."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown

__all__ = ["check_definitions", "definitions", "jacobian"]

_BINARY: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_CALLS: dict[str, Callable[[Any], Any]] = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt}
_STEP = 1e-30


def check_definitions(formulas: Mapping[str, str], labels: list[str]) -> None:
    """Refuse an expression that cannot be read or names no label.

    Raises
    ------
    AnalysisError
        Naming the definition.
    """
    known = list(labels)
    for name, text in formulas.items():
        tree = _tree(name, text)
        calls = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        names = [
            node.id
            for node in ast.walk(tree)
            if isinstance(node, ast.Name) and id(node) not in calls
        ]
        absent = [one for one in names if one not in known]
        if absent:
            raise AnalysisError(unknown("Labels", absent, known, f"the model, for '{name}'"))
        values = definitions({name: text}, dict.fromkeys(known, 0.7))
        if not np.isfinite(values).all():
            raise AnalysisError(f"'{name} := {text}' has no value at ordinary estimates.")
        known.append(name)


def definitions(formulas: Mapping[str, str], values: Mapping[str, Any]) -> NDArray[Any]:
    """The defined parameters, in order; later ones may use earlier ones.

    >>> definitions({"ind": "a*b", "twice": "2*ind"}, {"a": 2.0, "b": 3.0}).tolist()
    [6.0, 12.0]
    """
    known = dict(values)
    for name, text in formulas.items():
        with np.errstate(all="ignore"):
            known[name] = _value(_tree(name, text), known, name)
    return np.array([known[name] for name in formulas])


def jacobian(
    function: Callable[[NDArray[Any]], NDArray[Any]], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Derivatives (outputs, inputs) of an analytic function, by complex steps.

    Exact to rounding (Squire and Trapp 1998): nothing is subtracted.
    """
    columns = []
    for position in range(len(at)):
        moved = at.astype(complex)
        moved[position] += 1j * _STEP
        columns.append(np.imag(function(moved)) / _STEP)
    return np.array(columns).T


def _tree(name: str, text: str) -> ast.expr:
    try:
        return ast.parse(text.replace("^", "**"), mode="eval").body
    except SyntaxError:
        raise AnalysisError(f"'{name} := {text}' cannot be read.") from None


def _value(node: ast.expr, known: Mapping[str, Any], name: str) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return np.float64(node.value)
    if isinstance(node, ast.Name) and node.id in known:
        return known[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _value(node.operand, known, name)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _BINARY:
        one, two = _value(node.left, known, name), _value(node.right, known, name)
        return _BINARY[type(node.op)](one, two)
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _CALLS
        and len(node.args) == 1
    ):
        return _CALLS[node.func.id](_value(node.args[0], known, name))
    raise AnalysisError(
        f"'{name}' may use labels, numbers, + - * / ^ ( ), exp, log and sqrt; it uses more."
    )
