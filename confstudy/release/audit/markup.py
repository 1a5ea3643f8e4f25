"""Tables that are written as pairs: XML, YAML and lines of name and value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import islice

from confstudy.release.audit.grid import Grid
from confstudy.release.audit.tables import ROWS, squared

__all__ = ["column_grids", "element_grids", "pair_grids"]

_LINE = re.compile(
    r"^\s*(?:[-*•>]\s*)?[\"'`*]{0,2}([^\W\d][\w .-]{0,40}?)[\"'`*]{0,2}"
    r"\s*(?::|=|->|→|⇒|\t)\s*[\"'`*]{0,2}(\S.{0,80}?)[\"'`*,;]{0,3}\s*$"
)
_COLUMN = re.compile(
    r"([^\W\d]\w{1,40})[\"']?\s*[:=]\s*(?:(?:c\(|\[)([^()\[\]]{5,5000})[)\]]|([^\n;()\[\]{}:=]{5,5000}))"
)
_SPLIT = re.compile(r"\s*[;|]\s*|,\s+(?=[^\W\d][\w .-]{0,40}?\s*(?::|=|->|→)\s*\S)")
_HTML = frozenset(
    "div span p a b i em strong br hr ul ol li h1 h2 h3 h4 h5 h6 pre code img table thead tbody tr "
    "td th style script svg g path circle rect use text defs title desc line polyline ellipse "
    "clippath metadata html body head meta link button input label option select section".split()
)


class _Elements(HTMLParser):
    """Elements that are no HTML: their names, attributes and words, parent by parent."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str], list[str]]] = []
        self.rows: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HTML and len(self.rows) < ROWS:
            named = {name: value or "" for name, value in attrs if ":" not in name}
            self.open.append((tag, named, []))

    def handle_data(self, data: str) -> None:
        if self.open:
            self.open[-1][2].append(data)

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _, _ in self.open):
            return
        while self.open:
            name, cells, words = self.open.pop()
            told = " ".join("".join(words).split())
            if len(cells) >= 2:
                self.rows.append(cells)
            elif told and self.open:
                self.open[-1][1].setdefault(cells.get("name", cells.get("key", name)), told)
            if name == tag:
                return

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)


def element_grids(page: str) -> Iterator[Grid]:
    """Rows of XML: elements with several attributes, or with several elements inside.

    >>> page = "<all><one age='34' sex='f' of='east'/><one age='51' sex='m' of='west'/></all>"
    >>> [(grid.heads, len(grid.rows)) for grid in element_grids(page)]
    [(('age', 'sex', 'of'), 2)]
    """
    reader = _Elements()
    reader.feed(page[:2_000_000])
    yield from _tabled(reader.rows)


def pair_grids(text: str) -> Iterator[Grid]:
    r"""Rows of name and value: one a line, or several lines a row.

    >>> [grid.heads for grid in pair_grids("age: 34\nsex: f\nregion: east")]
    [('age', 'sex', 'region')]
    """
    rows: list[dict[str, str]] = []
    row: dict[str, str] = {}
    for line in [*text.splitlines()[: 10 * ROWS], ""]:
        parts = _SPLIT.split(line) if len(line) < 2000 else [line]
        found = [match for part in parts if (match := _LINE.match(part))]
        known = any(match[1].strip() in row for match in found)
        if row and (known or not found or line.lstrip().startswith("- ")):
            rows.append(row)
            row = {}
        row |= {match[1].strip(): match[2].strip() for match in found}
    yield from _tabled([*rows, row])


def column_grids(text: str) -> Iterator[Grid]:
    """Columns that are written out one after the other: ``age = c(34, 51)``, ``age: 34, 51``.

    >>> [(grid.heads, len(grid.rows)) for grid in column_grids("age: 34, 51, 28; sex: f, m, f")]
    [(('age', 'sex'), 3)]
    """
    tables: dict[int, dict[str, list[str]]] = {}
    for found in islice(_COLUMN.finditer(text), 500):
        name, inner, bare = found.groups()
        cells = [cell.strip(" \"'") for cell in (inner or bare).split(",")]
        if len(cells) >= 3:
            tables.setdefault(len(cells), {})[name] = cells
    for columns in tables.values():
        lines = [list(columns), *map(list, zip(*columns.values(), strict=True))]
        grid = squared(lines, 1, "", "pairs") if len(columns) >= 2 else None
        if grid is not None:
            yield grid


def _tabled(rows: list[dict[str, str]]) -> Iterator[Grid]:
    """Rows with the same names as one table."""
    tables: dict[tuple[str, ...], list[list[str]]] = {}
    for row in rows[:ROWS]:
        if len(row) >= 3:
            tables.setdefault(tuple(row), []).append(list(row.values()))
    for heads, lines in tables.items():
        grid = squared([heads, *lines], 1, "", "pairs")
        if grid is not None:
            yield grid
