"""A notebook's parameters: names, types and defaults from its tagged cell, read but not run."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal, Optional, get_args, get_origin

from pydantic import ConfigDict, Field, PydanticUserError, TypeAdapter, ValidationError

from confstudy.errors import ParameterError, unknown

__all__ = ["Parameter", "checked", "parameters_of"]

_NAMES: dict[str, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "str": str,
    "list": list,
    "None": None,
    "date": date,
    "Literal": Literal,
    "Optional": Optional,
    "Annotated": Annotated,
    "Field": Field,
}
_SECRET = ("password", "secret", "token", "api_key", "apikey", "credential")


@dataclass(frozen=True)
class Parameter:
    """One parameter: its declared type, its default, and the comment beside it."""

    name: str
    type: str
    default: Any
    help: str

    def parsed(self, value: object) -> Any:
        """A value, or its text from a command line, as the declared type.

        A date stays the ISO text that a notebook's cell can hold.
        """
        try:
            declared = _type(ast.parse(self.type, mode="eval").body)
            adapter = TypeAdapter(declared, config=ConfigDict(strict=False))
        except (TypeError, ValueError, PydanticUserError):
            raise ParameterError(f"Parameter '{self.name}': '{self.type}' is no type.") from None
        if isinstance(value, str) and declared is not str:
            value = _from_text(value, declared, self)
        try:
            kept = adapter.validate_python(value)
            return adapter.dump_python(kept, mode="json") if "date" in self.type else kept
        except ValidationError as failed:
            why = failed.errors(include_url=False, include_input=False)[0]["msg"]
            raise ParameterError(f"Parameter '{self.name}' ({self.type}): {why}.") from None


def parameters_of(source: str, notebook: str) -> dict[str, Parameter]:
    """Read the ``parameters`` cell: lines like ``n: int = 600  # sample size``."""
    try:
        tree = ast.parse(source)
        comments = _comments(source)
    except (SyntaxError, tokenize.TokenError) as problem:
        line = getattr(problem, "lineno", None) or 1
        raise ParameterError(
            f"{notebook}: line {line} of the parameters cell is no Python."
        ) from None
    found: dict[str, Parameter] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            continue
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            raise ParameterError(
                f"{notebook}: line {statement.lineno} of the parameters cell should read "
                "'name: type = default  # what it is'."
            )
        name = statement.target.id
        if any(word in name.lower() for word in _SECRET):
            raise ParameterError(f"{notebook}: '{name}' looks like a secret; reports keep none.")
        comment = comments.get(statement.end_lineno or 1, "")
        text = ast.unparse(statement.annotation)
        try:
            default = ast.literal_eval(statement.value) if statement.value is not None else None
        except ValueError:
            raise ParameterError(
                f"{notebook}: the default of '{name}' is not a plain value, such as 600 or 'age'."
            ) from None
        found[name] = Parameter(name, text, default, comment)
        found[name].parsed(default)
    return found


def checked(declared: Mapping[str, Parameter], given: Mapping[str, object]) -> dict[str, Any]:
    """Every parameter with its given or default value, of its declared type.

    Raises
    ------
    ParameterError
        An unknown name, or a value that is not of the type.
    """
    strange = [name for name in given if name not in declared]
    if strange:
        raise ParameterError(unknown("Parameters", strange, declared, "the notebook"))
    return {name: p.parsed(given.get(name, p.default)) for name, p in declared.items()}


def _type(node: ast.expr) -> Any:
    if isinstance(node, ast.Name) and node.id in _NAMES:
        return _NAMES[node.id]
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _type(node.left) | _type(node.right)
    if isinstance(node, ast.Subscript):
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        parts = tuple(_type(part) for part in inner)
        return _type(node.value)[parts if len(parts) > 1 else parts[0]]
    if isinstance(node, ast.Call):
        named = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg}
        return _type(node.func)(**named)
    raise ParameterError(
        f"'{ast.unparse(node)}' is no type of a parameter: use int, float, bool, str, date, "
        "list[…], Literal[…], Annotated[…, Field(…)] or … | None."
    )


def _comments(source: str) -> dict[int, str]:
    """The comment at the end of each line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _from_text(text: str, declared: Any, parameter: Parameter) -> object:
    """Lists from ``a,b``; nothing by name; numbers without underscores; the rest as pydantic."""
    kinds = _kinds(declared)
    if text in ("", "none", "None") and type(None) in kinds:
        return None
    if "_" in text and kinds & {int, float} and str not in kinds:
        raise ParameterError(
            f"Parameter '{parameter.name}' ({parameter.type}): write it without underscores."
        )
    if list in kinds:
        return [part.strip() for part in text.split(",") if part.strip()]
    return text


def _kinds(declared: Any) -> set[Any]:
    """The plain types that a declared type is made of."""
    origin, inner = get_origin(declared), get_args(declared)
    if origin is None or origin is Literal:
        return {declared}
    outer = {list} if origin is list else set()
    return outer.union(*map(_kinds, inner[:1] if origin is Annotated else inner))
