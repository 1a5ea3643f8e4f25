"""Whether a report is due: its schedule against its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from confstudy.report.schedule.when import Schedule

__all__ = ["Due", "due"]

#: Ticks missed are counted so far: beyond it the number tells nobody anything.
_COUNTED = 1000


@dataclass(frozen=True)
class Due:
    """Whether to build now, why or why not, and how many ticks passed without a build."""

    due: bool
    why: str
    missed: int = 0

    def __bool__(self) -> bool:
        return self.due


def due(
    schedule: Schedule,
    history: Sequence[Mapping[str, Any]],
    now: datetime,
    retry: timedelta | None = None,
) -> Due:
    """Say whether a report is to be built now.

    A report without a history is due. Otherwise it is due once a tick has come since its last
    build began, however many ticks were missed. A failed build waits for the next tick or for
    ``retry``. A held one waits for the next tick, at which the builder leaves it to the person
    it waits for, unless something changed since.

    Parameters
    ----------
    schedule
        When the report is to be built.
    history
        One entry a build, the newest last, with ``status`` (``built``, ``fresh``, ``failed``,
        ``held``, …) and ``at``, an ISO time. Entries without them are passed over.
    now
        The present moment, with its time zone.
    retry
        How long after a failure it is tried again before the next tick; None for not at all.

    Examples
    --------
    >>> monday = Schedule.parse("Mon 06:00 Europe/Amsterdam")
    >>> built = [{"status": "built", "at": "2026-11-02T05:00:09+00:00"}]
    >>> due(monday, built, datetime(2026, 11, 22, tzinfo=UTC))
    Due(due=True, why='due since 2026-11-16 06:00 CET, 1 tick missed before', missed=1)
    """
    found = _last(history)
    if found is None:
        return Due(True, "never built")
    status, at = found
    zone = ZoneInfo(schedule.zone)
    if at > now:
        return Due(False, f"last build dated {_said(at, zone)}, which is yet to come")
    tick = schedule.previous(now)
    if at < tick:
        passed = sum(1 for _ in islice(schedule.between(at, now), _COUNTED + 1))
        missed = passed - 1
        return Due(True, f"due since {_said(tick, zone)}{_missed(missed)}", missed)
    if status == "failed" and retry is not None and now >= at + retry:
        return Due(True, f"failed on {_said(at, zone)}, tried again")
    return Due(False, f"next on {_said(schedule.next(now), zone)}")


def _last(history: Sequence[Mapping[str, Any]]) -> tuple[str, datetime] | None:
    """Status and time of the newest entry that has both."""
    for entry in reversed(history):
        try:
            at = datetime.fromisoformat(entry["at"])
            status = str(entry["status"])
        except (KeyError, TypeError, ValueError):
            continue
        return status, at if at.utcoffset() is not None else at.replace(tzinfo=UTC)
    return None


def _missed(number: int) -> str:
    if not number:
        return ""
    return f", {number} tick{'s' if number > 1 else ''} missed before"


def _said(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"
