"""The ledger's files: append all or nothing, know the last line, one writer at a time."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from confstudy.errors import LedgerDamaged, UnwritableFile
from confstudy.files import write_bytes
from confstudy.release.ledger.chain import START
from confstudy.release.ledger.digest import canonical
from confstudy.release.ledger.folder import prepared, refused

__all__ = ["Head", "append", "fingerprint", "held", "read_key", "replaced"]


@dataclass(frozen=True)
class Head:
    """The last line that was written: how many there were, and its hash."""

    count: int = 0
    hash: str = START

    @property
    def text(self) -> bytes:
        """The content of the file ``head``."""
        return canonical(vars(self)) + b"\n"

    @classmethod
    def read(cls, folder: Path) -> Head | None:
        """The head of a ledger, None where there is none; raises ValueError for another text."""
        try:
            text = (folder / "head").read_bytes()
        except FileNotFoundError:
            return None
        try:
            head = cls(**json.loads(text))
        except (ValueError, TypeError):
            raise ValueError("the file 'head' is not one that was written there") from None
        if head.text != text or not isinstance(head.count, int):
            raise ValueError("the file 'head' is not one that was written there")
        return head


@contextmanager
def held(folder: Path, timeout: float) -> Iterator[None]:
    """Hold the ledger's lock, waiting up to ``timeout`` seconds.

    Raises
    ------
    UnwritableFile
        Another process holds it longer, or the system allows no lock.
    """
    lock = FileLock(prepared(folder) / "lock", timeout=timeout)
    try:
        lock.acquire()
    except Timeout:
        raise UnwritableFile(
            f"The ledger in folder '{folder.name}' is being written by {_holder(folder)}: nothing "
            "was recorded. Wait until it has finished, and try again."
        ) from None
    except OSError as problem:
        raise refused(folder, problem) from None
    try:
        with suppress(OSError):
            since = datetime.now(UTC).strftime("%H:%M:%S UTC")
            (folder / "holder").write_text(f"process {os.getpid()}, since {since}", "utf-8")
        yield
    finally:
        lock.release()


def append(folder: Path, text: bytes, head: Head) -> None:
    """Add whole lines to the ledger and make ``head`` its head, or change nothing.

    Half a line that a crash left at the end is cut off first.

    Raises
    ------
    UnwritableFile
        The system refuses: no permission, no space.
    """
    path = folder / "ledger.jsonl"
    try:
        if not (folder / "head").exists():
            replaced(folder / "head", Head().text)
        stream = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as problem:
        raise refused(folder, problem) from None
    try:
        end = _whole(stream)
        try:
            os.ftruncate(stream, end)
            os.lseek(stream, end, os.SEEK_SET)
            _write(stream, text)
            replaced(folder / "head", head.text)
        except (OSError, UnwritableFile) as problem:
            with suppress(OSError):
                os.ftruncate(stream, end)
            if isinstance(problem, OSError):
                raise refused(folder, problem) from None
            raise
    finally:
        os.close(stream)


def replaced(path: Path, content: bytes) -> None:
    """Replace a small file in one step, for its owner only."""
    write_bytes(path, content)
    path.chmod(0o600)


def read_key(folder: Path, *, used: bool) -> bytes:
    """The ledger's key, made where there is none; to be called with the lock held.

    Raises
    ------
    LedgerDamaged
        It is gone though the ledger is in use (``used``), or it is no key.
    """
    path = folder / "key"
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        if used:
            raise LedgerDamaged(
                f"The file 'key' of the ledger in folder '{folder.name}' is gone: without it "
                "nobody can tell which respondents stood behind earlier outputs. Put it back from "
                "a copy. If there is none, move the folder away to begin a new ledger; new outputs "
                "must then be compared with the earlier ones by a person."
            ) from None
        key = secrets.token_bytes(32)
        replaced(path, key)
    except OSError as problem:
        raise refused(folder, problem) from None
    if len(key) != 32:
        raise LedgerDamaged(
            f"The file 'key' of the ledger in folder '{folder.name}' is not the one that was "
            "written there. Put it back from a copy."
        )
    return key


def fingerprint(key: bytes) -> str:
    """What tells one key from another, and nothing else of it."""
    return blake2b(b"fingerprint", key=key, digest_size=16).hexdigest()


def _holder(folder: Path) -> str:
    try:
        return (folder / "holder").read_text("utf-8") or "another process"
    except OSError:
        return "another process"


def _whole(stream: int) -> int:
    """Where the last whole line ends."""
    end = os.lseek(stream, 0, os.SEEK_END)
    while end > 0:
        start = max(0, end - (1 << 16))
        os.lseek(stream, start, os.SEEK_SET)
        last = os.read(stream, end - start).rfind(b"\n")
        if last >= 0:
            return start + last + 1
        end = start
    return 0


def _write(stream: int, text: bytes) -> None:
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(stream, rest) :]
    os.fsync(stream)
