"""A table as it was read from some text: heads, rows, the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["Grid", "is_number", "is_whole", "value_of"]

_NUMBER = re.compile(
    r"[<>=~≈]?\s*[-+−]?(?:\d{1,3}(?:[,\u202f ]\d{3})+|\d*)(?:\.\d*)?(?:e[-+]?\d+)?\s*%?\**"
)
_COMMA = re.compile(r"([^\d]*(?:\d{1,3}(?:[. \u202f]\d{3})+|\d+)),(\d{1,2}|\d{4,})(\s*%?\**)")
_MISSING = frozenset({"", "nan", "none", "na", "<na>", "nat", "null", "–", "-", "—", "..."})


def value_of(text: str) -> float:
    """The number a cell holds; NaN where it holds none.

    >>> value_of("1,204"), value_of("3.7 %"), value_of("−2"), value_of("1.204,5 %")
    (1204.0, 3.7, -2.0, 1204.5)
    """
    text = text.strip()
    if text.isdecimal() and text.isascii():
        return float(text)
    comma = _COMMA.fullmatch(text) if "," in text else None
    if comma:
        text = f"{comma[1].replace('.', '')}.{comma[2]}{comma[3]}"
    if not any(sign.isdigit() for sign in text) or not _NUMBER.fullmatch(text):
        return float("nan")
    bare = re.sub(r"[<>=~≈%*\s,\u202f]", "", text).replace("−", "-")
    try:
        return float(bare)
    except ValueError:
        return float("nan")


def is_number(text: str) -> bool:
    """Whether a cell is a number."""
    return value_of(text) == value_of(text)


def is_whole(text: str) -> bool:
    """Whether a cell is a count as it would be printed: no sign, no decimals but ``.0``."""
    return re.fullmatch(r"\d{1,3}(?:[, \u202f]\d{3})+|\d+(?:\.0+)?", text.strip()) is not None


@dataclass(frozen=True, repr=False)
class Grid:
    """Cells of one table, all as text.

    Attributes
    ----------
    heads
        One head a column, empty where there is none (such as above an index).
    rows
        All of one length.
    context
        Caption, and what stands around the table.
    axis
        The names of the row and the column variable of a cross-tabulation, where printed.
    kind
        ``html``, ``text``, ``csv``, ``json`` or ``series``.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    context: str = ""
    kind: str = "text"
    axis: tuple[str, ...] = ()
    span: tuple[int, int] = field(default=(0, 0))

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.heads)

    def column(self, place: int) -> list[str]:
        """The cells of a column."""
        return [row[place] for row in self.rows]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Heads as plain lower-case words."""
        heads = list(self.heads)
        if heads and not heads[0] and self.axis:
            heads[0] = self.axis[0]
        return tuple(re.sub(r"[\W_]+", " ", head.casefold()).strip() for head in heads)

    @cached_property
    def labels(self) -> list[str]:
        """The first column, in plain lower-case words."""
        if not self.heads:
            return []
        return [re.sub(r"[\W_]+", " ", cell.casefold()).strip() for cell in self.column(0)]

    def numeric(self, place: int) -> bool:
        """Whether a column holds numbers, or nothing, and a number at all."""
        cells = [cell for cell in self.column(place) if cell.strip().casefold() not in _MISSING]
        return bool(cells) and all(map(is_number, cells))

    @cached_property
    def indexed(self) -> bool:
        """Whether the first column numbers the rows: whole numbers that differ, without a head."""
        if self.width < 2 or not self.rows:
            return False
        cells = [cell.strip() for cell in self.column(0) if cell.strip() not in ("...", "…")]
        whole = bool(cells) and all(cell.isdigit() for cell in cells)
        return (
            whole
            and self.heads[0].strip() in ("", "#", "index", "Unnamed: 0")
            and len(set(cells)) == len(cells)
        )
