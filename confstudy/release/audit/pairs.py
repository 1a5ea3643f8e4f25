"""Two values that together are one respondent's, where one of them is hardly anybody else's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from confstudy.release.audit.index import Index, Item

__all__ = ["pair"]

#: Values looked at before and after a rare one, and lines between them.
NEAR, APART = 4, 2
#: Digits of a rare number, people who share it, and the chance below which it is no accident.
DIGITS, FEW, CHANCE = 4, 2, 0.01
#: Words of a label that is hardly written by chance.
LONG = 6


def pair(lines: Sequence[tuple[list[Item], int]], index: Index) -> bool:
    """Whether a rare value stands near others of the same respondent, more than by chance.

    The chance is that of meeting a rare value at all (how densely the data hold such numbers)
    times the shares of the values that fit, doubled for each that does not, times the number of
    rare values that the text could have met.
    """
    stream = [(number, item) for number, (items, _) in enumerate(lines) for item in items]
    tries = len({item.key for _, item in stream if _long(item)})
    for place, (line, item) in enumerate(stream):
        if not (_long(item) and 0 < len(item.rows) <= FEW):
            continue
        if len(item.key) >= LONG:
            return True
        near = stream[max(0, place - NEAR) : place + NEAR + 1]
        others = {other.key: other for at, other in near if abs(at - line) <= APART}
        others.pop(item.key, None)
        if _chance(item, list(others.values()), index) * tries < CHANCE:
            return True
    return False


def _long(item: Item) -> bool:
    """Whether a value has digits enough, or is letters with digits, as identifiers are."""
    word = "".join(item.key[1:] if item.named else item.key)
    digits = sum(map(str.isdigit, word.lstrip("-0")))
    return digits >= DIGITS or len(item.key) >= LONG


def _chance(item: Item, others: Sequence[Item], index: Index) -> float:
    fits = [other for other in others if np.isin(item.rows, other.rows).any()]
    fits = [other for other in fits if other.share < 0.95]
    if not fits:
        return 1.0
    shares = float(np.prod([other.share for other in fits]))
    return _density(item, index) * shares * 2.0 ** (len(others) - len(fits))


def _density(item: Item, index: Index) -> float:
    """How many of the numbers near a number are in the data."""
    if not all(map(_number, item.key[item.named :])):
        return 1e-3
    return index.density(item.key[-1]) if len(item.key) <= 1 + item.named else 0.3


def _number(word: str) -> bool:
    return word.lstrip("-").replace(".", "", 1).isdigit()
