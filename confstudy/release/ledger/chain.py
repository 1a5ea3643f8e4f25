"""Lines that each hold the hash of the one before, so that no change goes unseen."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from confstudy.release.ledger.digest import canonical

__all__ = ["START", "Break", "Line", "chained", "lines_of", "walk"]

#: What stands for the hash of the line before the first.
START = "0" * 64


@dataclass(frozen=True, repr=False)
class Line:
    """A whole line: its place in the file (from 1), its hash, its content."""

    number: int
    hash: str
    content: Mapping[str, Any]


@dataclass(frozen=True)
class Break:
    """A line that is not what was written there, and why."""

    number: int
    what: str


def chained(contents: Iterable[Mapping[str, Any]], previous: str) -> tuple[bytes, str, int]:
    """The bytes of new lines after the hash ``previous``, the last hash, how many lines.

    >>> text, last, count = chained([{"kind": "note"}], START)
    >>> [line.hash for line in walk(text)] == [last]
    True
    """
    lines = []
    for content in contents:
        linked = {**content, "previous": previous}
        previous = sha256(canonical(linked)).hexdigest()
        lines.append(canonical({**linked, "hash": previous}) + b"\n")
    return b"".join(lines), previous, len(lines)


def lines_of(text: bytes) -> list[bytes]:
    r"""The whole lines; half a line at the end is what a crash left of an entry.

    >>> lines_of(b"one\ntwo\nthr")
    [b'one', b'two']
    """
    return text.split(b"\n")[:-1]


def walk(text: bytes, previous: str = START, after: int = 0) -> Iterator[Line | Break]:
    """Every line in turn; a break in the chain is told at the line where it shows.

    Parameters
    ----------
    text
        Whole lines, and perhaps half a line.
    previous, after
        The hash of the line before them, and how many lines there are before them.
    """
    for number, raw in enumerate(lines_of(text), start=after + 1):
        found = _parsed(raw)
        if found is None:
            yield Break(number, "the line is not one that was written there")
            previous = ""
            continue
        told = str(found.get("hash"))
        linked = {name: part for name, part in found.items() if name != "hash"}
        if sha256(canonical(linked)).hexdigest() != told:
            yield Break(number, "the line was changed: its hash is another")
        elif previous and found.get("previous") != previous:
            yield Break(number, "lines before it are gone, new or in another order")
        else:
            yield Line(number, told, found)
        previous = told


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(raw)
        written = isinstance(found, dict) and canonical(found) == raw
    except (ValueError, RecursionError):
        return None
    return found if written else None
