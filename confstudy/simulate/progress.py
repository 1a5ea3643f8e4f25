"""How far a long draw has come, on one line of a terminal."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TextIO

__all__ = ["Told", "progress"]

Told = Callable[[int, int], None]


def progress(
    stream: TextIO, now: Callable[[], float] = time.monotonic, every: float = 0.2
) -> Told | None:
    """What to call with the clients drawn so far and all of them; None where nobody looks on.

    Parameters
    ----------
    stream
        Written to only where it is a terminal; the line is wiped at the end.
    every
        Seconds between two lines.

    Examples
    --------
    >>> import io
    >>> progress(io.StringIO()) is None
    True
    """
    if not stream.isatty():
        return None
    start, shown = now(), -math.inf

    def told(done: int, of: int) -> None:
        nonlocal shown
        moment = now()
        if done < of and moment - shown >= every:
            left = (moment - start) * (of - done) / max(done, 1)
            stream.write(f"\r\x1b[K{done:,} of {of:,} clients, about {_worded(left)} left")
            shown = moment
        elif done >= of and shown > -math.inf:
            stream.write("\r\x1b[K")
        stream.flush()

    return told


def _worded(seconds: float) -> str:
    """A time as people say it.

    >>> _worded(4.2), _worded(150), _worded(7300)
    ('5 s', '3 min', '2.0 h')
    """
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
