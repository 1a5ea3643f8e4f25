"""Which runs a report has, and what its history says of each, after a crash too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from confstudy.report.history import History
from confstudy.report.manifest import faults, number_of, read_manifest, runs_in, strangers
from confstudy.report.pointer import followed, point_to, pointed_run

__all__ = [
    "KINDS",
    "Held",
    "healed",
    "held_in",
    "history_in",
    "next_number",
    "problems",
    "remember",
]

#: The folders that have runs.
KINDS = ("runs", "held", "failed")


@dataclass(frozen=True, repr=False)
class Held:
    """A build that waits for a person: it differs surprisingly from the last accepted one.

    Attributes
    ----------
    run
        Its folder.
    reasons
        One sentence for each surprise.
    refused
        Whether a person looked and refused it.
    manifest
        What it was built from.
    """

    run: Path
    reasons: list[str]
    refused: bool
    manifest: dict[str, Any]


def history_in(shelf: Path) -> History:
    """The history of a report's folder."""
    return History(shelf / "history.jsonl")


def held_in(shelf: Path) -> Held | None:
    """The build that waits for a person, or was refused and has had no successor."""
    runs = runs_in(shelf / "held")
    if not runs or number_of(runs[-1].name) <= number_of(pointed_run(shelf)):
        return None
    manifest = read_manifest(runs[-1])
    last = history_in(shelf).newest("held", "refused", run=runs[-1].name)
    refused = last.get("status") == "refused"
    return Held(runs[-1], list(manifest.get("held", [])), refused, manifest)


def next_number(shelf: Path) -> int:
    """A number above that of every run and every entry."""
    names = [path.name for kind in KINDS for path in runs_in(shelf / kind)]
    last = int(history_in(shelf).newest().get("n", 0))
    return 1 + max([last, number_of(pointed_run(shelf)), *map(number_of, names)])


def remember(shelf: Path, run: Path, status: str, reason: str = "") -> None:
    """Add to the history what became of a run: built, held, failed, accepted or refused."""
    manifest = read_manifest(run)
    decided = status in ("accepted", "refused")
    entry = {
        "n": next_number(shelf) if decided else number_of(run.name),
        "run": run.name,
        "status": status,
        "at": datetime.now(UTC).isoformat(timespec="seconds") if decided else manifest["built"],
    }
    if status == "held":
        reason = " ".join(manifest["held"])
    elif status == "failed":
        reason = manifest["reason"]
    history_in(shelf).append({**entry, **({"reason": reason} if reason else {})})


def healed(shelf: Path, stage: Path) -> list[str]:
    """Let ``latest`` be the newest complete run and the history know every run.

    Returns
    -------
    One sentence for each thing that was done.
    """
    done, history = [], history_in(shelf)
    runs = reversed(runs_in(shelf / "runs"))
    good = next((run for run in runs if not faults(run)), None)
    if good and (followed(shelf) is None or pointed_run(shelf) != good.name):
        point_to(shelf, good, stage)
        done.append(f"'latest' points to {good.name}, the newest complete run")
    last = history.newest().get("n", 0)
    for kind in ("failed", "held"):
        for run in runs_in(shelf / kind)[-1:]:
            if number_of(run.name) > last and not faults(run):
                remember(shelf, run, kind)
                done.append(f"{run.name} is in the history again")
    if good and not history.newest("built", "accepted", run=good.name):
        remember(shelf, good, "accepted" if "held" in read_manifest(good) else "built")
        done.append(f"{good.name} is in the history again")
    return done


def problems(shelf: Path) -> list[str]:
    """Everything that is wrong with a report's folder; nothing when it is whole."""
    found, history = [], history_in(shelf)
    for kind in KINDS:
        for run in runs_in(shelf / kind):
            told = [*faults(run), *(f"'{name}' was not published" for name in strangers(run))]
            found += [f"{kind}/{run.name}: {fault}" for fault in told]
    runs = runs_in(shelf / "runs")
    if runs and followed(shelf) is None:
        found.append("latest: it is no complete run")
    elif runs and pointed_run(shelf) != runs[-1].name:
        found.append("latest: it is not the newest run")
    if runs and not history.newest("built", "accepted", run=runs[-1].name):
        found.append(f"history.jsonl: {runs[-1].name} is not in it")
    return found + [f"history.jsonl: line {place} cannot be read" for place in history.damaged]
