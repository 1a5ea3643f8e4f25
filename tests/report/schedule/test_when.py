import re
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confstudy.errors import ConfigError
from confstudy.report.schedule.when import Schedule

MEANINGS = {
    "Mon 06:00 Europe/Amsterdam": ("0 6 * * 1", "Mondays at 06:00, Europe/Amsterdam"),
    "Mon,Thu 06:00": ("0 6 * * 1,4", "Mondays and Thursdays at 06:00, UTC"),
    "sunday 6:05": ("5 6 * * 0", "Sundays at 06:05, UTC"),
    "daily 06:00 Europe/Berlin": ("0 6 * * *", "Every day at 06:00, Europe/Berlin"),
    "weekdays 07:30": ("30 7 * * 1-5", "Monday to Friday at 07:30, UTC"),
    "monthly 1 06:00": ("0 6 1 * *", "Day 1 of the month at 06:00, UTC"),
    "monthly last 06:00": (None, "The last day of the month at 06:00, UTC"),
    "hourly": ("0 * * * *", "Every hour, UTC"),
    "every 1 hour": ("0 * * * *", "Every hour, UTC"),
    "every 6 hours": ("0 */6 * * *", "Every day at 00:00, 06:00, 12:00 and 18:00, UTC"),
    "every 24 hours Asia/Tokyo": ("0 0 * * *", "Every day at 00:00, Asia/Tokyo"),
    "0 6 * * 1 Europe/Amsterdam": ("0 6 * * 1", "Mondays at 06:00, Europe/Amsterdam"),
    "0 6 1 jan mon": ("0 6 1 jan mon", "Day 1 of the month or Mondays in January at 06:00, UTC"),
    "0 6 */10 * 1": (
        "0 6 */10 * 1",
        "Day 1, 11, 21 and 31 of the month if among Mondays at 06:00, UTC",
    ),
    "5 * * * *": ("5 * * * *", "Every hour at minute 5, UTC"),
    "0-4 8,9 * * *": (
        "0-4 8,9 * * *",
        "Every day at minute 0, 1, 2, 3 and 4 of hour 8 and 9, UTC",
    ),
    "* * * * *": ("* * * * *", "Every minute, UTC"),
}


@pytest.mark.parametrize("text", MEANINGS)
def test_a_schedule_reads_as_five_fields_and_as_words(text):
    schedule = Schedule.parse(text)
    assert (schedule.cron, schedule.words) == MEANINGS[text]
    assert schedule == Schedule.parse(f"  {text.replace(' ', '   ')} ")
    if schedule.cron:
        assert schedule == Schedule.parse(f"{schedule.cron} {schedule.zone}")


def test_a_zone_may_be_given_for_all():
    assert Schedule.parse("hourly", "Asia/Tokyo") == Schedule.parse("hourly Asia/Tokyo")
    assert Schedule.parse("hourly UTC", "Asia/Tokyo").zone == "UTC"


WRONG = {
    "Mno 06:00": r"'Mno' is no day\. Did you mean 'Mon'\? Allowed are \[daily, .*Sun\]",
    "dialy 06:00": "Did you mean 'daily'",
    "@daily": "Did you mean 'daily'",
    "Mon,,Tue 06:00": "'' is no day",
    "Mon": "a time of day is wanting. Allowed are 00:00 to 23:59",
    "Mon 24:00": "'24:00' is no time of day",
    "Mon 6am": "'6am' is no time of day",
    "monthly": "no day that every month has. Allowed are 1 to 28 and last",
    "monthly 31 06:00": "'31' is no day that every month has",
    "monthly lats 06:00": "Did you mean 'last'",
    "every 5 hours": r"does not divide a day.* Allowed are \[1, 2, 3, 4, 6, 8, 12, 24\] hours",
    "every": "does not divide",
    "0 6 * *": "cron has five fields, here are 4",
    "60 * * * *": "minute '60': not one of them. Allowed are 0 to 59",
    "0 6 * * mno": "weekday 'mno': not one of them. Did you mean 'mon'",
    "5/2 * * * *": "a step follows",
    "9-5 * * * *": "it runs backwards",
    "*/0 * * * *": "a step is a number from 1",
    "*-5 * * * *": "not one of them",
    "0 0 30 2 *": "no month of '2' has a day '30'",
    "0 0 31 4,6,9,11 */2": "it would never run",
    "daily 06:00 Europe/Amsterdm": "is no time zone. Did you mean 'Europe/Amsterdam'",
    "daily 06:00 Europe": "is no time zone",
    "daily 06:00 ../UTC": "is no time zone",
    "daily 06:00 UTC x": "'x' is too much",
    "hourly 06:00": "'06:00' is no time zone",
    "": "it is empty. Allowed are 'Mon 06:00'",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_named_with_what_is_allowed(text):
    with pytest.raises(ConfigError, match=f"^schedule '{re.escape(text)}': .*{WRONG[text]}"):
        Schedule.parse(text)


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


CHANGES = {
    "before the change": ("daily 02:30 Europe/Amsterdam", "2026-03-27T02:00", "2026-03-28T01:30"),
    "leapt over": ("daily 02:30 Europe/Amsterdam", "2026-03-28T02:00", "2026-03-29T01:00"),
    "after the change": ("daily 02:30 Europe/Amsterdam", "2026-03-29T01:00", "2026-03-30T00:30"),
    "shown twice": ("daily 02:30 Europe/Amsterdam", "2026-10-24T01:00", "2026-10-25T00:30"),
    "but run once": ("daily 02:30 Europe/Amsterdam", "2026-10-25T00:30", "2026-10-26T01:30"),
    "every hour": ("hourly Europe/Amsterdam", "2026-03-29T00:00", "2026-03-29T01:00"),
    "midnight leapt over": ("daily 00:00 America/Santiago", "2026-09-06T00:00", "2026-09-06T04:00"),
    "half an hour": ("daily 02:15 Australia/Lord_Howe", "2026-10-03T00:00", "2026-10-03T15:30"),
    "a day leapt over": ("Fri 06:00 Pacific/Apia", "2011-12-28T00:00", "2011-12-30T10:00"),
    "leap year": ("0 0 29 2 *", "2096-03-01T00:00", "2104-02-29T00:00"),
    "last day": ("monthly last 06:00", "2028-02-01T00:00", "2028-02-29T06:00"),
    "last but one": ("monthly last 06:00", "2026-04-28T07:00", "2026-04-30T06:00"),
    "rare": ("0 0 29 2 */7", "2088-03-01T00:00", "2128-02-29T00:00"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_ticks_go_through_changes_of_the_clock(name):
    text, start, expected = CHANGES[name]
    schedule = Schedule.parse(text)
    assert schedule.next(utc(start)) == utc(expected)
    assert schedule.previous(utc(expected)) == utc(expected)
    assert schedule.previous(utc(expected) - timedelta(seconds=1)) <= utc(start)


def test_midnight_may_come_before_eleven_at_night():
    midnight = Schedule.parse("daily 00:00 America/St_Johns")
    assert midnight.previous(utc("2010-11-07T02:45")) == utc("2010-11-07T02:30")


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ConfigError, match="needs its time zone"):
        Schedule.parse("hourly").next(datetime.fromisoformat("2026-01-01"))


ZONES = ("UTC", "Europe/Amsterdam", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu")
TIME = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))


def part(low, high):
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda pair: "{}-{}".format(*sorted(pair)))
    step = st.tuples(st.just("*") | span, st.integers(1, 12)).map(
        lambda pair: "{}/{}".format(*pair)
    )
    some = st.lists(number.map(str) | span | step, min_size=1, max_size=3).map(",".join)
    return st.just("*") | number.map(str) | some


CRON = st.tuples(part(0, 59), part(0, 23), st.just("*") | part(1, 28), part(1, 12), part(0, 7))
PHRASES = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["daily", "weekdays", "Mon,Thu", "Sun"]), TIME),
    st.builds("monthly {} {}".format, st.integers(1, 28) | st.just("last"), TIME),
    st.sampled_from(["hourly", "every 2 hours", "every 12 hours"]),
    CRON.map(" ".join),
)
SCHEDULES = st.builds("{} {}".format, PHRASES, st.sampled_from(ZONES)).map(Schedule.parse)
MOMENTS = st.floats(6e8, 4e9).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(SCHEDULES, MOMENTS)
def test_next_and_previous_are_neighbours(schedule, moment):
    after, before = schedule.next(moment), schedule.previous(moment)
    assert before <= moment < after
    assert schedule.next(before) == after
    assert schedule.previous(after) == after
    assert schedule.previous(after - timedelta(microseconds=1)) == before
    assert list(islice(schedule.between(moment, after), 2)) == [after]


FORTNIGHTS = {
    ("Europe/Amsterdam", "2026-03-22"),
    ("Europe/Amsterdam", "2026-10-18"),
    ("America/New_York", "2026-02-27"),
    ("America/Santiago", "2026-08-30"),
    ("America/Santiago", "2026-03-29"),
    ("Australia/Lord_Howe", "2026-09-27"),
    ("Australia/Lord_Howe", "2026-03-30"),
    ("America/St_Johns", "2010-10-31"),
    ("Pacific/Apia", "2011-12-24"),
    ("Asia/Kathmandu", "2026-01-01"),
}


@cache
def minutes(zone, start):
    """Each minute of a fortnight with the wall-clock minutes that it is the first to reach."""
    first, found = utc(start), []
    seen = (first - timedelta(minutes=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for moment in (first + timedelta(minutes=number) for number in range(14 * 24 * 60)):
        wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        span = range(int((wall - seen).total_seconds()) // 60)
        found.append((moment, [wall - timedelta(minutes=back) for back in span]))
        seen = max(seen, wall)
    return found


@given(CRON.map(" ".join), st.sampled_from(sorted(FORTNIGHTS)))
@settings(max_examples=60)
def test_cron_text_means_the_same_instants_minute_by_minute(cron_matcher, five, fortnight):
    zone, start = fortnight
    schedule = Schedule.parse(f"{five} {zone}")
    matches = cron_matcher(schedule.cron)
    every = minutes(zone, start)
    expected = [moment for moment, walls in every if any(map(matches, walls))]
    until = every[-1][0]
    assert list(schedule.between(every[0][0] - timedelta(seconds=1), until)) == expected
