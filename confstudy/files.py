"""Writing that never leaves half a file: write beside, flush to disk, rename."""

from __future__ import annotations

import glob
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from confstudy.errors import UnwritableFile

__all__ = ["sha256_of", "sync_folder", "write_bytes", "write_text", "write_with"]


def write_with(path: Path, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then put it in place in one step.

    Whatever goes wrong before the last step, an existing ``path`` keeps its content; what the
    system refuses is an UnwritableFile.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        prefix = f".{path.name}.{os.getpid()}."
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=".part")
    except OSError as problem:
        raise UnwritableFile(_worded(path, problem)) from None
    os.close(handle)
    beside = Path(name)
    try:
        write(beside)
        with beside.open("rb") as stream:
            os.fsync(stream.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as problem:
        beside.unlink(missing_ok=True)
        raise UnwritableFile(_worded(path, problem)) from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` in one step."""
    write_with(path, lambda beside: _fill(beside, content))


def write_text(path: Path, content: str) -> None:
    """Replace ``path`` by UTF-8 ``content`` in one step."""
    write_bytes(path, content.encode())


def sync_folder(folder: Path) -> None:
    """Make renames inside ``folder`` durable, where the system allows it."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _sweep(path: Path) -> None:
    """Remove what a killed process left of an earlier attempt: it may hold respondents' data."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        pid = part.name.removeprefix(f".{path.name}.").partition(".")[0]
        if pid.isdecimal() and not _alive(int(pid)):
            part.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _worded(path: Path, problem: OSError) -> str:
    why = (problem.strerror or "the system refused").lower()
    return f"'{path.name}' cannot be written in folder '{path.parent.name or '.'}': {why}."


def _fill(path: Path, content: bytes) -> None:
    path.write_bytes(content)
