"""The rule on free text: what people write in their own words."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np

from confstudy.privacy.columns import Column
from confstudy.privacy.formats import is_quantity

__all__ = ["free_text", "is_chosen"]

_MARKS = re.compile(r"[|;,┋]| / ")
_LISTED = re.compile(r"[a-z0-9_-]+(?: [a-z0-9_-]+)*")
# Chinese, Japanese and Thai are written without blanks: two characters are about a word.
_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]")


def free_text(column: Column) -> int:
    """Match long answers that few people share and that are no choices from a list."""
    if column.numeric:
        return 0
    lengths = np.array([_words(cell) for cell in column.cells])
    own = column.once >= 0.5 or (len(lengths) > 60 and column.uniqueness >= 0.35)
    many = len(lengths) > 12 and np.median(lengths) >= 4 and own
    long = lengths >= 6
    some = long.sum() >= 5 and (column.counts[long] == 1).mean() >= 0.9
    if not (many or some) or is_chosen(column):
        return 0
    if sum(map(is_quantity, column.cells)) > 0.8 * len(lengths):
        return 0
    return len(lengths) if many else int(long.sum())


def _words(cell: str) -> int:
    unspaced = len(_UNSPACED.findall(cell))
    return unspaced // 2 + len(_UNSPACED.sub(" ", cell).split())


def is_chosen(column: Column) -> bool:
    """Whether nearly all parts of the answers are shared, as where several boxes are ticked."""
    parts: Counter[str] = Counter()
    for cell, count in zip(column.cells, column.counts, strict=True):
        for part in set(_MARKS.split(cell)):
            parts[part.strip(" \"'[]{}().").casefold()] += int(count)
    shared = sum(count for count in parts.values() if count >= 3)
    own_long = sum(count < 3 and _words(part) >= 6 for part, count in parts.items())
    return (shared >= 0.9 * sum(parts.values()) and own_long < 5) or _is_codes(column)


def _is_codes(column: Column) -> bool:
    """Ticked boxes as codes between blanks: few different ones, none of them in nearly all rows."""
    if column.share(_LISTED) < 0.95:
        return False
    codes: Counter[str] = Counter()
    for cell, count in zip(column.cells, column.counts, strict=True):
        codes.update(dict.fromkeys(cell.split(), int(count)))
    common = [code for code, count in codes.items() if count >= 3]
    few = len(common) <= 25 and sum(codes[code] for code in common) >= 0.9 * codes.total()
    return few and max(codes.values()) < 0.9 * column.answered
