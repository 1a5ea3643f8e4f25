"""A regression table before it is written: title, heads, rows of words, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

__all__ = ["SYMBOLS", "Grid", "Row", "aligned", "shared"]

#: What is printed in italics.
SYMBOLS = ("b", "SE", "t", "z", "df", "p", "N", "R²", "McFadden R²")
Key = TypeVar("Key")


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes
    ----------
    kind
        ``term``; ``group`` heads the terms below it; ``fact`` is a number of the model;
        ``why`` says across the table why there are no numbers.
    cells
        One a column, with a line break where something stands below; none in ``group``
        and ``why``.
    """

    kind: Literal["term", "group", "fact", "why"]
    label: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table of words.

    Attributes
    ----------
    heads
        One a column after the first: its lines from top to bottom, such as ``("(1)", "Trust")``.
    """

    title: str
    heads: tuple[tuple[str, ...], ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]

    @property
    def several(self) -> bool:
        """Whether each column is a model."""
        return self.heads[0][0] == "(1)"

    def names(self) -> list[str]:
        """The heads, each in one line."""
        return [" ".join(line for line in lines if line) for lines in self.heads]


def aligned(models: Sequence[Sequence[Key]]) -> list[Key]:
    """Keys of several models in one order.

    A new one stands after the one before it in its model; if it is the first, before the next
    that is known, or else last.

    >>> aligned([["a", "c"], ["a", "b", "c"], ["z", "c", "d"], ["e"]])
    ['a', 'b', 'z', 'c', 'd', 'e']
    """
    order: list[Key] = []
    for keys in models:
        place = min((order.index(key) for key in keys if key in order), default=len(order))
        for key in keys:
            if key in order:
                place = order.index(key) + 1
            else:
                order.insert(place, key)
                place += 1
    return order


def shared(sentences: Sequence[Iterable[str]]) -> list[str]:
    """Sentences of several models: once where all say them, else with the models' numbers.

    >>> shared([["Same", "Only here"], ["Same"]])
    ['Same.', '(1) Only here.']
    """
    lists = [list(one) for one in sentences]
    whose = {
        text: [number for number, one in enumerate(lists, 1) if text in one]
        for text in aligned(lists)
    }
    found = []
    for text, who in sorted(whose.items(), key=lambda pair: (len(pair[1]) < len(lists), pair[1])):
        mark = "" if len(who) == len(lists) else ", ".join(f"({number})" for number in who) + " "
        found.append(f"{mark}{text}.")
    return found
