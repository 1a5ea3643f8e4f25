"""How far a run is: a bar on a terminal, elsewhere a plain line now and then."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Progress", "progress_of"]

_WIDTH = 24
#: Seconds between two lines, on a terminal and elsewhere.
_OFTEN, _PAUSE = 0.2, 10.0


class Progress:
    """Called with what is done so far and all there is; says how much time is left.

    Parameters
    ----------
    what
        What is counted.
    stream
        Where it is written; standard error if not given.

    Examples
    --------
    >>> from io import StringIO
    >>> ticks = iter(range(0, 1000, 20))
    >>> told = Progress("chunks", out := StringIO(), now=lambda: next(ticks))
    >>> told.part("n = 200", 1, 3)
    >>> told(0, 8); told(2, 8)
    >>> print(out.getvalue().strip())
    n = 200 (1 of 3): 2 of 8 chunks, about 1:00 left
    """

    def __init__(
        self,
        what: str = "chunks",
        stream: TextIO | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what, self._now = what, now
        self._stream = sys.stderr if stream is None else stream
        self._bar = self._stream.isatty()
        self._name = ""
        self._drawn = False
        self._start: float | None = None
        self._first, self._shown = 0, -math.inf

    def part(self, name: str, number: int, of: int) -> None:
        """Begin one of several designs."""
        self._name = f"{name} ({number} of {of}): "
        self._start = None

    def __call__(self, done: int, of: int) -> None:
        """Show how far it is, if it is time to."""
        moment = self._now()
        if self._start is None:
            # What was there at the start took no time.
            self._start, self._first = moment, done
            self._shown = -math.inf if self._bar else moment
        if done >= of:
            self._wipe()
        elif done > self._first and moment - self._shown >= (_OFTEN if self._bar else _PAUSE):
            self._shown = moment
            left = (moment - self._start) * (of - done) / (done - self._first)
            self._write(done, of, f"{done:,} of {of:,} {self._what}, about {_clock(left)} left")

    def _write(self, done: int, of: int, words: str) -> None:
        if self._bar:
            full = _WIDTH * done // of
            bar = f"{'━' * full}{'─' * (_WIDTH - full)} "
            self._stream.write(f"\r\x1b[K{self._name}{bar}{words}")
            self._drawn = True
        else:
            self._stream.write(f"{self._name}{words}\n")
        self._stream.flush()

    def _wipe(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False


def progress_of(wanted: bool | None = None, what: str = "chunks") -> Progress | None:
    """What shows how far a run is: always, never, or where a person looks on (None).

    >>> progress_of(False) is None
    True
    """
    if wanted is None:
        wanted = sys.stderr.isatty()
    return Progress(what) if wanted else None


def _clock(seconds: float) -> str:
    """Minutes and seconds, or hours and minutes.

    >>> _clock(75.4), _clock(7330)
    ('1:15', '2 h 2 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
