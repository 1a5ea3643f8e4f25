"""Who of a file is known already: by equal answers, or by most of them.

Three steps, from the surest on: the same answers; the same answers to all but a few questions,
where these questions changed for everybody (a recoded, reduced or added column); most of the
answers of one single person (a corrected cell). The last one is believed only if nobody else has
those answers and chance would hardly make such a pair.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from math import ceil

import numpy as np
from numpy.typing import NDArray

from confstudy.release.ledger.entry import CHUNKS
from confstudy.release.ledger.identity import Answers
from confstudy.release.ledger.roster import Known, Roster, joined, signatures

__all__ = ["matched"]

_MOST_CHANGED, _FEWEST_SHARED = 3, 5 / 8
#: Left over respondents of whom nearly all must be alike for a change that concerns everybody.
_SEVERAL, _NEARLY_ALL = 10, 0.9
#: The most pairs of different people that chance may be expected to make.
_CHANCE = 0.01
Words = NDArray[np.uint64]
Numbers = NDArray[np.int64]


def matched(answers: Answers, study: str, roster: Roster) -> tuple[Numbers, NDArray[np.bool_]]:
    """Find each respondent of a file in the roster.

    Returns
    -------
    numbers, equal
        (n,) the respondent's number, −1 for somebody new; (n,) whether the answers to the
        same questions were equal.
    """
    own = answers.own
    found = np.full(answers.n, -1, dtype=np.int64)
    equal = np.zeros(answers.n, dtype=bool)
    for known in _usable(answers, study, roster):
        if (found >= 0).all():
            break
        same = known.columns == answers.columns
        _same(found, signatures(own if same else answers.chunks(known.columns)), known)
        equal = (found >= 0) if same else equal
    _changed_for_all(found, own, roster)
    _changed_for_one(found, own, roster)
    return found, equal


def _usable(answers: Answers, study: str, roster: Roster) -> list[Known]:
    """Earlier sets of columns that this file still has, the largest and latest first."""
    have = set(answers.columns)
    usable = [
        known
        for known in reversed(roster.known)
        if known.columns == answers.columns
        or (set(known.columns) <= have and (known.study == study or known.telling))
    ]
    return sorted(usable, key=lambda known: -len(known.columns))


def _same(found: Numbers, wanted: Words, known: Known) -> None:
    """Give a number to those whose signature is known; the latest who had it counts."""
    order = np.argsort(known.signatures, kind="stable")
    place = np.searchsorted(known.signatures[order], wanted, side="right") - 1
    record = order[np.maximum(place, 0)]
    rows = np.flatnonzero((found < 0) & (place >= 0) & (known.signatures[record] == wanted))
    rows = rows[~np.isin(known.numbers[record[rows]], found)]
    rows = rows[np.argsort(-record[rows], kind="stable")]
    numbers, first = np.unique(known.numbers[record[rows]], return_index=True)
    found[rows[first]] = numbers


def _left(found: Numbers, roster: Roster) -> tuple[Numbers, Numbers]:
    """The rows without a number, and the numbers without a row."""
    free = np.ones(roster.size, dtype=bool)
    free[found[found >= 0]] = False
    return np.flatnonzero(found < 0), np.flatnonzero(free)


def _changed_for_all(found: Numbers, own: Words, roster: Roster) -> None:
    """Where nearly all that are left are alike but for the same few chunks, it is those people."""
    rows, people = _left(found, roster)
    if len(rows) < _SEVERAL or not len(people):
        return
    enough = min(_NEARLY_ALL * len(rows), max(_SEVERAL, len(found) / 2))
    for sets in _shared(own):
        best = (rows[:0], people[:0])
        for kept in sets:
            here, there = (signatures(part[:, kept]) for part in (own[rows], roster.latest[people]))
            _, mine, theirs = np.intersect1d(here, there, assume_unique=True, return_indices=True)
            best = max(best, (rows[mine], people[theirs]), key=lambda pair: len(pair[0]))
        if len(best[0]) >= enough:
            found[best[0]] = best[1]
            return


def _changed_for_one(found: Numbers, own: Words, roster: Roster) -> None:
    """Where one respondent has most answers of exactly one known person, it is that person."""
    if (found >= 0).all() or not roster.size:
        return
    rare = np.column_stack([_logs(roster.latest[:, chunk]) for chunk in range(CHUNKS)])
    for sets in _shared(own):
        rows, people = _left(found, roster)
        if not len(rows) or not len(people):
            return
        likely = np.log(_CHANCE) - np.log(float(len(rows)) * len(people) * len(sets))
        pairs = [
            (row, person)
            for kept in sets
            for row, person in _alone(own, roster.latest, rows, people, kept)
            if rare[person, kept].sum() <= likely
        ]
        distinct = set(pairs)
        mine, theirs = (Counter(pair[side] for pair in distinct) for side in (0, 1))
        for row, person in distinct:
            if mine[row] == theirs[person] == 1:
                found[row] = person


def _alone(
    own: Words, latest: Words, rows: Numbers, people: Numbers, kept: list[int]
) -> Iterator[tuple[int, int]]:
    """Pairs that are alike in the kept chunks, with nobody else alike, known or in the file."""
    here, there = joined(own[:, kept]), joined(latest[:, kept])
    common, mine, theirs = np.intersect1d(here[rows], there[people], return_indices=True)
    if len(common):
        single = np.isin(common, _once(here)) & np.isin(common, _once(there))
        yield from zip(rows[mine[single]].tolist(), people[theirs[single]].tolist(), strict=True)


def _shared(own: Words) -> Iterator[list[list[int]]]:
    """Sets of chunks that may be alike: all but one, all but two, all but three."""
    filled = [chunk for chunk in range(CHUNKS) if len(own) and own[0, chunk] != 0]
    fewest = max(1, ceil(_FEWEST_SHARED * len(filled)), len(filled) - _MOST_CHANGED)
    for kept in range(len(filled) - 1, fewest - 1, -1):
        yield [list(chosen) for chosen in combinations(filled, kept)]


def _logs(words: Words) -> NDArray[np.float64]:
    """(n,) the logarithm of the share that each word has among all."""
    _, place, counts = np.unique(words, return_inverse=True, return_counts=True)
    return np.log(counts[place] / len(words))


def _once(words: Words) -> Words:
    """The words that occur once."""
    distinct, counts = np.unique(words, return_counts=True)
    return np.compress(counts == 1, distinct)
