"""Delimited text (CSV, TSV, with or without gzip) as a grid of text."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from confstudy.errors import UnreadableFile
from confstudy.survey.readers.encodings import decoded
from confstudy.survey.readers.grid import Grid, counted

__all__ = ["grid_of_text", "read_delimited"]

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_FIRST_LINES, _FIRST_LETTERS = 50, 1_000_000
_HINT = re.compile(r'"?sep=(.)"?\r?\n')


def read_delimited(path: Path, encoding: str = "") -> tuple[Grid, str]:
    """The cells of a delimited file, each as text, and the file's format in words.

    Raises
    ------
    UnreadableFile
        The file is empty, damaged, of unknown encoding or not well formed; the message
        holds line numbers, never a cell.
    """
    content = _content(path)
    text, shown = decoded(content, path.name, encoding)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFile(
            f"'{path.name}' holds a NUL byte (line {line}): not a text file, or UTF-16 without "
            'its mark (then `encoding="utf-16-le"` reads it).'
        )
    grid, delimiter = grid_of_text(text, path.name)
    return grid, f"CSV, {shown}, delimiter {_DELIMITERS.get(delimiter, 'own')}"


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (OSError, EOFError, zlib.error):
        raise UnreadableFile(f"'{path.name}' cannot be read: damaged, or no permission.") from None
    if not content.strip():
        raise UnreadableFile(f"'{path.name}' is empty.")
    return content


def grid_of_text(text: str, file: str) -> tuple[Grid, str]:
    """The cells of delimited text and the mark that parts them."""
    hint = _HINT.match(text)
    text = text[hint.end() :] if hint else text
    delimiter = hint[1] if hint else _delimiter(text)
    if not text.partition("\n")[0].strip(" \r\ufeff\t"):
        raise UnreadableFile(f"'{file}' is empty or its first line is.")
    # Files with the line ends of old Macs have no other line break.
    newline = "" if "\n" in text or "\r" not in text else None
    rows = csv.reader(io.StringIO(text, newline=newline), delimiter=delimiter, strict=True)
    columns: list[list[str]] = []
    blank = 0
    try:
        header = next(rows)
        columns = [[] for _ in header]
        for row in rows:
            if not row and len(header) > 1:
                blank += 1
                continue
            cells = row or [""]
            if len(cells) != len(header):
                _refuse(file, rows.line_num, len(cells), len(header))
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
    except (csv.Error, StopIteration):
        where = f"'{file}', line {rows.line_num}"
        raise UnreadableFile(f"{where}: not well-formed CSV (an open quotation mark?).") from None
    notes = (f"{counted(blank, 'blank line')} left out",) if blank else ()
    return Grid(header, columns, notes=notes), delimiter


def _refuse(file: str, line: int, cells: int, expected: int) -> None:
    raise UnreadableFile(
        f"'{file}', line {line}: {cells} cells where the header has {expected}. Is a quotation "
        "mark or delimiter missing there?"
    )


def _delimiter(text: str) -> str:
    """The mark that cuts the first lines, quotation respected, into the same number of cells."""
    widths = {mark: list(islice(_widths(text, mark), _FIRST_LINES)) for mark in _DELIMITERS}

    def fit(mark: str) -> tuple[bool, float, int]:
        found = widths[mark] or [1]
        return found[0] > 1, found.count(found[0]) / len(found), found[0]

    return max(_DELIMITERS, key=fit)


def _widths(text: str, mark: str) -> Iterator[int]:
    rows = csv.reader(io.StringIO(text[:_FIRST_LETTERS], newline=""), delimiter=mark)
    try:
        yield from (len(row) for row in rows if row)
    except csv.Error:
        return
