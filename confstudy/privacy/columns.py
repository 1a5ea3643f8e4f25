"""A column as the identifier rules see it: a header and distinct cells, never shown."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Column"]

_NUMBER = re.compile(r"[-+]?(?:\d++(?:[.,]\d*+)?|[.,]\d++)(?:e[-+]?\d+)?", re.IGNORECASE)
_CAMEL = re.compile(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_DASHES = re.compile("[\u2010-\u2015\u2212]")
_WHOLE = re.compile(r"-?\d+\.0")
_LONG = 60

# What stands in a cell for no answer. Such cells say nothing about a person.
_MISSING = set(
    "/ x xxx na n/a n.a. n.a nan none null nil missing refused skipped declined unknown "
    "#n/a #null! <na> nat undefined -9 -99 -999 -9999 -8 -88 -888 -8888 -7 -77 -777 -66 -666 -95 "
    "-96 -97 -98 -6 -5 -4 -998 -997 -996 -995 -99.0 -999.0".split()
) | {"don't know", "prefer not to say", "prefer not to answer", "not asked", "not applicable"}
_ANSWERS = {
    "yes", "no", "y", "n", "true", "false", "maybe", "unsure", "not sure", "never", "rarely",
    "sometimes", "often", "always", "male", "female", "man", "woman", "agree", "disagree",
    "other", "low", "medium", "high",
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Column:
    """A header, the distinct answers as text, and how often each occurs."""

    header: str
    cells: tuple[str, ...]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, header: str, column: pd.Series[Any]) -> Self:
        """Reduce a column of the file to its distinct answers."""
        codes, distinct = pd.factorize(column)
        found = np.bincount(codes[codes >= 0], minlength=len(distinct))
        merged: dict[str, int] = {}
        for cell, count in zip(distinct, found, strict=True):
            text = _plain(str(cell))
            if text and not _says_nothing(text) and not _repeats(header, text):
                merged[text] = merged.get(text, 0) + int(count)
        return cls(header, tuple(merged), np.array(list(merged.values()), dtype=np.int64))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the header, also of snake_case, camelCase and e-mail."""
        text = unicodedata.normalize("NFKC", self.header)
        spaced = _CAMEL.sub(r"\1\3 \2", re.sub(r"(?i)\be-mail", "email", text))
        return tuple(re.findall(r"[^\W\d_]+", spaced.casefold()))

    @cached_property
    def phrases(self) -> frozenset[str]:
        """One, two or three words of the header in a row, written as one, and all of them."""
        words = self.words
        runs = {"".join(words[at : at + size]) for size in (1, 2, 3) for at in range(len(words))}
        return frozenset(runs | {"".join(words)})

    @cached_property
    def answered(self) -> int:
        """Rows with an answer."""
        return int(self.counts.sum())

    @property
    def uniqueness(self) -> float:
        """Distinct cells per answered row: 1 where nobody shares an answer."""
        return len(self.cells) / max(self.answered, 1)

    @property
    def is_shared(self) -> bool:
        """Whether respondents share answers, as those of one group do."""
        return self.uniqueness < 0.9 or self.answered < 20

    @cached_property
    def once(self) -> float:
        """The share of distinct cells that one row alone has."""
        return float((self.counts == 1).mean()) if self.cells else 0.0

    @cached_property
    def _is_number(self) -> NDArray[np.bool_]:
        return np.array([_NUMBER.fullmatch(cell) is not None for cell in self.cells], dtype=bool)

    @cached_property
    def numeric(self) -> bool:
        """Whether every cell is a number."""
        return bool(self.cells) and bool(self._is_number.all())

    @cached_property
    def mostly_numeric(self) -> bool:
        """Whether nine of ten rows hold a number; header rows and remarks may stand between."""
        return bool(self.cells) and self.rows(self._is_number) >= 0.9 * self.answered

    @cached_property
    def has_decimals(self) -> bool:
        """Whether all cells are numbers, and some of them no whole ones: something measured."""
        return self.numeric and bool((self.numbers % 1).any())

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The cells that are numbers, as numbers."""
        found = zip(self.cells, self._is_number, strict=True)
        values = (float(cell.replace(",", ".")) for cell, number in found if number)
        return np.array([min(max(value, -1e100), 1e100) for value in values])

    @cached_property
    def number_counts(self) -> NDArray[np.int64]:
        """How many rows hold each of the numbers."""
        return self.counts[self._is_number]

    @cached_property
    def is_category_set(self) -> bool:
        """Few distinct short answers that several people share, or a scale's points."""
        if not self.cells or max(map(len, self.cells)) > _LONG:
            return not self.cells
        if self.numeric and len(self.cells) <= 12 and np.abs(self.numbers).max() <= 100:
            return True
        if len(self.cells) > 40:
            return False
        plain = all(cell.casefold() in _ANSWERS for cell in self.cells)
        return plain or self.answered >= 3 * len(self.cells) or self.once < 0.5

    def rows(self, chosen: NDArray[np.bool_]) -> int:
        """How many rows hold one of the chosen cells."""
        return int(self.counts[chosen].sum())

    def share(self, pattern: re.Pattern[str]) -> float:
        """The share of distinct cells that a pattern matches from end to end."""
        return self.matches(pattern) / max(len(self.cells), 1)

    def matches(self, pattern: re.Pattern[str]) -> int:
        """How many distinct cells a pattern matches from end to end."""
        return sum(pattern.fullmatch(cell) is not None for cell in self.cells)

    def holds(self, pattern: re.Pattern[str]) -> int:
        """How many distinct cells a pattern is found in."""
        return sum(pattern.search(cell) is not None for cell in self.cells)

    def rare(self, pattern: re.Pattern[str]) -> int:
        """How many distinct cells a pattern is found in, if most of those one row alone has."""
        hits = np.array([pattern.search(cell) is not None for cell in self.cells], dtype=bool)
        return int(hits.sum()) if hits.any() and (self.counts[hits] == 1).mean() >= 0.5 else 0


def _says_nothing(text: str) -> bool:
    """A mark of no answer, a mask, or what Qualtrics writes under its headers."""
    marks = text.casefold() in _MISSING or not text.strip("*#_-.?!")
    return marks or text.startswith('{"ImportId":')


def _repeats(header: str, text: str) -> bool:
    """Whether a cell is the header again, as in the second row of some exports."""
    near = text[:1].casefold() == header[:1].casefold() and len(text) > 3
    return near and re.sub(r"\W", "", text).casefold() == re.sub(r"\W", "", header).casefold()


def _plain(text: str) -> str:
    """One spelling of blanks, dashes, widths and whole numbers; lines become parts of a list."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
        text = _DASHES.sub("-", text)
    if "\n" in text or "\r" in text:
        text = " | ".join(line for line in text.splitlines() if line.strip())
    text = " ".join(text.split())
    return text[:-2] if text.endswith(".0") and _WHOLE.fullmatch(text) else text
