"""Suppression in a table of 20 × 30 with 15 small cells, beside a linear program for each goal."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from confstudy.release.suppression.bounds import bounds
from confstudy.release.suppression.primary import with_margins
from confstudy.release.suppression.suppression import suppression

THRESHOLD = 10


def timed(work: Callable[[], NDArray[np.bool_]]) -> tuple[float, NDArray[np.bool_]]:
    """Seconds of the fastest of three runs, and what it gave."""
    seconds = []
    for _ in range(3):
        start = perf_counter()
        found = work()
        seconds.append(perf_counter() - start)
    return min(seconds), found


def plain_sums(rows: int, columns: int) -> NDArray[np.float64]:
    """Each line less its margin, one line after another."""
    lines = []
    for row in range(rows):
        line = np.zeros((rows, columns))
        line[row, :-1], line[row, -1] = 1, -1
        lines.append(line.ravel())
    for column in range(columns):
        line = np.zeros((rows, columns))
        line[:-1, column], line[-1, column] = 1, -1
        lines.append(line.ravel())
    return np.array(lines)


def plainly(counts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A dense linear program over all cells for each small cell, up and down."""
    full = with_margins(counts)
    hidden = (full > 0) & (full < THRESHOLD)
    sums = plain_sums(*full.shape)
    for cell in np.flatnonzero(hidden):
        for change in (THRESHOLD - full.flat[cell], -full.flat[cell]):
            price = np.where(hidden, 0.0, full).ravel()
            rise = [(0.0, None if count else 0.0) for count in full.flat]
            fall = [(0.0, float(n)) for n in full.flat]
            rise[-1] = fall[-1] = (0.0, 0.0)
            rise[cell] = (max(change, 0), max(change, 0))
            fall[cell] = (max(-change, 0), max(-change, 0))
            found = linprog(
                np.concatenate([price, price]),
                A_eq=np.hstack([sums, -sums]),
                b_eq=np.zeros(len(sums)),
                bounds=rise + fall,
            )
            moved = np.abs(found.x[: full.size] - found.x[full.size :]) > 1e-6
            hidden = hidden | moved.reshape(full.shape)
    return hidden


def safe(counts: NDArray[np.int64], hidden: NDArray[np.bool_]) -> bool:
    """Whether the auditor finds every small cell between nobody and the threshold or more."""
    full = with_margins(counts)
    low, high = bounds(np.where(hidden, np.nan, full.astype(float)))
    small = (full > 0) & (full < THRESHOLD)
    return bool((low[small] == 0).all() and (high[small] >= THRESHOLD).all())


def main() -> None:
    """Print the seconds, the hidden cells and the ratio, after the auditor found both safe."""
    rng = np.random.default_rng(1)
    counts = rng.integers(10, 99, (20, 30))
    counts.flat[rng.choice(600, 15, replace=False)] = rng.integers(1, 10, 15)
    ours, found = timed(lambda: suppression(counts).hidden)
    theirs, plain = timed(lambda: plainly(counts))
    if not (safe(counts, found) and safe(counts, plain)):
        raise SystemExit("a small cell can be worked out")
    print(f"20 × 30 with 15 small cells: {ours:.3f} s, {found.sum()} cells hidden")
    print(
        f"a linear program each: {theirs:.3f} s ({theirs / ours:.1f} times), {plain.sum()} hidden"
    )


if __name__ == "__main__":
    main()
