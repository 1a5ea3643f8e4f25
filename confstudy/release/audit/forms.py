"""Rules on rows that repeat, told by their form alone: people, points, answers in digits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.stream import FEWEST, Block, blocks, irregular
from confstudy.release.audit.vocabulary import NOT_PEOPLE, STATISTIC

__all__ = ["form_hits", "point_hits"]

_PEOPLE = Hit("records", "rows that are single respondents")
_POINTS = Hit("single points", "pairs of numbers, as of marks for single respondents")
_DIGITS = re.compile(r"^[A-Za-z]{0,3}(?=[\dA-Za-z]*$)(?:[A-Za-z]?\d){8,}\d*$")
_DEFINED = re.compile(r"(?s)<(defs|style|script)\b.*?</\1>")
#: Words of languages for machines.
_SYNTAX = frozenset("values value label name type title option options".split())
#: Fewest rows of numbers alone, and most steps of a line or curve, as a part of its range.
MANY, SMOOTH = 12, 0.12


def form_hits(text: str) -> Iterator[Hit]:
    """Rows of people in a text of any syntax.

    >>> rows = "(34, 'nő', 'Pest'), (51, 'férfi', 'Zala'), (28, 'nő', 'Zala'), (63, 'nő', 'Pest')"
    >>> [hit.rule for hit in form_hits(rows)]
    ['records']
    """
    lines = text.splitlines()[:5000]
    rows = any(_people(block) or _answers(block) for block in blocks(text))
    if rows or _digits(lines) or _sideways(lines):
        yield _PEOPLE
    if _vector(lines):
        yield Hit("residuals", "a list with one number for each respondent")


def point_hits(page: str) -> Iterator[Hit]:
    """Many pairs of numbers in no order, in the code of a page or a drawing."""
    drawn = "<" in page
    found = blocks(_DEFINED.sub(" ", page) if "<svg" in page else page)
    if any(_points(block) and (drawn or not _told(block)) for block in found):
        yield _POINTS


def _told(block: Block) -> bool:
    """Whether names of statistics stand above the rows or in them."""
    above = " ".join(block.before.strip().rsplit("\n", 2)[-2:])[-200:]
    told = " ".join([above, *block.constant, *(column[0] for column in block.words)])
    words = re.findall(r"[^\W\d_]+", told.casefold())
    words = [word for word in words if word not in _SYNTAX]
    return any(map(STATISTIC.fullmatch, words)) or bool(NOT_PEOPLE.search(" ".join(words)))


def _people(block: Block) -> bool:
    """Words that come again in no order beside numbers that follow none either."""
    fine = any(np.nanmax(np.abs(column), initial=0) < 20 for column in block.decimals)
    if fine or _told(block):
        return False
    named = any(len(set(column)) == block.count for column in block.words[:1])
    named |= block.count >= 5 and any(len(set(c)) == block.count for c in block.words)
    words = sum(irregular(column) for column in block.words)
    numbers = sum(_free(column) for column in (*block.wholes, *block.decimals))
    return not named and words >= 1 and numbers >= 1 and words + numbers >= 2


def _free(column: Sequence[float]) -> bool:
    """Three and more different numbers that neither rise nor fall."""
    values = np.array(column)
    values = values[np.isfinite(values)]
    if len(set(values)) < 3:
        return False
    steps = np.diff(values)
    return bool((steps > 0).any() and (steps < 0).any())


def _answers(block: Block) -> bool:
    """Eight and more rows of five and more answers on one scale."""
    columns = [column for column in block.wholes if not _rising(column)]
    if len(columns) < 5 or block.count < 8 or block.words or block.decimals or _told(block):
        return False
    cells = np.array(columns).T
    low, high = np.nanmin(cells), np.nanmax(cells)
    levels = len(set(cells[np.isfinite(cells)]))
    square = cells.shape[0] == cells.shape[1] and np.array_equal(cells, cells.T)
    return bool(low >= 0 and high <= 11 and levels >= 3 and not square)


def _rising(column: Sequence[float]) -> bool:
    return bool((np.diff(np.array(column)) > 0).all())


def _points(block: Block) -> bool:
    columns = [np.array(column) for column in (*block.decimals, *block.wholes)]
    named = any(len(set(names)) == block.count for names in (*block.words, *block.codes))
    listed = block.before.endswith("[[") or block.before.rstrip().endswith("[")
    if block.count < MANY or named or not (block.decimals or listed):
        return False
    return sum(map(_rough, columns)) >= 2


def _rough(column: NDArray[np.float64]) -> bool:
    """Whether values jump to and fro, as they do along no line or curve."""
    values = column[np.isfinite(column)]
    if len(values) < MANY or len(set(values)) < 0.4 * len(values):
        return False
    steps = np.diff(values)
    turns = (np.sign(steps[1:]) != np.sign(steps[:-1])).mean()
    return bool(turns > 0.35 and np.median(np.abs(steps)) > SMOOTH * np.ptp(values))


def _digits(lines: Sequence[str]) -> bool:
    """Five and more lines of one length that are mostly digits: answers without separators."""
    run: list[str] = []
    for line in [*map(str.strip, lines), ""]:
        if _DIGITS.match(line) and (not run or len(line) == len(run[0])):
            run.append(line)
            continue
        if len(run) >= 5 and len(set(run)) > 0.5 * len(run):
            return True
        run = []
    return False


def _sideways(lines: Sequence[str]) -> bool:
    """Columns written as lines: as many words on one as there are numbers on the next."""
    words: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    for line in [*lines, ""]:
        cells = re.findall(r"[^\W_][\w.]*", line) if len(line) < 2000 else []
        tail = list(takewhile(str.isdecimal, reversed(cells)))
        if len(tail) >= FEWEST:
            numbers = tuple(float(cell) for cell in tail)
        elif len(cells) > FEWEST and not tail:
            words = tuple(reversed(cells))
        else:
            words, numbers = (), ()
        count = min(len(words), len(numbers))
        alike = count >= FEWEST and len(words) - len(numbers) in (0, 1, 2)
        if alike and irregular(words[:count]) and _free(numbers):
            return True
    return False


def _vector(lines: Sequence[str]) -> bool:
    """Numbers alone, fifteen and more, on one line or one a line, that follow no order."""
    run: list[float] = []
    for line in [*lines, ""]:
        bare = re.sub(r"^\s*(?:\[\d+\]|[^\W\d]{0,3}\d+:)", "", line)
        found = re.fullmatch(r"\s*(?:-?\d+(?:\.\d+)?(?:[,;\s]+|$))+", bare)
        cells = [float(cell) for cell in re.findall(r"-?\d+(?:\.\d+)?", bare)] if found else []
        long = len(cells) == 1 or len(cells) >= 8 or (bare != line and cells)
        run += cells if long else []
        if not long:
            values = np.array(run)
            if len(run) >= 15 and len(set(run)) > 8 and _rough(values):
                return True
            run = []
    return False
