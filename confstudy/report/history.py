"""What became of every build of a report: one line each, only ever added to."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, overload

from confstudy.errors import UnwritableFile
from confstudy.files import sync_folder, write_bytes

__all__ = ["Entry", "History"]

Entry = dict[str, Any]
_BLOCK = 1 << 16


@dataclass(frozen=True)
class History(Sequence[Entry]):
    r"""The entries of a ``history.jsonl``, the newest last.

    Every entry has ``n``, a number that grows by one: order does not depend on a clock that
    somebody sets back. The last entries are read from the end of the file. Half a line, left by
    a crash, counts as none and is cut off by the next entry.

    Examples
    --------
    >>> import tempfile
    >>> history = History(Path(tempfile.mkdtemp()) / "history.jsonl")
    >>> history.append({"n": 1, "run": "000001-20260131T120000Z", "status": "built"})
    >>> history.append({"n": 2, "run": "000002-20260131T130000Z", "status": "failed"})
    >>> history[-1]["status"], history.newest("built")["n"], len(history)
    ('failed', 1, 2)
    """

    path: Path

    def __iter__(self) -> Iterator[Entry]:
        return reversed(list(self.backwards()))

    def __reversed__(self) -> Iterator[Entry]:
        return self.backwards()

    def __bool__(self) -> bool:
        return next(self.backwards(), None) is not None

    def __len__(self) -> int:
        return sum(1 for _ in self.backwards())

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> list[Entry]: ...
    def __getitem__(self, place: int | slice) -> Entry | list[Entry]:
        if isinstance(place, slice) or place >= 0:
            return list(self)[place]
        try:
            return next(islice(self.backwards(), -place - 1, None))
        except StopIteration:
            raise IndexError("the history has fewer entries") from None

    def last(self, count: int) -> list[Entry]:
        """The last ``count`` entries, the newest last."""
        return list(islice(self.backwards(), count))[::-1]

    def newest(self, *statuses: str, run: str = "") -> Entry:
        """The newest entry with one of these statuses, and of this run; empty if there is none."""
        return next(
            (
                entry
                for entry in self.backwards()
                if (not statuses or entry.get("status") in statuses)
                and (not run or entry.get("run") == run)
            ),
            {},
        )

    @property
    def damaged(self) -> list[int]:
        """The numbers of whole lines that are no entries."""
        if not self.path.is_file():
            return []
        lines = self.path.read_bytes().split(b"\n")[:-1]
        return [place for place, line in enumerate(lines, start=1) if _entry(line) is None]

    def backwards(self) -> Iterator[Entry]:
        """The entries, the newest first, read block by block; lines that are none are left out."""
        return (entry for line in _lines(self.path) if (entry := _entry(line)) is not None)

    def append(self, entry: Mapping[str, Any]) -> None:
        """Add an entry, durably and in one write, or change nothing.

        Raises
        ------
        UnwritableFile
            The system refuses: no permission, no space.
        """
        line = _line(entry)
        try:
            new = not self.path.exists()
            stream = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _add(stream, line)
            finally:
                os.close(stream)
            if new:
                sync_folder(self.path.parent)
        except OSError as problem:
            why = (problem.strerror or "the system refused").lower()
            raise UnwritableFile(f"'{self.path.name}' cannot be written: {why}.") from None

    def compact(self, most: int, runs: Collection[str]) -> int:
        """Keep the newest ``most`` entries and those of ``runs``; returns how many went.

        >>> import tempfile
        >>> history = History(Path(tempfile.mkdtemp()) / "history.jsonl")
        >>> for n in range(6):
        ...     history.append({"n": n, "run": f"r{n}", "status": "built"})
        >>> history.compact(2, {"r1"}), [entry["run"] for entry in history]
        (3, ['r1', 'r4', 'r5'])
        """
        entries = list(self)
        cut = len(entries) - most
        kept = [e for place, e in enumerate(entries) if place >= cut or e.get("run") in runs]
        if len(kept) < len(entries):
            write_bytes(self.path, b"".join(map(_line, kept)))
        return len(entries) - len(kept)


def _line(entry: Mapping[str, Any]) -> bytes:
    text = json.dumps(dict(entry), ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _add(stream: int, line: bytes) -> None:
    end = _end_of_last_line(stream)
    os.ftruncate(stream, end)
    os.lseek(stream, end, os.SEEK_SET)
    try:
        if os.write(stream, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(stream)
    except OSError:
        with suppress(OSError):
            os.ftruncate(stream, end)
        raise


def _end_of_last_line(stream: int) -> int:
    place = os.lseek(stream, 0, os.SEEK_END)
    while place:
        start = max(0, place - _BLOCK)
        os.lseek(stream, start, os.SEEK_SET)
        found = os.read(stream, place - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        place = start
    return 0


def _lines(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, the last first."""
    try:
        stream = path.open("rb")
    except FileNotFoundError:
        return
    with stream:
        place, rest, first = stream.seek(0, os.SEEK_END), b"", True
        while place:
            start = max(0, place - _BLOCK)
            stream.seek(start)
            head, *lines = (stream.read(place - start) + rest).split(b"\n")
            # What follows the last end of line is half a line, or nothing.
            yield from lines[-2::-1] if first and lines else reversed(lines)
            first, place, rest = first and not lines, start, head
        if not first:
            yield rest


def _entry(line: bytes) -> Entry | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None
