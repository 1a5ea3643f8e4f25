"""A schedule in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from confstudy.report.schedule.fields import DAYS, MONTHS

__all__ = ["worded"]


def worded(sets: Sequence[frozenset[int]], last: bool, either: bool) -> str:
    """Minutes, hours, days, months and weekdays as a phrase.

    >>> every = frozenset(range(1, 32)), frozenset(range(1, 13))
    >>> worded([frozenset({0}), frozenset({6}), *every, frozenset({1, 4})], False, False)
    'Mondays and Thursdays at 06:00'
    """
    minutes, hours, days, months, weekdays = sets
    when = _time(minutes, hours)
    which = _days(days, weekdays, last, either)
    if len(months) < len(MONTHS):
        which = f"{which or 'Every day'} in {_and([MONTHS[m - 1] for m in sorted(months)])}"
    if not which and when.startswith("every"):
        return when.capitalize()
    return f"{which or 'Every day'} {when}"


def _time(minutes: frozenset[int], hours: frozenset[int]) -> str:
    if len(minutes) * len(hours) <= 4:
        return f"at {_and([f'{h:02}:{m:02}' for h in sorted(hours) for m in sorted(minutes)])}"
    past = "every minute" if len(minutes) == 60 else f"at minute {_and(minutes)}"
    if len(hours) == 24:
        return "every hour" if minutes == {0} else past.replace("at", "every hour at", 1)
    return f"{past} of hour {_and(hours)}"


def _days(days: frozenset[int], weekdays: frozenset[int], last: bool, either: bool) -> str:
    if last:
        return "The last day of the month"
    named = ""
    if weekdays == {1, 2, 3, 4, 5}:
        named = "Monday to Friday"
    elif len(weekdays) < 7:
        named = _and([f"{DAYS[day]}s" for day in sorted(weekdays, key=lambda day: (day - 1) % 7)])
    dates = "" if len(days) == 31 else f"Day {_and(days)} of the month"
    if named and dates:
        return f"{dates} {'or' if either else 'if among'} {named}"
    return named or dates


def _and(parts: Collection[object]) -> str:
    """A list in a sentence; ``confstudy.words`` would load the models for it."""
    *first, end = map(str, sorted(parts) if isinstance(parts, frozenset) else parts)
    return f"{', '.join(first)} and {end}" if first else end
