"""Rules on what programs list line by line: counts of levels, effects, plots of signs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.vocabulary import ATTRIBUTE, COUNT, NOT_PEOPLE, STATISTIC
from confstudy.release.decision import THRESHOLD

__all__ = ["listing_hits"]

_ROW = re.compile(r"^\s*([^\W\d][^\d\n]*?)\s+((?:\d+\s+)+\d+)\s*$")
_LEVEL = re.compile(
    r"^\s*[\"']?([^\W\d][^\d\n:=#*█]{0,40}?)[\"']?\s*(?:[:=]\s*|[#*█▇■=+|o]{1,400}\s*)(\d{1,6})\s*$"
)
_INLINE = re.compile(r"[\"']([^\W\d][^\"'\d\n]{0,40})[\"']\s*[:,]\s*(\d{1,6})(?=\s*[,)}\]])")
_ONE = (
    r"(?:[\"'`]?([^\W\d](?:[^\W\d]|[ '+&/-]){0,39}?)[\"'`]? ?(?:[:=(–→,]| ) ?(\d{1,6})\)?"
    r"|(\d{1,6}) \(([^\W\d][^\d()\n]{0,40})\))"
)
_PAIR = re.compile(_ONE)
_CHAIN = re.compile(rf"{_ONE}(?:(?:\s*[,;/|\n]\s*|,? and ){_ONE}){{2,}}(?![\w%]|[.,]\d)")
_LABELLED = re.compile(r"^\s*(?!(?:19|20)\d\d\b)[A-Za-z]{0,6}[-_\[]?\d{1,6}\]?\s+(-?\d+\.\d+)\s*$")
_VALUES = re.compile(r"^\s*(?:\[\d+\]\s*)?(-?\d+\.\d+(?:\s+-?\d+\.\d+){2,})\s*$")
_PLACES = frozenset("city town country region practice zona".split())
_WIDEST = 2000
_SMALL = Hit("threshold", f"a count of fewer than {THRESHOLD}")


def listing_hits(text: str) -> Iterator[Hit]:
    r"""Small counts of levels, one effect or residual a respondent, a scatter drawn with signs.

    >>> [hit.rule for hit in listing_hits("east: 40\nwest: 58\nnorth: 4")]
    ['threshold']
    """
    lines = text.splitlines()[:20_000]
    inline = _INLINE.findall(text[:200_000])
    chained = (_PAIR.findall(chain[0]) for chain in _CHAIN.finditer(text[:50_000]))
    told = ([(a or d, b or c) for a, b, c, d in pairs] for pairs in chained)
    if (
        _levels(inline)
        or any(map(_levels, told))
        or any(map(_levels, _runs(lines)))
        or _crossed(lines)
    ):
        yield _SMALL
    if _signed(lines):
        yield Hit("residuals", "a list with one number for each respondent or small group")
    if _drawn(lines):
        yield Hit("single points", "a chart of signs with one sign for each respondent")


def _like_counts(numbers: Sequence[int]) -> bool:
    """Mostly ten and more, some large, one of them small."""
    counts = np.array([number for number in numbers if number > 0])
    return bool(
        len(counts) >= 3 and counts.min() < THRESHOLD <= np.median(counts) and counts.max() >= 30
    )


def _levels(pairs: Sequence[tuple[str, str]]) -> bool:
    """Counts of levels: names that are words, not those of settings or statistics."""
    names = [re.sub(r"[\W]+", " ", name.casefold()).strip() for name, _ in pairs]
    other = any(
        "_" in n or COUNT.fullmatch(n) or STATISTIC.fullmatch(n)
        or (ATTRIBUTE.fullmatch(n) and n not in _PLACES) or NOT_PEOPLE.search(n)
        for n in names
    )  # fmt: skip
    return len(set(names)) >= 3 and not other and _like_counts([int(count) for _, count in pairs])


def _runs(lines: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    run: list[tuple[str, str]] = []
    for line in [*lines, ""]:
        found = _LEVEL.match(line) if len(line) < 300 else None
        if found:
            run.append((found[1], found[2]))
        elif run:
            yield run
            run = []


def _crossed(lines: Sequence[str]) -> bool:
    """Lines of a label and as many whole numbers each, below a line of words."""
    run: list[list[int]] = []
    for number, line in enumerate([*lines, ""]):
        found = _ROW.match(line) if len(line) < 300 else None
        cells = [int(word) for word in found[2].split()] if found else []
        if cells and (not run or len(cells) == len(run[0])):
            run.append(cells)
            continue
        if len(run) >= 2 and _like_counts([cell for row in run for cell in row]):
            start = number - len(run)
            heads = " ".join(lines[max(0, start - 2) : start]).casefold()
            words = re.findall(r"[^\W\d]+", heads)
            named = any(STATISTIC.fullmatch(word) for word in words) or NOT_PEOPLE.search(heads)
            if len(words) >= len(run[0]) and not named:
                return True
        run = [cells] if cells else []
    return False


def _signed(lines: Sequence[str]) -> bool:
    """Twelve and more decimals of both signs, one a labelled line or several a bare line."""
    for pattern in (_LABELLED, _VALUES):
        found = [match[1] for line in lines if (match := pattern.match(line))]
        values = np.array([float(word) for part in found for word in part.split()][:5000])
        apart = len(values) >= 12 and len(set(values)) > 0.8 * len(values)
        if apart and 0.15 < (values < 0).mean() < 0.85:
            return True
    return False


def _drawn(lines: Sequence[str]) -> bool:
    """Eight and more lines of blanks and one sign, alone at places that differ."""
    places: list[tuple[int, int]] = []
    for number, line in enumerate(line.rstrip()[:_WIDEST] for line in lines):
        bare = re.sub(r"^\s*(?:[-\d.]+\s*)?[|┤│+]|[|│]\s*$", " ", line)
        signs = set(bare.split()) if len(bare) < 300 else set()
        if len(signs) == 1 and re.fullmatch(r"[^\w\s]|[ox]", next(iter(signs))):
            places += [(number, at.start()) for at in re.finditer(r"\S", bare)]
    rows, columns = {row for row, _ in places}, {column for _, column in places}
    return len(places) >= 12 and len(rows) >= 6 and len(columns) >= 8
