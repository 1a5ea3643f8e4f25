"""A table of a report as rows of cells, for writers that are not HTML."""

from __future__ import annotations

from dataclasses import dataclass

from confstudy.report.writers.nodes import Child, Node, find, text_of

__all__ = ["Cell", "Grid", "grid_of"]


@dataclass(frozen=True)
class Cell:
    """A cell: what is in it, how many columns it takes, whether it is a number or a head."""

    children: tuple[Child, ...]
    span: int
    number: bool
    head: bool


@dataclass(frozen=True, repr=False)
class Grid:
    """A table.

    Attributes
    ----------
    heads, rows
        Rows of cells; every row takes ``columns`` columns.
    notes
        What stands below it.
    """

    number: str
    caption: tuple[Child, ...]
    heads: tuple[tuple[Cell, ...], ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[Child, ...]
    columns: int

    @property
    def weights(self) -> list[int]:
        """The length of the longest word or words in each column, as a guide to its width."""
        found = [1] * self.columns
        for row in (*self.heads, *self.rows):
            place = 0
            for cell in row:
                words = text_of(*cell.children)
                # A head may be broken between words.
                long = max(map(len, words.split() or [""])) if row in self.heads else len(words)
                if cell.span == 1:
                    found[place] = max(found[place], long)
                place += cell.span
        return found


def grid_of(node: Node) -> Grid:
    """The table in a ``div`` of class ``table``.

    >>> from confstudy.report.writers.nodes import parse
    >>> page = '<div class="table"><table><tr><td>1</td><td>2</td></tr></table></div>'
    >>> grid_of(parse(page)[0]).columns
    2
    """
    table = next(find(node.children, "table"))
    rows = [(_row(row), place) for place in ("thead", "") for row in _rows(table, place)]
    columns = max((sum(cell.span for cell in row) for row, _ in rows), default=1)
    filled = [(_filled(row, columns), place) for row, place in rows]
    notes = tuple(part for part in node.children if part is not table)
    return Grid(
        number=node.attrs.get("number", ""),
        caption=next((part.children for part in find(table.children, "caption")), ()),
        heads=tuple(row for row, place in filled if place),
        rows=tuple(row for row, place in filled if not place),
        notes=notes if text_of(*notes).strip() else (),
        columns=columns,
    )


def _rows(table: Node, place: str) -> list[Node]:
    """The rows of the head, or all others."""
    inside = [part for part in table.children if isinstance(part, Node)]
    chosen = tuple(part for part in inside if (part.tag == "thead") == bool(place))
    return list(find(chosen, "tr"))


def _row(row: Node) -> list[Cell]:
    return [
        Cell(cell.children, int(cell.attrs.get("colspan", 1)), cell.has("number"), cell.tag == "th")
        for cell in find(row.children, "th", "td")
    ]


def _filled(row: list[Cell], columns: int) -> tuple[Cell, ...]:
    missing = columns - sum(cell.span for cell in row)
    return (*row, *[Cell((), 1, number=False, head=False)] * missing)
