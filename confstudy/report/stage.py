"""Where a run is written before anybody sees it: a folder of the process, swept when it died."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from confstudy.errors import ReportError, UnwritableFile
from confstudy.files import sha256_of, sync_folder
from confstudy.report.locks import is_dead, mark_of_process, refused
from confstudy.report.manifest import sealed

__all__ = ["discarded", "fill", "require_space", "staged", "sweep"]

#: What manifest, history and folders need beside the files of a run.
_SPARE = 1 << 16
_COMMANDS = "`confstudy report prune` makes some"


@contextmanager
def staged(shelf: Path) -> Iterator[Path]:
    """A folder of this process inside ``stage/``, gone when the block ends.

    Raises
    ------
    UnwritableFile
        The system refuses something in the block: no permission, no space.
    """
    stage = shelf / "stage" / mark_of_process()
    try:
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
        yield stage
    except OSError as problem:
        raise _worded(shelf, problem) from None
    finally:
        shutil.rmtree(stage, ignore_errors=True)
        with suppress(OSError):
            stage.parent.rmdir()


def fill(run: Path, files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> None:
    """Write files and then the manifest with their hashes, all of it down to the disk.

    The hashes are those of what can be read back. Raises ReportError for a name that is no plain
    name of a file.
    """
    for name in files:
        if Path(name).name != name or name[:1] in ("", ".") or name == "manifest.json":
            raise ReportError(
                f"'{name}' is no name for a file of a report: no folders, no dot at its "
                "beginning, and not 'manifest.json'."
            )
    run.mkdir()
    for name, content in files.items():
        _write(run / name, content)
    hashes = {name: sha256_of(run / name) for name in files}
    _write(run / "manifest.json", sealed({**manifest, "run": run.name, "files": hashes}))
    sync_folder(run)


def require_space(shelf: Path, files: Mapping[str, bytes]) -> None:
    """Raise UnwritableFile where the disk has no room for the files, before any is written."""
    block = 4096
    needed = _SPARE + sum(-(-len(content) // block) * block for content in files.values())
    free = shutil.disk_usage(shelf).free
    if free < needed:
        raise UnwritableFile(
            f"The report needs {needed / 1e6:.1f} MB and the disk has {free / 1e6:.1f} MB free: "
            f"make space, then build again; {_COMMANDS}."
        )


def sweep(shelf: Path) -> list[str]:
    """Remove what processes that died left in ``stage/``; returns the names of what went."""
    stage = shelf / "stage"
    left = sorted(stage.iterdir()) if stage.is_dir() else []
    dead = [path for path in left if is_dead(path.name)]
    for path in dead:
        shutil.rmtree(path, ignore_errors=True)
    if left:
        with suppress(OSError):
            stage.rmdir()
    return [path.name for path in dead]


def discarded(path: Path, stage: Path) -> None:
    """Remove a folder so that nobody ever sees half of it."""
    gone = path.rename(stage / f"gone-{path.name}")
    shutil.rmtree(gone, ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _worded(shelf: Path, problem: OSError) -> UnwritableFile:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        why = (problem.strerror or "no space left").lower()
        return UnwritableFile(f"The report cannot be written: {why}. Make space; {_COMMANDS}.")
    return refused(shelf, problem)
