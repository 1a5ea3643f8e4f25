"""Readers of crontabs that share no code with the package."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

import pytest

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
FIELD = re.compile(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?")


def field(text: str, low: int, high: int) -> set[int]:
    found = set()
    for part in text.split(","):
        read = FIELD.fullmatch(part)
        assert read, text
        first, last, step = (int(group) if group else None for group in read.groups())
        start = low if first is None else first
        end = high if first is None else start if last is None else last
        assert low <= start <= end <= high, text
        found |= {number for number in range(start, end + 1) if (number - start) % (step or 1) == 0}
    return found


def matcher(five: str) -> Callable[[datetime], bool]:
    """Whether a wall-clock minute is one that five fields mean."""
    texts = five.split(" ")
    assert len(texts) == 5
    minutes, hours, days, months, weekdays = (
        field(text, *limits) for text, limits in zip(texts, LIMITS, strict=True)
    )
    starred = texts[2][0] == "*" or texts[4][0] == "*"

    def matches(wall: datetime) -> bool:
        if wall.minute not in minutes or wall.hour not in hours or wall.month not in months:
            return False
        on = wall.day in days, bool({wall.isoweekday(), wall.isoweekday() % 7} & weekdays)
        return all(on) if starred else any(on)

    return matches


@pytest.fixture(scope="session")
def cron_matcher() -> Callable[[str], Callable[[datetime], bool]]:
    return matcher
