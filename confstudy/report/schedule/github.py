"""A workflow for GitHub Actions."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from confstudy.report.schedule.fields import FIELDS, listed
from confstudy.report.schedule.job import Job
from confstudy.report.schedule.when import Schedule

__all__ = ["github_files", "utc_lines"]

#: GitHub starts nothing more often than every five minutes.
_LEAST = 5
_WHERE = ".github/workflows/reports.yml"
_HEAD = """\
# Builds the reports that are due, and does nothing when none is.
# Install: save this in the study's repository as {where}.
# See it: the Actions tab. Remove it: delete the file.
# Only for studies whose data are in the repository and may be seen by all who see it: built
# pages are kept in its cache and artifacts. The ledger of releases is not kept between runs.
# GitHub's clock is UTC: the lines serve summer and winter, and run-due does nothing at the
# one that is not meant. GitHub may start late, and stops after 60 days without a commit.
name: reports
"on":
  workflow_dispatch:
  schedule:
"""
_REST = """\
permissions:
  contents: read
concurrency:
  group: confstudy-reports
  cancel-in-progress: false
jobs:
  run-due:
    runs-on: ubuntu-latest
    timeout-minutes: 120
    steps:
      - uses: actions/checkout@v4
        with:
          persist-credentials: false
      - uses: actions/setup-python@v5
        with:
          python-version: "3.11"
          cache: pip
          cache-dependency-path: requirements/lock.txt
      - name: Install the locked packages and this study
        run: |
          python -m pip install --require-hashes -r requirements/lock.txt
          python -m pip install --no-deps --no-build-isolation --editable .
      - name: Fetch earlier builds and their history
        uses: actions/cache/restore@v4
        with:
          path: reports
          key: confstudy-reports-${{ github.run_id }}-${{ github.run_attempt }}
          restore-keys: confstudy-reports-
      - name: Build what is due
        run: python -m confstudy report run-due
      - name: Keep builds and history for the next run
        if: always()
        uses: actions/cache/save@v4
        with:
          path: reports
          key: confstudy-reports-${{ github.run_id }}-${{ github.run_attempt }}
      - name: Hand out the pages
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: reports
          path: reports
          retention-days: 30
"""


def github_files(job: Job, now: datetime) -> dict[str, str]:
    """A workflow that ticks in UTC for every time zone of the schedules.

    Parameters
    ----------
    job
        What to run; its paths are of no use on GitHub.
    now
        Time zones are looked up for the two years from here.

    Examples
    --------
    >>> job = Job("/srv/study", "/usr/bin/python3", (Schedule.parse("Mon 06:00 Europe/Berlin"),))
    >>> (text,) = github_files(job, datetime(2026, 11, 22, tzinfo=UTC)).values()
    >>> [line.strip() for line in text.splitlines() if "- cron" in line]
    ['- cron: "0 4,5 * * 1"']
    """
    lines = sorted({line for schedule in job.schedules for line in utc_lines(schedule, now)})
    ticks = "".join(f'    - cron: "{line}"\n' for line in lines)
    return {_WHERE: _HEAD.format(where=_WHERE) + ticks + _REST}


def utc_lines(schedule: Schedule, now: datetime) -> list[str]:
    """Lines of cron in UTC that tick whenever the schedule does, and sometimes besides.

    A time that the clock leaps over is caught within the hour.
    """
    zone = ZoneInfo(schedule.zone)
    coming = (now.astimezone(UTC) + timedelta(days=day) for day in range(732))
    offsets = {moment.astimezone(zone).utcoffset() or timedelta() for moment in coming}
    hours: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for hour in schedule.hours:
        for minute in schedule.minutes:
            for offset in offsets:
                moved = timedelta(hours=hour, minutes=minute) - offset
                within = moved.seconds // 60
                hours[_days(schedule, moved.days), within % 60].add(within // 60)
    minutes: defaultdict[tuple[str, tuple[int, ...]], set[int]] = defaultdict(set)
    for (days, minute), found in hours.items():
        minutes[days, tuple(sorted(found))].add(minute)
    return [
        f"{_minutes(among)} {listed(found, FIELDS[1])} {days}"
        for (days, found), among in minutes.items()
    ]


def _minutes(among: set[int]) -> str:
    ordered = sorted(among)
    close = any(b - a < _LEAST for a, b in pairwise(ordered))
    return f"*/{_LEAST}" if close else listed(ordered, FIELDS[0])


def _days(schedule: Schedule, shift: int) -> str:
    """The day fields, moved by a day where UTC is a day off; every day where that is hard."""
    days, months, weekdays = schedule.five.split()[2:]
    if not shift or (days, months, weekdays) == ("*", "*", "*"):
        return f"{days} {months} {weekdays}"
    if (days, months) != ("*", "*"):
        return "* * *"
    moved = {(day + shift) % 7 for day in FIELDS[4].numbers(weekdays)}
    return f"* * {listed(moved, FIELDS[4])}"
