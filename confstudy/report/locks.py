"""Locks of a report's folder, and which process a thing belongs to."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from confstudy.errors import ReportBusy, UnwritableFile

__all__ = ["building", "is_dead", "mark_of_process", "refused", "unlock", "writing"]


@contextmanager
def building(folder: Path, name: str, wait: float = 0.0) -> Iterator[None]:
    """Hold a report while it is built, so that no other process builds it too.

    Parameters
    ----------
    folder
        The report's folder; made when it is not there.
    name
        What the report is called in the error.
    wait
        Seconds to wait for another builder.

    Raises
    ------
    ReportBusy
        Another process holds it longer.
    UnwritableFile
        The system allows no lock there.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with building(folder, "one"), building(folder, "one"):
    ...     pass
    Traceback (most recent call last):
    confstudy.errors.ReportBusy: 'one' is being built by another process. …
    """
    with _held(folder, ".lock", f"'{name}' is being built by another process", wait):
        yield


@contextmanager
def writing(folder: Path, wait: float = 60.0) -> Iterator[None]:
    """Hold a report's folder for the moment of writing into it; raises as :func:`building`."""
    what = f"The folder '{folder.name}' is being written by another process"
    with _held(folder, ".writing.lock", what, wait):
        yield


def unlock(folder: Path) -> bool:
    """Remove locks that outlived their process; says whether there were any.

    A lock ends with its process, but a kernel that was forked from it, or a file system of the
    network, can keep it.

    Raises
    ------
    ReportBusy
        The process that holds it lives, or is on another machine.
    """
    left = [_unlock(folder, name) for name in (".lock", ".writing.lock")]
    return any(left)


def mark_of_process() -> str:
    """The machine, the number and the start of this process, for the names of its files.

    >>> is_dead(mark_of_process())
    False
    """
    pid = os.getpid()
    return f"{_machine()}.{pid}.{_started(pid)}"


def is_dead(mark: str) -> bool:
    """Whether the process of a mark has ended; one on another machine is taken to live.

    >>> is_dead("0000.1.1"), is_dead("no mark at all")
    (False, False)
    """
    machine, _, rest = mark.partition(".")
    pid, _, started = rest.partition(".")
    if machine != _machine() or not pid.isdecimal() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return True
    except OSError:
        pass
    # The number may have gone to another process meanwhile.
    return _started(int(pid)) != started


def refused(path: Path, problem: OSError) -> UnwritableFile:
    """What the system refused, without the folders above."""
    why = (problem.strerror or "the system refused").lower()
    return UnwritableFile(f"Folder '{path.name}' of the report cannot be written: {why}.")


@contextmanager
def _held(folder: Path, name: str, what: str, wait: float) -> Iterator[None]:
    lock = FileLock(folder / name, timeout=wait)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise ReportBusy(
            f"{what}. Wait until it has finished; if it was killed, run "
            "`confstudy report unlock NAME`."
        ) from None
    except OSError as problem:
        raise refused(folder, problem) from None
    try:
        # Only `unlock` reads it: where it cannot be written, a build goes on.
        with suppress(OSError):
            now = datetime.now(UTC).isoformat(timespec="seconds")
            holder = {"process": mark_of_process(), "since": now}
            (folder / f"{name}.holder").write_text(json.dumps(holder), "utf-8")
        yield
    finally:
        with suppress(OSError):
            (folder / f"{name}.holder").unlink(missing_ok=True)
        lock.release()


def _unlock(folder: Path, name: str) -> bool:
    path, holder = folder / name, folder / f"{name}.holder"
    if not path.exists():
        return False
    lock = FileLock(path, timeout=0)
    try:
        with lock:
            left = holder.exists()
            holder.unlink(missing_ok=True)
            return left
    except Timeout:
        if not is_dead(_holder(holder)):
            raise ReportBusy(
                "The lock belongs to a process that lives, or that is on another machine: wait "
                "until it has finished, or end it first."
            ) from None
        path.unlink(missing_ok=True)
        holder.unlink(missing_ok=True)
        return True
    except OSError as problem:
        raise refused(folder, problem) from None


def _holder(path: Path) -> str:
    try:
        return str(json.loads(path.read_text("utf-8"))["process"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


@lru_cache(maxsize=1)
def _machine() -> str:
    # A process of before a restart is dead, but its number may live again.
    boot = Path("/proc/sys/kernel/random/boot_id")
    name = platform.node() + (boot.read_text() if boot.is_file() else "")
    return sha256(name.encode()).hexdigest()[:8]


def _started(pid: int) -> str:
    """When a process started, in ticks since the machine did; 0 where nobody tells."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    return text.rpartition(")")[2].split()[19]
