"""Any text as a stream of cells, and the rows that repeat in it, whatever separates them.

Rows are found by their period: the kinds of cells (words, numbers, days, ends of lines) come
again after so many places. So a table is a table in any language, layout or syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEWEST", "Block", "blocks", "irregular"]

_CELL = re.compile(
    r"(?P<l>\n)|(?P<b>[\[({<])"
    r"|(?P<t>\b\d{1,4}[-./]\d{1,2}[-./]\d{1,4}(?:[T ]\d\d?:\d\d(?::\d\d)?)?\b)"
    r"|(?P<x>\b(?:NA|NaN|nan|None|null|NaT)\b|<NA>)"
    r"|(?P<d>(?<![\w.])[-−+]?(?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?%?(?![\w]))"
    r"|(?P<n>(?<![\w.])[-−+]?\d+%?(?![\w]))"
    r"|(?P<c>[^\W\d]*\d\w*)"
    r"|(?P<w>[^\W\d][^\W\d]*(?:[-'’+.][^\W\d]+)*(?: [^\W\d]+(?:[-'’+.][^\W\d]+)*){0,5})",
    re.IGNORECASE,
)
_KINDS = {name: number for number, name in enumerate("lbtxdncw")}
_L, _B, _X = (_KINDS[name] for name in "lbx")
#: Most cells that are read, the longest row, and the fewest rows that are a pattern.
CELLS, WIDEST, FEWEST = 20_000, 40, 4


@dataclass(frozen=True, repr=False)
class Block:
    """Rows of one pattern: the columns that vary, as text, by kind; what stays and stood before."""

    words: tuple[tuple[str, ...], ...]
    wholes: tuple[tuple[float, ...], ...]
    decimals: tuple[tuple[float, ...], ...]
    days: tuple[tuple[str, ...], ...]
    codes: tuple[tuple[str, ...], ...]
    constant: tuple[str, ...]
    before: str
    count: int


def blocks(text: str) -> Iterator[Block]:
    r"""Every run of four and more rows of one pattern.

    >>> [(b.words, b.count) for b in blocks("34 f\n51 m\n28 f\n63 f")]
    [((('f', 'm', 'f', 'f'),), 4)]
    """
    kinds, cells, places = _cells(f"{text}\n")
    start = 0
    for first, period in _runs(kinds):
        if first < start:
            continue
        last = first + period
        while last < len(kinds) and _same(kinds[last], kinds[last - period]):
            last += 1
        count = (last - first) // period
        start = first + count * period
        before = text[max(0, places[first] - 300) : places[first]]
        yield _block(kinds, cells[first:start], first, period, before)


def _cells(text: str) -> tuple[NDArray[np.int8], list[str], list[int]]:
    kinds: list[int] = []
    cells: list[str] = []
    places: list[int] = []
    for found in _CELL.finditer(text):
        kind = _KINDS[str(found.lastgroup)]
        if kind == _L and (not kinds or kinds[-1] == _L):
            continue
        kinds.append(kind)
        cells.append(found[0])
        places.append(found.start())
        if len(kinds) >= CELLS:
            break
    return np.array(kinds, dtype=np.int8), cells, places


def _same(one: int, other: int) -> bool:
    return one == other or (_X in (one, other) and min(one, other) > _B)


def _runs(kinds: NDArray[np.int8]) -> list[tuple[int, int]]:
    """Starts and periods of patterns, the earliest and then the shortest first."""
    found: list[tuple[int, int]] = []
    for period in range(2, min(WIDEST, len(kinds) // FEWEST) + 1):
        one, other = kinds[:-period], kinds[period:]
        loose = ((one == _X) & (other > _B)) | ((other == _X) & (one > _B))
        same = np.r_[False, (one == other) | loose, False].astype(np.int8)
        edges = np.flatnonzero(np.diff(same))
        starts, ends = edges[::2], edges[1::2]
        long = ends - starts >= (FEWEST - 1) * period
        found += [(int(first), period) for first in starts[long]]
    return sorted(found)


def _block(
    kinds: NDArray[np.int8], cells: list[str], first: int, period: int, before: str
) -> Block:
    by_kind: dict[str, list[tuple[str, ...]]] = {name: [] for name in "lbtxdncw"}
    constant: list[str] = []
    for place in range(period):
        column = tuple(cells[place::period])
        row = kinds[first + place : first + len(cells) : period]
        told = [int(kind) for kind in row if kind != _X]
        if len(set(column)) == 1:
            constant.append(column[0])
        elif told:
            by_kind["lbtxdncw"[told[0]] if len(set(told)) == 1 else "w"].append(column)
    return Block(
        tuple(by_kind["w"]),
        tuple(map(_values, by_kind["n"])),
        tuple(map(_values, by_kind["d"])),
        tuple(by_kind["t"]),
        tuple(by_kind["c"]),
        tuple(constant),
        before,
        len(cells) // period,
    )


def _values(column: tuple[str, ...]) -> tuple[float, ...]:
    bare = (cell.rstrip("%").replace("−", "-") for cell in column)
    return tuple(float(cell) if re.search(r"\d", cell) else float("nan") for cell in bare)


def irregular(column: tuple[str, ...] | tuple[float, ...]) -> bool:
    """Whether values come again in no order: neither sorted into runs nor in a fixed turn.

    >>> irregular(("a", "b", "a", "a")), irregular(("a", "a", "b", "b")), irregular(tuple("abab"))
    (True, False, False)
    """
    levels = list(dict.fromkeys(column))
    if not 1 < len(levels) < len(column):
        return False
    changes = sum(a != b for a, b in pairwise(column))
    turn = all(value == column[place % len(levels)] for place, value in enumerate(column))
    return changes > len(levels) - 1 and not turn
