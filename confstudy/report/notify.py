"""Tell people when a report fails, works again, or waits for them: once each."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from confstudy.errors import UnwritableFile
from confstudy.files import write_text
from confstudy.report.mail import mail

__all__ = ["Notice", "Notify", "notify"]

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+")


class Notify(BaseModel):
    """Whom to tell, as ``notify`` of a report in reports.toml.

    Attributes
    ----------
    failure
        ``command:PROGRAM ARGUMENTS`` gets a notice as JSON on its standard input;
        ``mailto:ADDRESS`` gets it by e-mail (settings: :mod:`confstudy.report.mail`).
    recovery, hold
        Whether they are also told that it works again, and that a build waits for a person.
    timeout
        Seconds that a command or a mail server may take.

    Examples
    --------
    >>> Notify(failure=["mailto:ann@example.org"]).recovery
    True
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    failure: tuple[str, ...]
    recovery: bool = True
    hold: bool = True
    timeout: float = Field(default=30.0, gt=0, le=600)

    @field_validator("failure")
    @classmethod
    def _known(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        for target in targets:
            kind, _, rest = target.partition(":")
            if kind == "mailto" and _ADDRESS.fullmatch(rest):
                continue
            # An odd quotation mark in a command is a ValueError of shlex.
            if kind == "command" and shlex.split(rest):
                continue
            raise ValueError("each is 'command:PROGRAM ARGUMENTS' or 'mailto:NAME@HOST'")
        return targets


@dataclass(frozen=True)
class Notice:
    """What is told: nothing of the data.

    Attributes
    ----------
    report
        The report, with its variant.
    status
        What became of the build.
    reason
        Why it failed or is held, as the history has it.
    run
        The name of the run.
    """

    report: str
    status: Literal["failed", "recovered", "held"]
    reason: str = ""
    run: str = ""

    @property
    def key(self) -> str:
        """Equal for the same failure again."""
        return f"{self.status} {hashlib.sha256(self.reason.encode()).hexdigest()[:16]}"


def notify(
    settings: Notify, shelf: Path, report: str, status: str, reason: str = "", run: str = ""
) -> list[str]:
    """Tell everybody what they have not been told yet.

    A failure is told once, until its reason changes or the report works again; a held build
    likewise. Who could not be reached is told at the next build.

    Parameters
    ----------
    shelf
        The report's folder, where what was told is remembered.
    status
        What became of the build: ``built``, ``accepted``, ``failed`` or ``held``.

    Returns
    -------
    One sentence for each that could not be reached; never an error.
    """
    told, problems = _told(shelf), []
    before = dict(told)
    for target in settings.failure:
        who = hashlib.sha256(target.encode()).hexdigest()[:16]
        last = told.get(who, "")
        notice = _due(settings, last, report, status, reason, run)
        problem = _send(target, notice, settings.timeout) if notice else ""
        if problem:
            problems.append(problem)
        elif notice and notice.status != "recovered":
            told[who] = notice.key
        elif status in ("built", "accepted"):
            told.pop(who, None)
    if told != before:
        try:
            write_text(shelf / "told.json", json.dumps(told, sort_keys=True) + "\n")
        except UnwritableFile as refused:
            problems.append(f"{refused} The same may be told again.")
    return problems


def _due(
    settings: Notify, last: str, report: str, status: str, reason: str, run: str
) -> Notice | None:
    """What one target should be told, given what it was told last."""
    if status in ("built", "accepted"):
        back = settings.recovery and last.startswith("failed")
        return Notice(report, "recovered", "", run) if back else None
    if status == "held" and not settings.hold:
        return None
    notice = Notice(report, "held" if status == "held" else "failed", reason[:2000], run)
    return notice if notice.key != last else None


def _send(target: str, notice: Notice, timeout: float) -> str:
    """Send a notice; returns what went wrong, without the address or the command's words."""
    kind, _, rest = target.partition(":")
    if kind == "mailto":
        return mail(rest, f"Report {notice.report}: {notice.status}", _text(notice), timeout)
    command = shlex.split(rest)
    name = Path(command[0]).name
    try:
        code = _run(command, json.dumps(asdict(notice)).encode(), timeout)
    except subprocess.TimeoutExpired:
        return f"Notification by '{name}' took longer than {timeout:g} seconds and was stopped."
    except (OSError, ValueError) as problem:
        why = (getattr(problem, "strerror", "") or "it is no command").lower()
        return f"Notification by '{name}' could not be started: {why}."
    return f"Notification by '{name}' ended with code {code}." if code else ""


def _run(command: Sequence[str], text: bytes, timeout: float) -> int:
    """Run a command without a shell; after ``timeout`` it ends with all that it started."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=quiet, stderr=quiet, start_new_session=True
    ) as process:
        try:
            process.communicate(text, timeout)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                if os.name == "posix":
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
            raise
        return process.returncode


def _text(notice: Notice) -> str:
    said = {
        "failed": "could not be built. What was published before stays as it was.",
        "recovered": "was built again: it is published.",
        "held": "was built but is held: look at it, then accept or refuse it.",
    }
    lines = [f"The report {notice.report} {said[notice.status]}"]
    lines += [f"Why: {notice.reason}"] if notice.reason else []
    lines += [f"Run: {notice.run}"] if notice.run else []
    name = notice.report.partition(" ")[0]
    return "\n".join([*lines, "", f"See `confstudy report history {name}`."])


def _told(shelf: Path) -> dict[str, str]:
    try:
        content = json.loads((shelf / "told.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in content.items()} if isinstance(content, dict) else {}
