"""What a kernel noted, as a manifest keeps it: by names that tell of no machine."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path, PurePath
from typing import Any

import confstudy
from confstudy.report.statcache import StatCache
from confstudy.report.watch import state_of

__all__ = ["distributions_of", "is_data", "key_of", "path_of", "settled"]

#: Endings of files that hold data, for those outside of the study.
_DATA = {
    ".arrow", ".csv", ".db", ".dta", ".feather", ".gz", ".h5", ".hdf5", ".json", ".jsonl", ".npy",
    ".npz", ".ods", ".orc", ".parquet", ".pickle", ".pkl", ".por", ".rda", ".rdata", ".rds",
    ".sas7bdat", ".sav", ".sqlite", ".tab", ".tsv", ".txt", ".xls", ".xlsb", ".xlsx", ".xml",
    ".xpt", ".yaml", ".yml", ".zip", ".zsav",
}  # fmt: skip
#: What every kernel runs on, whatever the notebook does.
_KERNEL = {
    "asttokens", "backcall", "comm", "debugpy", "decorator", "executing", "ipykernel", "ipython",
    "ipython-pygments-lexers", "jedi", "jupyter-client", "jupyter-core", "matplotlib-inline",
    "nest-asyncio", "nest-asyncio2", "parso", "pexpect", "pip", "platformdirs", "prompt-toolkit",
    "psutil", "ptyprocess", "pure-eval", "pygments", "pyzmq", "setuptools", "stack-data",
    "tornado", "traitlets", "wcwidth",
}  # fmt: skip
_installed = cache(packages_distributions)
PACKAGE = Path(confstudy.__file__).resolve().parent


def settled(notes: Path, root: Path, cache: StatCache) -> dict[str, list[str]]:
    """What a run read and imported, for its manifest's ``watched``.

    Parameters
    ----------
    notes
        The file that the kernel wrote.
    root
        The study's folder.
    cache
        Remembers where files outside the study are, since a manifest does not say.

    Returns
    -------
    dict
        Sorted names: ``reads``, ``modules`` of the project, ``package`` (files of confstudy),
        ``libraries`` (distributions), and ``changed``: what is no longer as it was when read.
    """
    try:
        noted: Mapping[str, Any] = json.loads(notes.read_bytes())
    except (OSError, ValueError):
        return {}
    kept: dict[str, set[str]] = {name: set() for name in ("reads", "modules", "package", "changed")}
    for text, state in {**noted["reads"], **noted["modules"]}.items():
        path = Path(text)
        kind = _kind(path, root, state, imported=text in noted["modules"])
        if not kind:
            continue
        name = key_of(path, PACKAGE if kind == "package" else root)
        kept[kind].add(name)
        if name.startswith("elsewhere/"):
            cache.sha256(path)
        if state_of(path) != state:
            kept["changed"].add(name)
    found = {kind: sorted(names) for kind, names in kept.items()}
    return {**found, "libraries": distributions_of(noted["libraries"])}


def key_of(path: Path, root: Path) -> str:
    """A file as seen from a folder; elsewhere, its name and a hash of where it is.

    >>> key_of(Path("/study/data/a.csv"), Path("/study"))
    'data/a.csv'
    >>> key_of(Path("/home/ann/a.csv"), Path("/study"))
    'elsewhere/a.csv#b516325b10a5'
    """
    inside = _inside(path, root)
    if inside is not None:
        return inside.as_posix()
    place = hashlib.sha256(os.path.realpath(path).encode("utf-8", "surrogateescape"))
    return f"elsewhere/{path.name}#{place.hexdigest()[:12]}"


def path_of(key: str, root: Path, cache: StatCache) -> Path | None:
    """Where the file of a key is; nothing where this machine does not know."""
    if not key.startswith("elsewhere/"):
        return root / key
    return next((Path(name) for name in cache.paths() if key_of(Path(name), root) == key), None)


def is_data(path: PurePath) -> bool:
    """Whether a file's name says that it holds data."""
    return path.suffix.lower() in _DATA


def _kind(path: Path, root: Path, state: list[int], *, imported: bool) -> str:
    """Which part of a fingerprint a file belongs to; none for what is no input."""
    if _inside(path, PACKAGE) is not None:
        return "package"
    inside = _inside(path, root)
    hidden = any(part.startswith(".") or part == "__pycache__" for part in (inside or path).parts)
    if hidden and not imported:
        return ""
    if path.suffix == ".py" and (imported or inside is not None):
        return "modules"
    if inside is not None:
        return "reads"
    return "reads" if state and is_data(path) else ""


def _inside(path: Path, folder: Path) -> Path | None:
    """The path as seen from a folder it is in, links of the folder followed."""
    path = Path(os.path.normpath(path))
    if path.is_relative_to(folder):
        return path.relative_to(folder)
    real = Path(os.path.realpath(path.parent)) / path.name
    home = Path(os.path.realpath(folder))
    return real.relative_to(home) if real.is_relative_to(home) else None


def distributions_of(libraries: Sequence[str]) -> list[str]:
    """The distributions of top-level modules, without those that make a kernel.

    >>> distributions_of(["numpy", "ipykernel"])
    ['numpy']
    """
    known = _installed()
    names = {name.lower().replace("_", "-") for top in libraries for name in known.get(top, ())}
    return sorted(names - _KERNEL - {"confstudy"})
