"""Several reports, one after the other or each in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Generic, TypeVar

from confstudy.errors import ConfstudyError, ReportError
from confstudy.report.engine.folder import own_folder
from confstudy.report.engine.warm import Forked, Warm

__all__ = ["Done", "Tools", "attend", "run_here", "run_many"]

J = TypeVar("J")
R = TypeVar("R")


@dataclass(frozen=True)
class Tools:
    """What a job is given: a warm process to fork kernels from, and a way to say something.

    What is said to another process is pickled.
    """

    warm: Warm | None
    say: Callable[[Any], object]


@dataclass(frozen=True)
class Done(Generic[J, R]):
    """What became of a job: its result, or why there is none."""

    job: J
    result: R | None = None
    failed: ConfstudyError | None = None


def run_here(
    jobs: Iterable[J],
    work: Callable[[J, Tools], R],
    *,
    warm: Warm | None = None,
    say: Callable[[J, Any], object] | None = None,
) -> Generator[Done[J, R], None, None]:
    """Do jobs in this process, one after the other; else as :func:`run_many`.

    Examples
    --------
    >>> [one.result for one in run_here([-1, 2], lambda job, tools: abs(job))]
    [1, 2]
    """
    for job in jobs:
        kind, told = _outcome(work, job, Tools(warm, partial(say or _unheard, job)))
        yield Done(job, **{kind: told})


def run_many(
    jobs: Iterable[J],
    work: Callable[[J, Tools], R],
    workers: int,
    *,
    warm: Warm | None = None,
    say: Callable[[J, Any], object] | None = None,
) -> Generator[Done[J, R], None, None]:
    """Do jobs in several processes, and yield what became of each as soon as it has ended.

    A process does one job after the other, each in folders of its own; one that is killed takes
    only its own job with it. Where the caller stops, all that still runs is ended.

    Parameters
    ----------
    jobs
        Anything that can be pickled.
    work
        A function of a module; it is called with a job and its `Tools`.
    workers
        How many jobs run at once, at least one.
    warm
        Forks the processes; without it they start cold.
    say
        Called with the job and what it said.

    Yields
    ------
    Done
        In the order of finishing.

    Examples
    --------
    >>> from confstudy.words import number
    >>> list(run_many([], number, 2))
    []
    """
    waiting = list(jobs)[::-1]
    running: dict[Connection, tuple[J, Any]] = {}
    free: list[tuple[Connection, Any]] = []
    with own_folder() as home:
        try:
            while waiting or running:
                while waiting and len(running) < max(1, workers):
                    job = waiting.pop()
                    end, process = free.pop() if free else _started(home, warm)
                    running[end] = (job, process)
                    with suppress(OSError):
                        end.send((work, job, Path.cwd(), dict(os.environ)))
                ready = wait(list(running))
                for end in [end for end in running if end in ready]:
                    job, process = running[end]
                    kind, told = _heard(end, process)
                    if kind == "said":
                        if say:
                            say(job, told)
                        continue
                    del running[end]
                    if kind == "died":
                        end.close()
                        kind = "failed"
                    else:
                        free.append((end, process))
                    yield Done(job, **{kind: told})
            for end, process in free:
                _stop(end, process, grace=5.0)
        finally:
            for end, process in [*free, *((end, process) for end, (_, process) in running.items())]:
                _stop(end, process)


def attend(end: Connection, folder: str, warm: Warm | None) -> None:
    """Do the jobs that come through a pipe, and send back what became of each."""
    with suppress(EOFError, KeyboardInterrupt):
        while True:
            work, job, place, environment = end.recv()
            with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as own:
                os.environ.clear()
                os.environ.update({**environment, "TMPDIR": own})
                os.chdir(place)
                tempfile.tempdir = own
                outcome = _outcome(work, job, Tools(warm, lambda said: end.send(("said", said))))
            try:
                end.send(outcome)
            except Exception as failed:
                end.send(("failed", _unexpected(failed)))
    if warm:
        warm.close()


def _outcome(work: Callable[[J, Tools], R], job: J, tools: Tools) -> tuple[str, Any]:
    try:
        return "result", work(job, tools)
    except ConfstudyError as failed:
        return "failed", failed
    except Exception as failed:
        return "failed", _unexpected(failed)


def _unheard(job: object, said: object) -> None:
    """Where nobody listens."""


def _started(folder: str, warm: Warm | None) -> tuple[Connection, Any]:
    ours, theirs = Pipe()
    process: Any = None
    if warm:
        with suppress(ConnectionError):
            process = warm.job(theirs, folder)
    if process is None:
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=attend, args=(theirs, folder, None))
        process.start()
    theirs.close()
    return ours, process


def _heard(end: Connection, process: Any) -> tuple[str, Any]:
    try:
        kind, told = end.recv()
    except (EOFError, OSError):
        return "died", ReportError(f"the process that built it {_how(process)}.")
    return kind, told


def _how(process: Any) -> str:
    _join(process, None)
    code = process.returncode if isinstance(process, Forked) else process.exitcode
    if code is not None and code < 0:
        return f"was killed (signal {-code}); the last good one is untouched"
    return f"ended with code {code}"


def _stop(end: Connection, process: Any, grace: float = 0.0) -> None:
    """End a process; after ``grace`` seconds in which it may clean up itself."""
    end.close()
    _join(process, grace)
    with suppress(OSError):
        process.kill()
    _join(process, None)


def _join(process: Any, seconds: float | None) -> None:
    if isinstance(process, Forked):
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    else:
        process.join(seconds)


def _unexpected(failed: Exception) -> ReportError:
    place = traceback.extract_tb(failed.__traceback__)[-1]
    return ReportError(
        f"unexpected {type(failed).__name__} ({Path(place.filename).name}, line {place.lineno}). "
        "This is a fault of confstudy. Its message may hold data and is not shown."
    )
