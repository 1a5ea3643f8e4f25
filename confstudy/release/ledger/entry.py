"""Entries of the ledger: outputs with the respondents behind them, and new respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from confstudy.release.decision import Decision
from confstudy.release.ledger.digest import canonical_digest
from confstudy.release.ledger.packing import array_of, bits, members_of, text_of

__all__ = ["CHUNKS", "Entry", "Output", "Remembered", "Respondents", "canonical_digest", "entry_of"]

#: Into how many parts a respondent's answers are hashed.
CHUNKS = 8


@dataclass(frozen=True, repr=False, eq=False)
class Remembered:
    """A number of a released output, and who stood behind it.

    Attributes
    ----------
    label, quantity, of, shown, exact
        As in :class:`confstudy.release.cell.Cell`.
    members
        Packed bits over respondent numbers, the first respondent leftmost.
    """

    label: str
    quantity: str
    of: tuple[str, ...]
    members: NDArray[np.uint8]
    shown: bool = True
    exact: bool = True

    @classmethod
    def behind(
        cls,
        numbers: ArrayLike,
        label: str,
        quantity: str,
        of: Sequence[str],
        *,
        shown: bool = True,
        exact: bool = True,
    ) -> Self:
        """The cell of the respondents with these numbers."""
        return cls(label, quantity, tuple(of), bits(numbers), shown, exact)

    @property
    def numbers(self) -> NDArray[np.int64]:
        """The respondents' numbers, ascending."""
        return members_of(self.members)

    @property
    def n(self) -> int:
        """How many respondents stood behind it."""
        return int(np.bitwise_count(self.members).sum())

    def __repr__(self) -> str:
        return f"Remembered({self.label}: {self.quantity})"


@dataclass(frozen=True, repr=False, eq=False)
class Output:
    """A released output.

    Attributes
    ----------
    at
        When, as ISO text in UTC.
    study, output
        The codebook's name; the output's caption or kind.
    digest
        The :func:`canonical_digest` of what left.
    data
        The SHA-256 of the survey's files.
    decision, cells
        What was decided, and the numbers in it.
    """

    at: str
    study: str
    output: str
    digest: str
    data: str
    decision: Decision
    cells: tuple[Remembered, ...] = ()

    @cached_property
    def behind(self) -> frozenset[tuple[object, ...]]:
        """Every number of it with the respondents behind it, to compare outputs by."""
        return frozenset(
            (c.label, c.quantity, c.of, bool(c.shown), bool(c.exact), _trimmed(c.members))
            for c in self.cells
        )

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """The entry as JSON; equal sets are stored once."""
        sets: dict[bytes, int] = {}
        places = [sets.setdefault(_trimmed(cell.members), len(sets)) for cell in self.cells]
        cells = [
            {
                "label": cell.label,
                "quantity": cell.quantity,
                "of": list(cell.of),
                "shown": bool(cell.shown),
                "exact": bool(cell.exact),
                "n": cell.n,
                "members": place,
            }
            for cell, place in zip(self.cells, places, strict=True)
        ]
        named = {name: getattr(self, name) for name in ("at", "study", "output", "digest", "data")}
        packed = [text_of(np.frombuffer(one, dtype=np.uint8)) for one in sets]
        decision = vars(self.decision)
        return {"kind": "output", **named, "decision": decision, "cells": cells, "sets": packed}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The entry that :attr:`as_json` gave; raises ValueError where it did not."""
        sets = [array_of(text, "u1") for text in entry["sets"]]
        cells = tuple(
            Remembered(
                cell["label"],
                cell["quantity"],
                tuple(cell["of"]),
                sets[cell["members"]],
                cell["shown"],
                cell["exact"],
            )
            for cell in entry["cells"]
        )
        if any(cell.n != told["n"] for cell, told in zip(cells, entry["cells"], strict=True)):
            raise ValueError("a cell has another number of respondents than it says")
        named = {name: entry[name] for name in ("at", "study", "output", "digest", "data")}
        return cls(**named, decision=Decision(**entry["decision"]), cells=cells)

    def __repr__(self) -> str:
        return f"Output('{self.output}' of '{self.study}', {self.at}, {self.decision.status})"


@dataclass(frozen=True, repr=False, eq=False)
class Respondents:
    """Who is known by which hashes of answers: new respondents, or known ones in new data.

    Attributes
    ----------
    at, study, data
        When, the codebook's name, the SHA-256 of the survey's files.
    key
        The fingerprint of the key that hashed them.
    columns
        Keyed hashes of the names of the columns that were hashed, sorted.
    numbers
        (n,) their numbers.
    chunks
        (n, 8) hashes of their answers; 0 where a chunk has no column.
    occurrence
        (n,) the position among respondents of the file with the same answers.
    """

    at: str
    study: str
    data: str
    key: str
    columns: tuple[str, ...]
    numbers: NDArray[np.int64]
    chunks: NDArray[np.uint64]
    occurrence: NDArray[np.int64]

    @cached_property
    def as_json(self) -> dict[str, Any]:
        """The entry as JSON."""
        named = {name: getattr(self, name) for name in ("at", "study", "data", "key")}
        return {
            "kind": "respondents",
            **named,
            "columns": list(self.columns),
            "numbers": text_of(np.diff(self.numbers, prepend=0).astype("<i8")),
            "chunks": text_of(self.chunks.T.astype("<u8")),
            "occurrence": text_of(self.occurrence.astype("<u4")),
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> Self:
        """The entry that :attr:`as_json` gave; raises ValueError where it did not."""
        numbers = np.cumsum(array_of(entry["numbers"], "<i8"))
        chunks = array_of(entry["chunks"], "<u8").reshape(CHUNKS, -1).T
        occurrence = array_of(entry["occurrence"], "<u4").astype(np.int64)
        if not len(numbers) == len(chunks) == len(occurrence):
            raise ValueError("an entry of respondents has parts of different length")
        named = {name: entry[name] for name in ("at", "study", "data", "key")}
        columns = tuple(entry["columns"])
        return cls(**named, columns=columns, numbers=numbers, chunks=chunks, occurrence=occurrence)

    def __repr__(self) -> str:
        return f"Respondents(of '{self.study}', {self.at})"


Entry = Output | Respondents


def entry_of(content: Mapping[str, Any]) -> Entry:
    """The entry that a line of the ledger holds.

    Raises
    ------
    ValueError
        It is none; the message names what is wrong and nothing of the content.
    """
    kinds: dict[str, type[Entry]] = {"output": Output, "respondents": Respondents}
    kind = kinds.get(str(content.get("kind")))
    if kind is None:
        raise ValueError("its kind is neither 'output' nor 'respondents'")
    try:
        return kind.from_json(content)
    except (KeyError, TypeError, AttributeError, IndexError):
        raise ValueError("parts of the entry are missing or of the wrong type") from None


def _trimmed(packed: NDArray[np.uint8]) -> bytes:
    return packed.tobytes().rstrip(b"\0")
