"""Rules on numbers: moments, positions, account numbers and running numbers among quantities."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from confstudy.privacy.columns import Column
from confstudy.privacy.details import MEASURED

__all__ = ["coordinates", "epoch", "long_number", "running_number"]

_PAIR = re.compile(
    r"\(?\[?(?:POINT ?\()?-?\d{1,3}\.\d{3,}\s*[,; |/]\s*-?\d{1,3}\.\d{3,}(?:[,; ].*)?\)?\]?"
)
_COMMA_PAIR = re.compile(r"-?\d{1,3},\d{3,}\s*[; |/]\s*-?\d{1,3},\d{3,}")
_DEGREES = re.compile(
    r".{0,12}?[-NSEW ]*\d{1,3}(?:[.,]\d+)? ?°.*|[NSEW] ?\d{1,3}[.,]\d{3,}.*"
    r"|\d{1,3}[.,]\d{3,} ?[NSEW]\b.*"
)
_MARKED = re.compile(r"(\D{0,30})(\d{1,15})")
_PAIRED = re.compile(r"(\d{1,6})[-_](\d{1,6})")
_FINE = re.compile(r"-?\d{1,3}[.,]\d{4,15}")
_FINER = re.compile(r"-?\d{1,3}[.,]\d{5,8}")


def coordinates(column: Column) -> int:
    """Match pairs of degrees, degrees with their sign, and degrees of one place or country."""
    forms = () if column.numeric else (_PAIR, _COMMA_PAIR, _DEGREES)
    written = sum(map(column.matches, forms))
    if written >= 0.8 * len(column.cells) and not column.is_category_set:
        return written
    if not column.mostly_numeric or set(column.words) & MEASURED or column.uniqueness <= 0.5:
        return 0
    fine = column.share(_FINE) >= 0.8 and len(column.cells) >= 10
    return len(column.cells) if fine and _like_degrees(column) else 0


def _like_degrees(column: Column) -> bool:
    """Near each other for their size, west of Greenwich, or on both sides of it; no score is."""
    values = _inner(column.numbers)
    middle = float(np.median(values))
    if np.abs(values).max() > 180 or np.median(np.abs(values)) < 10:
        return False
    if values.max() < 0:
        return middle < -10
    finer = column.share(_FINER) >= 0.6
    if values.min() < 0:
        return finer
    return float(values.std()) / middle <= (0.12 if finer else 0.06)


def epoch(column: Column) -> int:
    """Match seconds or milliseconds since 1970, and days of a spreadsheet with their fraction."""
    if not column.mostly_numeric or column.uniqueness < 0.5:
        return 0
    values = column.numbers
    scale = np.select([values > 1e17, values > 1e14, values > 1e11], [1e9, 1e6, 1e3], 1.0)
    seconds = values / scale
    inside = (seconds > 946_684_800) & (seconds < 2_524_608_000)
    days = (values > 36_525) & (values < 55_153) & (values % 1 != 0)
    if inside.mean() >= 0.95 and np.ptp(seconds[inside]) < 1e9:
        return int(inside.sum())
    fine = column.share(re.compile(r"\d{5}[.,]\d{3,}")) >= 0.8 and not set(column.words) & MEASURED
    return int(days.sum()) if fine and days.mean() >= 0.95 and np.ptp(values[days]) < 4000 else 0


def long_number(column: Column) -> int:
    """Match account, insurance and telephone numbers: long, of one width, shared by nobody."""
    if column.uniqueness < 0.9 or len(column.cells) <= 4:
        return 0
    hits = column.matches(re.compile(r"\d{9,22}"))
    if hits >= 0.8 * len(column.cells):
        return hits
    widths = column.matches(re.compile(r"\d{8}"))
    exact = widths >= 0.95 * len(column.cells) and bool((column.numbers % 100).any())
    return widths if exact and not set(column.words) & MEASURED else 0


def running_number(column: Column) -> int:
    """Match whole numbers that nobody shares and that fill half of their range or rise by row."""
    if column.uniqueness >= 0.97 and _by_site(column):
        return len(column.cells)
    numbers, counts = _numbered(column)
    if len(numbers) < 20 or (counts == 1).mean() < 0.97 or (numbers % 1).any():
        return 0
    values = np.unique(_inner(numbers))
    if np.abs(values).max() > 1e15:
        return 0
    steps = np.diff(values)
    step = max(int(np.gcd.reduce(steps.astype(np.int64))), 1)
    filled = len(steps) * step / max(values[-1] - values[0], 1)
    rising = (np.diff(numbers) > 0).mean() >= 0.97 and filled >= 0.02
    return len(numbers) if filled >= 0.5 or rising else 0


def _by_site(column: Column) -> bool:
    """Running numbers within a site, as in 4-17: they fill half of what each site has."""
    pairs = [found for cell in column.cells if (found := _PAIRED.fullmatch(cell))]
    highest: dict[str, int] = {}
    for pair in pairs:
        highest[pair[1]] = max(highest.get(pair[1], 0), int(pair[2]))
    enough = len(pairs) >= max(20, 0.97 * len(column.cells))
    return enough and 2 * len(pairs) >= sum(highest.values())


def _numbered(column: Column) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The numbers and how many rows hold each, also behind one mark, as in #12 and Person 12."""
    if column.mostly_numeric:
        return column.numbers, column.number_counts
    split = [_MARKED.fullmatch(cell) for cell in column.cells]
    marks = Counter(found[1] for found in split if found)
    (mark, often), *_ = marks.most_common(1) or [("", 0)]
    if not often or often < 0.9 * len(split):
        return np.array([]), np.array([], dtype=np.int64)
    chosen = np.array([found is not None and found[1] == mark for found in split])
    numbers = [float(found[2]) for found in split if found and found[1] == mark]
    return np.array(numbers), column.counts[chosen]


def _inner(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values without the outermost fiftieth on each side, where codes of missing stand."""
    low, high = np.quantile(values, [0.02, 0.98])
    inside: NDArray[np.bool_] = (values >= low) & (values <= high)
    return values[inside]
