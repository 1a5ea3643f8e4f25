"""What doing a chunk of replications is, wherever it is done."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

__all__ = ["Chunk", "Job", "Result", "Task", "work"]

#: The first replication, and how many.
Chunk = tuple[int, int]
#: The place of a chunk among all, its first replication, and how many.
Job = tuple[int, int, int]
#: Arrays by name.
Result = dict[str, NDArray[Any]]


class Task(Protocol):
    """Something to do with replications; a pure function of their numbers."""

    def __call__(self, first: int, count: int, /) -> Result:
        """Do the replications ``first`` to ``first + count``."""


def work(task: Task, first: int, count: int) -> Result:
    """Do a chunk with one thread: with more, sums would be taken in another order.

    >>> from numpy import arange
    >>> work(lambda first, count: {"rep": arange(first, first + count)}, 500, 2)
    {'rep': array([500, 501])}
    """
    with _libraries().limit(limits=1):
        return task(first, count)


@lru_cache(maxsize=1)
def _libraries() -> ThreadpoolController:
    """The libraries that have threads; looking for them takes longer than many a chunk."""
    return ThreadpoolController()
