"""Rules on numbers: moments, positions, account numbers and running numbers among quantities."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from confstudy.privacy.columns import Column
from confstudy.privacy.details import MEASURED

__all__ = ["coordinates", "epoch", "long_number", "running_number"]

_PAIR = re.compile(
    r"\(?\[?(?:POINT ?\()?-?\d{1,3}\.\d{3,}\s*[,; |/]\s*-?\d{1,3}\.\d{3,}(?:[,; ].*)?\)?\]?"
)
_COMMA_PAIR = re.compile(r"-?\d{1,3},\d{3,}\s*[; |/]\s*-?\d{1,3},\d{3,}")
_SIDE = r"\s*[NSEWOnsewo]?\w*"
_DEGREES = re.compile(
    rf".{{0,12}}?[-NSEW ]*\d{{1,3}}(?:[.,]\d+)? ?°.*|[NSEW] ?\d{{1,3}}[.,]\d{{3,}}.*"
    rf"|\d{{1,3}}[.,]\d{{3,}} ?[NSEW]\b.*{_SIDE}"
)
_FINE = re.compile(r"-?\d{1,3}[.,]\d{4,15}")
_FINER = re.compile(r"-?\d{1,3}[.,]\d{5,8}")


def coordinates(column: Column) -> int:
    """Match pairs of degrees, degrees with their sign, and degrees of one place or country."""
    written = column.matches(_PAIR) + column.matches(_COMMA_PAIR) + column.matches(_DEGREES)
    if written >= 0.8 * len(column.cells) and not column.is_category_set:
        return written
    if not column.mostly_numeric or set(column.words) & MEASURED or column.uniqueness <= 0.5:
        return 0
    fine = column.share(_FINE) >= 0.8 and len(column.cells) >= 10
    return len(column.cells) if fine and _like_degrees(column) else 0


def _like_degrees(column: Column) -> bool:
    """Near each other for their size, west of Greenwich, or on both sides of it; no score is."""
    values = _inner(column.numbers)
    middle, spread = float(np.median(values)), float(values.std())
    if np.abs(values).max() > 180 or np.median(np.abs(values)) < 10:
        return False
    if values.max() < 0:
        return middle < -10
    if values.min() < 0:
        return True
    close = 0.12 if column.share(_FINER) >= 0.6 else 0.06
    return spread / middle <= close


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
    if not column.mostly_numeric or len(column.numbers) < 20:
        return 0
    if (column.number_counts == 1).mean() < 0.97 or (column.numbers % 1).any():
        return 0
    values = np.unique(_inner(column.numbers))
    steps = np.diff(values)
    filled = len(steps) / max(
        (values[-1] - values[0]) / max(np.gcd.reduce(steps.astype(np.int64)), 1), 1
    )
    rising = bool((np.diff(column.numbers) > 0).mean() >= 0.97) and filled >= 0.02
    return len(column.numbers) if filled >= 0.5 or rising else 0


def _inner(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values without the outermost fiftieth on each side, where codes of missing stand."""
    low, high = np.quantile(values, [0.02, 0.98])
    return values[(values >= low) & (values <= high)]
