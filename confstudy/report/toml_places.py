"""Where in a TOML file a key stands, and what is wrong with it in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from confstudy.errors import did_you_mean, listing

__all__ = ["line_of", "worded"]

_TABLE = re.compile(r"^\s*\[([^\[\]]+)\]\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
#: What pydantic says, in words for people who write TOML.
_KINDS = {
    "a valid string": "text",
    "a valid dictionary": "a table, { name = value }",
    "a valid list": "a list, [first, second]",
    "a valid tuple": "a list, [first, second]",
    "a valid boolean": "true or false",
    "a valid integer": "a whole number",
    "a valid number": "a number",
}


def line_of(text: str, place: Sequence[object]) -> int | None:
    r"""The line, from 1, of a key or of the nearest table that holds it.

    >>> line_of("schema = 1\n[report.a]\ntitle = 'A'", ["report", "a", "title"])
    3
    """
    wanted = tuple(map(str, place))
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            table = found = _parts(header[1])
        elif key := _KEY.match(line):
            found = (*table, *_parts(key[1]))
        else:
            continue
        if wanted[: len(found)] == found and (best is None or len(found) > best[0]):
            best = (len(found), number)
    return best[1] if best else None


def worded(
    error: Mapping[str, Any], file: str, text: str, allowed: Mapping[int, Sequence[str]]
) -> str:
    """One error of pydantic: file, line, key, what is wrong, what is allowed.

    Parameters
    ----------
    allowed
        The keys known at each depth, for the nearest match of one that is not.
    """
    place = [p for p in error["loc"] if p != "[key]" and not str(p).startswith("func")]
    key = ".".join(map(str, place))
    line = line_of(text, place)
    where = f"{file}, line {line}" if line else file
    if error["type"] == "extra_forbidden":
        known = allowed.get(len(place), ())
        hint = did_you_mean(str(place[-1]), known)
        return f"{where}: '{key}' is not known.{hint} Allowed: {listing(known, 20)}."
    if error["type"] == "missing":
        return f"{where}: '{key}' is missing."
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Assertion failed, ")
    for kind, words in _KINDS.items():
        message = message.replace(kind, words)
    near = ""
    if error["type"] == "literal_error":
        near = did_you_mean(str(error["input"]), re.findall(r"'([^']*)'", message))
    return f"{where}: '{key}': {message[:1].lower()}{message[1:].rstrip('.')}.{near}"


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
