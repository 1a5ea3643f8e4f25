"""Which respondents gave an answer: from values to rows, by column and over all columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["Index", "Item", "Rows", "tokens"]

Rows = NDArray[np.int64]
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))(?<!\d{4},)")
_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?![\d,.]))(?<!,\d,)(?<!,\d\d,)")
_POWER = re.compile(r"(?<![\w.])-?\d\.\d+e[-+]?\d{1,2}(?!\w)")
_TOKEN = re.compile(r"(?<![\w.])-?(?:\d+(?:\.\d+)?|\.\d+)|\d+(?:\.\d+)?|[^\W\d_]+")


def tokens(text: str) -> list[str]:
    """Words and numbers of a text, in order.

    >>> tokens("trust_1 = 34.50, Very-satisfied")
    ['trust', '1', '34.50', 'very', 'satisfied']
    """
    if "," in text or "e" in text:
        text = _COMMA.sub(".", _THOUSANDS.sub("", text))
        text = _POWER.sub(lambda found: f"{float(found[0]):.10g}", text)
    return _TOKEN.findall(text.casefold())


@dataclass(frozen=True, repr=False)
class Item:
    """A value in a text: which rows have it, what share of all that is, whether it was named."""

    key: tuple[str, ...]
    rows: Rows
    share: float
    named: bool = False


class Index:
    """Values of a data frame, each with the rows that hold it.

    Parameters
    ----------
    frame
        One row a respondent. An index that is no plain numbering counts as a column.
    codes
        For a column, the codes that stand for its labels in the file.
    """

    def __init__(
        self, frame: pd.DataFrame, codes: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        if not (pd.api.types.is_integer_dtype(frame.index) and frame.index.is_monotonic_increasing):
            frame = frame.assign(**{"(index)": frame.index})
        self.n = len(frame)
        self.columns = [str(name) for name in frame.columns]
        self.numbers: dict[int, tuple[NDArray[np.float64], Rows]] = {}
        self.labels: dict[tuple[str, ...], dict[int, Rows]] = {}
        self.codes = codes or {}
        for place in range(frame.shape[1]):
            self._add(place, frame.iloc[:, place])
        self.names = {tuple(tokens(name)): place for place, name in enumerate(self.columns)}
        known = [*self.labels, *self.names]
        self.starts: dict[str, int] = {}
        for words in known:
            if words:
                self.starts[words[0]] = max(self.starts.get(words[0], 0), len(words))
        self._cache: dict[Any, tuple[Rows, float]] = {}

    def _add(self, place: int, column: pd.Series[Any]) -> None:
        numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        if numeric:
            values = column.to_numpy(dtype=float, na_value=np.nan)
            order = np.argsort(values, kind="stable")[: int(np.isfinite(values).sum())]
            self.numbers[place] = (values[order], order)
            return
        codes, levels = pd.factorize(column.astype(object))
        own = self.codes.get(self.columns[place], {})
        numbers = np.full(self.n, np.nan)
        order = np.argsort(codes, kind="stable")
        edges = np.searchsorted(codes[order], np.arange(len(levels) + 1))
        for number, level in enumerate(levels):
            words = tuple(tokens(str(level)))
            if words:
                rows = order[edges[number] : edges[number + 1]]
                self.labels.setdefault(words[:12], {})[place] = rows
                for code in (c for c, label in own.items() if label == str(level)):
                    if re.fullmatch(r"-?\d+(?:\.\d+)?", code):
                        numbers[rows] = float(code)
                    else:
                        self.labels.setdefault(tuple(tokens(code))[:12], {})[place] = rows
        if np.isfinite(numbers).any():
            order = np.argsort(numbers, kind="stable")[: int(np.isfinite(numbers).sum())]
            self.numbers[place] = (numbers[order], order)

    @cached_property
    def _flat(self) -> tuple[NDArray[np.float64], Rows]:
        values = [part[0] for part in self.numbers.values()] or [np.empty(0)]
        rows = [part[1] for part in self.numbers.values()] or [np.empty(0, np.int64)]
        flat, who = np.concatenate(values), np.concatenate(rows)
        order = np.argsort(flat, kind="stable")
        return flat[order], who[order]

    def number(self, text: str, place: int | None = None) -> tuple[Rows, float]:
        """Rows with a number, as precise as it was written, and the share of rows that they are."""
        key = (text, place)
        if key not in self._cache:
            values, rows = self._flat if place is None else self.numbers[place]
            self._cache[key] = self._between(values, rows, text)
        return self._cache[key]

    def _between(self, values: NDArray[np.float64], rows: Rows, text: str) -> tuple[Rows, float]:
        digits = len(text.partition(".")[2])
        half = 0.5 * 10.0**-digits * (1 + 1e-9) if digits else 1e-9
        low, high = np.searchsorted(values, [float(text) - half, float(text) + half])
        if high - low > 12 * self.n:
            return np.empty(0, np.int64), 1.0
        found = np.unique(rows[low:high])
        return found, len(found) / max(self.n, 1)

    def density(self, text: str) -> float:
        """The share of the numbers near a number, as precise as it, that are in the data."""
        values, middle = self._flat[0], float(text)
        low, high = sorted((0.9 * middle, 1.1 * middle))
        near = int(np.subtract(*np.searchsorted(values, [high, low])))
        possible = (high - low) * 10.0 ** len(text.partition(".")[2])
        return min(1.0, near / max(possible, 1.0))

    def label(self, words: tuple[str, ...], place: int | None = None) -> tuple[Rows, float]:
        """Rows with a label, in one column or in any, and the share of rows that they are."""
        key = (words, place)
        if key not in self._cache:
            parts = self.labels.get(words, {})
            chosen = [rows for p, rows in parts.items() if place in (None, p)]
            found = np.unique(np.concatenate(chosen)) if chosen else np.empty(0, np.int64)
            self._cache[key] = (found, len(found) / max(self.n, 1))
        return self._cache[key]
