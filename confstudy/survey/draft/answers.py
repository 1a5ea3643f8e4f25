"""The distinct answers of a column: counted, repaired, and why some of them are none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from confstudy.codebook.reasons import reason_of
from confstudy.codebook.schema import Reason, Repair
from confstudy.codebook.words import plain
from confstudy.survey.draft.rare import FEW, is_stock_reason
from confstudy.survey.readers.raw import Described
from confstudy.survey.repair import range_of

__all__ = ["MOSTLY", "MOST_LEVELS", "NUMBER", "Answers", "sorted_out", "tallied"]

NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?", re.IGNORECASE)
#: More different answers than these are not written as levels.
MOST_LEVELS = 25
#: A share that makes a rule.
MOSTLY = 0.95
_COMMA = re.compile(r"[-+]?\d*,\d+")
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(?:,\d{3})+")
_BLANK = {"", "na", "n/a", "nan", "<na>", "#n/a"}
_CODES = {77, 88, 98, 99, 777, 888, 998, 999, 7777, 8888, 9998, 9999, 99999}


@dataclass(frozen=True, repr=False)
class Answers:
    """How many gave each answer, as answers are compared, and what was set aside."""

    counts: dict[str, int]
    spelled: dict[str, str]
    missing: Mapping[Reason, tuple[str, ...]]
    repairs: frozenset[Repair]
    questions: tuple[str, ...]


def sorted_out(counts: dict[str, int], spelled: dict[str, str], said: Described) -> Answers:
    """Undo damage, and set aside the answers that say why there is none."""
    spelled = dict(spelled)
    counts, dated = _undated(counts, spelled)
    counts, commas = _without_commas(counts, spelled)
    made: dict[Repair, bool] = {"spreadsheet_dates": dated, "decimal_commas": commas}
    missing, counts, questions = _without_missing(counts, said)
    codes = {
        why: tuple(spelled.get(text, text) for text in found) for why, found in missing.items()
    }
    repairs = frozenset(repair for repair, was in made.items() if was)
    return Answers(counts, spelled, codes, repairs, tuple(questions))


def tallied(column: pd.Series[Any]) -> tuple[dict[str, int], dict[str, str]]:
    """How many gave each answer as answers are compared, and its most common spelling."""
    found: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for cell, count in column.value_counts(dropna=True).items():
        text = " ".join(str(cell).split())
        key = plain(text)
        if key not in _BLANK:
            found[key] = found.get(key, 0) + int(count)
            spelled.setdefault(key, key if NUMBER.fullmatch(text) else text)
    return found, spelled


def _undated(counts: dict[str, int], spelled: dict[str, str]) -> tuple[dict[str, int], bool]:
    """Ranges such as 6-25 that a spreadsheet took for dates, where other answers are ranges."""
    ranges = {text: range_of(text) for text in counts} if len(counts) <= MOST_LEVELS else {}
    dated = {text: written for text, written in ranges.items() if written}
    others = [text for text in counts if not ranges.get(text)]
    if not dated or not any(re.search(r"\d\s*[-–]\s*\d", text) for text in others):
        return counts, False
    spelled |= {written: written for written in dated.values()}
    found: dict[str, int] = {}
    for text, count in counts.items():
        key = dated.get(text, text)
        found[key] = found.get(key, 0) + count
    # What few people wrote may have been a date after all.
    known = {*others, *(text for text, count in found.items() if count >= FEW)}
    kept = {text: count for text, count in found.items() if text in known}
    rest = {text: n for text, n in counts.items() if text in dated and dated[text] not in known}
    return kept | rest, True


def _without_commas(counts: dict[str, int], spelled: dict[str, str]) -> tuple[dict[str, int], bool]:
    """Numbers written 3,5 with a point, where nearly all answers are numbers."""
    commas = {text: text.replace(",", ".") for text in counts if _COMMA.fullmatch(text)}
    total = sum(counts.values())
    numbers = sum(n for text, n in counts.items() if text in commas or NUMBER.fullmatch(text))
    if not commas or numbers < MOSTLY * total or all(map(_THOUSANDS.fullmatch, commas)):
        return counts, False
    spelled |= {point: point for point in commas.values()}
    found: dict[str, int] = {}
    for text, count in counts.items():
        key = plain(commas.get(text, text))
        spelled.setdefault(key, key)
        found[key] = found.get(key, 0) + count
    return found, True


def _without_missing(
    counts: dict[str, int], said: Described
) -> tuple[dict[Reason, list[str]], dict[str, int], list[str]]:
    """Set aside the answers that say why there is none."""
    total = sum(counts.values())
    missing: dict[Reason, list[str]] = {}
    left = dict(counts)
    questions = []
    for code, label in said.missing.items():
        missing.setdefault(reason_of(label) or "lost", []).append(code)
        left.pop(plain(code), None)
    for code, label in said.levels.items():
        reason = reason_of(label)
        if reason is not None and plain(code) not in counts:
            missing.setdefault(reason, []).append(code)
    labels = {plain(code): label for code, label in said.levels.items()}
    for text in [text for text in left if text in labels or not NUMBER.fullmatch(text)]:
        reason = reason_of(labels.get(text, text))
        said_by_few = text not in labels and left[text] < FEW and not is_stock_reason(text)
        if reason is None or said_by_few:
            continue
        if reason == "dont_know" and left[text] >= total / 10:
            questions.append("is “don't know” an answer here (kept as a level) or missing?")
            continue
        missing.setdefault(reason, []).append(text)
        del left[text]
    strays = _stray_codes({t: n for t, n in left.items() if t not in labels})
    named = [text for text in strays if text.startswith("-") or left[text] >= FEW]
    for text in named:
        missing.setdefault("lost", []).append(text)
        questions.append(f"is {text} a code for a missing answer (taken so), and for which?")
    if len(named) < len(strays):
        questions.append("does a number far above the others say why there is no answer?")
    left = {text: count for text, count in left.items() if text not in strays}
    return missing, left, questions


def _stray_codes(counts: Mapping[str, int]) -> list[str]:
    """Numbers that look like codes for missing answers: −99, or 99 far above all others."""
    if not counts or not all(NUMBER.fullmatch(text) for text in counts):
        return []
    numbers = {text: float(text) for text in counts}
    inside = [n for n in numbers.values() if n >= 0 and n not in _CODES]
    if not inside or min(inside) < 0:
        return []
    beyond = max(inside) + max(1.0, 0.1 * (max(inside) - min(inside)))
    below = [text for text, n in numbers.items() if n in (-1, -7, -8, -9) or -n in _CODES]
    fractions = any(n < 0 and text not in below for text, n in numbers.items())
    above = [text for text, n in numbers.items() if n in _CODES and n > beyond]
    return [*([] if fractions else below), *(above or _beyond_a_gap(counts))]


def _beyond_a_gap(counts: Mapping[str, int]) -> list[str]:
    """7, 8 or 9 that some gave, where all others gave 1, 2, 3 … up to two points less."""
    points = {float(text): text for text in counts}
    last = min(points)
    while last + 1 in points:
        last += 1
    rest = [text for number, text in points.items() if number > last]
    few = sum(counts[text] for text in rest) <= sum(counts.values()) / 5
    gap = rest and min(map(float, rest)) >= last + 2 and min(points) in (0, 1) and last >= 2
    return rest if gap and few and set(rest) <= {"7", "8", "9"} else []
