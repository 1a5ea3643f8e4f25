"""``latest``: a symbolic link to a run, or where the system has none, a copy of it."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

from confstudy.files import sync_folder, write_bytes
from confstudy.report.manifest import faults, read_manifest

__all__ = ["followed", "point_to", "pointed_run"]

_NO_LINKS = (errno.EPERM, errno.ENOSYS, errno.ENOTSUP)
#: What Windows says to a user who may make no links.
_NO_PRIVILEGE = 1314


def point_to(shelf: Path, run: Path, stage: Path) -> None:
    """Let ``latest`` be this run of ``runs/``.

    A link is replaced in one step. A copy is replaced file by file, its manifest last: until
    then the hashes do not agree, and :func:`followed` finds nothing.
    """
    latest = shelf / "latest"
    if (latest.is_dir() and not latest.is_symlink()) or not _linked(latest, run, stage):
        _copy(run, latest)
    sync_folder(shelf)


def followed(shelf: Path) -> Path | None:
    """The folder that ``latest`` means, when all of it is what was published."""
    latest = shelf / "latest"
    while True:
        target = latest.resolve()
        if not faults(target):
            return target
        # Another process may have moved the link, and removed the run it had pointed to.
        if latest.resolve() == target:
            return None


def pointed_run(shelf: Path) -> str:
    """The name of the run that ``latest`` means; empty where it cannot be told."""
    return str(read_manifest(shelf / "latest").get("run", ""))


def _linked(latest: Path, run: Path, stage: Path) -> bool:
    beside = stage / "latest"
    beside.unlink(missing_ok=True)
    try:
        beside.symlink_to(Path("runs") / run.name, target_is_directory=True)
    except OSError as problem:
        # A disk that is full is no reason to give up the link that is there.
        if problem.errno in _NO_LINKS or getattr(problem, "winerror", 0) == _NO_PRIVILEGE:
            return False
        raise
    beside.replace(latest)
    return True


def _copy(run: Path, latest: Path) -> None:
    if latest.is_symlink() or latest.is_file():
        latest.unlink()
    latest.mkdir(exist_ok=True)
    names = [*read_manifest(run)["files"], "manifest.json"]
    for name in names:
        write_bytes(latest / name, (run / name).read_bytes())
    for path in latest.iterdir():
        if path.name not in names:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    sync_folder(latest)
