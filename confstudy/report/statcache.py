"""Hashes of files, kept between commands for as long as the system says a file is the same."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from confstudy.errors import UnwritableFile
from confstudy.files import sha256_of, write_text
from confstudy.release.ledger.folder import prepared
from confstudy.report.watch import state_of

__all__ = ["ABSENT", "StatCache"]

#: What stands for the hash of a file that is not there.
ABSENT = "absent"
#: Nanoseconds; the coarsest clock of a file system in use ticks every two seconds.
_SETTLED = 2_500_000_000
_MOST = 20_000


class StatCache:
    """SHA-256 of files, without reading those that have not changed since.

    A hash is kept under size, times and inode. One taken while the last change was too young
    for the clock of the file system to tell a second change is not trusted: the file is read
    again. Several processes may use one cache; a damaged one is begun anew. It holds paths
    and hashes, nothing of what files say.

    Parameters
    ----------
    folder
        Where ``stat-cache.json`` stands: the study's ``.confstudy``.

    Examples
    --------
    >>> import tempfile
    >>> cache = StatCache(Path(tempfile.mkdtemp()))
    >>> cache.sha256(Path("data_synthetic/therapy.parquet")) == cache.sha256(
    ...     Path("data_synthetic/../data_synthetic/therapy.parquet")
    ... )
    True
    """

    def __init__(self, folder: Path) -> None:
        self._file = folder / "stat-cache.json"
        self._known = _read(self._file)
        self._new: dict[str, tuple[list[int], str]] = {}

    def sha256(self, path: Path) -> str:
        """The hash of a file's bytes now, or ``absent``."""
        name = os.path.realpath(path)
        before = state_of(name)
        state, known = self._new.get(name) or self._known.get(name) or ([], "")
        if known and before == state:
            return known
        taken = time.time_ns()
        try:
            found = sha256_of(Path(name))
        except OSError:
            return ABSENT
        steady = before == state_of(name) and max(before[1:3], default=taken) + _SETTLED < taken
        self._new[name] = (before, found if steady else "")
        return found

    def paths(self) -> list[str]:
        """Every path whose hash was ever asked for."""
        return list({**self._known, **self._new})

    def save(self) -> None:
        """Add what was learnt to the file; where it cannot be written, nothing is lost but time."""
        news = {name: entry for name, entry in self._new.items() if self._known.get(name) != entry}
        if not news:
            return
        from filelock import FileLock, Timeout

        with suppress(OSError, UnwritableFile, Timeout):
            prepared(self._file.parent)
            with FileLock(self._file.with_suffix(".lock"), timeout=5):
                merged = {**_read(self._file), **news}
                kept = dict(list(merged.items())[-_MOST:])
                write_text(self._file, json.dumps({"schema": 1, "files": kept}))
        self._known = {**self._known, **news}


def _read(path: Path) -> dict[str, tuple[list[int], str]]:
    try:
        content = json.loads(path.read_bytes())
        if content["schema"] != 1:
            return {}
        files: Mapping[str, list[object]] = content["files"]
        return {name: (_whole(state), str(sha)) for name, (state, sha) in files.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _whole(state: object) -> list[int]:
    if not isinstance(state, list) or not all(isinstance(part, int) for part in state):
        raise TypeError
    return state
