"""How far all reports are together: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Self, TextIO

from confstudy.report.engine.progress import Stage, clock

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["Board"]

#: Seconds between two lines where there is no terminal.
_PAUSE = 10.0


class Board:
    """Shows which reports run, how far each is, and how long all may still take.

    The time left is judged by what is done: every report counts as much as any other.

    Parameters
    ----------
    out
        Takes a line for people; bars make room for it.
    stream
        Where progress is shown; standard error by default.

    Examples
    --------
    >>> lines = []
    >>> with Board(lines.append) as board:
    ...     board.expect(3)
    ...     board.at("one", Stage(1, 4, 2.0))
    ...     board.ended("two")
    ...     board.say("two: built")
    >>> lines, str(board)[:14]
    (['two: built'], '1 of 3 reports')
    """

    def __init__(self, out: Callable[[str], object], stream: TextIO | None = None) -> None:
        self.total = self.done = 0
        self.running: dict[str, Stage] = {}
        self._out, self._stream = out, stream or sys.stderr
        self._start = self._last = time.monotonic()

    def expect(self, total: int) -> None:
        """So many reports are to be built from now on."""
        self.total = total
        self._start = self._last = time.monotonic()

    def at(self, name: str, stage: Stage) -> None:
        """A report is this far."""
        self.running[name] = stage
        if self._stream.isatty():
            self._draw()
        elif time.monotonic() - self._last >= _PAUSE:
            self._last = time.monotonic()
            each = "; ".join(f"{name} {s.done}/{s.total} cells" for name, s in self.running.items())
            print(f"  {self}: {each}", file=self._stream, flush=True)

    def ended(self, name: str) -> None:
        """A report has ended, however that was."""
        self.running.pop(name, None)
        self.done += 1

    def say(self, text: str) -> None:
        """Say a line above the bars."""
        self._clear()
        self._out(text)

    @property
    def left(self) -> float | None:
        """Seconds that all may still take; None before a tenth is done."""
        part = self.done + sum(stage.done / (stage.total or 1) for stage in self.running.values())
        if part < self.total / 10 or not part:
            return None
        return (time.monotonic() - self._start) * (self.total - part) / part

    def __str__(self) -> str:
        """The state of all in words."""
        left = "" if self.left is None else f", about {clock(self.left)} left"
        return f"{self.done} of {self.total} reports{left}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clear()

    @cached_property
    def _bars(self) -> Progress:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(24), TextColumn("{task.description}", markup=False))
        return Progress(
            *columns,
            console=Console(file=self._stream),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def _draw(self) -> None:
        bars = self._bars
        for task in bars.task_ids:
            bars.remove_task(task)
        for name, stage in self.running.items():
            cells = f"{name}: {stage.done} of {stage.total} cells"
            bars.add_task(cells, total=stage.total, completed=stage.done)
        bars.add_task(str(self), total=self.total, completed=self.done)
        bars.start()

    def _clear(self) -> None:
        if "_bars" in self.__dict__:
            self._bars.stop()
