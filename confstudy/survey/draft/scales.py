"""Batteries: columns that were answered on the same points and so may measure one construct."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.words import plain
from confstudy.survey.draft.column import Guess
from confstudy.survey.draft.ladders import in_order
from confstudy.survey.draft.names import named, stem

__all__ = ["Battery", "batteries"]

_ITEMS = 3
_SIDE_BY_SIDE = 4
_POINTS = 4


@dataclass(frozen=True)
class Battery:
    """A scale to be: its items, which of them look reverse-keyed, its points."""

    name: str
    items: tuple[str, ...]
    reverse: tuple[str, ...]
    points: tuple[int, int]


def batteries(guesses: Sequence[Guess], frame: pd.DataFrame) -> tuple[list[Guess], list[Battery]]:
    """Find the batteries, and make their columns items."""
    found: list[Battery] = []
    changed = {entry.name: entry for entry in guesses}
    for group in _groups(guesses):
        points, levels = _points(group)
        items = [_item(entry, levels) for entry in group]
        changed |= {item.name: item for item in items}
        codes = np.column_stack([_codes(item, frame[item.header]) for item in items])
        reverse = tuple(items[place].name for place in _against(codes))
        found.append(
            Battery(_name(group, changed, found), tuple(i.name for i in items), reverse, points)
        )
    return list(changed.values()), found


def _groups(guesses: Sequence[Guess]) -> list[list[Guess]]:
    """Columns with one stem, or side by side, that have the same kind of answers."""
    open_ones = [entry for entry in guesses if not entry.drop and entry.role is None]
    groups = []
    for _, run in groupby(guesses, key=lambda entry: (_stem(entry), _signature(entry))):
        group = list(run)
        enough = _ITEMS if _stem(group[0]) else _SIDE_BY_SIDE
        if len(group) >= enough and group[0] in open_ones and _signature(group[0]):
            groups.append(group)
    return groups


def _stem(entry: Guess) -> str:
    return stem(entry.header) or stem(entry.label)


def _signature(entry: Guess) -> str:
    """What items of one battery have in common: the ladder of their answers, or their numbers."""
    if entry.drop or entry.role is not None:
        return ""
    if (
        entry.kind == "numeric"
        and entry.range
        and entry.range[0] in (0, 1)
        and entry.range[1] <= 11
    ):
        return "numbers"
    if entry.kind != "ordinal" or entry.bands:
        return ""
    ladder = sorted(plain(label) for label in entry.levels.values())
    return "words" if len(ladder) >= _POINTS or _stem(entry) else ""


def _points(group: Sequence[Guess]) -> tuple[tuple[int, int], dict[str, str]]:
    """The points of a battery, and the label of each where answers are words."""
    if group[0].kind == "numeric":
        spans = [entry.range for entry in group if entry.range]
        return (int(min(s[0] for s in spans)), int(max(s[1] for s in spans))), {}
    coded = {code: label for entry in group for code, label in entry.levels.items()}
    if all(re.fullmatch(r"-?\d+", code) for code in coded):
        inside = sorted(coded.items(), key=lambda pair: int(pair[0]))
        return (int(inside[0][0]), int(inside[-1][0])), dict(inside)
    labels = dict.fromkeys(label for entry in group for label in entry.levels.values())
    ordered = in_order(labels) or list(labels)
    return (1, len(ordered)), {str(place): label for place, label in enumerate(ordered, start=1)}


def _item(entry: Guess, levels: Mapping[str, str]) -> Guess:
    if entry.kind == "numeric":
        return replace(entry, kind="item", range=None)
    return replace(entry, kind="item", levels=dict(levels))


def _codes(item: Guess, column: pd.Series[Any]) -> NDArray[np.float64]:
    places = {plain(label): float(code) for code, label in item.levels.items()}
    places |= {plain(code): float(code) for code in item.levels}
    missing = {plain(code) for codes in item.missing.values() for code in codes}

    def number(cell: object) -> float:
        key = plain(cell)
        if key in missing:
            return float("nan")
        if key in places:
            return places[key]
        try:
            return float(key.replace(",", "."))
        except ValueError:
            return float("nan")

    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    return np.array([number(cell) for cell in distinct])[codes]


def _against(codes: NDArray[np.float64]) -> list[int]:
    """Items that run against the others: the smaller side of the first component."""
    complete = codes[~np.isnan(codes).any(axis=1)]
    complete_enough = len(complete) >= 30 and bool((complete.std(axis=0) > 0).all())
    if not complete_enough:
        return []
    correlations = np.corrcoef(complete, rowvar=False)
    first = np.linalg.eigh(correlations)[1][:, -1]
    first = first * np.sign(np.median(first) or 1.0)
    return [place for place, weight in enumerate(first) if weight < -0.2]


def _name(group: Sequence[Guess], taken: Mapping[str, Guess], found: Sequence[Battery]) -> str:
    shared = _stem(group[0])
    base = next(iter(named([shared]).values())) if shared else "scale"
    base = base if base not in taken else f"{base}_scale"
    names = {battery.name for battery in found}
    number, name = 1, base if shared else "scale_1"
    while name in names or name in taken:
        number += 1
        name = f"{base}_{number}"
    return name
