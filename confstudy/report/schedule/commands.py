"""``confstudy report schedule print``: texts for the computer's own scheduler."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from confstudy.errors import ConfigError, unknown
from confstudy.files import write_text
from confstudy.report.schedule.cron import cron_files
from confstudy.report.schedule.github import github_files
from confstudy.report.schedule.job import Job
from confstudy.report.schedule.launchd import launchd_files
from confstudy.report.schedule.schtasks import schtasks_files
from confstudy.report.schedule.systemd import systemd_files
from confstudy.report.schedule.when import Schedule

__all__ = ["KINDS", "print_schedules", "schedule_files"]

KINDS = ("cron", "systemd", "github", "launchd", "schtasks")


def schedule_files(
    kind: str, schedules: Iterable[Schedule], study: str, python: str, now: datetime
) -> dict[str, str]:
    """The files that make a scheduler call ``confstudy report run-due`` often enough.

    Parameters
    ----------
    kind
        ``cron``, ``systemd``, ``github``, ``launchd`` or ``schtasks``.
    schedules
        The schedules of all reports.
    study, python
        Absolute paths on the machine that is to run it; GitHub needs neither.
    now
        The present moment, with its time zone.

    Returns
    -------
    dict
        Text by file name. The first lines of each say how to install it.

    Raises
    ------
    ConfigError
        An unknown kind, no schedule at all, a path that the scheduler cannot be told.

    Examples
    --------
    >>> from datetime import UTC
    >>> monday = Schedule.parse("Mon 06:00")
    >>> now = datetime(2026, 11, 22, tzinfo=UTC)
    >>> files = schedule_files("systemd", [monday], "/srv/a", "/usr/bin/python3", now)
    >>> [name.rpartition(".")[2] for name in files]
    ['service', 'timer']
    """
    if kind not in KINDS:
        raise ConfigError(unknown("Schedulers", [kind], KINDS, "what can be printed"))
    job = Job(study, python, tuple(schedules))
    if not job.schedules:
        raise ConfigError(
            "No report in reports.toml has a schedule: add one, such as "
            'schedule = "Mon 06:00 Europe/Amsterdam".'
        )
    if kind == "github":
        return github_files(job, now)
    printers = {
        "cron": cron_files,
        "systemd": systemd_files,
        "launchd": launchd_files,
        "schtasks": schtasks_files,
    }
    return printers[kind](job)


def print_schedules(files: dict[str, str], out: Path | None, say: Callable[[str], object]) -> None:
    """Show the files, or write them into a folder and say their names.

    Raises
    ------
    UnwritableFile
        The system does not let one be written.
    """
    for name, text in files.items():
        if out is None:
            say(text)
        else:
            write_text(out / name, text)
            say(name)
