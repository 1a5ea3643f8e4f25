"""Build what is due, each report once, however many schedulers ask."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from confstudy.errors import ConfstudyError, ReportBusy, UnwritableFile
from confstudy.files import write_text
from confstudy.report.schedule.due import due
from confstudy.report.schedule.when import Schedule

__all__ = ["Ran", "Scheduled", "exit_code", "run_due"]

_LOCK, _MARK = ".schedule.lock", ".schedule.json"


@dataclass(frozen=True)
class Scheduled:
    """A report with a schedule.

    Parameters
    ----------
    name
        What it is called in messages; every variant has its own.
    schedule
        When it is to be built.
    folder
        Where it is published; the lock and the mark of the scheduler stand there, too.
    history
        Reads its builds anew each time it is called: see :func:`due`.
    retry
        How long after a failure it is tried again; None for the next tick.
    """

    name: str
    schedule: Schedule
    folder: Path
    history: Callable[[], Sequence[Mapping[str, Any]]]
    retry: timedelta | None = None


@dataclass(frozen=True)
class Ran:
    """What became of a report that was due, or that another process builds."""

    name: str
    status: str
    why: str = ""


def run_due(
    plans: Iterable[Scheduled],
    build: Callable[[Scheduled], str],
    now: datetime,
    say: Callable[[str], object],
) -> list[Ran]:
    """Build each due report once; nothing is said of those that are not due.

    A report is looked at again once its lock is held, so that a scheduler that comes second
    finds the first one's build. What leaves no line in the history (a fresh report, an error
    before the build) is marked beside it. An error in one report does not stop the next.

    Parameters
    ----------
    plans
        The reports that have schedules.
    build
        Builds one and returns its status: built, fresh, failed or held.
    now
        The present moment, with its time zone.
    say
        Takes each line for people.

    Returns
    -------
    list of Ran
        Status ``built``, ``fresh``, ``failed``, ``held`` or ``busy``.
    """
    ran = []
    for plan in plans:
        done = _locked(plan, build, now, say)
        if done:
            say(f"{plan.name}: {done.status}{': ' if done.why else ''}{done.why}")
            ran.append(done)
    return ran


def exit_code(ran: Iterable[Ran]) -> int:
    """3 when a report failed, 5 when one is held, else 0.

    >>> exit_code([Ran("a", "built"), Ran("b", "held")])
    5
    """
    found = {done.status for done in ran}
    return 3 if "failed" in found else 5 if "held" in found else 0


def _locked(
    plan: Scheduled,
    build: Callable[[Scheduled], str],
    now: datetime,
    say: Callable[[str], object],
) -> Ran | None:
    try:
        if not due(plan.schedule, _known(plan), now, plan.retry):
            return None
        plan.folder.mkdir(parents=True, exist_ok=True)
        with FileLock(plan.folder / _LOCK, timeout=0):
            asked = due(plan.schedule, _known(plan), now, plan.retry)
            if not asked:
                return None
            say(f"{plan.name}: {asked.why}, building …")
            return _built(plan, build, now)
    except Timeout:
        return Ran(plan.name, "busy", "another scheduler is building it")
    except UnwritableFile as problem:
        return Ran(plan.name, "failed", str(problem))
    except OSError as problem:
        why = (problem.strerror or "the system refused").lower()
        return Ran(plan.name, "failed", f"its folder cannot be written: {why}")


def _built(plan: Scheduled, build: Callable[[Scheduled], str], now: datetime) -> Ran:
    before = len(plan.history())
    try:
        done = Ran(plan.name, build(plan))
    except ReportBusy as problem:
        return Ran(plan.name, "busy", str(problem))
    except ConfstudyError as problem:
        done = Ran(plan.name, "failed", str(problem))
    except Exception as problem:
        why = f"unexpected {type(problem).__name__}; its message may hold data and is not shown"
        done = Ran(plan.name, "failed", why)
    if len(plan.history()) == before:
        at = now.isoformat(timespec="seconds")
        mark = {"entries": before, "status": done.status, "at": at}
        write_text(plan.folder / _MARK, json.dumps(mark) + "\n")
    return done


def _known(plan: Scheduled) -> list[Mapping[str, Any]]:
    """The history, and the mark where no build has come since."""
    history = list(plan.history())
    try:
        mark = json.loads((plan.folder / _MARK).read_text("utf-8"))
        newer = mark["entries"] == len(history)
    except (OSError, ValueError, KeyError, TypeError):
        return history
    return [*history, mark] if newer else history
