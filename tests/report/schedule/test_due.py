from datetime import UTC, datetime, timedelta

import pytest

from confstudy.report.schedule.due import due
from confstudy.report.schedule.when import Schedule

MONDAY = Schedule.parse("Mon 06:00 Europe/Amsterdam")
HOUR = timedelta(hours=1)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entry(status, text):
    return {"run": "x", "status": status, "at": f"{text}+00:00"}


TICK = "2026-11-16T05:00:00"
CASES = {
    "never built": ([], "2026-11-17T00:00:00", None, True, "never built", 0),
    "a tick came": (
        [entry("built", "2026-11-09T05:00:04")],
        "2026-11-16T05:00:01",
        None,
        True,
        "due since 2026-11-16 06:00 CET",
        0,
    ),
    "three ticks came": (
        [entry("built", "2026-10-20T05:00:04")],
        "2026-11-12T00:00:00",
        None,
        True,
        "due since 2026-11-09 06:00 CET, 2 ticks missed before",
        2,
    ),
    "doubled": ([entry("built", TICK)], TICK, None, False, "next on 2026-11-23 06:00 CET", 0),
    "by hand since": (
        [entry("built", "2026-11-17T09:00:00")],
        "2026-11-18T00:00:00",
        None,
        False,
        "next on",
        0,
    ),
    "failed, before the next tick": (
        [entry("failed", TICK)],
        "2026-11-22T00:00:00",
        None,
        False,
        "next on",
        0,
    ),
    "failed, at the next tick": (
        [entry("failed", TICK)],
        "2026-11-23T05:00:00",
        None,
        True,
        "due since",
        0,
    ),
    "failed, too early to retry": (
        [entry("failed", TICK)],
        "2026-11-16T05:59:59",
        HOUR,
        False,
        "next on",
        0,
    ),
    "failed, retried": (
        [entry("failed", TICK)],
        "2026-11-16T06:00:00",
        HOUR,
        True,
        "failed on 2026-11-16 06:00 CET, tried again",
        0,
    ),
    "built is not retried": ([entry("built", TICK)], "2026-11-17T00:00:00", HOUR, False, "next", 0),
    "held, before the next tick": (
        [entry("held", TICK)],
        "2026-11-22T00:00:00",
        HOUR,
        False,
        "next on 2026-11-23 06:00 CET",
        0,
    ),
    "held, at the next tick": (
        [entry("held", TICK)],
        "2026-11-23T05:00:00",
        None,
        True,
        "due since 2026-11-23 06:00 CET",
        0,
    ),
    "held, then accepted": (
        [entry("held", TICK), entry("accepted", "2026-11-17T00:00:00")],
        "2026-11-23T05:00:00",
        None,
        True,
        "due since",
        0,
    ),
    "clock set back": (
        [entry("built", "2027-01-01T00:00:00")],
        "2026-11-23T05:00:00",
        None,
        False,
        "last build dated 2027-01-01 01:00 CET, which is yet to come",
        0,
    ),
    "clock set right again": (
        [entry("built", "2027-01-01T00:00:00"), entry("built", TICK)],
        "2026-11-23T05:00:00",
        None,
        True,
        "due since",
        0,
    ),
    "entries that tell nothing": (
        [entry("built", TICK), {"status": "built"}, {"at": "soon", "status": "built"}],
        "2026-11-17T00:00:00",
        None,
        False,
        "next on",
        0,
    ),
    "a time without a zone is UTC": (
        [{"status": "built", "at": TICK}],
        "2026-11-17T00:00:00",
        None,
        False,
        "next on",
        0,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_schedule_is_compared_with_the_history(name):
    history, now, retry, expected, why, missed = CASES[name]
    found = due(MONDAY, history, at(now), retry)
    assert (bool(found), found.due, found.missed) == (expected, expected, missed)
    assert found.why.startswith(why)


def test_ticks_missed_are_counted_only_so_far():
    history = [entry("built", "2020-01-01T00:00:00")]
    assert due(Schedule.parse("* * * * *"), history, at(TICK)).missed == 1000
