"""How long a synthesis will still take, told with each step."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Pace", "on_a_terminal"]

Say = Callable[[str], object]


class Pace:
    """Tells each step, and how much time is left once some of the ``work`` is done.

    Examples
    --------
    >>> moments = iter([0.0, 10.0])
    >>> pace = Pace(print, work=4, now=lambda: next(moments))
    >>> pace("risk", done=1)
    risk, about 30 s left
    """

    def __init__(self, say: Say, work: float, now: Callable[[], float] = time.monotonic) -> None:
        self._say, self._work, self._now = say, work, now
        self._start = now()

    def __call__(self, step: str, done: float) -> None:
        """Tell a step that begins when so much of the work is done."""
        if done:
            left = (self._now() - self._start) * (self._work - done) / done
            step = f"{step}, about {_worded(left)} left"
        self._say(step)


def on_a_terminal(stream: TextIO) -> Say | None:
    """What shows one line after the other in the same place; None where nobody looks on.

    >>> import io
    >>> on_a_terminal(io.StringIO()) is None
    True
    """
    if not stream.isatty():
        return None

    def say(line: str) -> None:
        stream.write(f"\r\x1b[K{line}")
        stream.flush()

    return say


def _worded(seconds: float) -> str:
    return f"{math.ceil(seconds)} s" if seconds < 90 else f"{math.ceil(seconds / 60)} min"
