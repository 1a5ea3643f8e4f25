"""Spreadsheets (.xlsx, .xls, .ods, .xlsb) as a grid of text, through python-calamine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from confstudy.errors import UnreadableFile
from confstudy.survey.readers.extras import needed
from confstudy.survey.readers.grid import Grid, counted

__all__ = ["SHEETS", "read_sheet"]

#: Suffix → format for people.
SHEETS = {
    ".xlsx": "Excel",
    ".xlsm": "Excel",
    ".xlsb": "Excel",
    ".xls": "Excel 97–2003",
    ".ods": "OpenDocument",
}


def read_sheet(path: Path) -> tuple[Grid, str]:
    """The first sheet with data, each cell as text, and the file's format in words.

    Whole numbers have no decimals and dates are ISO text, since a spreadsheet may have taken
    an answer such as 6-25 for one.

    Raises
    ------
    UnreadableFile
        The file is damaged, protected by a password or without data.
    """
    calamine = needed("python_calamine", "spreadsheets")
    try:
        with calamine.CalamineWorkbook.from_path(path) as book:
            plain, shown = calamine.SheetTypeEnum.WorkSheet, calamine.SheetVisibleEnum.Visible
            names = [m.name for m in book.sheets_metadata if (m.typ, m.visible) == (plain, shown)]
            sheets = {name: book.get_sheet_by_name(name).to_python() for name in names}
    except calamine.PasswordError:
        raise UnreadableFile(
            f"'{path.name}' is protected by a password. Save it without."
        ) from None
    # Damage reaches Python in many shapes, also as a panic of the library.
    except BaseException as problem:
        if isinstance(problem, KeyboardInterrupt | SystemExit):
            raise
        raise UnreadableFile(f"'{path.name}' is not a spreadsheet, or it is damaged.") from None
    filled = [name for name, rows in sheets.items() if any(map(_filled, rows))]
    if not filled:
        raise UnreadableFile(f"'{path.name}' is empty.")
    notes = [_which(filled, list(sheets))] if len(sheets) > 1 else []
    rows = [row for row in sheets[filled[0]] if _filled(row)]
    blank = len(sheets[filled[0]]) - len(rows)
    notes += [f"{counted(blank, 'blank line')} left out"] if blank else []
    texts = [[_text(cell) for cell in row] for row in rows]
    header, *body = map(list, zip(*zip_longest(*texts, fillvalue=""), strict=True))
    columns = [list(cells) for cells in zip(*body, strict=True)] or [[] for _ in header]
    return Grid(header, columns, notes=tuple(notes)), SHEETS[path.suffix.lower()]


def _which(filled: list[str], sheets: list[str]) -> str:
    """Which sheet by its place, since sheets may be called after people."""
    data = f"the first of {len(filled)} with data" if len(filled) > 1 else "the only one with data"
    return f"sheet {sheets.index(filled[0]) + 1} of {len(sheets)} read, {data}"


def _filled(row: Sequence[Any]) -> bool:
    return any(cell != "" for cell in row)


def _text(cell: Any) -> str:
    """A cell as a person would read it.

    >>> _text(1.0), _text(0.1), _text(True), _text(dt.datetime(2020, 6, 25))
    ('1', '0.1', 'TRUE', '2020-06-25')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, dt.date | dt.time) else str(cell)
