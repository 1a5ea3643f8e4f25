"""What a column seems to be: its type, levels, missing codes and role, and what is unsure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from confstudy.codebook.reasons import reason_of
from confstudy.codebook.schema import Kind, Reason, Role
from confstudy.codebook.words import plain
from confstudy.survey.draft.ladders import in_order
from confstudy.survey.readers.raw import Described
from confstudy.survey.repair import range_of

__all__ = ["Guess", "guess"]

#: An answer that fewer people gave is not written into a codebook.
FEW = 5
_MOST_LEVELS = 25
#: Of an answer that others may know, only what one in twenty has is told apart.
_COMMON = 0.05
_MOSTLY = 0.95
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
_BLANK = {"", "na", "n/a", "nan", "<na>", "#n/a"}
_CODES = {77, 88, 98, 99, 777, 888, 998, 999, 7777, 8888, 9998, 9999, 99999}
_YES = {"yes", "y", "true", "ja", "oui", "si", "sí", "1", "checked", "selected", "agree"}
_NO = {"no", "n", "false", "nein", "nee", "non", "0", "unchecked", "not selected", "disagree"}


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
    dated: bool = False
    unsure: tuple[str, ...] = ()

    def wondering(self, question: str) -> Guess:
        """The same guess with one more open question."""
        return replace(self, unsure=(*self.unsure, question))


def guess(column: pd.Series[Any], start: Guess, said: Described) -> Guess:
    """Guess what a column is from its distinct answers and what the file says of it."""
    counts, spelled = _tallied(column)
    if not counts:
        return replace(start, drop="nobody answered")
    if len(counts) == 1:
        return replace(start, drop="everybody answered the same")
    counts, dated = _undated(counts, spelled)
    start, counts = _without_missing(replace(start, dated=dated), counts, said)
    missing = {
        why: tuple(spelled.get(text, text) for text in codes)
        for why, codes in start.missing.items()
    }
    start = replace(start, missing=missing)
    if not counts:
        return replace(start, drop="missing codes only")
    if start.role in ("cluster", "strata"):
        return replace(start, kind="code")
    labelled = {plain(code): label for code, label in said.levels.items()}
    coded = all(plain(text) in labelled for text in counts)
    if labelled and coded and len(labelled) >= len(counts):
        kept = {code: label for code, label in said.levels.items() if plain(code) in labelled}
        shown = {c: lab for c, lab in kept.items() if plain(c) not in _missing_codes(start)}
        return _of_levels(start, shown, {lab: counts.get(plain(c), 0) for c, lab in shown.items()})
    numbers = {text: count for text, count in counts.items() if _NUMBER.fullmatch(text)}
    if len(numbers) == len(counts):
        return _of_numbers(start, counts)
    if len(numbers) > 6 and sum(numbers.values()) >= _MOSTLY * sum(counts.values()):
        strange = counted(sum(counts.values()) - sum(numbers.values()), "answer")
        start = start.wondering(f"{strange} in words are taken as missing: code them?")
        return replace(_of_numbers(start, numbers), unlisted="missing")
    return _of_words(start, {spelled[text]: count for text, count in counts.items()})


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 answer``, ``2 answers``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _tallied(column: pd.Series[Any]) -> tuple[dict[str, int], dict[str, str]]:
    """How many gave each answer as answers are compared, and its most common spelling."""
    found: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for cell, count in column.value_counts(dropna=True).items():
        text = " ".join(str(cell).split())
        key = plain(text)
        if key not in _BLANK:
            found[key] = found.get(key, 0) + int(count)
            spelled.setdefault(key, key if _NUMBER.fullmatch(text) else text)
    return found, spelled


def _undated(counts: dict[str, int], spelled: dict[str, str]) -> tuple[dict[str, int], bool]:
    """Ranges such as 6-25 that a spreadsheet took for dates, where other answers are ranges."""
    ranges = {text: range_of(text) for text in counts} if len(counts) <= _MOST_LEVELS else {}
    dated = {text: written for text, written in ranges.items() if written}
    others = [text for text in counts if not ranges.get(text)]
    if not dated or not any(re.search(r"\d\s*[-–]\s*\d", text) for text in others):
        return counts, False
    spelled |= {written: written for written in dated.values()}
    found: dict[str, int] = {}
    for text, count in counts.items():
        key = dated.get(text, text)
        found[key] = found.get(key, 0) + count
    return found, True


def _missing_codes(start: Guess) -> set[str]:
    return {plain(code) for codes in start.missing.values() for code in codes}


def _without_missing(
    start: Guess, counts: dict[str, int], said: Described
) -> tuple[Guess, dict[str, int]]:
    """Set aside the answers that say why there is none."""
    total = sum(counts.values())
    missing: dict[Reason, list[str]] = {}
    left = dict(counts)
    questions = []
    for code, label in said.missing.items():
        missing.setdefault(reason_of(label) or "lost", []).append(code)
        left.pop(plain(code), None)
    labels = {plain(code): label for code, label in said.levels.items()}
    for text in [text for text in left if text in labels or not _NUMBER.fullmatch(text)]:
        reason = reason_of(labels.get(text, text))
        if reason is None:
            continue
        if reason == "dont_know" and left[text] >= total / 10:
            questions.append("is “don't know” an answer here (kept as a level) or missing?")
            continue
        missing.setdefault(reason, []).append(text)
        del left[text]
    for text in _stray_codes(left):
        missing.setdefault("lost", []).append(text)
        questions.append(f"is {text} a code for a missing answer (taken so), and for which?")
        del left[text]
    listed = {reason: tuple(codes) for reason, codes in missing.items()}
    return replace(start, missing=listed, unsure=(*start.unsure, *questions)), left


def _stray_codes(counts: Mapping[str, int]) -> list[str]:
    """Numbers that look like codes for missing answers: −99, or 99 far above all others."""
    if not counts or not all(_NUMBER.fullmatch(text) for text in counts):
        return []
    numbers = {text: float(text) for text in counts}
    inside = [n for n in numbers.values() if n >= 0 and n not in _CODES]
    if not inside or min(inside) < 0:
        return []
    beyond = max(inside) + max(1.0, 0.1 * (max(inside) - min(inside)))
    below = [text for text, n in numbers.items() if n in (-1, -7, -8, -9) or -n in _CODES]
    fractions = any(n < 0 and text not in below for text, n in numbers.items())
    above = [text for text, n in numbers.items() if n in _CODES and n > beyond]
    return [*([] if fractions else below), *above]


def _of_levels(start: Guess, levels: Mapping[str, str], counts: Mapping[str, int]) -> Guess:
    """Codes with labels the file gives."""
    labels = list(dict.fromkeys(levels.values()))
    if all(_NUMBER.fullmatch(label) for label in labels):
        return _of_numbers(start, {plain(code): counts.get(levels[code], 0) for code in levels})
    ordered = in_order(labels)
    if len(labels) == 2:
        no_first = sorted(levels.items(), key=lambda pair: plain(pair[1]) in _YES)
        return replace(start, kind="binary", levels=dict(no_first))
    if ordered:
        place = {label: position for position, label in enumerate(ordered)}
        inside = sorted(levels.items(), key=lambda pair: place[pair[1]])
        return replace(start, kind="ordinal", levels=dict(inside))
    return replace(start, kind="categorical", levels=dict(levels))


def _of_numbers(start: Guess, counts: Mapping[str, int]) -> Guess:
    """Numbers: a yes and no, a point of a scale, or a measurement."""
    numbers = np.array(sorted(map(float, counts)))
    whole = bool((numbers == np.round(numbers)).all())
    if start.role in ("weight", "replicate_weight"):
        return replace(start, kind="numeric")
    if len(numbers) == 2 and whole:
        low, high = (f"{n:g}" for n in numbers)
        if (low, high) == ("0", "1"):
            start = start.wondering("is 1 “Yes” and 0 “No” (taken so)?")
            return replace(start, kind="binary", levels={"0": "No", "1": "Yes"})
        start = start.wondering(f"what do the codes {low} and {high} mean?")
        return replace(start, kind="binary", levels={low: low, high: high})
    if start.role == "quasi_identifier" and len(numbers) > 6:
        return _banded(start, numbers)
    least, most = _outward(float(numbers[0])), -_outward(-float(numbers[-1]))
    if whole and numbers[0] in (0, 1) and numbers[-1] <= 11 and len(numbers) >= 3:
        return replace(start, kind="numeric", range=(float(numbers[0]), float(numbers[-1])))
    return replace(start, kind="numeric", range=(least, most))


def _outward(number: float) -> float:
    """A round number below, so that a range does not tell the smallest answer."""
    if number == 0:
        return 0.0
    size = 10.0 ** np.floor(np.log10(abs(number)))
    return float(np.floor(number / size) * size)


def _banded(start: Guess, numbers: np.ndarray[Any, Any]) -> Guess:
    """Bands for a number that others may know: of ages the usual ones, else about quarters."""
    aged = re.search(r"(?:^|_)(?:age|alter|leeftijd|edad)(?:_|$)", start.name)
    if aged and 10 <= np.median(numbers) <= 110:
        edges = [18.0, 25.0, 35.0, 45.0, 55.0, 65.0]
        bands = {f"{low:g}–{high - 1:g}": (low, high - 1) for low, high in pairwise(edges)}
        bands["65+"] = (65.0, 120.0)
        question = "are these the right bands of age, and is everybody 18 or older?"
        return replace(start.wondering(question), kind="ordinal", bands=bands, range=(18.0, 120.0))
    cuts = sorted({_outward(float(q)) for q in np.quantile(numbers, [0.25, 0.5, 0.75])})
    low, high = _outward(float(numbers[0])), -_outward(-float(numbers[-1]))
    edges = [low, *(cut for cut in cuts if low < cut < high)]
    step = 1.0 if bool((numbers == np.round(numbers)).all()) else 1e-6
    ends = [*(edge - step for edge in edges[1:]), high]
    bands = {f"{a:g}–{b:.6g}": (a, b) for a, b in zip(edges, ends, strict=True)}
    question = "are these the right bands?"
    return replace(start.wondering(question), kind="ordinal", bands=bands, range=(low, high))


def _of_words(start: Guess, counts: Mapping[str, int]) -> Guess:
    """Answers in words: yes and no, an order, or categories of which the rare stay unnamed."""
    known = start.role == "quasi_identifier" and len(counts) > 6
    fewest = max(FEW, _COMMON * sum(counts.values())) if known else FEW
    listed = [text for text, count in counts.items() if count >= fewest]
    rare = len(counts) - len(listed)
    ordered = in_order(counts)
    if ordered and len(ordered) <= 12:
        return replace(start, kind="ordinal", levels={text: text for text in ordered})
    if len(counts) == 2:
        low, high = sorted(counts, key=lambda text: (plain(text) in _YES, plain(text) not in _NO))
        return replace(start, kind="binary", levels={low: low, high: high})
    if not listed or len(listed) > _MOST_LEVELS:
        if start.role is None and len(counts) > _MOST_LEVELS:
            return replace(start, drop="too many different answers").wondering(
                f"{len(counts)} different answers: group them with `recode`, or leave it out?"
            )
        listed = sorted(listed, key=lambda text: -counts[text])[:_MOST_LEVELS]
        rare = len(counts) - len(listed)
    if not listed:
        return replace(start, drop="no answer that five people share")
    listed.sort(key=lambda text: (plain(text) in _YES, plain(text) not in _NO))
    levels = {text: text for text in listed}
    guessed = replace(start, kind="categorical", levels=levels)
    if not rare:
        return guessed
    other = next((label for label in levels if plain(label) == "other"), "Other")
    question = f"{counted(rare, 'rare answer')} read as “{other}”: group better?"
    levels[other] = other
    return replace(guessed, levels=levels, unlisted=other).wondering(question)
