"""Rules on the shape of numbers alone: counts by their shares, matrices of counts, rows of people.

They know no heads, so they hold in any language and for any program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.grid import Grid, value_of
from confstudy.release.decision import THRESHOLD

__all__ = ["shape_hits", "shared_hits"]

_SMALL = Hit("threshold", f"a count of fewer than {THRESHOLD}")
_PEOPLE = Hit("records", "rows that are single respondents")
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)?(?![\w])(?:\s?%)?")
_MATRIX = re.compile(r"\[\s*\[[^\[\]a-z]{3,400}\](?:\s*,?\s*\[[^\[\]a-z]{3,400}\]){1,7}\s*,?\s*\]")
_GENDER = re.compile(
    r"\b(?:wom[ae]n|m[ae]n|female|male|vrouw|frau|mann|weiblich|männlich|femme|homme|féminin"
    r"|masculin|mujer|hombre|donna|uomo|non-?binary|divers)\b",
    re.IGNORECASE,
)
_AGE = re.compile(r"(?<![\w.,:/=-])(?:1[6-9]|[2-8]\d|9[0-6])(?:\.0)?(?![\w%]|[.,:]\d|\s*[–%-])")
_TOTALS = re.compile(
    r"\b(?:n|count|mean|sd|total|coef|estimate|se|p|%|share)\b|[±%]|\d \([\d.]", re.IGNORECASE
)


def shape_hits(text: str) -> Iterator[Hit]:
    r"""Counts beside their shares, small matrices of counts, lines of one person each.

    >>> [hit.rule for hit in shape_hits("nie 40 39.2\nselten 58 56.9\noft 4 3.9")]
    ['threshold']
    """
    lines = text.splitlines()[:20_000]
    if any(_proportional(block) for block in _numbered(lines)):
        yield _SMALL
    if any(map(_counts, _MATRIX.findall(text)[:100])):
        yield _SMALL
    if _people(lines):
        yield _PEOPLE


def shared_hits(grid: Grid) -> Iterator[Hit]:
    """The same for a table that is no text."""
    if grid.kind in ("html", "json", "csv", "pairs"):
        lines = ["  ".join(row) for row in grid.rows]
        if _proportional([_numbers(line) for line in lines]):
            yield _SMALL
        if grid.kind != "json" and _people([" ".join(grid.heads), *lines]):
            yield _PEOPLE


def _numbers(line: str) -> list[float]:
    return [value_of(found) for found in _NUMBER.findall(line)[:12]]


def _numbered(lines: Sequence[str]) -> Iterator[list[list[float]]]:
    """Runs of lines that hold two numbers or more."""
    run: list[list[float]] = []
    for line in [*lines, "", "", ""]:
        found = _numbers(line) if len(line) < 400 else []
        if len(found) >= 2:
            run.append(found)
        elif re.search(r"\w", line) or not line.strip():
            if len(run) >= 2:
                yield run
            run = []


def _proportional(rows: list[list[float]]) -> bool:
    """Whether one column is whole numbers, another its shares, and one of the counts is small."""
    wide = max((len(row) for row in rows), default=0)
    for width in range(2, wide + 1):
        block = np.array([row for row in rows if len(row) == width][:300])
        if len(block) >= 2 and np.isfinite(block).all() and _shares(block):
            return True
    return False


def _shares(block: NDArray[np.float64]) -> bool:
    for place in range(block.shape[1] - 1):
        counts = block[:, place]
        if (counts != counts.round()).any() or counts.max() < THRESHOLD:
            continue
        for other in block[:, place + 1 :].T:
            with np.errstate(all="ignore"):
                total = np.nanmedian(counts[other > 0] / other[other > 0]) if other.any() else 0
            scale = 100 if other.max() > 1.001 else 1
            whole = round(total * scale)
            exact = np.abs(other - scale * counts / whole).max() < 0.006 * scale if whole else False
            parts = counts[counts < whole]
            if not exact or abs(parts.sum() - whole) > 0.02 * whole or len(parts) < 2:
                continue
            return bool(((parts > 0) & (parts < THRESHOLD)).any())
    return False


def _counts(text: str) -> bool:
    """A small matrix of whole numbers, mostly ten and more, some of them fewer."""
    words = [re.findall(r"[-+]?\d+(?:\.\d*)?", row) for row in re.findall(r"\[([^\[\]]+)\]", text)]
    if len({len(row) for row in words}) != 1 or not 2 <= len(words[0]) <= 12:
        return False
    cells = np.array([[float(word) for word in row] for row in words])
    steps = np.diff(cells.ravel())
    if (cells != cells.round()).any() or (cells < 0).any() or np.ptp(steps) == 0:
        return False
    small = (cells > 0) & (cells < THRESHOLD)
    return bool(small.any() and cells.max() >= 20 and small.mean() <= 0.75)


def _people(lines: Sequence[str]) -> bool:
    """Three and more lines with a gender, an age and something else, and no word of a total."""
    found = [
        _GENDER.findall(line)[0].casefold()
        for line in lines
        if len(line) < 300
        and len(_GENDER.findall(line)) == 1
        and _AGE.search(line)
        and len(re.findall(r"[^\W_]+", line)) >= 3
        and not _TOTALS.search(line)
    ]
    headed = any(_TOTALS.search(line) for line in lines[:3])
    return len(found) >= 3 and len(set(found)) < len(found) and not headed
