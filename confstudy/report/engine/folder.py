"""A folder for what only lives as long as a notebook runs; it may hold respondents' data."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

__all__ = ["own_folder"]


@contextmanager
def own_folder() -> Iterator[str]:
    """A private temporary folder; those that killed processes of this machine left are removed."""
    prefix = f"confstudy-{zlib.crc32(socket.gethostname().encode()):08x}-"
    for path in Path(tempfile.gettempdir()).glob(f"{prefix}*-*"):
        if not _alive(path.name.removeprefix(prefix).partition("-")[0]):
            shutil.rmtree(path, ignore_errors=True)
    own = f"{prefix}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=own, ignore_cleanup_errors=True) as folder:
        yield folder


def _alive(pid: str) -> bool:
    if os.name != "posix" or not pid.isdecimal():
        return True
    with suppress(PermissionError):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return False
    return True
