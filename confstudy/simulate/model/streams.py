"""Random numbers named by the column they fill, so that columns never disturb each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import StructureError

__all__ = ["Streams"]

#: Replications are counted in one word.
_MOST = 2**32
Floats = NDArray[np.float64]


class Streams:
    """Independent random columns of one seed, in one replication or in many.

    A number depends on the seed, the column's name, the replication and the row alone: they
    are the key and the counter of Philox4x32-10. Adding, dropping or reordering other columns
    changes nothing, nor does drawing the rows or the replications in parts.

    Parameters
    ----------
    seed
        0 or more.
    replication
        Which of the repetitions with this seed, from 0.
    replications
        How many are drawn side by side: the rows are then as many of each, one after the other.

    Notes
    -----
    Normal numbers are quantiles of 32 random bits in single precision: none is beyond ±6.34.
    Uniform numbers have 52 bits, and are neither 0 nor 1. Salmon, Moraes, Dror & Shaw (2011),
    *Parallel random numbers: as easy as 1, 2, 3*.

    Examples
    --------
    >>> streams = Streams(seed=1)
    >>> whole = streams.normal("P", 5)
    >>> bool((whole[2:] == streams.normal("P", 3, start=2)).all())
    True
    """

    def __init__(self, seed: int, replication: int = 0, replications: int = 1) -> None:
        if seed < 0 or not 0 <= replication < _MOST:
            raise StructureError(
                "A seed is 0 or more, and a replication from 0 to less than 2³²: choose another."
            )
        self.seed = seed
        self.replication = replication
        self.replications = replications

    def normal(self, column: str, n: int, start: int = 0) -> Floats:
        """Standard normal numbers for the rows ``start`` to ``start + n``."""
        return self.normals(column, n // self.replications, self.replications, start).reshape(n)

    def uniform(self, column: str, n: int, start: int = 0) -> Floats:
        """Numbers between 0 and 1 for the rows ``start`` to ``start + n``."""
        return self.uniforms(column, n // self.replications, self.replications, start).reshape(n)

    def normals(self, column: str, n: int, replications: int, start: int = 0) -> Floats:
        """(replications, n) standard normal numbers, from this replication on.

        >>> many = Streams(seed=1).normals("P", n=300, replications=10)
        >>> bool((many[7] == Streams(seed=1, replication=7).normal("P", 300)).all())
        True
        """
        return self._filled("fill_normal", column, (replications, n), start)

    def uniforms(self, column: str, n: int, replications: int, start: int = 0) -> Floats:
        """(replications, n) numbers between 0 and 1, from this replication on."""
        return self._filled("fill_uniform", column, (replications, n), start)

    def keys(self, columns: Sequence[str]) -> NDArray[np.uint64]:
        """(columns, 2) the words of Philox's key for each column."""
        return np.array([_key(self.seed, column) for column in columns]).reshape(-1, 2)

    def _filled(self, name: str, column: str, shape: tuple[int, int], start: int) -> Floats:
        if self.replication + shape[0] > _MOST or start < 0:
            raise StructureError(
                "Rows and replications are counted from 0, and replications to less than 2³²."
            )
        out = np.empty(shape)
        fill: Callable[..., Any] = getattr(kernels(), name)
        fill(out, start, self.replication, _key(self.seed, column))
        return out


@lru_cache(maxsize=1)
def kernels() -> Any:
    """The compiled loops, which nothing imports before a number is drawn."""
    from confstudy.simulate.model import kernels as loops

    return loops


@lru_cache(maxsize=4096)
def _key(seed: int, column: str) -> NDArray[np.uint64]:
    digest = hashlib.sha256(f"{seed} {column}".encode()).digest()[:8]
    key = np.frombuffer(digest, dtype="<u4").astype(np.uint64)
    key.flags.writeable = False
    return key
