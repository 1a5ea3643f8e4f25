"""Tables in HTML, JSON and plain text, read into grids."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any

from confstudy.release.audit.grid import Grid, is_number

__all__ = ["html_grids", "json_grids", "squared"]

#: More rows are not read: what is wrong shows in the first.
ROWS = 3000


def squared(
    lines: Sequence[Sequence[str]], heads: int, context: str, kind: str, **more: Any
) -> Grid | None:
    """Lines of cells as a grid: filled up to one width, the first ones as heads."""
    width = max((len(line) for line in lines), default=0)
    if width == 0 or len(lines) <= heads:
        return None
    filled = [(*line, *[""] * (width - len(line))) for line in lines]
    top = tuple(
        " ".join(filter(None, parts)).strip() for parts in zip(*filled[:heads], strict=True)
    )
    return Grid(top or ("",) * width, tuple(filled[heads:]), context, kind, **more)


class _Tables(HTMLParser):
    """Rows of every table, with whether each is all heads, and the text around."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[tuple[list[tuple[list[str], bool]], list[str]]] = []
        self.open: list[tuple[list[tuple[list[str], bool]], list[str]]] = []
        self.cell: list[str] | None = None
        self.head, self.span = True, 1
        self.around: list[str] = []
        self.in_head = False
        self.quiet = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet = tag in ("style", "script")
        if tag == "table":
            self.open.append(([], []))
        elif tag == "thead":
            self.in_head = True
        elif self.open and tag == "tr":
            self.open[-1][0].append(([], True))
        elif self.open and tag in ("td", "th") and self.open[-1][0]:
            self.cell, self.head = [], tag == "th"
            wide = str(dict(attrs).get("colspan") or "1")
            self.span = min(int(wide), 50) if wide.isdigit() else 1

    def handle_endtag(self, tag: str) -> None:
        self.quiet = False
        if tag in ("td", "th") and self.cell is not None and self.open:
            cells, heads = self.open[-1][0][-1]
            cells += [" ".join("".join(self.cell).split())] * max(self.span, 1)
            self.open[-1][0][-1] = (cells, heads and (self.head or self.in_head))
            self.cell = None
        elif tag == "thead":
            self.in_head = False
        elif tag == "table" and self.open:
            self.tables.append(self.open.pop())

    def handle_data(self, data: str) -> None:
        if self.quiet:
            return
        if self.cell is not None:
            self.cell.append(data)
        elif self.open:
            self.open[-1][1].append(data)
        else:
            self.around.append(data)


def html_grids(page: str) -> Iterator[Grid]:
    """Every table of a page.

    >>> [grid.heads for grid in html_grids("<table><tr><th>a</th></tr><tr><td>1</td></tr></table>")]
    [('a',)]
    """
    if "<table" not in page.casefold():
        return
    reader = _Tables()
    reader.feed(page)
    around = " ".join(" ".join(reader.around).split())[:600]
    for rows, words in [*reader.tables, *reader.open]:
        rows = [row for row in rows if row[0]][:ROWS]
        count = 0
        while count < len(rows) - 1 and rows[count][1]:
            count += 1
        lines = [cells for cells, _ in rows]
        axis: tuple[str, ...] = ()
        if count == 2 and len(lines[1]) == len(lines[0]) and not any(lines[1][1:]):
            axis = (lines[1][0], lines[0][0])
            lines[0] = ["", *lines[0][1:]]
            lines.pop(1)
            count = 1
        context = " ".join(" ".join([*words, around]).split())
        if count == 0 and len(lines) > 1 and not any(map(is_number, lines[0])):
            count = 1
        grid = squared(lines, count, context, "html", axis=axis)
        if grid is not None:
            yield grid


def _flat_row(row: Any) -> bool:
    return (
        isinstance(row, list) and bool(row) and not any(isinstance(c, Mapping | list) for c in row)
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def json_grids(value: Any, context: str = "", depth: int = 0) -> Iterator[Grid]:
    """Tables inside JSON: records, columns, split and indexed forms, at any depth."""
    if depth > 12:
        return
    if isinstance(value, Mapping):
        grid = _of_columns(value, context)
        if grid is not None:
            yield grid
            return
        single = {str(k): _text(v) for k, v in value.items() if not isinstance(v, Mapping | list)}
        if len(single) >= 3:
            yield Grid(tuple(single), (tuple(single.values()),), context, "pairs")
        for key, inner in value.items():
            if isinstance(inner, Mapping | list):
                yield from json_grids(inner, f"{context} {key}"[-300:], depth + 1)
    elif isinstance(value, list) and value:
        rows = value[:ROWS]
        if all(isinstance(row, Mapping) for row in rows):
            names = list(dict.fromkeys(str(name) for row in rows for name in row))
            flat = sum(
                not isinstance(cell, Mapping | list) for row in rows for cell in row.values()
            )
            if names and flat >= 0.7 * sum(map(len, rows)):
                lines = [[_text(row.get(name)) for name in names] for row in rows]
                yield Grid(tuple(names), tuple(map(tuple, lines)), context, "json")
                return
        elif len(rows) > 1 and all(map(_flat_row, rows)):
            lines = [[_text(cell) for cell in row] for row in rows]
            heads = 1 if not any(map(is_number, lines[0])) else 0
            grid = squared(lines, heads, context, "json")
            if grid is not None:
                yield grid
            return
        for inner in rows:
            if isinstance(inner, Mapping | list):
                yield from json_grids(inner, context, depth + 1)


def _of_columns(value: Mapping[str, Any], context: str) -> Grid | None:
    """A table stored by column, or as heads and data."""
    heads, data = value.get("columns"), value.get("data")
    if isinstance(heads, list) and isinstance(data, list) and data and isinstance(data[0], list):
        names = [_text(head) for head in heads]
        index = value.get("index") or range(len(data))
        lines = [[str(i), *map(_text, row)] for i, row in zip(index, data[:ROWS], strict=False)]
        return squared([["", *names], *lines], 1, context, "json")
    inner = list(value.values())
    if len(inner) < 2:
        return None
    if all(isinstance(column, list) and 0 < len(column) <= 10**6 for column in inner):
        plain = all(not isinstance(cell, Mapping | list) for c in inner for cell in c[:50])
        if plain and len({len(column) for column in inner}) == 1:
            lines = [list(map(_text, row)) for row in zip(*(c[:ROWS] for c in inner), strict=True)]
            return Grid(tuple(map(str, value)), tuple(map(tuple, lines)), context, "json")
    if all(isinstance(column, Mapping) and column for column in inner):
        keys = list(inner[0])
        same = all(list(column) == keys for column in inner)
        if same and all(not isinstance(cell, Mapping | list) for c in inner for cell in c.values()):
            by_row = all(str(key).isdigit() for key in value)
            lines = [[str(key), *map(_text, column.values())] for key, column in value.items()]
            grid = squared([["", *map(str, keys)], *lines], 1, context, "json")
            return grid if by_row or grid is None else _turned(grid)
    return None


def _turned(grid: Grid) -> Grid:
    lines = list(zip(grid.heads, *grid.rows, strict=True))
    return Grid(lines[0], tuple(lines[1:]), grid.context, grid.kind)


def delimited(lines: Sequence[str], sign: str) -> list[list[str]]:
    """Delimited lines as cells, quotes read."""
    return [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=sign)]


def ruled(line: str) -> bool:
    """Whether a line only rules off.

    >>> ruled("|---|:--:|"), ruled("├──┼──┤"), ruled("a")
    (True, True, False)
    """
    return (
        bool(line.strip())
        and re.fullmatch(r"[\s|+:=_\-─━═┄┈│┃║├┤┼┬┴┌┐└┘╭╮╰╯╞╡╪╤╧╘╛╒╕┏┓┗┛┡┩╇┳┻┠┨╺╸╿╽╂╀]+", line)
        is not None
    )
