"""A schedule: which moments it means, through changes of the clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from itertools import product
from zoneinfo import ZoneInfo

from confstudy.errors import ConfigError
from confstudy.report.schedule.fields import FIELDS
from confstudy.report.schedule.phrases import read_phrase
from confstudy.report.schedule.wording import worded

__all__ = ["Schedule"]

#: The 29th of February on a Sunday comes at least this often.
_YEARS = 41
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Schedule:
    """When a report is to be built.

    Times are of the wall clock in ``zone``. A time that the clock leaps over means the first
    moment after the leap; one that it shows twice means the first of the two.

    Parameters
    ----------
    five
        Minute, hour, day of the month, month and weekday, as cron writes them.
    last
        Only the last day of a month is meant.
    zone
        An IANA time zone.
    text
        What a person wrote.
    """

    five: str
    last: bool
    zone: str
    text: str = field(compare=False, default="")

    @classmethod
    def parse(cls, text: str, zone: str = "UTC") -> Schedule:
        """Read a schedule as reports.toml has it.

        Parameters
        ----------
        text
            ``Mon,Thu 06:00``, ``daily 06:00``, ``weekdays 07:30``, ``monthly 1 06:00``,
            ``monthly last 06:00``, ``hourly``, ``every 6 hours`` or cron's ``0 6 * * 1``,
            each with a time zone after it or without.
        zone
            The time zone of a schedule that names none.

        Raises
        ------
        ConfigError
            What is wrong, what is allowed, the nearest match.

        Examples
        --------
        >>> monday = Schedule.parse("Mon 06:00 Europe/Amsterdam")
        >>> monday.words, monday.cron
        ('Mondays at 06:00, Europe/Amsterdam', '0 6 * * 1')
        >>> monday.next(datetime(2026, 11, 22, tzinfo=UTC)).isoformat()
        '2026-11-23T05:00:00+00:00'
        """
        try:
            five, last, key = read_phrase(text, zone)
        except ConfigError as problem:
            raise ConfigError(f"schedule '{text}': {problem}") from None
        return cls(five, last, key, text)

    @property
    def words(self) -> str:
        """The schedule for people."""
        return f"{worded(self._sets, self.last, self._either)}, {self.zone}"

    @property
    def minutes(self) -> frozenset[int]:
        """The minutes of an hour at which it may tick."""
        return self._sets[0]

    @property
    def hours(self) -> frozenset[int]:
        """The hours of a day at which it may tick."""
        return self._sets[1]

    @property
    def cron(self) -> str | None:
        """Five fields, read in ``zone``; None for a last day of the month, which cron lacks."""
        return None if self.last else self.five

    def next(self, moment: datetime) -> datetime:
        """The first tick after a moment, in UTC."""
        after = _utc(moment)
        return next(tick for tick in self._ticks(after, 1) if tick > after)

    def previous(self, moment: datetime) -> datetime:
        """The last tick at or before a moment, in UTC."""
        until = _utc(moment)
        return next(tick for tick in self._ticks(until, -1) if tick <= until)

    def between(self, after: datetime, until: datetime) -> Iterator[datetime]:
        """Every tick after one moment, up to and with another, each once."""
        seen, end = _utc(after), _utc(until)
        for tick in self._ticks(seen, 1, end):
            if tick > end:
                return
            if tick > seen:
                seen = tick
                yield tick

    @cached_property
    def _sets(self) -> tuple[frozenset[int], ...]:
        texts = zip(FIELDS, self.five.split(), strict=True)
        *rest, weekdays = (field.numbers(text) for field, text in texts)
        return (*rest, frozenset(day % 7 for day in weekdays))

    @cached_property
    def _either(self) -> bool:
        """Cron's rule: two restricted day fields mean either, a starred one means both."""
        fields = self.five.split()
        return not (fields[2].startswith("*") or fields[4].startswith("*"))

    def _on(self, day: date) -> bool:
        _, _, days, months, weekdays = self._sets
        found = day.day in days, day.isoweekday() % 7 in weekdays
        if day.month not in months or (self.last and (day + _DAY).day != 1):
            return False
        return any(found) if self._either else all(found)

    def _ticks(self, start: datetime, way: int, end: datetime | None = None) -> Iterator[datetime]:
        """Ticks one way through time, from a day before ``start``; a leap may double some."""
        zone = ZoneInfo(self.zone)
        day = start.astimezone(zone).date() - way * _DAY
        times = sorted(product(self._sets[1], self._sets[0]), reverse=way < 0)
        stop = end.astimezone(zone).date() if end else day + way * _YEARS * 366 * _DAY
        while day <= stop if way > 0 else day >= stop:
            if self._on(day):
                for hour, minute in times:
                    wall = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    yield _instant(wall)
            day += way * _DAY


def _utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ConfigError("A moment needs its time zone, such as datetime.now(UTC).")
    return moment.astimezone(UTC)


def _instant(wall: datetime) -> datetime:
    """The moment of a wall-clock time; the end of the leap where the clock leaps over it."""
    moment = wall.astimezone(UTC)
    if moment.astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return moment
    before, offset = (
        wall.replace(fold=1).astimezone(UTC),
        moment.astimezone(wall.tzinfo).utcoffset(),
    )
    while (gap := int((moment - before).total_seconds())) > 1:
        middle = before + timedelta(seconds=gap // 2)
        if middle.astimezone(wall.tzinfo).utcoffset() == offset:
            moment = middle
        else:
            before = middle
    return moment
