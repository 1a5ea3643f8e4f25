"""Rules on tables of counts and shares: small cells, hidden cells that follow, certainty."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.grid import Grid, is_number, is_whole, value_of
from confstudy.release.audit.vocabulary import COUNT, HIDDEN, MARGIN, NOT_PEOPLE, SHARE, STATISTIC
from confstudy.release.decision import THRESHOLD

__all__ = ["count_columns", "count_hits", "share_hits"]

_WITH_SHARE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)\s*[(\[]\s*[\d.]+\s*%?\s*[)\]]")
_INTERVAL = re.compile(r"[(\[]\s*-?[\d.]+\s*,\s*-?[\d.]+\s*[)\]]")
_SMALL = Hit("threshold", f"a count of fewer than {THRESHOLD}")
_MISSED = re.compile(r"\bblank\b|\bmissing\b|\bsuppressed\b|\bnot asked\b", re.IGNORECASE)
_CERTAIN = Hit("class disclosure", "everybody, or nobody, of a group has an answer")
_FOLLOWS = Hit("complement", "a hidden count follows from the totals")


def _count(text: str) -> float:
    found = _WITH_SHARE.fullmatch(text.strip())
    if found:
        return value_of(found[1])
    return value_of(text) if is_whole(text) else float("nan")


def _counted(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    good = [cell for cell in filled if _count(cell) == _count(cell)]
    hidden = [cell for cell in filled if HIDDEN.fullmatch(cell.strip())]
    return len(good) > 0 and len(good) + len(hidden) == len(filled)


def count_columns(grid: Grid) -> list[int]:
    """The places of columns that count respondents."""
    if NOT_PEOPLE.search(" ".join(grid.names)):
        return []
    named = [
        place
        for place, name in enumerate(grid.names)
        if COUNT.fullmatch(name) and _counted(grid.column(place))
    ]
    if named:
        return named
    if grid.kind == "series" and grid.width == 2 and _counted(grid.column(1)):
        foot = re.search(r"Name: (count|size|n)\b", grid.context)
        return [1] if foot or (grid.axis and "dtype: int64" in grid.context) else []
    return _crossed(grid)


def _crossed(grid: Grid) -> list[int]:
    """All columns of a table of counts by two variables, known by names, margins or intervals."""
    places = [p for p in range(1, grid.width) if _counted(grid.column(p))]
    first = [p for p in range(grid.width) if not grid.numeric(p)]
    labelled = bool(grid.axis) or 0 in first
    if not places or not labelled or grid.indexed:
        return []
    if any(STATISTIC.fullmatch(name) for name in grid.names[1:]):
        return []
    intervals = sum(bool(_INTERVAL.search(cell)) for cell in grid.column(0)) >= 2
    if intervals and len(places) == grid.width - 1:
        return places
    if len(places) < 2 or len(places) < grid.width - len(first):
        return []
    if len(grid.axis) == 2 and all(grid.axis) and not _decimals(grid):
        return places
    counted = _has_margin(grid) or _adds_up(grid, places) or _like_counts(grid, places)
    return places if counted else []


def _decimals(grid: Grid) -> bool:
    heads = [*grid.heads[1:], *grid.column(0)]
    return any("." in head and is_number(head) for head in heads)


def _has_margin(grid: Grid) -> bool:
    return any(MARGIN.fullmatch(name) for name in [*grid.names[1:], *grid.labels])


def _like_counts(grid: Grid, places: Sequence[int]) -> bool:
    """Words at the top and at the side, mostly large whole numbers between them."""
    heads = [grid.heads[p] for p in places]
    if len(grid.rows) < 2 or grid.numeric(0) or any(not re.search(r"[^\W\d]", h) for h in heads):
        return False
    numbers = np.array([_count(row[p]) for row in grid.rows for p in places])
    numbers = numbers[np.isfinite(numbers) & (numbers > 0)]
    return len(numbers) >= 4 and bool(numbers.max() >= 30 and np.median(numbers) >= THRESHOLD)


def _adds_up(grid: Grid, places: Sequence[int]) -> bool:
    numbers = np.array([[_count(row[p]) for p in places] for row in grid.rows])
    if numbers.shape[1] < 3 or not np.isfinite(numbers).all():
        return False
    return bool((numbers[:, :-1].sum(axis=1) == numbers[:, -1]).all() and numbers.sum() > 0)


def count_hits(grid: Grid) -> Iterator[Hit]:
    """Small counts, counts that leave few out, hidden counts that follow from what is shown."""
    if _small_rows(grid):
        yield _SMALL
    places = count_columns(grid)
    if not places:
        return
    numbers = np.array([[_count(row[p]) for p in places] for row in grid.rows])
    if ((numbers > 0) & (numbers < THRESHOLD)).any():
        yield _SMALL
    named = any(COUNT.fullmatch(grid.names[p]) for p in places)
    if not named and len(places) >= 2:
        inner = [i for i, p in enumerate(places) if not MARGIN.fullmatch(grid.names[p])]
        body = numbers[:, inner]
        alone = (body > 0).sum(axis=1) == 1
        whole = np.isfinite(body).all(axis=1)
        if body.shape[1] >= 2 and (alone & whole).any() and not _MISSED.search(_about(grid)):
            yield _CERTAIN
    if _follows(grid, places, numbers):
        yield _FOLLOWS


def _about(grid: Grid) -> str:
    return " ".join(grid.names)


def _small_rows(grid: Grid) -> bool:
    """Rows that count respondents, as in a table on its side."""
    if NOT_PEOPLE.search(" ".join(grid.names)) or grid.kind == "series":
        return False
    named = [
        row for row, label in zip(grid.rows, grid.labels, strict=True) if COUNT.fullmatch(label)
    ]
    rows = [row[1:] for row in named if _counted(row[1:])]
    return any(0 < _count(cell) < THRESHOLD for row in rows for cell in row)


def _follows(grid: Grid, places: Sequence[int], numbers: NDArray[np.float64]) -> bool:
    """Whether a hidden cell is determined by the margins: its row of the null space is zero."""
    hidden = np.array(
        [[bool(HIDDEN.fullmatch(row[p].strip())) for p in places] for row in grid.rows]
    )
    if not hidden.any() or hidden.sum() > 400:
        return False
    total_rows = [i for i, label in enumerate(grid.labels) if MARGIN.fullmatch(label)]
    total_columns = [i for i, p in enumerate(places) if MARGIN.fullmatch(grid.names[p])]
    cells = [tuple(cell) for cell in np.argwhere(hidden)]
    total = {*total_rows}, {*total_columns}
    system = [
        [float(cell[1 - axis] == line) * (-1 if cell[axis] in total[axis] else 1) for cell in cells]
        for axis, margins, length in (
            (0, total_rows, len(places)),
            (1, total_columns, len(numbers)),
        )
        if len(margins) == 1
        for line in range(length)
    ]
    rows = np.array([row for row in system if any(row)])
    if not len(rows):
        return False
    _, values, right = np.linalg.svd(rows, full_matrices=True)
    rank = int((values > 1e-9).sum())
    free = right[rank:]
    return bool((np.abs(free).sum(axis=0) < 1e-9).any()) if len(free) else True


def share_hits(grid: Grid, known: Sequence[int]) -> Iterator[Hit]:
    """Shares that are counts under ten of a printed number, and groups that answer all alike."""
    if NOT_PEOPLE.search(" ".join(grid.names)):
        return
    bases = [p for p in count_columns(grid) if COUNT.fullmatch(grid.names[p])]
    signed = {p for p in range(grid.width) if _signed(grid.column(p))}
    shares = [p for p, name in enumerate(grid.names) if SHARE.fullmatch(name) or p in signed]
    shares = [p for p in shares if grid.numeric(p)]
    shares = [
        p for p in shares if not re.search(r"missing|response|confidence|ci\b", grid.names[p])
    ]
    for place in shares:
        for base in bases[:1]:
            yield from _shares_of(grid.column(place), grid.column(base))
    yield from _normalized(grid, known)


def _signed(cells: Sequence[str]) -> bool:
    return bool(cells) and all("%" in cell for cell in cells if cell.strip())


def _shares_of(shares: Sequence[str], bases: Sequence[str]) -> Iterator[Hit]:
    values = np.array([value_of(cell) for cell in shares])
    counts = np.array([_count(cell) for cell in bases])
    if np.nanmax(values, initial=0) > 1 or any("%" in cell for cell in shares):
        values = values / 100
    with np.errstate(all="ignore"):
        whole = counts / values
    if len(values) > 1 and np.nanmax(whole) < 1.1 * np.nanmin(whole):
        return
    yield from _implied(values, counts)


def _implied(values: NDArray[np.float64], counts: NDArray[np.float64]) -> Iterator[Hit]:
    for part in (values * counts, (1 - values) * counts):
        if ((part > 0.4) & (part < THRESHOLD - 0.5)).any():
            yield Hit("threshold", f"a share that is fewer than {THRESHOLD} of a printed number")
    if (((values == 0) | (values == 1)) & (counts > 0)).any():
        yield _CERTAIN


def _normalized(grid: Grid, known: Sequence[int]) -> Iterator[Hit]:
    """A table of shares that add up to one by row, by column or altogether."""
    places = [p for p in range(0 if grid.numeric(0) else 1, grid.width) if grid.numeric(p)]
    other = not places or grid.indexed or any(STATISTIC.fullmatch(grid.names[p]) for p in places)
    if other and not (grid.kind == "series" and "proportion" in grid.context):
        return
    cells = [[row[p] for p in places] for row in grid.rows]
    values = np.array([[value_of(cell) for cell in row] for row in cells])
    if any("%" in cell for row in cells for cell in row) or abs(np.nansum(values[0]) - 100) < 0.6:
        values = values / 100
    if not np.isfinite(values).all() or values.min() < 0 or values.max() > 1:
        return
    rows, columns = values.sum(axis=1), values.sum(axis=0)
    by_row = values.shape[1] > 1 and bool((abs(rows - 1) < 0.02).all())
    by_column = len(values) > 1 and bool((abs(columns - 1) < 0.02).all())
    together = values.size > 1 and abs(values.sum() - 1) < 0.02
    if not (by_row or by_column or together):
        return
    if by_row and by_column and len(values) == values.shape[1]:
        return
    if (values == 1).any() or ((values == 0).any() and (by_row or by_column) and values.size > 2):
        yield _CERTAIN
    if known:
        parts = values * max(known)
        if ((parts > 0.4) & (parts < THRESHOLD - 0.5)).any():
            yield Hit("threshold", f"a share that is fewer than {THRESHOLD} of a printed number")
