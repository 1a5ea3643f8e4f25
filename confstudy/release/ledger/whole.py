"""Reading the ledger, and saying where it is not what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from confstudy.errors import LedgerDamaged, UnreadableFile
from confstudy.release.ledger.chain import START, Break, Line, walk
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


@dataclass(frozen=True, repr=False)
class _Part:
    """The beginning of a ledger that was read and found whole: its bytes, lines and entries."""

    size: int = 0
    digest: bytes = sha256().digest()
    lines: tuple[Line, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def last(self) -> str:
        """The hash of its last line."""
        return self.lines[-1].hash if self.lines else START


#: What was read last of the ledgers read last; their bytes must still be the same to count.
_KNOWN: dict[Path, _Part] = {}
_MOST_KNOWN = 4


def read(folder: Path) -> Reading:
    """Read a ledger; one that was never written is empty.

    What this process has read before is not read again as long as its bytes are the same: only
    the lines after it are parsed, and must continue its chain.

    Raises
    ------
    LedgerDamaged
        A line was changed, or lines are gone; half a line at the end, left by a crash, is none.
    """
    place = folder.absolute()
    found, part = _read(folder, _KNOWN.pop(place, _Part()))
    if found:
        raise LedgerDamaged(f"The ledger in folder '{folder.name}' is damaged. {found[0]}.")
    _KNOWN[place] = part
    while len(_KNOWN) > _MOST_KNOWN:
        _KNOWN.pop(next(iter(_KNOWN)))
    return Reading(part.entries, Head(len(part.lines), part.last))


def problems(folder: Path) -> list[Problem]:
    """Everything that is wrong with a ledger, in the order of its lines; all of it is read."""
    found, part = _read(folder, _Part())
    if found:
        return found
    lines, entries = part.lines, part.entries
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


def _read(folder: Path, known: _Part) -> tuple[list[Problem], _Part]:
    """Problems with lines, and the ledger where there is none; ``known`` was read before."""
    # The head is read first: lines written meanwhile make the ledger longer than it says.
    try:
        head = Head.read(folder)
    except ValueError as problem:
        return [Problem(0, str(problem))], known
    except OSError as problem:
        raise _unreadable(folder, problem) from None
    try:
        text = (folder / "ledger.jsonl").read_bytes()
    except FileNotFoundError:
        text = b""
    except OSError as problem:
        raise _unreadable(folder, problem) from None
    if sha256(text[: known.size]).digest() != known.digest:
        known = _Part()
    walked = list(walk(text[known.size :], known.last, len(known.lines)))
    found = [Problem(one.number, one.what) for one in walked if isinstance(one, Break)]
    new = [one for one in walked if isinstance(one, Line)]
    entries: list[Entry] = []
    for line in new:
        try:
            entries.append(entry_of(line.content))
        except ValueError as problem:
            found.append(Problem(line.number, str(problem)))
    lines = (*known.lines, *(Line(line.number, line.hash, {}) for line in new))
    found += _head_problems(head, lines, len(known.lines) + len(walked))
    size = text.rfind(b"\n") + 1
    part = _Part(size, sha256(text[:size]).digest(), lines, (*known.entries, *entries))
    return sorted(found, key=lambda problem: problem.line), part


def _head_problems(head: Head | None, lines: Sequence[Line], count: int) -> list[Problem]:
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
