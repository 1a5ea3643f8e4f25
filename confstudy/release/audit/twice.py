"""The same output twice, of some respondents and of a few fewer: the difference is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from confstudy.release.audit.counts import count_columns
from confstudy.release.audit.finding import Hit
from confstudy.release.audit.grid import value_of
from confstudy.release.audit.lines import text_grids
from confstudy.release.audit.vocabulary import sizes
from confstudy.release.audit.walk import Place
from confstudy.release.decision import THRESHOLD

__all__ = ["twice_hits"]

_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_LEVEL = re.compile(r"\s*\S.*?\s(\d+)\s*")
_APART = Hit("differencing", f"differs from an earlier output by fewer than {THRESHOLD}")
#: Longer outputs are not compared.
LONGEST = 5000


def twice_hits(places: Sequence[Place]) -> Iterator[tuple[Place, Hit]]:
    """Outputs that repeat an earlier one word for word with counts that differ by few."""
    known: dict[tuple[str, ...], list[tuple[int, list[int]]]] = {}
    for place in places:
        text = place.content
        if place.kind != "output" or not isinstance(text, str) or len(text) > LONGEST:
            continue
        if not place.mime.startswith(("text/plain", "stream")):
            continue
        counts = _counts(text)
        if not counts:
            continue
        earlier = known.setdefault(tuple(_NUMBER.sub("#", text).split()), [])
        if any(cell != place.cell and _few(counts, other) for cell, other in earlier):
            yield place, _APART
        earlier.append((place.cell, counts))


def _counts(text: str) -> list[int]:
    found = sizes(text)
    for grid in text_grids(text):
        for column in count_columns(grid):
            cells = map(value_of, grid.column(column))
            found += [int(cell) for cell in cells if cell == cell]
    if not found:
        levels = [_LEVEL.fullmatch(line) for line in text.splitlines() if line.strip()]
        listed = [level for level in levels if level]
        found = [int(level[1]) for level in listed if 3 <= len(listed) >= len(levels) - 1]
    return [count for count in found if count >= THRESHOLD]


def _few(counts: Sequence[int], others: Sequence[int]) -> bool:
    if len(counts) != len(others):
        return False
    apart = [abs(one - other) for one, other in zip(counts, others, strict=True)]
    return 0 < sum(apart) < THRESHOLD
