"""Damage that can be undone: answers taken for dates, text read in the wrong encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["from_date", "from_wrong_encoding", "range_of"]

#: How months begin in English, German, French, Spanish, Italian, Dutch and Portuguese.
_MONTHS = (
    "jan ene gen", "feb fev", "mar mrz mrt", "apr abr avr", "may mai mei mag", "jun juin giu",
    "jul juil lug", "aug ago aou", "sep set", "oct okt ott out", "nov", "dec dez dic",
)  # fmt: skip
_RANGE = re.compile(r"(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_WRONG = ("cp1252", "cp1250", "mac_roman", "cp850")
_MARKS = re.compile("[\u0300-\u036f]")
_YEAR = r"(?:\d{4}|\d{2})"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<day>\d{1,2})[-/. ]+(?P<name>[a-z]{3,10})\.?",
        r"(?P<name>[a-z]{3,10})\.?[-/. ]+(?P<day>\d{1,2})",
        rf"(?P<day>\d{{1,2}})[-/. ]+(?P<name>[a-z]{{3,10}})\.?[-/. ,]+{_YEAR}",
        rf"(?P<name>[a-z]{{3,10}})\.?[-/. ]+(?P<day>\d{{1,2}}),?[-/. ]+{_YEAR}",
        r"(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]",
        r"\d{4}年(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]",
        r"(?P<month>\d{1,2})월 ?(?P<day>\d{1,2})일",
        r"\d{4}[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?",
        r"(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-]\d{4}(?: 0?0:00(?::00)?)?",
    )
]


def from_date(text: str, levels: Iterable[str]) -> str:
    """The level, such as ``6-25``, that a spreadsheet turned into this date, or nothing.

    Day and month may stand either way round; two levels that fit are none.

    >>> from_date("25-Jun", ["1-5", "6-25"]), from_date("1月5日", ["1-5", "6-25"])
    ('6-25', '1-5')
    """
    pairs = _pairs(text)
    if not pairs:
        return ""
    found = []
    for level in levels:
        match = _RANGE.fullmatch(level.strip())
        if match and frozenset(map(int, match.groups())) in pairs:
            found.append(level)
    return found[0] if len(found) == 1 else ""


def range_of(text: str) -> str:
    """The range that this date may have been, the smaller number first, or nothing.

    >>> range_of("25-Jun"), range_of("26-100")
    ('6-25', '')
    """
    pairs = [sorted(pair) for pair in _pairs(text) if len(pair) == 2]
    return f"{pairs[0][0]}-{pairs[0][1]}" if len(pairs) == 1 else ""


def _pairs(text: str) -> set[frozenset[int]]:
    bare = _MARKS.sub("", unicodedata.normalize("NFD", text.strip()))
    bare = unicodedata.normalize("NFC", bare)
    return {pair for pattern in _DATES if (pair := _numbers(pattern.fullmatch(bare)))}


def _numbers(match: re.Match[str] | None) -> frozenset[int]:
    if match is None:
        return frozenset()
    parts = match.groupdict()
    if "name" in parts:
        name = str(parts["name"]).casefold()
        named = [n for n, starts in enumerate(_MONTHS, 1) if name.startswith(tuple(starts.split()))]
        month = named[0] if named else 0
    else:
        month = int(str(parts["month"]))
    day = int(str(parts["day"]))
    return frozenset({month, day}) if month and 1 <= day <= 31 else frozenset()


def from_wrong_encoding(text: str) -> str:
    """UTF-8 text that was read as a Western encoding, once or more, read again; else nothing.

    >>> from_wrong_encoding("Don\u00e2\u20ac\u2122t know"), from_wrong_encoding("Don\u2019t know")
    ('Don’t know', '')
    """
    if text.isascii():
        return ""
    for encoding in _WRONG:
        try:
            again = b"".join(_byte(letter, encoding) for letter in text).decode("utf-8")
        except UnicodeError:
            continue
        if not any(unicodedata.category(letter) in ("Co", "Cn") for letter in again):
            return from_wrong_encoding(again) or again
    return ""


def _byte(letter: str, encoding: str) -> bytes:
    """Readers that meet a byte without a letter make it a control character."""
    return letter.encode("latin-1" if "\x80" <= letter <= "\x9f" else encoding)
