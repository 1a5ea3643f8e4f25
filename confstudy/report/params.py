"""A notebook's parameters: names, types and defaults from its tagged cell, read but not run."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import PydanticUserError

from confstudy.errors import ParameterError, unknown
from confstudy.report.paramtypes import type_of, typed

__all__ = ["Parameter", "checked", "parameters_of"]

#: Words of names whose values should be nowhere in a report or its manifest.
_SECRET = (
    "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "private_key",
    "access_key", "credential",
)  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """One parameter: its declared type, its default, and the comment beside it."""

    name: str
    type: str
    default: Any
    help: str

    def parsed(self, value: object) -> Any:
        """A value, or its text from a command line, as the declared type.

        A date or a path stays the text that a notebook's cell can hold.

        Raises
        ------
        ParameterError
            It is not of the type; the message names the type and never the value.

        Examples
        --------
        >>> Parameter("wave", "Literal[1, 2]", 1, "").parsed("2")
        2
        """
        try:
            return typed(value, type_of(self.type))
        except ParameterError as wrong:
            raise ParameterError(f"Parameter '{self.name}': {wrong}") from None
        except ValueError as wrong:
            raise ParameterError(f"Parameter '{self.name}' ({self.type}): {wrong}.") from None
        except (TypeError, PydanticUserError):
            raise ParameterError(f"Parameter '{self.name}': '{self.type}' is no type.") from None


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
        if name in found:
            raise ParameterError(f"{notebook}: '{name}' is declared twice.")
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


def _comments(source: str) -> dict[int, str]:
    """The comment at the end of each line that has one."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("# ").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }
