"""Reading the ledger, and saying where it is not what was written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from confstudy.errors import LedgerDamaged, UnreadableFile
from confstudy.release.ledger.chain import Break, Line, walk
from confstudy.release.ledger.disk import Head, fingerprint
from confstudy.release.ledger.entry import Entry, Respondents, entry_of

__all__ = ["Problem", "Reading", "problems", "read"]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a ledger, where (0: no line, but the ledger as a whole), what to do."""

    line: int
    what: str
    remedy: str = "put 'ledger.jsonl', 'head' and 'key' back together from a copy"

    def __str__(self) -> str:
        return f"{f'line {self.line}: ' if self.line else ''}{self.what}; {self.remedy}"


@dataclass(frozen=True, repr=False)
class Reading:
    """The entries of a whole ledger, and its head."""

    entries: tuple[Entry, ...]
    head: Head


def read(folder: Path) -> Reading:
    """Read a ledger; one that was never written is empty.

    Raises
    ------
    LedgerDamaged
        A line was changed, or lines are gone; half a line at the end, left by a crash, is none.
    """
    found, lines, entries = _read(folder)
    if found:
        raise LedgerDamaged(f"The ledger in folder '{folder.name}' is damaged. {found[0]}.")
    return Reading(entries, Head(len(lines), lines[-1].hash) if lines else Head())


def problems(folder: Path) -> list[Problem]:
    """Everything that is wrong with a ledger, in the order of its lines."""
    found, lines, entries = _read(folder)
    if found:
        return found
    size, keys = 0, set()
    for line, entry in zip(lines, entries, strict=True):
        if isinstance(entry, Respondents):
            keys.add(entry.key)
            new = np.unique(entry.numbers[entry.numbers >= size])
            if not np.array_equal(new, np.arange(size, size + len(new))):
                found.append(
                    Problem(line.number, "respondents are not numbered one after the other")
                )
            size += len(new)
        elif any(len(cell.numbers) and cell.numbers[-1] >= size for cell in entry.cells):
            found.append(Problem(line.number, "a cell has respondents whom nobody knows"))
    return found + _key_problems(folder, keys, used=bool(lines))


def _read(folder: Path) -> tuple[list[Problem], list[Line], tuple[Entry, ...]]:
    """Problems with lines, whole lines, and their entries where there is no problem."""
    # The head is read first: lines written meanwhile make the ledger longer than it says.
    try:
        head = Head.read(folder)
    except ValueError as problem:
        return [Problem(0, str(problem))], [], ()
    except OSError as problem:
        raise _unreadable(folder, problem) from None
    try:
        text = (folder / "ledger.jsonl").read_bytes()
    except FileNotFoundError:
        text = b""
    except OSError as problem:
        raise _unreadable(folder, problem) from None
    walked = list(walk(text))
    found = [Problem(one.number, one.what) for one in walked if isinstance(one, Break)]
    lines = [one for one in walked if isinstance(one, Line)]
    entries: list[Entry] = []
    for line in lines:
        try:
            entries.append(entry_of(line.content))
        except ValueError as problem:
            found.append(Problem(line.number, str(problem)))
    found += _head_problems(head, lines, len(walked))
    return sorted(found, key=lambda problem: problem.line), lines, tuple(entries)


def _head_problems(head: Head | None, lines: list[Line], count: int) -> list[Problem]:
    if head is None:
        return [Problem(0, "the file 'head' is gone")] if count else []
    if head.count > count:
        return [Problem(0, f"{head.count - count} entries at the end are gone")]
    hashes = {line.number: line.hash for line in lines}
    if head.count in hashes and hashes[head.count] != head.hash:
        return [Problem(head.count, "the line is not the one that the file 'head' names")]
    return []


def _key_problems(folder: Path, prints: set[str], *, used: bool) -> list[Problem]:
    try:
        key = (folder / "key").read_bytes()
    except FileNotFoundError:
        return [Problem(0, "the file 'key' is gone")] if used else []
    except OSError as problem:
        raise _unreadable(folder, problem) from None
    if len(key) != 32 or prints - {fingerprint(key)}:
        return [Problem(0, "the file 'key' is not the one that was written there")]
    return []


def _unreadable(folder: Path, problem: OSError) -> UnreadableFile:
    why = (problem.strerror or "the system refused").lower()
    return UnreadableFile(f"The ledger in folder '{folder.name}' cannot be read: {why}.")
