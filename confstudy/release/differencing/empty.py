"""Cells without respondents that were hidden: readers do not know that nobody is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from confstudy.release.differencing.published import Published
from confstudy.release.differencing.system import Number, System, Tables

__all__ = ["conditions", "with_hidden_zeros"]


def conditions(number: Published) -> dict[str, str] | None:
    """The levels that a label names; None where it is worded otherwise.

    >>> one = Published("arm=absolute, told=yes", "count", ("arm", "told"), np.uint8([1]))
    >>> conditions(one)
    {'arm': 'absolute', 'told': 'yes'}
    """
    if number.label == "all":
        return {}
    names = "|".join(re.escape(name) for name in sorted(number.of, key=len, reverse=True))
    found = list(re.finditer(rf"(?:^|, )({names})=", number.label)) if names else []
    if not found or found[0].start():
        return None
    ends = [*(match.start() for match in found[1:]), len(number.label)]
    return {m[1]: number.label[m.end() : end] for m, end in zip(found, ends, strict=True)}


def with_hidden_zeros(system: System, tables: Tables) -> System:
    """The system with one imagined respondent in each empty cell that was hidden.

    Notes
    -----
    Where all of a group gave one answer, that cell and the empty ones beside it are hidden while
    the group's total stays. Taken as sets of respondents, the cell equals its total, as if the
    total gave it away. Equal sets that would differ in an imagined respondent are kept apart.
    """
    zeros = [(hidden, zero) for hidden in system.hidden for zero in _beside(hidden, system)]
    if not zeros:
        return system
    behind: dict[tuple[bool | int, ...], list[Number]] = {}
    for place, group in enumerate(system.behind):
        for number in group:
            held = (_holds(number, zero, hidden, tables) for hidden, zero in zeros)
            behind.setdefault((place, *held), []).append(number)
    rows = [[*system.rows[place], *held] for place, *held in behind]
    return replace(
        system,
        behind=list(behind.values()),
        rows=np.array(rows, dtype=float),
        sizes=np.append(system.sizes, np.ones(len(zeros))),
        old=np.array([not all(one.new for one in group) for group in behind.values()]),
    )


def _beside(hidden: Number, system: System) -> Iterator[Mapping[str, str]]:
    """The empty cells beside a hidden one that has all respondents of its total."""
    own = conditions(hidden.published)
    members = hidden.published.members.tobytes().rstrip(b"\0")
    for group in system.behind:
        if own is None or group[0].published.members.tobytes().rstrip(b"\0") != members:
            continue
        totals = (conditions(one.published) for one in group if one.table == hidden.table)
        for total in totals:
            if total is not None and len(total) + 1 == len(own) and total.items() <= own.items():
                (name,) = own.keys() - total.keys()
                for level in _levels(system, hidden.table, name) - {own[name]}:
                    yield {**own, name: level}


def _levels(system: System, table: int, name: str) -> set[str]:
    everything = [*system.hidden, *(number for group in system.behind for number in group)]
    named = (conditions(one.published) for one in everything if one.table == table)
    return {found[name] for found in named if found and name in found}


def _holds(number: Number, zero: Mapping[str, str], hidden: Number, tables: Tables) -> bool:
    """Whether a number counts the respondents of an empty cell, were there any."""
    named = conditions(number.published)
    members = hidden.published.members
    covered = members & ~tables.universe[number.table, : len(members)]
    return named is not None and named.items() <= zero.items() and not covered.any()
