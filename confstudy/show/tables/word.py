"""A regression table as a Word document, with python-docx."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from confstudy.errors import UnwritableFile
from confstudy.files import write_with
from confstudy.show.tables.grid import SYMBOLS, Grid, Row
from confstudy.show.tables.widths import WIDTH, column_widths

__all__ = ["write_word"]

_FONT, _POINTS = "Times New Roman", 10
_RULE, _THIN = 12, 6


def write_word(grid: Grid, path: Path) -> None:
    """Write the table as a page of letter size with margins of an inch.

    Raises
    ------
    UnwritableFile
        python-docx is not installed, or the system does not let the file be written.
    """
    try:
        docx = import_module("docx")
    except ImportError:
        raise UnwritableFile(
            "Writing Word files needs python-docx: pip install 'confstudy[tables]'. Or write "
            ".html, which Word opens too."
        ) from None
    document = _document(docx, grid)
    write_with(path, lambda beside: document.save(str(beside)))


def _document(docx: Any, grid: Grid) -> Any:
    shared = docx.shared
    document = docx.Document()
    page = document.sections[0]
    page.left_margin = page.right_margin = shared.Inches(1)
    page.top_margin = page.bottom_margin = shared.Inches(1)
    page.page_width = shared.Inches(WIDTH + 2)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, shared.Pt(_POINTS)
    normal.paragraph_format.space_after = shared.Pt(0)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = grid.title, "", ""
    title = document.add_paragraph()
    title.add_run(grid.title).italic = True
    title.paragraph_format.space_after = shared.Pt(6)
    title.paragraph_format.keep_with_next = True
    _fill(docx, document, grid)
    for note in grid.notes:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = shared.Pt(6)
        lead = "Note." if note.startswith("Note.") else ""
        paragraph.add_run(lead).italic = True
        paragraph.add_run(note.removeprefix(lead))
    return document


def _fill(docx: Any, document: Any, grid: Grid) -> None:
    table = document.add_table(rows=1 + len(grid.rows), cols=1 + len(grid.heads))
    table.autofit = False
    widths = [docx.shared.Inches(width) for width in column_widths(grid)]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    # Word's own way to cells is slow: each row is asked for its cells once.
    lines = [row.cells for row in table.rows]
    for cells in lines:
        for cell, width in zip(cells, widths, strict=True):
            cell.width = width
    several = grid.several
    side = "CENTER" if several else "RIGHT"
    _words(docx, lines[0][0], "Term", "LEFT")
    for cell, head in zip(lines[0][1:], grid.heads, strict=True):
        _words(docx, cell, "\n".join(head), side)
    _mark(docx, table.rows[0], "w:tblHeader")
    inside = False
    for place, row in enumerate(grid.rows, 1):
        inside = row.kind == "group" or (inside and row.kind == "term")
        _row(docx, lines[place], row, side, inside=inside)
        _mark(docx, table.rows[place], "w:cantSplit")
    first_fact = next((p for p, row in enumerate(grid.rows, 1) if row.kind == "fact"), None)
    _border(docx, lines[0], "top", _RULE)
    _border(docx, lines[0], "bottom", _THIN)
    if first_fact:
        _border(docx, lines[first_fact], "top", _THIN)
    _border(docx, lines[-1], "bottom", _RULE)


def _row(docx: Any, cells: Sequence[Any], row: Row, side: str, *, inside: bool) -> None:
    if row.kind in ("group", "why"):
        merged = cells[0].merge(cells[-1])
        run = merged.paragraphs[0].add_run(row.label)
        run.italic, run.bold = row.kind == "group", row.kind == "why"
        return
    _words(docx, cells[0], row.label, "LEFT", symbols=row.kind == "fact")
    if inside:
        cells[0].paragraphs[0].paragraph_format.left_indent = docx.shared.Inches(0.15)
    for cell, text in zip(cells[1:], row.cells, strict=True):
        _words(docx, cell, text, side)


def _words(docx: Any, cell: Any, text: str, side: str, *, symbols: bool = True) -> None:
    """Text, a line break for each line, in italics what is a symbol."""
    paragraph = cell.paragraphs[0]
    paragraph.alignment = getattr(docx.enum.text.WD_ALIGN_PARAGRAPH, side)
    for place, line in enumerate(text.split("\n")):
        run = paragraph.add_run()
        if place:
            run.add_break()
        run.add_text(line)
        run.italic = symbols and line in SYMBOLS


def _mark(docx: Any, row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(docx.oxml.OxmlElement(name))


def _border(docx: Any, cells: Sequence[Any], edge: str, size: int) -> None:
    """A rule along an edge of a row, its size in eighths of a point."""
    for element in {id(cell._tc): cell._tc for cell in cells}.values():
        properties = element.get_or_add_tcPr()
        borders = properties.find(docx.oxml.ns.qn("w:tcBorders"))
        if borders is None:
            borders = docx.oxml.OxmlElement("w:tcBorders")
            properties.append(borders)
        line = docx.oxml.OxmlElement(f"w:{edge}")
        for name, value in (("val", "single"), ("sz", str(size)), ("space", "0")):
            line.set(docx.oxml.ns.qn(f"w:{name}"), value)
        borders.append(line)
