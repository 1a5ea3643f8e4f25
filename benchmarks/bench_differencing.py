"""Differencing 500 new numbers against 500 old ones, beside pairs of plain Python sets."""

from __future__ import annotations

from itertools import product
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from confstudy.release.differencing.held import held_back
from confstudy.release.differencing.published import Published

RESPONDENTS = 10_000


def report(
    answers: dict[str, NDArray[np.int64]], who: NDArray[np.bool_], first: int, cells: int
) -> list[Published]:
    """Two-way tables with their margins, until there are enough cells."""
    names, made = list(answers), []
    pairs = [(a, b) for a in names for b in names if a < b]
    for table, (one, two) in enumerate(pairs[first:], first):
        inside = who & (answers[one] >= 0) & (answers[two] >= 0)
        for a, b in product(range(-1, 4), repeat=2):
            members = inside & ((answers[one] == a) | (a < 0)) & ((answers[two] == b) | (b < 0))
            packed = np.packbits(members)
            label = f"{one}={a}, {two}={b}"
            made.append(Published(label, "count", (one, two), packed, at="", table=table))
    return made[:cells]


def plainly(new: list[Published], old: list[Published]) -> int:
    """Pairs of the same variables that differ by 1 to 9 respondents; no row space at all."""
    sets = [set(np.flatnonzero(np.unpackbits(one.members)).tolist()) for one in [*new, *old]]
    everything, found = [*new, *old], 0
    for place, one in enumerate(new):
        for other in range(place + 1, len(everything)):
            few = 0 < len(sets[place] ^ sets[other]) < 10
            found += few and set(one.of) == set(everything[other].of)
    return found


def main() -> None:
    """Print the seconds for reports that may leave, then of both for one that may not."""
    rng = np.random.default_rng(1)
    answers = {f"v{place:02d}": rng.integers(0, 4, RESPONDENTS) for place in range(12)}
    for column in answers.values():
        column[rng.random(RESPONDENTS) < 0.03] = -1
    everybody = np.ones(RESPONDENTS, dtype=bool)
    old = report(answers, everybody, 0, 500)
    fewer = everybody.copy()
    fewer[:5] = False
    for what, new in (
        ("other tables", report(answers, everybody, 20, 500)),
        ("the same tables again", report(answers, everybody, 0, 500)),
        ("five respondents fewer", report(answers, fewer, 0, 500)),
    ):
        start = perf_counter()
        held = held_back(new, old)
        ours = perf_counter() - start
        print(f"{what}: {ours:.2f} s, {len(held)} of {len(new)} held")
    start = perf_counter()
    pairs = plainly(new, old)
    theirs = perf_counter() - start
    if bool(pairs) != bool(held):
        raise SystemExit("the two do not agree")
    print(f"pairs of plain sets alone: {theirs:.1f} s ({theirs / ours:.1f} times as long)")


if __name__ == "__main__":
    main()
