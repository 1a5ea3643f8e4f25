"""What a column seems to be: its type, levels, missing codes and role, and what is unsure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Kind, Reason, Repair, Role
from confstudy.codebook.words import plain
from confstudy.survey.draft.answers import MOST_LEVELS, MOSTLY, NUMBER, sorted_out, tallied
from confstudy.survey.draft.ladders import in_order
from confstudy.survey.draft.names import asks_age
from confstudy.survey.draft.rare import (
    FEW,
    NO,
    YES,
    above,
    below,
    is_stock,
    is_typed_once,
)
from confstudy.survey.readers.grid import counted
from confstudy.survey.readers.raw import Described
from confstudy.survey.repair import range_of

__all__ = ["SAME", "Guess", "guess"]

#: Why a column without differences is left out.
SAME = "everybody answered the same"

#: Of an answer that others may know, only what one in twenty has is told apart.
_COMMON = 0.05
_DATE = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:[ t].*)?")


@dataclass(frozen=True)
class Guess:
    """An entry of a codebook to be, and the questions it leaves open."""

    header: str
    name: str
    label: str
    kind: Kind = "categorical"
    levels: Mapping[str, str] = field(default_factory=dict)
    missing: Mapping[Reason, tuple[str, ...]] = field(default_factory=dict)
    range: tuple[float, float] | None = None
    bands: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    role: Role | None = None
    unlisted: str = ""
    drop: str = ""
    asked_if: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    repairs: frozenset[Repair] = frozenset()
    unsure: tuple[str, ...] = ()

    def wondering(self, question: str) -> Guess:
        """The same guess with one more open question."""
        return replace(self, unsure=(*self.unsure, question))


def guess(column: pd.Series[Any], start: Guess, said: Described) -> Guess:
    """Guess what a column is from its distinct answers and what the file says of it."""
    counts, spelled = tallied(column)
    if not counts:
        return replace(start, drop="nobody answered")
    if len(counts) == 1:
        return replace(start, drop=SAME)
    if all(map(_DATE.fullmatch, counts)):
        return _of_dates(start, counts)
    answers = sorted_out(counts, spelled, said)
    counts, spelled = answers.counts, answers.spelled
    start = replace(start, missing=answers.missing, repairs=answers.repairs)
    for question in answers.questions:
        start = start.wondering(question)
    if not counts:
        return replace(start, drop="missing codes only")
    if len(counts) == 1:
        return replace(start, drop=SAME)
    if start.role in ("cluster", "strata"):
        return replace(start, kind="code")
    labelled = {plain(code): label for code, label in said.levels.items()}
    coded = all(plain(text) in labelled for text in counts)
    if labelled and coded and len(labelled) >= len(counts):
        kept = {code: label for code, label in said.levels.items() if plain(code) in labelled}
        shown = {c: lab for c, lab in kept.items() if plain(c) not in _missing_codes(start)}
        return _of_levels(start, shown, {lab: counts.get(plain(c), 0) for c, lab in shown.items()})
    numbers = {text: count for text, count in counts.items() if NUMBER.fullmatch(text)}
    if len(numbers) == len(counts):
        return _of_numbers(start, counts)
    if len(numbers) > 6 and sum(numbers.values()) >= MOSTLY * sum(counts.values()):
        strange = counted(sum(counts.values()) - sum(numbers.values()), "answer")
        start = start.wondering(f"{strange} in words are taken as missing: code them?")
        return replace(_of_numbers(start, numbers), unlisted="missing")
    return _of_words(start, {spelled[text]: count for text, count in counts.items()})


def _of_dates(start: Guess, counts: Mapping[str, int]) -> Guess:
    """Dates of answering point to people; ranges that all became dates are not to be lost."""
    if any(map(range_of, counts)) and len(counts) <= MOST_LEVELS:
        start = start.wondering("dates, or ranges such as 6-25 that a spreadsheet took for dates?")
    return replace(start, drop="dates")


def _missing_codes(start: Guess) -> set[str]:
    return {plain(code) for codes in start.missing.values() for code in codes}


def _of_levels(start: Guess, levels: Mapping[str, str], counts: Mapping[str, int]) -> Guess:
    """Codes with labels the file gives."""
    labels = list(dict.fromkeys(levels.values()))
    if all(NUMBER.fullmatch(label) for label in labels):
        return _of_numbers(start, {plain(code): counts.get(levels[code], 0) for code in levels})
    if is_typed_once(levels, counts):
        return _of_typed(start, levels, counts)
    ordered = in_order(labels)
    if len(labels) == 2:
        no_first = sorted(levels.items(), key=lambda pair: plain(pair[1]) in YES)
        return replace(start, kind="binary", levels=dict(no_first))
    if ordered:
        place = {label: position for position, label in enumerate(ordered)}
        inside = sorted(levels.items(), key=lambda pair: place[pair[1]])
        return replace(start, kind="ordinal", levels=dict(inside))
    return replace(start, kind="categorical", levels=dict(levels))


def _of_typed(start: Guess, levels: Mapping[str, str], counts: Mapping[str, int]) -> Guess:
    """Labels that were answers once: those that few gave are read as other."""
    shown = {code: label for code, label in levels.items() if counts[label] >= FEW}
    if not shown:
        return replace(start, drop="no answer that five people share")
    rare = len(levels) - len(shown)
    question = f"{counted(rare, 'rare answer')} read as “Other”: group better?"
    guessed = replace(start, kind="categorical", levels=shown | {"Other": "Other"})
    return replace(guessed, unlisted="Other").wondering(question)


def _of_numbers(start: Guess, counts: Mapping[str, int]) -> Guess:
    """Numbers: a yes and no, a point of a scale, or a measurement."""
    numbers = np.array(sorted(map(float, counts)))
    found = {float(text): count for text, count in counts.items()}
    fewest, most = (found[float(n)] for n in numbers[[0, -1]])
    whole = bool((numbers == np.round(numbers)).all())
    if start.role in ("weight", "replicate_weight"):
        return replace(start, kind="numeric")
    usual = tuple(numbers) in ((0, 1), (1, 2)) or min(fewest, most) >= FEW
    if len(numbers) == 2 and whole and usual:
        low, high = (f"{n:g}" for n in numbers)
        if (low, high) == ("0", "1"):
            start = start.wondering("is 1 “Yes” and 0 “No” (taken so)?")
            return replace(start, kind="binary", levels={"0": "No", "1": "Yes"})
        start = start.wondering(f"what do the codes {low} and {high} mean?")
        return replace(start, kind="binary", levels={low: low, high: high})
    if start.role == "quasi_identifier" and len(numbers) > 6:
        return _banded(start, numbers)
    # A point of a scale is no secret; a number far from all others is somebody's.
    points = whole and numbers[0] in (0, 1) and numbers[-1] <= 11 and len(numbers) >= 3
    if points and (most >= FEW or numbers[-1] - numbers[-2] <= 2):
        return replace(start, kind="numeric", range=(float(numbers[0]), float(numbers[-1])))
    span = below(float(numbers[0]), fewest), above(float(numbers[-1]), most)
    return replace(start, kind="numeric", range=span)


def _banded(start: Guess, numbers: np.ndarray[Any, Any]) -> Guess:
    """Bands for a number that others may know: of ages the usual ones, else about quarters."""
    if asks_age(start.name, start.header, start.label) and 10 <= np.median(numbers) <= 110:
        edges = [18.0, 25.0, 35.0, 45.0, 55.0, 65.0]
        bands = {f"{low:g}–{high - 1:g}": (low, high - 1) for low, high in pairwise(edges)}
        bands["65+"] = (65.0, 120.0)
        question = "are these the right bands of age, and is everybody 18 or older?"
        return replace(start.wondering(question), kind="ordinal", bands=bands, range=(18.0, 120.0))
    cuts = sorted({below(float(q), FEW) for q in np.quantile(numbers, [0.25, 0.5, 0.75])})
    low, high = below(float(numbers[0]), 1), above(float(numbers[-1]), 1)
    edges = [low, *(cut for cut in cuts if low < cut < high)]
    step = 1.0 if bool((numbers == np.round(numbers)).all()) else 1e-6
    ends = [*(edge - step for edge in edges[1:]), high]
    bands = {f"{a:g}–{b:.6g}": (a, b) for a, b in zip(edges, ends, strict=True)}
    question = "are these the right bands?"
    return replace(start.wondering(question), kind="ordinal", bands=bands, range=(low, high))


def _several(counts: Mapping[str, int]) -> bool:
    """Whether cells hold lists of answers that other cells hold alone."""
    lists = [[part.strip() for part in re.split("[;,]", text) if part.strip()] for text in counts]
    alone = {parts[0] for parts in lists if len(parts) == 1}
    return sum(len(parts) > 1 and bool(alone & set(parts)) for parts in lists) >= 2


def _of_words(start: Guess, counts: Mapping[str, int]) -> Guess:
    """Answers in words: yes and no, an order, or categories of which the rare stay unnamed."""
    if _several(counts):
        start = start.wondering(
            "several answers in one cell? Then make a variable of each, with this source, "
            "`levels: ['No', 'Yes']`, `recode: {'Yes': [the cells with it]}`, `unlisted: 'No'`"
        )
    known = start.role == "quasi_identifier" and len(counts) > 6
    fewest = max(FEW, _COMMON * sum(counts.values())) if known else FEW
    listed = [text for text, count in counts.items() if count >= fewest]
    rare = len(counts) - len(listed)
    ordered = in_order(counts)
    told = all(counts[text] >= FEW or is_stock(text) for text in counts)
    if ordered and told and len(ordered) <= 12:
        return replace(start, kind="ordinal", levels={text: text for text in ordered})
    if len(counts) == 2 and (len(listed) == 2 or {plain(text) for text in counts} <= YES | NO):
        low, high = sorted(counts, key=lambda text: (plain(text) in YES, plain(text) not in NO))
        return replace(start, kind="binary", levels={low: low, high: high})
    if not listed or len(listed) > MOST_LEVELS:
        if start.role is None and len(counts) > MOST_LEVELS:
            return replace(start, drop="too many different answers").wondering(
                f"{len(counts)} different answers: group them with `recode`, or leave it out?"
            )
        listed = sorted(listed, key=lambda text: -counts[text])[:MOST_LEVELS]
        rare = len(counts) - len(listed)
    if not listed:
        return replace(start, drop="no answer that five people share")
    listed.sort(key=lambda text: (plain(text) in YES, plain(text) not in NO))
    levels = {text: text for text in listed}
    guessed = replace(start, kind="categorical", levels=levels)
    if not rare:
        return guessed
    other = next((label for label in levels if plain(label) == "other"), "Other")
    question = f"{counted(rare, 'rare answer')} read as “{other}”: group better?"
    levels[other] = other
    return replace(guessed, levels=levels, unlisted=other).wondering(question)
