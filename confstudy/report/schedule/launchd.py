"""A property list for launchd on macOS."""

from __future__ import annotations

import plistlib

from confstudy.report.schedule.job import ARGUMENTS, Job, grid

__all__ = ["launchd_files"]


def launchd_files(job: Job) -> dict[str, str]:
    """A launch agent, run as the person who installs it.

    Raises
    ------
    ConfigError
        A path that is not absolute or that launchd cannot be told.

    Examples
    --------
    >>> from confstudy.report.schedule.when import Schedule
    >>> job = Job("/srv/R&D", "/usr/bin/python3", (Schedule.parse("hourly"),))
    >>> plistlib.loads(next(iter(launchd_files(job).values())).encode())["WorkingDirectory"]
    '/srv/R&D'
    """
    job.require_posix()
    file = f"{job.name}.plist"
    content = {
        "Label": job.name,
        "ProgramArguments": [job.python, *ARGUMENTS],
        "WorkingDirectory": job.study,
        "StartCalendarInterval": [{"Minute": minute} for minute in grid(job.schedules)],
        "RunAtLoad": True,
        "ProcessType": "Background",
        "Nice": 10,
    }
    head, doctype, rest = plistlib.dumps(content, sort_keys=False).decode().split("\n", 2)
    # XML allows no two hyphens in a comment.
    comment = f"""\
<!-- Builds the reports that are due, and does nothing when none is.
     Install: save this as ~/Library/LaunchAgents/{file}, then
       launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/{file}
     See it: launchctl print gui/$(id -u)/{job.name}
     Remove it: launchctl bootout gui/$(id -u)/{job.name}, then delete the file.
     A tick missed in sleep runs at waking; one missed while off, at the next login. -->"""
    return {file: "\n".join([head, doctype, comment, rest])}
