"""Everybody the ledger knows, by the hashes of their answers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.release.ledger.entry import CHUNKS, Entry, Respondents
from confstudy.release.ledger.identity import mixed, occurrences

__all__ = ["Known", "Roster", "joined", "roster_of", "signatures"]

Words = NDArray[np.uint64]


@dataclass(frozen=True, repr=False, eq=False)
class Known:
    """Respondents of one study known by the same columns, the latest known last."""

    study: str
    columns: tuple[str, ...]
    numbers: NDArray[np.int64]
    chunks: Words
    signatures: Words

    @property
    def telling(self) -> bool:
        """Whether most of them differ from each other in these columns."""
        return 2 * len(np.unique(joined(self.chunks))) > len(self.chunks)


@dataclass(frozen=True, repr=False, eq=False)
class Roster:
    """Everybody known.

    Attributes
    ----------
    size
        Respondents so far; they are numbered from 0.
    latest
        (size, 8) hashes of their latest answers.
    known
        The same by study and columns.
    data
        The SHA-256 of the files that respondents were known from.
    """

    size: int
    latest: Words
    known: tuple[Known, ...]
    data: frozenset[str]

    def of_study(self, study: str) -> NDArray[np.int64]:
        """The numbers of a study's respondents."""
        parts = [known.numbers for known in self.known if known.study == study]
        return np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)


def roster_of(entries: Iterable[Entry]) -> Roster:
    """Gather who is known from the entries of a ledger, in their order."""
    found = [entry for entry in entries if isinstance(entry, Respondents)]
    size = max((int(entry.numbers.max()) + 1 for entry in found if len(entry.numbers)), default=0)
    latest = np.zeros((size, CHUNKS), dtype=np.uint64)
    parts: dict[tuple[str, tuple[str, ...]], list[Respondents]] = {}
    for entry in found:
        latest[entry.numbers] = entry.chunks
        parts.setdefault((entry.study, entry.columns), []).append(entry)
    known = tuple(_known(*named, entries) for named, entries in parts.items())
    return Roster(size, latest, known, frozenset(entry.data for entry in found))


def _known(study: str, columns: tuple[str, ...], entries: list[Respondents]) -> Known:
    numbers = np.concatenate([entry.numbers for entry in entries])
    chunks = np.concatenate([entry.chunks for entry in entries])
    positions = np.concatenate([entry.occurrence for entry in entries])
    return Known(study, columns, numbers, chunks, signatures(chunks, positions))


def joined(chunks: Words) -> Words:
    """(n,) one word for the chunks of each respondent."""
    words = np.zeros(len(chunks), dtype=np.uint64)
    for place in range(chunks.shape[1]):
        words = mixed(words ^ chunks[:, place], place)
    return words


def signatures(chunks: Words, positions: NDArray[np.int64] | None = None) -> Words:
    """(n,) one word for the chunks and the position among those alike."""
    words = joined(chunks)
    if positions is None:
        positions = occurrences(words)
    return mixed(words ^ mixed(positions.astype(np.uint64), CHUNKS))
