"""Every string of a notebook, with where it stood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Place", "bundles", "joined", "strings", "walk"]

#: Deeper JSON is not followed: no notebook needs it, a bomb does.
DEPTH = 60
_USUAL = frozenset(
    "code markdown raw heading stream display_data execute_result error pyout pyerr stdout "
    "stderr".split()
)
_MIME = re.compile(r"(?:text|image|application|audio|video)/[\w.+-]+")


@dataclass(frozen=True, repr=False)
class Place:
    """One text or JSON value of a notebook.

    Attributes
    ----------
    cell, where
        The cell counted from 1 (0: the notebook), and what part of it.
    kind
        ``code``, ``markdown``, ``raw``, ``output``, ``error``, ``metadata`` or ``attachment``.
    content
        A string, or JSON.
    source
        The code of the cell, for outputs.
    output, mime
        The number of the output from 1, and the type of the content.
    """

    cell: int
    where: str
    kind: str
    content: Any
    source: str = ""
    output: int = 0
    mime: str = "text/plain"


def joined(value: Any) -> Any:
    r"""Multi-line strings, which notebooks store as lists, in one piece.

    >>> joined(["a\n", "b"])
    'a\nb'
    """
    if isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        return "".join(value)
    return value


def walk(notebook: Mapping[str, Any]) -> Iterator[Place]:
    """Every part of a notebook that can hold something: sources, outputs, metadata, the rest."""
    yield Place(0, "metadata", "metadata", notebook.get("metadata", {}))
    rest = {
        name: value
        for name, value in notebook.items()
        if name not in ("metadata", "cells", "nbformat", "nbformat_minor", "worksheets")
    }
    if rest:
        yield Place(0, "metadata", "metadata", rest)
    for number, cell in enumerate(_cells(notebook), start=1):
        yield from _cell(number, cell)


def _cells(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    cells = list(notebook.get("cells") or [])
    for sheet in notebook.get("worksheets") or []:
        cells += sheet.get("cells") or []
    return [cell for cell in cells if isinstance(cell, Mapping)]


def _cell(number: int, cell: Mapping[str, Any]) -> Iterator[Place]:
    source = str(joined(cell.get("source", cell.get("input", ""))) or "")
    kind = str(cell.get("cell_type", "raw"))
    kind = kind if kind in ("code", "markdown") else "raw"
    yield Place(number, "source", kind, source)
    known = ("source", "input", "outputs", "cell_type", "attachments", "execution_count")
    about = {name: value for name, value in cell.items() if name not in known and value}
    if about:
        yield Place(number, "metadata", "metadata", about)
    for name, bundle in (cell.get("attachments") or {}).items():
        yield Place(number, "attachment", "attachment", str(name))
        for mime, content in dict(bundle).items():
            yield Place(number, "attachment", "attachment", joined(content), mime=str(mime))
    odd = list(_odd(cell))
    if odd:
        yield Place(number, "names of parts", "metadata", odd)
    streams: dict[str, list[str]] = {}
    for count, output in enumerate(cell.get("outputs") or [], start=1):
        if output.get("output_type") == "stream":
            name = str(output.get("name", "stdout"))
            streams.setdefault(name, []).append(str(joined(output.get("text", ""))))
        yield from _output(number, count, output, source)
    for name, texts in streams.items():
        if len(texts) > 1:
            where = f"outputs together, {name}"
            yield Place(number, where, "output", "".join(texts), source, mime="stream")


def _odd(cell: Mapping[str, Any]) -> Iterator[str]:
    """Types, names and counts that are none a notebook has: they may hold anything."""
    parts = [cell, *(cell.get("outputs") or [])]
    for part in parts:
        yield from (str(name) for name in part if not str(name).isidentifier())
        for name in ("cell_type", "output_type", "name", "execution_count"):
            if isinstance(part.get(name), str) and part[name] not in _USUAL:
                yield part[name]
    bundles = [one.get("data") or {} for one in cell.get("outputs") or []]
    for bundle in (*bundles, *(cell.get("attachments") or {}).values()):
        yield from (str(mime) for mime in bundle if not _MIME.fullmatch(str(mime)))


def _output(cell: int, count: int, output: Mapping[str, Any], source: str) -> Iterator[Place]:
    kind = output.get("output_type")
    where = f"output {count}"
    if kind == "stream":
        name = str(output.get("name", "stdout"))
        text = joined(output.get("text", ""))
        yield Place(cell, f"{where}, {name}", "output", text, source, count, "stream")
    elif kind in ("error", "pyerr"):
        head = f"{output.get('ename', '')}: {output.get('evalue', '')}\n"
        lines = output.get("traceback") or []
        content = head + "\n".join(map(str, lines if isinstance(lines, list) else [lines]))
        yield Place(cell, f"{where}, error", "error", content, source, count)
    else:
        for mime, content in (output.get("data") or {}).items():
            where_mime = f"{where}, {mime}"
            yield Place(cell, where_mime, "output", joined(content), source, count, str(mime))
    spent = "output_type name text data metadata execution_count ename evalue traceback".split()
    rest = {name: value for name, value in output.items() if name not in spent and value}
    for about in (output.get("metadata"), rest):
        if about:
            yield Place(cell, f"{where}, metadata", "metadata", about, source, count)


def bundles(notebook: Mapping[str, Any]) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Cell, output and MIME bundle of every output that has one."""
    for number, cell in enumerate(_cells(notebook), start=1):
        for count, output in enumerate(cell.get("outputs") or [], start=1):
            if output.get("data"):
                yield number, count, dict(output["data"])


def strings(value: Any, depth: int = 0) -> Iterator[str]:
    """The texts inside JSON: keys that are no plain words, and every string value."""
    if isinstance(value, str):
        yield value
    elif depth > DEPTH:
        yield json.dumps(value, default=str)[:100_000]
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner, depth + 1)
    elif isinstance(value, list | tuple):
        if value and all(isinstance(part, str) for part in value):
            yield "\n".join(value)
        else:
            for inner in value:
                yield from strings(inner, depth + 1)
