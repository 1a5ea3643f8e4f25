"""A table of a report in a Word document: three rules, heads repeated on every page."""

from __future__ import annotations

from typing import Any

from confstudy.report.writers.grid import Cell, grid_of
from confstudy.report.writers.nodes import Node
from confstudy.report.writers.word_parts import Runs, caption, element

__all__ = ["write_table"]

_THICK, _THIN = "12", "4"


def write_table(docx: Any, word: Any, runs: Runs, node: Node) -> None:
    """Add caption, table and notes."""
    grid = grid_of(node)
    above = caption(docx, word, runs, "Table", grid.number, grid.caption)
    above.paragraph_format.keep_with_next = True
    rows = (*grid.heads, *grid.rows)
    table = word.add_table(rows=len(rows), cols=grid.columns)
    lines = [row.cells for row in table.rows]
    for place, row in enumerate(rows):
        _fill(docx, runs, lines[place], row, bold=place < len(grid.heads))
        mark = table.rows[place]._tr.get_or_add_trPr()
        mark.append(element(docx, "cantSplit"))
        if place < len(grid.heads):
            mark.append(element(docx, "tblHeader"))
    if rows:
        _rule(docx, lines[0], "top", _THICK)
        _rule(docx, lines[-1], "bottom", _THICK)
    if grid.heads:
        _rule(docx, lines[len(grid.heads) - 1], "bottom", _THIN)
    below = word.add_paragraph()
    for note in grid.notes:
        runs(below, (note,))


def _fill(docx: Any, runs: Runs, cells: Any, row: tuple[Cell, ...], *, bold: bool) -> None:
    place = 0
    for cell in row:
        target = cells[place]
        if cell.span > 1:
            target = target.merge(cells[place + cell.span - 1])
        paragraph = target.paragraphs[0]
        paragraph.paragraph_format.space_after = docx.shared.Pt(0)
        if cell.number:
            paragraph.alignment = docx.enum.text.WD_ALIGN_PARAGRAPH.RIGHT
        runs(paragraph, cell.children, ("strong",) if bold else ())
        place += cell.span


def _rule(docx: Any, cells: Any, edge: str, size: str) -> None:
    for cell in {id(cell._tc): cell for cell in cells}.values():
        properties = cell._tc.get_or_add_tcPr()
        borders = properties.find(docx.oxml.ns.qn("w:tcBorders"))
        if borders is None:
            borders = element(docx, "tcBorders")
            properties.append(borders)
        borders.append(element(docx, edge, val="single", sz=size, space="0"))
