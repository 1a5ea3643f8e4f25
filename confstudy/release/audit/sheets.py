"""Workbooks: sheets of cells as delimited text."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator

__all__ = ["sheets"]

_ROW = re.compile(r"(?s)<row\b.*?</row>")
_CELL = re.compile(r"(?s)<c\b([^>]*?)(?:/>|>(.*?)</c>)")
_TEXT = re.compile(r"(?s)<t\b[^>]*>(.*?)</t>")
_VALUE = re.compile(r"(?s)<v>(.*?)</v>")
#: Most characters of a sheet, and most rows.
LENGTH, ROWS = 8_000_000, 2000


def sheets(archive: zipfile.ZipFile) -> Iterator[str]:
    """The sheets of an xlsx file, with the shared words put in; nothing of another archive."""
    names = archive.namelist()
    words: list[str] = []
    if "xl/sharedStrings.xml" in names:
        shared = re.split(r"</si>", _read(archive, "xl/sharedStrings.xml"))
        words = ["".join(_TEXT.findall(part)) for part in shared]
    for name in names:
        if re.fullmatch(r"xl/worksheets/[^/]*\.xml", name):
            rows = _ROW.findall(_read(archive, name))[:ROWS]
            yield "\n".join(
                ",".join(_cell(about, inner, words) for about, inner in _CELL.findall(row))
                for row in rows
            )


def _read(archive: zipfile.ZipFile, name: str) -> str:
    with archive.open(name) as opened:
        return opened.read(LENGTH).decode("utf-8", "replace")


def _cell(about: str, inner: str, words: list[str]) -> str:
    value = "".join(_VALUE.findall(inner)) or "".join(_TEXT.findall(inner))
    if 't="s"' in about and value.isdecimal() and int(value) < len(words):
        value = words[int(value)]
    return f'"{value}"' if "," in value else value
