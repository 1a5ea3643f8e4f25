"""Processes of this machine that do chunks; one that is killed is replaced once."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, Pipe, wait
from multiprocessing.process import BaseProcess
from pickle import PicklingError
from typing import Any, Self

from confstudy.design.working import Job, Result, Task, work
from confstudy.errors import AnalysisError, DeclarationError

__all__ = ["Processes"]


@dataclass
class _Worker:
    """A process, its pipe, what it is doing, and the task that it knows."""

    process: BaseProcess
    pipe: Connection
    job: Job | None = None
    task: Task | None = None

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Processes:
    """Local processes, started with their first chunk and ended with the block.

    Parameters
    ----------
    number
        How many; at most two for each core.

    Examples
    --------
    >>> with Processes(0):
    ...     pass
    Traceback (most recent call last):
    confstudy.errors.DeclarationError: Workers number from 1 to ...
    """

    def __init__(self, number: int) -> None:
        most = 2 * (os.cpu_count() or 1)
        if not 1 <= number <= most:
            raise DeclarationError(
                f"Workers number from 1 to {most} here, two for each core, not {number}."
            )
        self._number = number
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end(self._workers)

    def results(self, task: Task, todo: Sequence[Job]) -> Iterator[tuple[int, Result]]:
        """The results with their places, as they arrive.

        Raises
        ------
        AnalysisError
            A process ended twice over the same chunk.
        """
        waiting, lost = deque(todo), Counter[int]()
        try:
            while waiting or self._busy():
                self._share_out(task, waiting)
                for pipe in wait([worker.pipe for worker in self._busy()]):
                    worker = next(one for one in self._workers if one.pipe is pipe)
                    arrived = self._received(worker, waiting, lost)
                    if arrived is not None:
                        # The next chunk goes out before anybody looks at this result.
                        self._share_out(task, waiting)
                        yield arrived
        finally:
            self._end(self._busy())

    def _busy(self) -> list[_Worker]:
        return [worker for worker in self._workers if worker.job is not None]

    def _share_out(self, task: Task, waiting: deque[Job]) -> None:
        idle = [worker for worker in self._workers if worker.job is None]
        while waiting and (idle or len(self._workers) < self._number):
            worker = idle.pop() if idle else self._start()
            worker.job = job = waiting.popleft()
            try:
                worker.pipe.send((None if worker.task is task else task, *job[1:]))
            except (PicklingError, TypeError, AttributeError):
                raise DeclarationError(
                    "This design or analysis cannot be sent to other processes: define its "
                    "functions in a module, or leave the executor out."
                ) from None
            except OSError:
                continue  # It has ended; reading from it tells.
            worker.task = task

    def _start(self) -> _Worker:
        ours, theirs = Pipe()
        process = get_context("spawn").Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        self._workers.append(_Worker(process, ours))
        return self._workers[-1]

    def _received(
        self, worker: _Worker, waiting: deque[Job], lost: Counter[int]
    ) -> tuple[int, Result] | None:
        """A result; or None where the process has ended, and its chunk waits again."""
        job = worker.job
        if job is None:
            return None
        try:
            good, value = worker.pipe.recv()
        except (EOFError, OSError):
            self._end([worker])
            lost[job[0]] += 1
            if lost[job[0]] > 1:
                raise AnalysisError(_ENDED) from None
            waiting.appendleft(job)
            return None
        worker.job = None
        if not good:
            raise value
        return job[0], value

    def _end(self, workers: Sequence[_Worker]) -> None:
        for worker in list(workers):
            worker.end()
            self._workers.remove(worker)


_ENDED = (
    "A worker ended twice over the same chunk of replications: the system ended it (is there "
    "memory enough?), or the calling script has no `if __name__ == '__main__':`, which "
    "workers need. Take fewer workers, or none."
)


def _serve(pipe: Connection) -> None:
    """Do chunks until the pipe is closed."""
    # An interrupt is for the process that shares out the work, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    task: Any = None
    while True:
        try:
            told, first, count = pipe.recv()
            task = task if told is None else told
            answer: tuple[bool, object] = True, work(task, first, count)
        except (EOFError, OSError):
            return
        except Exception as problem:
            answer = False, problem
        try:
            pipe.send(answer)
        except (PicklingError, TypeError, AttributeError):
            name = type(answer[1]).__name__
            pipe.send((False, AnalysisError(f"A {name} cannot be sent back from a worker.")))


def _end_with_parent() -> None:
    """A parent that was killed cannot end anybody."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
