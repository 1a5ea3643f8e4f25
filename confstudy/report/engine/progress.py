"""How far a notebook is, for people who wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TextIO

__all__ = ["Progress", "Stage", "shown", "stages"]

_WIDTH = 24
#: Seconds between two lines where there is no terminal.
_PAUSE = 10.0


@dataclass(frozen=True)
class Stage:
    """How far a notebook is.

    Attributes
    ----------
    done, total
        Code cells.
    seconds
        Since the start.
    left
        Seconds that it may still take; None before it can be told.
    """

    done: int
    total: int
    seconds: float
    left: float | None = None

    def __str__(self) -> str:
        """The stage in words.

        >>> print(Stage(3, 12, 2.0, 75.0))
        3 of 12 cells, about 1:15 left
        """
        left = "" if self.left is None else f", about {clock(self.left)} left"
        return f"{self.done} of {self.total} cells{left}"


Progress = Callable[[Stage], object]


def stages(total: int, expected: Sequence[float] = ()) -> Callable[[], Stage]:
    """A function that gives the next stage each time a cell has ended.

    Parameters
    ----------
    total
        How many cells there are.
    expected
        Seconds each cell took the last time; without them, all cells are taken to be alike.
    """
    start, done = time.monotonic(), 0
    known = len(expected) == total and sum(expected) > 0
    weights = list(expected) if known else [1.0] * total

    def ended() -> Stage:
        nonlocal done
        done = min(done + 1, total)
        seconds = time.monotonic() - start
        passed = sum(weights[:done])
        left = seconds * (sum(weights) - passed) / passed if passed else None
        return Stage(done, total, seconds, left)

    return ended


def shown(title: str, stream: TextIO | None = None) -> Progress:
    """A bar on a terminal; elsewhere a plain line every ten seconds."""
    out = stream or sys.stderr
    if out.isatty():
        return lambda stage: _draw(title, stage, out)
    last = 0.0

    def line(stage: Stage) -> None:
        nonlocal last
        if stage.seconds - last >= _PAUSE:
            last = stage.seconds
            print(f"  {title}: {stage}", file=out, flush=True)

    return line


def clock(seconds: float) -> str:
    """Minutes and seconds.

    >>> clock(75.4)
    '1:15'
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _draw(title: str, stage: Stage, out: TextIO) -> None:
    if stage.done == stage.total:
        out.write("\r\x1b[K")
    else:
        full = _WIDTH * stage.done // stage.total
        out.write(f"\r\x1b[K  {title} {'━' * full}{'─' * (_WIDTH - full)} {stage}")
    out.flush()
