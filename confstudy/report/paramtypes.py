"""Types of parameters: read from an annotation without running it, and text turned into them."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Optional, Union, get_args, get_origin

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from confstudy.errors import ParameterError, did_you_mean

__all__ = ["from_text", "kinds", "type_of", "typed"]

_NAMES: dict[str, Any] = {
    "int": int, "float": float, "bool": bool, "str": str, "date": date, "Path": Path,
    "list": list, "None": None, "Literal": Literal, "Optional": Optional, "Union": Union,
    "Annotated": Annotated,
}  # fmt: skip
_NOTHING = ("", "none", "None")


def type_of(text: str) -> Any:
    """The type that an annotation says.

    Raises
    ------
    ParameterError
        It is none of those a parameter can have.

    Examples
    --------
    >>> type_of("Literal[1, 2] | None")
    typing.Optional[typing.Literal[1, 2]]
    """
    try:
        return _type(ast.parse(text, mode="eval").body)
    except (TypeError, ValueError, RuntimeError):
        raise ParameterError(f"'{text}' is no type of a parameter.") from None


def typed(value: object, declared: Any) -> Any:
    """A value as the declared type; dates and paths stay the text that a cell can hold.

    Raises
    ------
    ValueError
        Why it is not of the type, without the value.

    Examples
    --------
    >>> typed("3", type_of("Literal[1, 2, 3]")), typed("no", bool), typed("a, b", list[str])
    (3, False, ['a', 'b'])
    """
    inside = kinds(declared)
    if isinstance(value, str):
        value = from_text(value, declared)
    if _any_bool(value) and bool not in inside and Literal not in inside:
        raise ValueError("true and false are no numbers and no text")
    if date in inside and isinstance(value, int | float):
        raise ValueError("write a date as 2024-01-31")
    adapter = TypeAdapter(declared, config=ConfigDict(strict=False, allow_inf_nan=False))
    try:
        kept = adapter.validate_python(value)
    except ValidationError as failed:
        error = failed.errors(include_url=False, include_context=False)[0]
        raise ValueError(f"{error['msg']}{_near(value, declared)}") from None
    return adapter.dump_python(kept, mode="json") if inside & {date, Path} else kept


def from_text(text: str, declared: Any) -> object:
    """Text as a command line gives it: lists by commas, nothing by name, choices by spelling.

    What pydantic reads by itself stays text. A text for ``str`` is never touched.
    """
    outer, inner = get_origin(declared), get_args(declared)
    if outer is Annotated:
        return from_text(text, inner[0])
    if outer in (Union, UnionType):
        return _of_union(text, inner)
    if outer is Literal:
        return next((option for option in inner if _spelt(option, text)), text)
    if outer is list or declared is list:
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return [from_text(part, inner[0] if inner else str) for part in parts]
    if declared is float and "_" in text:
        raise ValueError("write the number without underscores")
    if declared is date and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        raise ValueError("write a date as 2024-01-31")
    return text


def kinds(declared: Any) -> set[Any]:
    """The plain types that a type is made of; ``Literal`` and ``list`` for themselves.

    >>> sorted(kind.__name__ for kind in kinds(type_of("list[int] | None")))
    ['NoneType', 'int', 'list']
    """
    outer, inner = get_origin(declared), get_args(declared)
    if outer is None or outer is Literal:
        return {outer or declared}
    own = {list} if outer is list else set()
    return own.union(*map(kinds, inner[:1] if outer is Annotated else inner))


def _type(node: ast.expr) -> Any:
    match node:
        case ast.Name(id=name) if name in _NAMES:
            return _NAMES[name]
        case ast.Constant(value=None):
            return None
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _type(left) | _type(right)
        case ast.Subscript(value=ast.Name(id="Literal"), slice=within):
            return Literal[tuple(ast.literal_eval(part) for part in _parts(within))]
        case ast.Subscript(value=outer, slice=within):
            inner = tuple(map(_type, _parts(within)))
            return _type(outer)[inner if len(inner) > 1 else inner[0]]
        case ast.Call(func=ast.Name(id="Field"), args=[], keywords=words):
            return Field(**{str(word.arg): ast.literal_eval(word.value) for word in words})
    raise ParameterError(
        f"'{ast.unparse(node)}' is no type of a parameter: use int, float, bool, str, date, Path, "
        "list[…], Literal[…], Annotated[…, Field(…)] or … | None."
    )


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _of_union(text: str, members: Sequence[Any]) -> object:
    rest = [member for member in members if member is not NoneType]
    if len(rest) < len(members) and text in _NOTHING:
        return None
    if len(rest) == 1:
        return from_text(text, rest[0])
    chosen = (from_text(text, member) for member in rest if get_origin(member) is Literal)
    return next((value for value in chosen if value != text), text)


def _spelt(option: object, text: str) -> bool:
    if isinstance(option, bool) or option is None:
        return text.strip().lower() == str(option).lower()
    return text == option if isinstance(option, str) else text.strip() == str(option)


def _any_bool(value: object) -> bool:
    return isinstance(value, bool) or (
        isinstance(value, list | tuple) and any(map(_any_bool, value))
    )


def _near(value: object, declared: Any) -> str:
    options = [str(option) for option in get_args(declared)] if Literal in kinds(declared) else []
    hint = did_you_mean(value, options) if isinstance(value, str) else ""
    return f".{hint.removesuffix('?')}" if hint else ""
