"""What every scheduler is told: where the study is, which Python, how often to ask."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath, PureWindowsPath

from confstudy.errors import ConfigError
from confstudy.report.schedule.when import Schedule

__all__ = ["ARGUMENTS", "Job", "grid"]

ARGUMENTS = ("-m", "confstudy", "report", "run-due")

#: Time zones differ by whole quarters of an hour.
_QUARTER = 15


@dataclass(frozen=True)
class Job:
    """``confstudy report run-due`` in a study's folder.

    Parameters
    ----------
    study
        The absolute path of the study, as the machine that runs it writes it.
    python
        The absolute path of the interpreter that has confstudy.
    schedules
        What the ticks are for; at least one.
    """

    study: str
    python: str
    schedules: tuple[Schedule, ...]

    @property
    def name(self) -> str:
        """A name in plain letters that two studies of one machine do not share.

        >>> Job("/srv/Étude 1", "/usr/bin/python3", ()).name
        'confstudy-etude-1-54b53d'
        """
        last = PureWindowsPath(self.study).name
        plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode().lower()
        words = "-".join(re.findall(r"[a-z0-9]+", plain)) or "study"
        digest = hashlib.sha256(self.study.encode()).hexdigest()[:6]
        return f"confstudy-{words[:40].rstrip('-')}-{digest}"

    def require_posix(self) -> None:
        """Refuse paths that cron, systemd or launchd could not be told."""
        for what, path in (("study", self.study), ("interpreter", self.python)):
            _require_plain(what, path)
            if not PurePosixPath(path).is_absolute():
                raise _relative(what, path, "/home/ann/study")
            if "\\" in path:
                raise ConfigError(f"The path of the {what} has a backslash: move it elsewhere.")

    def require_windows(self) -> None:
        """Refuse paths that the Task Scheduler could not be told."""
        for what, path in (("study", self.study), ("interpreter", self.python)):
            _require_plain(what, path)
            if not PureWindowsPath(path).is_absolute():
                raise _relative(what, path, "C:\\Users\\Ann\\study")
            if re.search(r'["<>|?*]', path):
                raise ConfigError(f"The path of the {what} has a sign that no Windows path has.")
            if re.search(r"%[^%\\]+%", path):
                raise ConfigError(
                    f"The path of the {what} has a word between percent signs, which Windows "
                    "takes for a variable: move it elsewhere."
                )


def grid(schedules: tuple[Schedule, ...]) -> list[int]:
    """Minutes of every hour at which to ask, whatever time zone the machine keeps.

    A tick at minute 7 may fall on minute 7, 22, 37 or 52 of the machine's clock.

    >>> grid((Schedule.parse("Mon 06:00"), Schedule.parse("daily 07:30")))
    [0, 15, 30, 45]
    """
    within = {minute % _QUARTER for schedule in schedules for minute in schedule.minutes}
    return [minute for minute in range(60) if minute % _QUARTER in within]


def _require_plain(what: str, path: str) -> None:
    odd = any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in path)
    if odd or path != path.strip():
        raise ConfigError(
            f"The path of the {what} has a control character, or a space at its end: "
            "no scheduler could be told. Move it elsewhere."
        )


def _relative(what: str, path: str, like: str) -> ConfigError:
    return ConfigError(
        f"The path of the {what}, '{path}', is not absolute on that machine. Give it as the "
        f"machine that builds the reports writes it, such as '{like}'."
    )
