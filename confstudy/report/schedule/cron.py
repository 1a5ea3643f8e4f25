"""Lines for a crontab."""

from __future__ import annotations

import shlex

from confstudy.report.schedule.job import ARGUMENTS, Job, grid

__all__ = ["cron_files"]


def cron_files(job: Job) -> dict[str, str]:
    r"""Lines for a person's own crontab; cron mails what a failed run says.

    Raises
    ------
    ConfigError
        A path that is not absolute or that cron cannot be told.

    Examples
    --------
    >>> from confstudy.report.schedule.when import Schedule
    >>> job = Job("/srv/50 %", "/usr/bin/python3", (Schedule.parse("hourly"),))
    >>> print(cron_files(job)[job.name + ".cron"].splitlines()[-1])
    0,15,30,45 * * * * cd '/srv/50 \%' && /usr/bin/python3 -m confstudy report run-due
    """
    job.require_posix()
    shell = f"cd {shlex.quote(job.study)} && {shlex.join([job.python, *ARGUMENTS])}"
    minutes = ",".join(map(str, grid(job.schedules)))
    file = f"{job.name}.cron"
    text = f"""\
# Builds the reports that are due, and does nothing when none is.
# Install: save this as {file}, then
#   (crontab -l; cat {file}) | crontab -
# See it: crontab -l. Remove it: crontab -e, then delete these lines.
# cron runs nothing while the machine is off; the next tick catches up.
{minutes} * * * * {shell.replace("%", chr(92) + "%")}
"""
    return {file: text}
