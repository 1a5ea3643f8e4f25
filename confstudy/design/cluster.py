"""Chunks done by the workers of a dask cluster that is there already."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from confstudy import __version__
from confstudy.design.working import Job, Result, Task, work
from confstudy.errors import AnalysisError, ConfstudyError, DeclarationError

__all__ = ["Cluster"]

#: Seconds that a piece of work should take at least, so that sending it is nothing.
_LEAST = 0.5
_MOST = 64
#: Seconds to wait for workers where all are lost.
_PATIENCE = 30


class Cluster:
    """The workers of a ``dask.distributed`` client, with one thread each.

    Chunks are grouped by how long the last ones took. Workers that are lost are dask's concern:
    it does their chunks again.
    """

    def __init__(self, client: Any) -> None:
        self._client = client

    def results(self, task: Task, todo: Sequence[Job]) -> Iterator[tuple[int, Result]]:
        """The results with their places, as they arrive.

        Raises
        ------
        DeclarationError
            There is no worker, or one is not fit for it.
        AnalysisError
            dask gave a chunk up.
        """
        workers, waiting, size = self._fit_workers(), deque(todo), 1
        ended, under_way = SimpleQueue[Any](), set[Any]()
        try:
            while waiting or under_way:
                while waiting and len(under_way) < 2 * workers:
                    fair = math.ceil(len(waiting) / (2 * workers))
                    group = [waiting.popleft() for _ in range(min(size, fair))]
                    future = self._client.submit(_done, task, group, pure=False, retries=1)
                    under_way.add(future)
                    future.add_done_callback(ended.put)
                future = self._next(ended)
                under_way.discard(future)
                results, seconds = _result_of(future)
                each = max(seconds / len(results), 1e-6)
                size = min(max(1, math.ceil(_LEAST / each)), _MOST)
                yield from results
        finally:
            self._client.cancel(list(under_way), force=True)

    def _next(self, ended: SimpleQueue[Any]) -> Any:
        """What ended next; dask itself would wait for ever for workers to come back."""
        gone = 0
        while gone < _PATIENCE:
            try:
                return ended.get(timeout=1)
            except Empty:
                gone = 0 if self._client.nthreads() else gone + 1
        raise AnalysisError(
            "The dask cluster lost all its workers: they ended, or cannot import what the "
            "analyses are made of. Look at their logs, or run it here."
        )

    def _fit_workers(self) -> int:
        threads = self._client.nthreads()
        if not threads:
            raise DeclarationError("The dask cluster has no worker: start one with `dask worker`.")
        if max(threads.values()) > 1:
            raise DeclarationError(
                "Replications are done by processes: start the workers with --nthreads 1, or a "
                "LocalCluster with threads_per_worker=1."
            )
        seen = self._client.run(_version, on_error="return")
        unfit = [answer for answer in seen.values() if answer != __version__]
        if unfit:
            raise DeclarationError(
                f"{len(unfit)} of {len(seen)} dask workers have no confstudy {__version__}: "
                "install the same there."
            )
        return len(threads)


def _version() -> str:
    return __version__


def _done(task: Task, jobs: Sequence[Job]) -> tuple[list[tuple[int, Result]], float]:
    start = time.monotonic()
    results = [(place, work(task, first, count)) for place, first, count in jobs]
    return results, time.monotonic() - start


def _result_of(future: Any) -> tuple[list[tuple[int, Result]], float]:
    if future.status == "finished":
        results, seconds = future.result()
        return results, seconds
    problem = future.exception() if future.status == "error" else None
    if isinstance(problem, ConfstudyError):
        raise problem
    raise AnalysisError(
        f"The dask cluster gave a chunk up ({type(problem).__name__ if problem else future.status})"
        ": look at the logs of its workers, or run it here."
    ) from None
