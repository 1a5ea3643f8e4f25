"""The five fields of cron: read strictly, written as short as they go."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from confstudy.errors import ConfigError, did_you_mean, listing

__all__ = ["DAYS", "FIELDS", "MONTHS", "Field", "listed"]

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True)
class Field:
    """One field: what it is called, the numbers it may hold, and their names."""

    name: str
    low: int
    high: int
    names: Mapping[str, int] = field(default_factory=dict)

    def numbers(self, text: str) -> frozenset[int]:
        """The numbers a field's text stands for: ``*``, ``5``, ``1-5``, ``*/2``, ``mon,thu``.

        Raises
        ------
        ConfigError
            A number out of range, a range that runs backwards, a step of nothing, a name
            that is none.

        Examples
        --------
        >>> sorted(FIELDS[0].numbers("0,30-40/5"))
        [0, 30, 35, 40]
        """
        return frozenset(number for part in text.split(",") for number in self._part(part))

    def _part(self, part: str) -> Collection[int]:
        span, slash, step = part.partition("/")
        if span == "*":
            first, last = self.low, self.high
        else:
            start, dash, end = span.partition("-")
            first = self._one(start, part)
            last = self._one(end, part) if dash else first
            if slash and not dash:
                raise self._wrong(part, "a step follows '*' or a range")
            if last < first:
                raise self._wrong(part, "it runs backwards")
        if slash and not (re.fullmatch(r"[0-9]{1,2}", step) and int(step)):
            raise self._wrong(part, "a step is a number from 1")
        return range(first, last + 1, int(step) if slash else 1)

    def _one(self, word: str, part: str) -> int:
        known = self.names.get(word.casefold())
        if known is not None:
            return known
        if re.fullmatch(r"[0-9]{1,2}", word) and self.low <= int(word) <= self.high:
            return int(word)
        raise self._wrong(part, "not one of them", did_you_mean(word, self.names))

    def _wrong(self, part: str, why: str, hint: str = "") -> ConfigError:
        names = f" or {listing(self.names)}" if self.names else ""
        return ConfigError(
            f"{self.name} '{part}': {why}.{hint} Allowed are {self.low} to {self.high}{names}, "
            "such as 5, 1-5, 1,3 and */2."
        )


def listed(numbers: Collection[int], whole: Field) -> str:
    """Numbers as a field's text.

    >>> listed({1, 2, 3, 5}, FIELDS[4]), listed(range(24), FIELDS[1])
    ('1-3,5', '*')
    """
    ordered = sorted(numbers)
    if len(ordered) == whole.high - whole.low + 1:
        return "*"
    runs: list[list[int]] = []
    for number in ordered:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    texts = [f"{r[0]}-{r[-1]}" if len(r) > 2 else ",".join(map(str, r)) for r in runs]
    return ",".join(texts)


def _short(names: tuple[str, ...], first: int) -> dict[str, int]:
    return {name[:3].casefold(): place for place, name in enumerate(names, start=first)}


#: Minute, hour, day of the month, month, weekday; Sunday is 0 and 7.
FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of the month", 1, 31),
    Field("month", 1, 12, _short(MONTHS, 1)),
    Field("weekday", 0, 7, _short(DAYS, 0)),
)
