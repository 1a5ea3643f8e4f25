"""A service and a timer for systemd's user manager."""

from __future__ import annotations

from confstudy.errors import ConfigError
from confstudy.report.schedule.job import ARGUMENTS, Job, grid

__all__ = ["systemd_files"]


def systemd_files(job: Job) -> dict[str, str]:
    """A ``.service`` and a ``.timer``, run as the person who installs them.

    Raises
    ------
    ConfigError
        A path that is not absolute or that systemd cannot be told.

    Examples
    --------
    >>> from confstudy.report.schedule.when import Schedule
    >>> job = Job("/srv/50 %", "/usr/bin/python3", (Schedule.parse("hourly"),))
    >>> service, timer = systemd_files(job).values()
    >>> [line for line in service.splitlines() if line.startswith("Working")]
    ['WorkingDirectory=/srv/50 %%']
    """
    job.require_posix()
    if set(job.python) & {'"', "'"}:
        raise ConfigError("The path of the interpreter has a quotation mark: systemd takes none.")
    minutes = ",".join(f"{minute:02}" for minute in grid(job.schedules))
    # The colon in ExecStart lets dollar signs stand.
    folder = "~/.config/systemd/user"
    service = f"""\
# {job.name}.service
# Builds the reports that are due, and does nothing when none is.
# Install: save both files in {folder}, then
#   systemctl --user daemon-reload
#   systemctl --user enable --now {job.name}.timer
#   loginctl enable-linger        (to build while nobody is logged in)
# See it: systemctl --user list-timers; journalctl --user -u {job.name}
# Remove it: systemctl --user disable --now {job.name}.timer, then delete both files.
[Unit]
Description=Build the confstudy reports that are due

[Service]
Type=oneshot
WorkingDirectory={job.study.replace("%", "%%")}
ExecStart=:"{job.python.replace("%", "%%")}" {" ".join(ARGUMENTS)}
Nice=10
IOSchedulingClass=idle
NoNewPrivileges=yes
"""
    timer = f"""\
# {job.name}.timer
[Unit]
Description=Ask which confstudy reports are due

[Timer]
OnCalendar=*-*-* *:{minutes}:00
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{job.name}.service": service, f"{job.name}.timer": timer}
