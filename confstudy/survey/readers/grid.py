"""Columns of text on their way from a file to a table, and the repair of their headers."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape

import pandas as pd

from confstudy.errors import listing
from confstudy.survey.readers.raw import Described

__all__ = ["Grid", "clean", "counted", "unique"]

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->")


@dataclass(frozen=True, repr=False)
class Grid:
    """Headers and columns of text, all of one length.

    ``described`` goes by position, since headers may repeat until `settled` has run.
    """

    header: Sequence[str]
    columns: Sequence[Sequence[str]]
    described: Mapping[int, Described] = field(default_factory=dict)
    platform: str = ""
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows, the header not counted."""
        return len(self.columns[0]) if self.columns else 0

    def row(self, number: int) -> list[str]:
        """The cells of one row, from 0; empty where there is no such row."""
        return [column[number] for column in self.columns] if number < self.rows else []

    def column(self, header: str) -> Sequence[str]:
        """The first column of a header, or nothing."""
        return self.columns[self.header.index(header)] if header in self.header else ()

    def without_rows(self, gone: Collection[int], what: str) -> Grid:
        """The grid without some rows, and a note of how many where there are any.

        >>> Grid(["a"], [["1", "2"]]).without_rows({0}, "preview row").notes
        ('1 preview row left out',)
        """
        if not gone:
            return self
        kept = [place for place in range(self.rows) if place not in gone]
        columns = [[column[place] for place in kept] for column in self.columns]
        note = f"{counted(len(gone), what)} left out"
        return replace(self, columns=columns, notes=(*self.notes, note))

    def labelled(self, labels: Sequence[str]) -> Grid:
        """The grid with one question text a column, cleaned of markup."""
        cleaned = [clean(label) for label in labels]
        described = {n: Described(label=label) for n, label in enumerate(cleaned) if label}
        return replace(self, described=described)

    def settled(self) -> Grid:
        """Every column with a header of its own; columns without header and data are dropped."""
        kept, notes = list(range(len(self.header))), list(self.notes)
        bare = [place for place in kept if not self.header[place].strip()]
        empty = {place for place in bare if not any(map(str.strip, self.columns[place]))}
        if empty:
            kept = [place for place in kept if place not in empty]
            notes.append(f"{counted(len(empty), 'empty column')} without a header left out")
        unnamed = [place + 1 for place in bare if place not in empty]
        if unnamed:
            told = counted(len(unnamed), "column")
            notes.append(f"{told} without a header named by position: {listing(unnamed)}")
        header = [self.header[n] if self.header[n].strip() else f"column {n + 1}" for n in kept]
        told_apart = unique(header)
        changed = [n + 1 for n, a, b in zip(kept, header, told_apart, strict=True) if a != b]
        if changed:
            told = counted(len(changed), "repeated header")
            notes.append(f"{told} told apart by a number: columns {listing(changed)}")
        described = {new: self.described[n] for new, n in enumerate(kept) if n in self.described}
        columns = [self.columns[n] for n in kept]
        return Grid(told_apart, columns, described, self.platform, tuple(notes))

    def frame(self) -> pd.DataFrame:
        """The columns as a table of text."""
        columns = zip(self.header, self.columns, strict=True)
        return pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns})


def unique(header: Sequence[str]) -> list[str]:
    """Headers with a number after those that repeat an earlier one.

    >>> unique(["a", "b", "a", "a.1", "a"])
    ['a', 'b', 'a.2', 'a.1', 'a.3']
    """
    taken, seen, found = set(header), set[str](), []
    counts: dict[str, int] = {}
    for name in header:
        given = name
        while given in seen or (given != name and given in taken):
            counts[name] = counts.get(name, 0) + 1
            given = f"{name}.{counts[name]}"
        seen.add(given)
        found.append(given)
    return found


def clean(text: str) -> str:
    r"""A question text without markup and extra spaces.

    >>> clean("<p>How often?<br>\u00a0In a <b>week</b> &amp; month</p>")
    'How often? In a week & month'
    """
    return " ".join(unescape(_TAG.sub(" ", text)).split()).replace(" ?", "?")


def counted(number: int, what: str) -> str:
    """A number with its noun.

    >>> counted(1, "preview row"), counted(1200, "preview row")
    ('1 preview row', '1,200 preview rows')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"
