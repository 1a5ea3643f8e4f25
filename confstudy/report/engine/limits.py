"""How long a notebook may take and how much memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Self

from confstudy.errors import ReportError

__all__ = ["Clock", "MemoryWatch", "gibibytes", "memory_of"]

_PAGE = os.sysconf("SC_PAGE_SIZE") if os.name == "posix" else 4096


class Clock:
    """Seconds a cell may take, and all cells together.

    Parameters
    ----------
    cell, total
        Seconds; None: no limit.

    Examples
    --------
    >>> Clock(5, 600).left, Clock(600, 5).left, Clock(None, None).left
    (5, 5, None)
    """

    def __init__(self, cell: int | None, total: int | None) -> None:
        self.cell = cell
        self.total = total
        self._end = None if total is None else time.monotonic() + total

    @property
    def left(self) -> int | None:
        """Seconds the next cell may take, at least one."""
        if self._end is None:
            return self.cell
        left = max(1, ceil(self._end - time.monotonic()))
        return left if self.cell is None else min(self.cell, left)

    @property
    def over(self) -> bool:
        """Whether all cells together took too long."""
        return self._end is not None and time.monotonic() >= self._end

    def error(self) -> ReportError:
        """What took too long."""
        if self.over:
            return ReportError(f"the notebook took longer than {self.total} seconds in all.")
        return ReportError(f"a cell took longer than {self.cell} seconds.")


class MemoryWatch:
    """Stops a kernel, with all that it started, when they use more memory than they may.

    A limit on addresses (``RLIMIT_AS``) would refuse NumPy what it reserves and never uses, so
    what is used is looked at, twenty times a second. Pages that several processes share are
    counted once.

    Parameters
    ----------
    group
        The kernel's process group.
    limit
        Bytes; None: no limit.
    """

    def __init__(self, group: int | None, limit: int | None) -> None:
        self.exceeded = False
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        if limit is None:
            return
        if os.name != "posix" or group is None:
            raise ReportError("memory can be limited on Linux and macOS only: leave it out.")
        self._thread = threading.Thread(target=self._watch, args=(group, limit), daemon=True)

    def __enter__(self) -> Self:
        if self._thread:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread:
            self._thread.join()

    def _watch(self, group: int, limit: int) -> None:
        while not self._over.wait(0.05):
            if memory_of(group) > limit:
                self.exceeded = True
                with suppress(OSError):
                    os.killpg(group, signal.SIGKILL)
                return


def gibibytes(size: int) -> str:
    """Bytes in words.

    >>> gibibytes(4 * 2**30), gibibytes(300 * 2**20)
    ('4 GiB', '300 MiB')
    """
    return f"{size / 2**30:.3g} GiB" if size >= 2**30 else f"{size / 2**20:.3g} MiB"


def memory_of(group: int) -> int:
    """Bytes of memory that the processes of a group use."""
    if sys.platform != "linux":
        listed = subprocess.run(
            ["/bin/ps", "-A", "-o", "pgid=,rss="], capture_output=True, text=True, check=False
        )
        rows = (line.split() for line in listed.stdout.splitlines())
        return sum(int(rss) * 1024 for pgid, rss in rows if int(pgid) == group)
    members = [process for process in _processes() if _group_of(process) == group]
    return sum(_used(process, shared=len(members) > 1) for process in members)


def _processes() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdecimal()]


def _group_of(process: str) -> int | None:
    with suppress(OSError):
        return os.getpgid(int(process))
    return None


def _used(process: str, *, shared: bool) -> int:
    """Bytes in memory; where pages may be shared with a sibling, its part of them."""
    with suppress(OSError, IndexError, ValueError):
        if shared:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            (line,) = (line for line in rollup.splitlines() if line.startswith("Pss:"))
            return int(line.split()[1]) * 1024
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    return 0
