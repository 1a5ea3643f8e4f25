"""Old builds go, but never the latest, a pinned one, or one that waits for a person."""

from __future__ import annotations

from pathlib import Path

from confstudy.report.entries import KINDS, held_in, history_in
from confstudy.report.manifest import runs_in
from confstudy.report.pointer import pointed_run
from confstudy.report.stage import discarded

__all__ = ["pinned_in", "prune", "prune_held", "prune_old"]

#: A history of more bytes is cut down to its newest entries and those of runs that are kept.
_LONG = 4 << 20
_ENTRIES = 2_000


def pinned_in(shelf: Path) -> set[str]:
    """The names of the runs that are never pruned."""
    pins = shelf / "pins"
    return {path.name for path in pins.iterdir()} if pins.is_dir() else set()


def prune(shelf: Path, keep: int, stage: Path) -> list[str]:
    """Remove all but the newest ``keep`` runs and failures, and held builds with a successor.

    Returns
    -------
    The names of what went.
    """
    gone = prune_old(shelf, "runs", keep, stage) + prune_old(shelf, "failed", keep, stage)
    gone += prune_held(shelf, stage)
    history = history_in(shelf)
    if history.path.is_file() and history.path.stat().st_size > _LONG:
        kept = {run.name for kind in KINDS for run in runs_in(shelf / kind)}
        history.compact(_ENTRIES, kept)
    return gone


def prune_old(shelf: Path, kind: str, keep: int, stage: Path) -> list[str]:
    """Remove all but the newest ``keep`` of ``runs`` or ``failed``; pinned ones do not count."""
    pinned, latest = pinned_in(shelf), pointed_run(shelf)
    runs = [run for run in runs_in(shelf / kind) if run.name not in pinned]
    old = [run for run in runs[: max(0, len(runs) - max(keep, 1))] if run.name != latest]
    for run in old:
        discarded(run, stage)
    return [run.name for run in old]


def prune_held(shelf: Path, stage: Path) -> list[str]:
    """Remove held builds that have had a successor."""
    held = held_in(shelf)
    old = [run for run in runs_in(shelf / "held") if held is None or run != held.run]
    for run in old:
        discarded(run, stage)
    return [run.name for run in old]
