"""Results of a run kept on disk, chunk by chunk, so that a run that was killed goes on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from importlib.metadata import version
from io import BytesIO
from pathlib import Path
from typing import Any, Self

import numpy as np
from filelock import FileLock, Timeout

from confstudy import __version__
from confstudy.design.working import Chunk, Result
from confstudy.errors import DeclarationError, UnwritableFile, listing
from confstudy.files import write_bytes, write_text

__all__ = ["Record"]

_NAME = "task.json"
#: What else the last bit of a result depends on.
_PACKAGES = ("numpy", "scipy", "numba", "pandas", "statsmodels")


class Record:
    """A folder with the results of one run; open it with :meth:`open`, and close it.

    ``task.json`` says which run it is. Each chunk has a file, named by its first replication,
    how many, and the hash of its bytes: one that is damaged is done again.
    """

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self._folder, self._lock = folder, lock

    @classmethod
    def open(cls, folder: str | Path, key: str | Mapping[str, str]) -> Self:
        """Begin a record in a folder, or go on with the one that is there.

        Parameters
        ----------
        key
            What the results depend on: part → its value or hash. Versions are added.

        Raises
        ------
        DeclarationError
            The folder holds another run, or another process writes it.
        UnwritableFile
            The system does not let it be written.

        Examples
        --------
        >>> import tempfile
        >>> folder = tempfile.mkdtemp()
        >>> with Record.open(folder, {"design": "a"}) as record:
        ...     record.keep((0, 500), {"estimate": np.array([1.5])})
        ...     record.kept([(0, 500), (500, 500)])
        {(0, 500): {'estimate': array([1.5])}}
        >>> Record.open(folder, {"design": "b"})
        Traceback (most recent call last):
        confstudy.errors.DeclarationError: ... holds another run: [design] differ. ...
        """
        folder = Path(folder)
        lock = _locked(folder)
        record = cls(folder, lock)
        try:
            record._require({"run": key} if isinstance(key, str) else dict(key))
        except BaseException:
            lock.release()
            raise
        return record

    def close(self) -> None:
        """Let other processes write it."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def kept(self, chunks: Collection[Chunk]) -> dict[Chunk, Result]:
        """The results of those chunks that are there whole."""
        wanted, found = set(chunks), dict[Chunk, Result]()
        for path in self._files():
            chunk, mark = _named(path)
            if chunk not in wanted:
                continue
            content = _bytes(path)
            if _hash(content) != mark:
                path.unlink(missing_ok=True)
                continue
            with np.load(BytesIO(content), allow_pickle=False) as arrays:
                found[chunk] = dict(arrays)
        return found

    def keep(self, chunk: Chunk, result: Result) -> None:
        """Write the result of a chunk; it is there whole or not at all.

        Raises
        ------
        UnwritableFile
            No space, or no permission; what was kept before stays.
        """
        stream, arrays = BytesIO(), dict[str, Any](result)
        np.savez(stream, **arrays)
        content = stream.getvalue()
        first, count = chunk
        write_bytes(self._folder / f"{first:010d}-{count}-{_hash(content)}.npz", content)

    def clear(self) -> None:
        """Remove every result and what says which run it was."""
        for path in [self._folder / _NAME, *self._files()]:
            path.unlink(missing_ok=True)

    def __repr__(self) -> str:
        return f"Record '{self._folder.name}': {len(self._files())} chunks"

    def _files(self) -> list[Path]:
        return sorted(path for path in self._folder.glob("*.npz") if path.stem.count("-") == 2)

    def _require(self, key: dict[str, str]) -> None:
        wanted = {**key, "confstudy": __version__, **{name: version(name) for name in _PACKAGES}}
        path = self._folder / _NAME
        if not path.exists():
            if self._files():
                raise DeclarationError(
                    f"Folder '{self._folder.name}' has results but no {_NAME} that says of which "
                    "run: name another folder, or remove it."
                )
            write_text(path, json.dumps(wanted, indent=2, sort_keys=True) + "\n")
            return
        try:
            there = dict(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            raise DeclarationError(
                f"'{_NAME}' in folder '{self._folder.name}' cannot be read: name another folder, "
                "or remove it."
            ) from None
        differ = sorted(n for n in {*wanted, *there} if wanted.get(n) != there.get(n))
        if differ:
            raise DeclarationError(
                f"Folder '{self._folder.name}' holds another run: {listing(differ)} differ. "
                "Name another folder, or remove this one if it is no longer needed."
            )


def _locked(folder: Path) -> FileLock:
    lock = FileLock(folder / ".lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise DeclarationError(
            f"Folder '{folder.name}' is being written by another run: wait until it has "
            "finished, or name another folder."
        ) from None
    except OSError as problem:
        why = (problem.strerror or "the system refused").lower()
        raise UnwritableFile(f"Folder '{folder.name}' cannot be written: {why}.") from None
    return lock


def _named(path: Path) -> tuple[Chunk, str]:
    first, count, mark = path.stem.split("-")
    if not (first.isdecimal() and count.isdecimal()):
        return (-1, -1), ""
    return (int(first), int(count)), mark


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()[:16]
