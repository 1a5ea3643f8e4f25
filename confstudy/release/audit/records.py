"""Pieces of respondents' records in a text, judged against what chance would give."""

from __future__ import annotations

import re
import weakref
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.release.audit.finding import Hit
from confstudy.release.audit.grid import Grid
from confstudy.release.audit.index import Index, Item, tokens
from confstudy.release.audit.pairs import pair
from confstudy.release.audit.phrases import Phrases
from confstudy.release.decision import THRESHOLD

__all__ = ["Records", "codes_of", "records_of"]

_FOUND = Hit("record fragment", "values that together belong to one respondent of the data")
_WRITTEN = Hit("free text", "what a respondent of the data wrote, in the respondent's own words")
_STATISTICS = frozenset(
    "mean std sd min max median mode count n 5% 10% 25% 50% 75% 90% 95% all total".split()
)
_PROGRESS = re.compile(r"\d+%\|.*\|\s*\d+/\d+ \[|(?:it/s|s/it)\b")
#: Codes and what they stand for, one after the other.
_LEGEND = re.compile(
    r"(?<![\w.])\d{1,2}\s*[=:–-]?\s*[^\W\d][^,;|/\d\n]{0,40}"
    r"(?:[,;|/]\s*\d{1,2}\s*[=:–-]?\s*[^\W\d][^,;|/\d\n]{0,40})+"
)
_WRAPPED = re.compile(r"\b(?:np|numpy|pd)\.\w+\(([^()]*)\)")
#: Most values in one window, and most lines that a record is spread over.
WINDOW, LINES = 24, 16
#: Values in a window that holds one of several records of a line.
NARROW = 8


class Records:
    """The respondents of a data set, to be recognised in texts."""

    def __init__(self, frame: pd.DataFrame, codebook: Codebook | None = None) -> None:
        self.index = Index(frame, codes_of(codebook))
        self.phrases = Phrases(frame)

    def hits(self, text: str, *, strict: bool = False) -> Iterator[Hit]:
        """Values of one respondent near each other: three or more, two where one is rare; words.

        With ``strict`` five and more, which chance does not give once in a million texts.
        """
        bare = _LEGEND.sub(_unlisted, _WRAPPED.sub(r"\1", text))
        lines = [
            self._items(line) for line in bare.splitlines()[:20_000] if not _of_statistic(line)
        ]
        windows = list(_windows(lines))
        spread = np.log(max(1.0, len(windows) / 10))
        judge = self._unmistakable if strict else self._one
        found = any(judge(items, spread, loose) for items, loose in windows)
        if found or (not strict and pair(lines, self.index)):
            yield _FOUND
        if text in self.phrases:
            yield _WRITTEN

    def grid_hits(self, grid: Grid) -> Iterator[Hit]:
        """The same for the rows and columns of a table whose heads are columns of the data."""
        names = [self.index.names.get(tuple(tokens(head))) for head in grid.heads]
        if sum(name is not None for name in names) >= 3:
            lines = [
                list(zip(names, row, strict=True))
                for row in grid.rows[:500]
                if row[0].strip().casefold() not in _STATISTICS
            ]
        else:
            sides = [self.index.names.get(tuple(tokens(cell))) for cell in grid.column(0)]
            if sum(side is not None for side in sides) < 3:
                return
            lines = [
                list(zip(sides, grid.column(place), strict=True))
                for place in range(1, min(grid.width, 50))
                if grid.heads[place].strip().casefold() not in _STATISTICS
            ]
        for line in lines:
            items = [self._named(place, cell) for place, cell in line if place is not None and cell]
            if self._one([item for item in items if item], np.log(max(1, len(lines))), 1):
                yield _FOUND
                return

    def _named(self, place: int, cell: str) -> Item | None:
        words = tuple(tokens(cell))
        if not words:
            return None
        name = self.index.columns[place]
        digits = len(words) == 1 and words[0].lstrip("-").replace(".", "", 1).isdigit()
        rows, share = self.index.label(words[:12], place)
        if not len(rows) and digits and place in self.index.numbers:
            rows, share = self.index.number(words[0], place)
        elif not len(rows) and place in self.index.numbers:
            return None
        return Item((name, *words), rows, share, True)

    def _items(self, line: str) -> tuple[list[Item], int]:
        """The values in a line, and how many other words; after a column's name it counts there."""
        words = tokens(line[:20_000])
        found: list[Item] = []
        loose = 0
        place, column = 0, None
        while place < len(words):
            step, key = self._longest(words, place)
            if key in self.index.names and (
                key not in self.index.labels or (column is None and step > 1)
            ):
                column = self.index.names[key]
            elif (
                column is not None
                and (item := self._named(column, " ".join(key)))
                and len(item.rows)
            ):
                found.append(item)
                column = None
            else:
                item = self._anywhere(key)
                if item is not None:
                    found.append(item)
                loose += item is None
                column = None if item is not None else column
            place += step
        return found, loose

    def _longest(self, words: Sequence[str], place: int) -> tuple[int, tuple[str, ...]]:
        most = min(self.index.starts.get(words[place], 0), 12)
        for length in range(most, 0, -1):
            key = tuple(words[place : place + length])
            if key in self.index.labels or key in self.index.names:
                return length, key
        return 1, (words[place],)

    def _anywhere(self, key: tuple[str, ...]) -> Item | None:
        if key in self.index.labels:
            return Item(key, *self.index.label(key))
        word = key[0]
        if len(key) == 1 and word.lstrip("-").replace(".", "", 1).isdigit():
            return Item(key, *self.index.number(word))
        return None

    def _one(self, items: Sequence[Item], spread: float, loose: int) -> bool:
        """Whether the values are one respondent's.

        ``loose`` counts the other words beside them. They are when no more than chance explains
        it, when they are rare together and hardly anything stands beside them, or when they
        have the form of a record: four and more answers by name, or, without other words,
        answers in words and numbers.
        """
        once = list({item.key: item for item in items}.values())[:60]
        scores, hits = np.zeros(self.index.n), np.zeros(self.index.n, dtype=int)
        useful = [item for item in once if 0 < item.share < 0.95]
        certain = sum(item.share >= 0.95 for item in once)
        if len(useful) + certain < 3:
            return False
        weights = np.array([-np.log(item.share) for item in useful])
        for item, weight in zip(useful, weights, strict=True):
            scores[item.rows] += weight
            hits[item.rows] += 1
        best = int(np.argmax(scores))
        matched = int(hits[best])
        every = matched + certain == len(once)
        named = sum(item.named for item in once)
        bare = loose == 0
        worded = sum(not _digits(item.key) for item in once)
        if every and len(items) >= 4 and (named >= 4 or (bare and 0 < worded < len(once))):
            return True
        if (scores >= scores[best] - 1e-9).sum() >= THRESHOLD:
            return False
        if every and bare and len(items) >= 4 and min(item.share for item in once) < 0.05:
            return True
        whole = matched + certain >= 0.8 * len(once)
        enough = named >= 3 or (worded and matched >= 2 and loose <= 2 * len(items))
        telling = scores[best] > np.log(self.index.n) + 1 or loose <= 0.5 * len(items)
        if matched + certain >= 4 and whole and enough and telling:
            return True
        shares = np.array([item.share for item in useful])
        chance = _expected(self.index.n, shares, weights, scores[best])
        return matched >= 3 and chance < np.log(1e-3) - spread

    def _unmistakable(self, items: Sequence[Item], spread: float, loose: int) -> bool:
        """Whether hardly anything stands there but five and more answers of one respondent."""
        once = [one for one in {item.key: item for item in items}.values() if 0 < one.share < 0.95]
        if len(once) < 5 or loose > len(items):
            return False
        scores, hits = np.zeros(self.index.n), np.zeros(self.index.n, dtype=int)
        weights = np.array([-np.log(item.share) for item in once])
        for item, weight in zip(once, weights, strict=True):
            scores[item.rows] += weight
            hits[item.rows] += 1
        best = int(np.argmax(scores))
        shares = np.array([item.share for item in once])
        chance = _expected(self.index.n, shares, weights, scores[best])
        alone = int((scores >= scores[best] - 1e-9).sum()) < THRESHOLD
        return alone and bool(hits[best] >= 0.9 * len(once)) and chance < np.log(1e-6) - spread


def _unlisted(found: re.Match[str]) -> str:
    """Nothing, where codes count up by one: they say what answers mean, and nobody gave them."""
    codes = [int(code) for code in re.findall(r"\d+", found[0])]
    rising = codes[0] < 2 and codes == list(range(codes[0], codes[0] + len(codes)))
    return " " if rising else found[0]


def codes_of(codebook: Codebook | None) -> dict[str, dict[str, str]]:
    """The codes that stand for the levels of every variable in the file, by label."""
    if codebook is None:
        return {}
    return {
        name: {code: label for part in (variable, *variable.by_wave.values())
               for code, label in part.levels.items() if code != label}
        for name, variable in codebook.variables.items()
    }  # fmt: skip


def _of_statistic(line: str) -> bool:
    """Whether a line is a row of statistics, as of a description, or a progress bar."""
    first = line.split(maxsplit=1)[:1]
    named = bool(first) and first[0].casefold() in _STATISTICS and len(line) < 500
    return named or _PROGRESS.search(line) is not None


def _digits(key: tuple[str, ...]) -> bool:
    return all(not word.isalpha() for word in key)


def _windows(lines: Sequence[tuple[list[Item], int]]) -> Iterator[tuple[list[Item], int]]:
    """Values in a line or in neighbouring short lines, and how many words stand among them."""
    few: list[Item] = []
    count, other = 0, 0
    for items, loose in lines:
        if len(items) >= 3:
            for start in range(0, max(1, len(items) - WINDOW // 2), WINDOW // 2):
                yield items[start : start + WINDOW], loose
            for start in range(0, len(items) - NARROW // 2 if len(items) > NARROW else 0, 3):
                yield items[start : start + NARROW], loose
        short = len(items) <= 2
        few = [*few, *items] if short else [*items] if len(items) < 5 else []
        count, other = (count + 1, other + loose) if short else (0, loose)
        if len(few) >= WINDOW or (count >= LINES and few):
            yield few, other
            few, count, other = few[len(few) // 2 :], 0, other
    if len(few) >= 3:
        yield few, other


def _expected(
    n: int, shares: NDArray[np.float64], weights: NDArray[np.float64], score: float
) -> float:
    """The logarithm of how many rows would score as high by chance (Chernoff's bound)."""
    steps = np.linspace(0.25, 4, 16)[:, None]
    moments = np.log1p(shares * np.expm1(np.minimum(steps * weights, 600))).sum(axis=1)
    return float(np.log(n) + np.min(moments - steps[:, 0] * score))


_KNOWN: dict[int, tuple[weakref.ReferenceType[pd.DataFrame], Records]] = {}


def records_of(frame: pd.DataFrame, codebook: Codebook | None = None) -> Records:
    """The respondents of a frame, indexed once as long as it lives; codes too, by the codebook."""
    known = _KNOWN.get(id(frame))
    if known is not None and known[0]() is frame:
        return known[1]
    made = Records(frame, codebook)
    place = id(frame)
    _KNOWN[place] = (weakref.ref(frame, lambda _: _KNOWN.pop(place, None)), made)
    return made
