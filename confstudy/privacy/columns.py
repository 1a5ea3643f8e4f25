"""A column as the identifier rules see it: a header and distinct cells, never shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Column"]

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_CAMEL = re.compile(r"([a-z0-9])([A-Z])")
_LONG = 60


@dataclass(frozen=True, repr=False)
class Column:
    """A header, the distinct non-blank cells as text, and how often each occurs."""

    header: str
    cells: tuple[str, ...]
    counts: NDArray[np.int64]

    @classmethod
    def of(cls, header: str, column: pd.Series[Any]) -> Self:
        """Reduce a column of the file to its distinct cells."""
        codes, distinct = pd.factorize(column)
        found = np.bincount(codes[codes >= 0], minlength=len(distinct))
        merged: dict[str, int] = {}
        for cell, count in zip(distinct, found, strict=True):
            text = " ".join(str(cell).split())
            if text:
                merged[text] = merged.get(text, 0) + int(count)
        return cls(header, tuple(merged), np.array(list(merged.values()), dtype=np.int64))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the header, also of snake_case, camelCase and e-mail."""
        spaced = _CAMEL.sub(r"\1 \2", re.sub(r"(?i)\be-mail", "email", self.header))
        return tuple(re.findall(r"[^\W\d_]+", spaced.casefold()))

    @cached_property
    def answered(self) -> int:
        """Rows with an answer."""
        return int(self.counts.sum())

    @property
    def uniqueness(self) -> float:
        """Distinct cells per answered row: 1 where nobody shares an answer."""
        return len(self.cells) / max(self.answered, 1)

    @cached_property
    def once(self) -> float:
        """The share of distinct cells that one row alone has."""
        return float((self.counts == 1).mean()) if self.cells else 0.0

    @cached_property
    def numeric(self) -> bool:
        """Whether every cell is a number."""
        return bool(self.cells) and all(_NUMBER.fullmatch(cell) for cell in self.cells)

    @cached_property
    def numbers(self) -> NDArray[np.float64]:
        """The cells that are numbers, as numbers."""
        found = [float(cell) for cell in self.cells if _NUMBER.fullmatch(cell)]
        return np.array(found)

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

    def share(self, pattern: re.Pattern[str]) -> float:
        """The share of distinct cells that a pattern matches from end to end."""
        return self.matches(pattern) / max(len(self.cells), 1)

    def matches(self, pattern: re.Pattern[str]) -> int:
        """How many distinct cells a pattern matches from end to end."""
        return sum(pattern.fullmatch(cell) is not None for cell in self.cells)

    def holds(self, pattern: re.Pattern[str]) -> int:
        """How many distinct cells a pattern is found in."""
        return sum(pattern.search(cell) is not None for cell in self.cells)


_ANSWERS = {
    "yes", "no", "y", "n", "true", "false", "maybe", "unsure", "not sure", "don't know", "never",
    "rarely", "sometimes", "often", "always", "male", "female", "man", "woman", "agree", "disagree",
    "other", "none", "refused", "prefer not to say", "na", "n/a", "low", "medium", "high",
}  # fmt: skip
