"""Entries of a report that is being built: kept apart until it is published."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import LedgerDamaged
from confstudy.release.ledger.chain import START, Break, chained, walk
from confstudy.release.ledger.entry import Entry, Output, Respondents, entry_of
from confstudy.release.ledger.folder import refused
from confstudy.release.ledger.packing import bits
from confstudy.release.ledger.roster import Roster, signatures

__all__ = ["Stage", "rebased"]

Numbers = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Stage:
    """Staged entries, and how many respondents the ledger knew when they were staged.

    Respondents numbered ``base`` or higher are new in the stage; in the ledger, others may take
    these numbers meanwhile.
    """

    base: int
    entries: tuple[Entry, ...] = ()

    @classmethod
    def read(cls, path: Path) -> Stage | None:
        """The stage in a file; None where there is no file.

        Raises
        ------
        LedgerDamaged
            The file is not one that was written there.
        """
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise refused(path.parent, problem) from None
        known = _KNOWN.get(path)
        if known is not None and known[0] == sha256(text).digest():
            return known[1]
        lines = list(walk(text))
        contents = [line.content for line in lines if not isinstance(line, Break)]
        try:
            whole = contents[0]["count"] == len(lines) - 1 == len(contents) - 1
            if not whole or contents[0]["kind"] != "stage" or not text.endswith(b"\n"):
                raise ValueError
            entries = tuple(entry_of(content) for content in contents[1:])
            return cls(int(contents[0]["base"]), entries)
        except (ValueError, KeyError, IndexError, TypeError):
            raise LedgerDamaged(
                f"The staged entries in '{path.name}' are not as they were written. Build the "
                "report again; nothing of it is published."
            ) from None

    def write(self, path: Path) -> None:
        """Replace the file in one step; raises UnwritableFile where the system refuses.

        It is not forced down to the disk: where the power fails, the build has failed, too.
        """
        first: dict[str, Any] = {"kind": "stage", "base": self.base, "count": len(self.entries)}
        text = chained([first, *(entry.as_json for entry in self.entries)], START)[0]
        beside = path.with_suffix(".part")
        try:
            stream = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(stream, "wb") as opened:
                opened.write(text)
            beside.replace(path)
        except OSError as problem:
            raise refused(path.parent, problem) from None
        _KNOWN.clear()
        _KNOWN[path] = (sha256(text).digest(), self)


#: The stage that this process wrote last, and the hash of its bytes.
_KNOWN: dict[Path, tuple[bytes, Stage]] = {}


def rebased(stage: Stage, roster: Roster) -> tuple[Entry, ...]:
    """The staged entries in the numbers of the ledger as it is now.

    Respondents whom others made known meanwhile get their numbers; the rest are numbered on.

    Raises
    ------
    LedgerDamaged
        The stage was made beside a longer ledger than this one.
    """
    if stage.base > roster.size:
        raise LedgerDamaged(
            "The staged entries belong to another ledger: it knew more respondents than this one. "
            "Build the report again."
        )
    if stage.base == roster.size:
        return stage.entries
    numbers = np.arange(_size(stage), dtype=np.int64)
    size, settled, taken = roster.size, set(range(stage.base)), set[int]()
    entries: list[Entry] = []
    for entry in stage.entries:
        if isinstance(entry, Output):
            entries.append(_renumbered(entry, numbers))
            continue
        known = _known(entry, roster)
        kept = np.ones(len(known), dtype=bool)
        for place, (staged, there) in enumerate(zip(entry.numbers.tolist(), known, strict=True)):
            if staged in settled:
                continue
            settled.add(staged)
            kept[place] = there < stage.base or there in taken
            numbers[staged] = size if kept[place] else there
            taken.add(there)
            size += int(kept[place])
        if kept.any():
            entries.append(
                replace(
                    entry,
                    numbers=numbers[entry.numbers[kept]],
                    chunks=entry.chunks[kept],
                    occurrence=entry.occurrence[kept],
                )
            )
    return tuple(entries)


def _size(stage: Stage) -> int:
    found = [entry.numbers for entry in stage.entries if isinstance(entry, Respondents)]
    return max([stage.base, *(int(numbers.max()) + 1 for numbers in found if len(numbers))])


def _known(entry: Respondents, roster: Roster) -> list[int]:
    """(n,) the number in the ledger of those with the same answers, −1 for others."""
    where: dict[int, int] = {}
    for known in roster.known:
        if known.columns == entry.columns:
            where |= zip(known.signatures.tolist(), known.numbers.tolist(), strict=True)
    wanted = signatures(entry.chunks, entry.occurrence)
    return [where.get(word, -1) for word in wanted.tolist()]


def _renumbered(output: Output, numbers: Numbers) -> Output:
    cells = (replace(cell, members=bits(numbers[cell.numbers])) for cell in output.cells)
    return replace(output, cells=tuple(cells))
