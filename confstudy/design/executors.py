"""Chunks of replications: done here, by processes of this machine, or by a dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from confstudy.design.processes import Processes
from confstudy.design.record import Record
from confstudy.design.working import Chunk, Job, Result, Task, work
from confstudy.errors import DeclarationError

__all__ = ["Crew", "Executor", "crew_of", "run_chunks"]


class Crew(Protocol):
    """Whoever does chunks."""

    def results(self, task: Task, todo: Sequence[Job]) -> Iterator[tuple[int, Result]]:
        """The results with their places, as they arrive."""


#: None, a number of processes, a ``dask.distributed.Client``, or a crew that is there already.
Executor = Any


def run_chunks(
    task: Task,
    chunks: Sequence[Chunk],
    executor: Executor = None,
    record: Record | None = None,
    told: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[int, Result]]:
    """Do every chunk and give the results in the order of the chunks.

    They are the same to the last bit whoever does them: a chunk knows nothing of the others,
    and is computed with one thread. Stop asking, and what is under way is ended.

    Parameters
    ----------
    task
        Called with the first replication of a chunk and how many; it must be possible to
        pickle it where others do the work.
    chunks
        ``(first, count)`` each.
    executor
        None for this process; how many processes of this machine; a ``dask.distributed``
        client, whose workers have one thread each; or what :func:`crew_of` gave.
    record
        Where results are kept; what it has is not done again.
    told
        Called with the chunks done so far and all of them.

    Raises
    ------
    DeclarationError
        There can be no such executor, or the task cannot be sent to it.
    AnalysisError
        A worker ended twice over the same chunk.

    Examples
    --------
    >>> from numpy import arange
    >>> def task(first, count):
    ...     return {"rep": arange(first, first + count)}
    >>> list(run_chunks(task, [(0, 2), (2, 3)]))
    [(0, {'rep': array([0, 1])}), (1, {'rep': array([2, 3, 4])})]
    """
    kept = {} if record is None else record.kept(chunks)
    done = {place: kept[chunk] for place, chunk in enumerate(chunks) if chunk in kept}
    todo = [(place, *chunk) for place, chunk in enumerate(chunks) if place not in done]
    finished = len(done)
    if told is not None:
        told(finished, len(chunks))
    with crew_of(executor if todo else None) as crew:
        arriving = crew.results(task, todo)
        try:
            for place in range(len(chunks)):
                while place not in done:
                    arrived, result = next(arriving)
                    done[arrived] = result
                    if record is not None:
                        record.keep(chunks[arrived], result)
                    finished += 1
                    if told is not None:
                        told(finished, len(chunks))
                yield place, done.pop(place)
        finally:
            close = getattr(arriving, "close", None)
            if close is not None:
                close()


@contextmanager
def crew_of(executor: Executor) -> Iterator[Crew]:
    """Whoever does the chunks of an executor, ready for several tasks, and ended after them.

    Examples
    --------
    >>> task = lambda first, count: {}
    >>> with crew_of(None) as crew:
    ...     [list(run_chunks(task, [(0, last)], crew)) for last in (3, 4)]
    [[(0, {})], [(0, {})]]
    """
    if executor is None:
        yield _Here()
    elif isinstance(executor, int) and not isinstance(executor, bool):
        with Processes(executor) as crew:
            yield crew
    elif callable(getattr(executor, "results", None)):
        yield executor
    elif hasattr(executor, "submit") and hasattr(executor, "nthreads"):
        from confstudy.design.cluster import Cluster

        yield Cluster(executor)
    else:
        raise DeclarationError(
            f"An executor is None (this process), a number of processes, or a dask.distributed "
            f"client, not a {type(executor).__name__}."
        )


class _Here:
    """The process that asks."""

    def results(self, task: Task, todo: Sequence[Job]) -> Iterator[tuple[int, Result]]:
        for place, first, count in todo:
            yield place, work(task, first, count)
