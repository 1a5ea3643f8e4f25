"""Rules on what statistical programs print of few: sizes, leaves, bars, extremes, positions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from confstudy.release.audit.few import PEOPLE
from confstudy.release.audit.finding import Hit
from confstudy.release.audit.vocabulary import ATTRIBUTE, ITEM, NOT_PEOPLE, PERSON_KEY
from confstudy.release.decision import THRESHOLD

__all__ = ["filter_hits", "output_hits"]

_SMALL = Hit("threshold", f"a count of fewer than {THRESHOLD}")
_N_AFTER = re.compile(
    r"\b(?:mean|M|sd|SE|sum)\b.*?\d.*?(?<![\w.])[nN]\s+[1-9]\s*$|\([1-9] observations?\)",
    re.MULTILINE,
)
_SIZES = re.compile(r"\bsizes\b[^\n\d]{0,12}(\d+(?:,\s*\d+){2,})(?![\w%]|\.\d)")
_COUNTER = re.compile(r"\bCounter\(\{([^{}]{5,2000})\}\)")
_LEAF = re.compile(r"^\s*\d+\)\s+\S.*?\s([1-9])\s+\d[\d.]*\s+-?\d[\d.]*.*\*\s*$", re.MULTILINE)
_BAR = re.compile(r"^[^\n]*?(?:\||[#*█▇■=▏▎▍▌▋▊▉])\s*[#*█▇■=▏▎▍▌▋▊▉]*\s*(\d{1,6})\s*$")
_BLOCK = re.compile(r"[#*█▇■=▏▎▍▌▋▊▉]")
_EXTREMES = re.compile(
    r"\bPercentiles\s+Smallest\b|^\s*Range:\s*\[\s*-?\d|\bExtreme (?:Observations|Values)\b"
    r"|\bLowest-{2,}|\bM(?:in|ax)\.?\s*:\s*-?\d+(?:\.\d+)?\s|^\s*M(?:in|ax)imum:\s+-?\d",
    re.MULTILINE,
)
_EXAMPLES = re.compile(r"^\s*Examples:\s+\S+\s+\S+\s+\S+", re.MULTILINE)
_POSITIONS = re.compile(
    r"\bIndex\(\[(\d+(?:,\s*\d+)*)\], dtype='u?int\d+'\)|^\(array\(\[(\d+(?:,\s*\d+)*)\]\),\)$"
)
_LEAVES = re.compile(r"\s*-?\d+\s*\|\s*(\d*)\s*")
_EACH = re.compile(
    rf"\beach (?:\S+|star|dot|cross) (?:is|=|stands for|means) (?:one|a|1) {PEOPLE}", re.IGNORECASE
)
_COUNTED = re.compile(r"\s*\d+(?:\s+\d+){2,}\s*")
_EQUAL = re.compile(
    r"(?:[\w.]*[.$]|\[['\"]|`|\()?([A-Za-z]\w*)(?:['\"]\]|`)?\s*==?\s*"
    r"(?:(['\"])([^'\"\n]{1,40})\2|(\d+(?:\.\d+)?)L?\b)"
)


def output_hits(text: str) -> Iterator[Hit]:
    """Few respondents as programs print them.

    >>> [hit.rule for hit in output_hits("K-means clustering with clusters of sizes 231, 166, 2")]
    ['threshold']
    """
    lines = text.splitlines()[:5000]
    lists = [found[1].split(",") for found in _SIZES.finditer(text)]
    lists += [re.findall(r":\s*(\d+)(?=,|$)", found[1]) for found in _COUNTER.finditer(text)]
    lists += [*_bars(lines), *_named(lines)]
    few = any(_few([int(size) for size in sizes]) for sizes in lists)
    if few or _N_AFTER.search(text) or (_LEAF.search(text) and "deviance" in text):
        yield _SMALL
    if _EXTREMES.search(text):
        yield Hit("extremes", "a smallest or largest value is one respondent's")
    if _EXAMPLES.search(text):
        yield Hit("records", "answers of single respondents, as examples")
    if _stem(lines) or _EACH.search(text):
        yield Hit("single points", "a chart with one mark for each respondent")
    if _positions(text.strip()):
        yield Hit("records", "the places of single respondents in the data")


def _few(sizes: Sequence[int]) -> bool:
    counts = [size for size in sizes if size]
    return len(counts) >= 3 and min(counts) < THRESHOLD <= max(counts) and max(counts) >= 20


def _bars(lines: Sequence[str]) -> Iterator[list[str]]:
    """Counts at the ends of bars, line by line."""
    run: list[str] = []
    drawn = 0
    for line in [*lines, ""]:
        found = _BAR.match(line) if len(line) < 300 else None
        if found:
            run.append(found[1])
            drawn += bool(_BLOCK.search(line))
            continue
        if drawn >= 2:
            yield run
        run, drawn = [], 0


def _named(lines: Sequence[str]) -> Iterator[list[str]]:
    """Whole numbers that end where the words above them end."""
    for above, line in pairwise(lines):
        if not _COUNTED.fullmatch(line) or re.search(r"\d\.|[|=:]", above):
            continue
        ends = [found.end() for found in re.finditer(r"\d+", line)]
        under = all(
            len(above) >= end and above[end - 1].isalnum() and not above[end : end + 1].strip()
            for end in ends
        )
        if under and re.search(r"[^\W\d]{2}", above) and not NOT_PEOPLE.search(above):
            yield line.split()


def _stem(lines: Sequence[str]) -> bool:
    """Stems with their leaves, which are single answers: four lines of sorted digits."""
    run = leaves = 0
    for line in lines:
        found = _LEAVES.fullmatch(line)
        sorted_ = found is not None and list(found[1]) == sorted(found[1])
        run, leaves = (run + 1, leaves + len(found[1])) if found and sorted_ else (0, 0)
        if run >= 3 and leaves >= 2 * run:
            return True
    return False


def _positions(text: str) -> bool:
    """Row numbers in no regular order, alone in an output."""
    found = _POSITIONS.match(text)
    places = [int(word) for word in (found[1] or found[2]).split(",")] if found else []
    years = bool(places) and all(1900 <= place <= 2100 for place in places)
    return bool(places) and not years and (len(places) < 3 or bool(np.ptp(np.diff(places)) > 0))


def filter_hits(code: str) -> Iterator[Hit]:
    """Conditions in code that only one respondent meets.

    >>> [hit.rule for hit in filter_hits("df[(df.age == 41) & (df.income == 32206)]")]
    ['records']
    """
    for line in code.splitlines():
        if "==" not in line or len(line) > 2000:
            continue
        told = {" ".join(name.casefold().split("_")): text or number
                for name, _, text, number in _EQUAL.findall(line)}  # fmt: skip
        keyed = any(PERSON_KEY.fullmatch(n) and re.search(r"\d", v) for n, v in told.items())
        personal = [v for n, v in told.items() if ATTRIBUTE.fullmatch(n) or ITEM.fullmatch(n)]
        numbers = [v for v in personal if v.replace(".", "", 1).isdigit()]
        fine = any(len(v) >= 4 for v in numbers) and len(personal) >= 2
        if keyed or fine or (len(personal) >= 3 and numbers):
            yield Hit("records", "a condition that is one respondent's")
            return
