"""What people write in ``schedule = "…"``, as five fields of cron and a zone."""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from confstudy.errors import ConfigError, did_you_mean, listing
from confstudy.report.schedule.fields import DAYS, FIELDS

__all__ = ["read_phrase"]

_FORMS = (
    "'Mon 06:00', 'Mon,Thu 06:00', 'daily 06:00', 'weekdays 07:30', 'monthly 1 06:00', "
    "'monthly last 06:00', 'hourly', 'every 6 hours' and '0 6 * * 1', each with a time zone "
    "such as Europe/Amsterdam after it"
)
_HEADS = ("daily", "weekdays", "monthly", "hourly", "every")
_EVEN = (1, 2, 3, 4, 6, 8, 12, 24)
_WEEKDAYS = {name.casefold(): place for place, name in enumerate(DAYS)} | dict(FIELDS[4].names)


def read_phrase(text: str, zone: str) -> tuple[str, bool, str]:
    """Five fields, whether only the last day of the month is meant, and the time zone.

    Parameters
    ----------
    text
        The phrase.
    zone
        The time zone of a phrase that names none.

    Raises
    ------
    ConfigError
        What is wrong, what is allowed, the nearest match.

    Examples
    --------
    >>> read_phrase("weekdays 07:30 Europe/Berlin", "UTC")
    ('30 7 * * 1-5', False, 'Europe/Berlin')
    """
    words = text.split()
    if not words:
        raise ConfigError(f"it is empty. Allowed are {_FORMS}.")
    if re.match(r"[0-9*]", words[0]):
        five, rest = _cron(words)
    elif words[0].casefold() in ("hourly", "every"):
        five, rest = _hours(words)
    else:
        five, rest = _days(words)
    if len(rest) > 1:
        raise ConfigError(f"'{' '.join(rest[1:])}' is too much. Allowed are {_FORMS}.")
    last = words[0].casefold() == "monthly" and words[1].casefold() == "last"
    return five, last, _zone(rest[0] if rest else zone)


def _cron(words: list[str]) -> tuple[str, list[str]]:
    if len(words) < 5:
        raise ConfigError(f"cron has five fields, here are {len(words)}. Allowed are {_FORMS}.")
    sets = [field.numbers(word) for field, word in zip(FIELDS, words[:5], strict=True)]
    longest = {2: 29} | dict.fromkeys((4, 6, 9, 11), 30)
    possible = any(day <= longest.get(month, 31) for month in sets[3] for day in sets[2])
    if not possible and words[4].startswith("*"):
        raise ConfigError(f"no month of '{words[3]}' has a day '{words[2]}': it would never run.")
    return " ".join(words[:5]), words[5:]


def _hours(words: list[str]) -> tuple[str, list[str]]:
    if words[0].casefold() == "hourly":
        return "0 * * * *", words[1:]
    given = " ".join(words[1:3])
    found = re.fullmatch(r"([0-9]{1,2}) hours?", given.casefold())
    if not found or int(found[1]) not in _EVEN:
        raise ConfigError(
            f"'every {given}' does not divide a day into equal parts of whole hours. "
            f"Allowed are {listing(_EVEN)} hours, such as 'every 6 hours'."
        )
    step = int(found[1])
    return f"0 {'*' if step == 1 else 0 if step == 24 else f'*/{step}'} * * *", words[3:]


def _days(words: list[str]) -> tuple[str, list[str]]:
    head, rest = words[0].casefold(), words[1:]
    day, weekdays = "*", "*"
    if head == "monthly":
        day, rest = _month_day(rest[0] if rest else ""), rest[1:]
    elif head == "weekdays":
        weekdays = "1-5"
    elif head != "daily":
        weekdays = _named(words[0])
    return f"{_time(rest[0] if rest else '')} {day} * {weekdays}", rest[1:]


def _month_day(word: str) -> str:
    if word.casefold() == "last":
        return "28-31"
    if re.fullmatch(r"[0-9]{1,2}", word) and 1 <= int(word) <= 28:
        return str(int(word))
    raise ConfigError(
        f"'{word}' is no day that every month has."
        f"{did_you_mean(word, ['last'])} Allowed are 1 to 28 and last."
    )


def _named(word: str) -> str:
    numbers = []
    for name in word.split(","):
        if name.casefold() not in _WEEKDAYS:
            short = [day[:3] for day in (*DAYS[1:], DAYS[0])]
            hint = did_you_mean(name, [*_HEADS, *short, *DAYS])
            raise ConfigError(
                f"'{name}' is no day.{hint} "
                f"Allowed are {listing([*_HEADS, *short])}; as in {_FORMS}."
            )
        numbers.append(_WEEKDAYS[name.casefold()])
    return ",".join(map(str, sorted(set(numbers))))


def _time(word: str) -> str:
    found = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", word)
    if not found:
        what = f"'{word}' is no time of day" if word else "a time of day is wanting"
        raise ConfigError(f"{what}. Allowed are 00:00 to 23:59.")
    return f"{int(found[2])} {int(found[1])}"


def _zone(name: str) -> str:
    try:
        return ZoneInfo(name).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = did_you_mean(name, sorted(available_timezones()))
        raise ConfigError(
            f"'{name}' is no time zone.{hint} Allowed are names such as Europe/Amsterdam and UTC."
        ) from None
