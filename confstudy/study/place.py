"""Where a study may be put: a legal name, a free place, and the whole folder in one step."""

from __future__ import annotations

import re
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from confstudy.errors import ConfigError, UnwritableFile, listing
from confstudy.files import sync_folder
from confstudy.report.locks import is_dead, mark_of_process

__all__ = ["free_place", "whole_folder"]

_LEGAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
#: Names that Windows keeps for devices.
_DEVICES = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)


def free_place(folder: Path) -> Path:
    """The absolute path of a folder that a study can be put in.

    Raises
    ------
    ConfigError
        Its name is not one that every system and scheduler takes, something is there already,
        or the folder above is missing; with what to do.

    Examples
    --------
    >>> free_place(Path("Étude un"))
    Traceback (most recent call last):
    confstudy.errors.ConfigError: 'Étude un' cannot be a study's folder: … such as 'Etude-un'.
    """
    if not _LEGAL.fullmatch(folder.name) or _DEVICES.fullmatch(folder.name):
        raise ConfigError(
            f"'{folder.name or folder}' cannot be a study's folder: schedulers, systems and page "
            "addresses take a new folder of letters, digits, '_' and '-', at most 64, a letter or "
            f"digit first, such as '{_legal(folder.name)}'."
        )
    place = folder.absolute()
    if not place.parent.is_dir():
        raise ConfigError(
            f"There is no folder '{folder.parent}' to put '{folder.name}' in: make it first."
        )
    if place.is_symlink() or (place.exists() and not place.is_dir()):
        what = "a link" if place.is_symlink() else "a file"
        raise ConfigError(f"'{folder.name}' is {what} already: give the study another name.")
    there = sorted(path.name for path in place.iterdir()) if place.is_dir() else []
    if there:
        raise ConfigError(
            f"Folder '{folder.name}' is not empty, it holds {listing(there, most=6)}. Nothing was "
            "changed: give the study another name, or move these elsewhere first."
        )
    return place


@contextmanager
def whole_folder(place: Path) -> Iterator[Path]:
    """A folder to fill, which becomes ``place`` when all went well and is gone otherwise.

    What a killed process left of an earlier attempt is removed.

    Raises
    ------
    UnwritableFile
        The system does not let it be written.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_folder(Path(folder, "mine")) as stage:
    ...         _ = (stage / "README.md").write_text("Mine")
    ...     [path.name for path in Path(folder).rglob("*")]
    ['mine', 'README.md']
    """
    above = None
    try:
        _sweep(place)
        prefix = f".{place.name}.{mark_of_process()}."
        above = Path(tempfile.mkdtemp(prefix=prefix, suffix=".part", dir=place.parent))
        stage = above / place.name
        stage.mkdir()
        yield stage
        for folder in (stage, *(path for path in stage.rglob("*") if path.is_dir())):
            sync_folder(folder)
        if place.is_dir():
            place.rmdir()
        stage.rename(place)
        sync_folder(place.parent)
    except OSError as problem:
        why = (problem.strerror or "the system refused").lower()
        raise UnwritableFile(
            f"Folder '{place.name}' cannot be written in '{place.parent.name}': {why}. Nothing "
            "was left behind: make room, ask for permission, or choose another place."
        ) from None
    finally:
        if above is not None:
            shutil.rmtree(above, ignore_errors=True)


def _sweep(place: Path) -> None:
    start = f".{place.name}."
    for part in place.parent.glob(f"{start}*.part"):
        mark = part.name.removeprefix(start).removesuffix(".part").rpartition(".")[0]
        if is_dead(mark):
            shutil.rmtree(part, ignore_errors=True)


def _legal(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = "-".join(re.findall(r"\w+", plain)).strip("_")[:64]
    return words if words and not _DEVICES.fullmatch(words) else "my-study"
