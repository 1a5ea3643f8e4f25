"""Where a study keeps its ledger."""

from __future__ import annotations

import os
from pathlib import Path

from confstudy.errors import UnwritableFile

__all__ = ["ledger_folder", "prepared", "refused"]

_NAME = ".confstudy"


def ledger_folder(start: Path | None = None) -> Path:
    """The folder of the ledger: $CONFSTUDY_LEDGER, else ``.confstudy`` of the study.

    The study is ``start`` (the working folder) or the nearest folder above it that has
    ``reports/reports.toml`` or ``.confstudy``; ``start`` itself where there is none.

    >>> ledger_folder().is_absolute()
    True
    """
    given = os.environ.get("CONFSTUDY_LEDGER", "")
    if given:
        return Path(given).expanduser().absolute()
    here = Path.cwd() if start is None else start
    for folder in (here, *here.parents):
        if (folder / _NAME).is_dir() or (folder / "reports" / "reports.toml").is_file():
            return folder / _NAME
    return here / _NAME


def prepared(folder: Path) -> Path:
    """Make the folder, for its owner only and left out of version control.

    Raises
    ------
    UnwritableFile
        The system does not let it be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignored = folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text("*\n", "utf-8")
    except OSError as problem:
        raise refused(folder, problem) from None
    return folder


def refused(folder: Path, problem: OSError) -> UnwritableFile:
    """What the system refused, in words without the folders above."""
    why = (problem.strerror or "the system refused").lower()
    return UnwritableFile(
        f"The ledger in folder '{folder.name}' cannot be written: {why}. Nothing was recorded, so "
        "nothing is released. Make room or ask for permission, or name another folder in "
        "CONFSTUDY_LEDGER."
    )
