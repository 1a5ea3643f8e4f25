"""Random numbers named by the column they fill, so that columns never disturb each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

__all__ = ["BLOCK", "Streams"]

#: Rows that share one generator; the bytes of a column depend on it.
BLOCK = 65_536

Floats = NDArray[np.float64]


class Streams:
    """Independent random columns of one seed.

    A column's numbers depend on the seed, the column's name and the block of rows alone
    (SFC64 seeded through a SeedSequence of that key): adding, dropping or reordering other
    columns changes nothing, nor does drawing the rows in parts.

    Examples
    --------
    >>> streams = Streams(seed=1)
    >>> whole = streams.normal("P", 5)
    >>> bool((whole[2:] == streams.normal("P", 3, start=2)).all())
    True
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def generator(self, column: str, block: int = 0) -> np.random.Generator:
        """The generator of one block of rows of a column."""
        sequence = np.random.SeedSequence(self.seed, spawn_key=(*_words(column), block))
        return np.random.Generator(np.random.SFC64(sequence))

    def normal(self, column: str, n: int, start: int = 0) -> Floats:
        """Standard normal numbers for the rows ``start`` to ``start + n``."""
        return self._rows(column, n, start, lambda generator, m: generator.standard_normal(m))

    def uniform(self, column: str, n: int, start: int = 0) -> Floats:
        """Numbers from 0 to 1 for the rows ``start`` to ``start + n``."""
        return self._rows(column, n, start, lambda generator, m: generator.random(m))

    def _rows(
        self,
        column: str,
        n: int,
        start: int,
        draw: Callable[[np.random.Generator, int], Floats],
    ) -> Floats:
        """Each block is drawn from its beginning, as far as it is needed."""
        parts, stop = [], start + n
        for block in range(start // BLOCK, -(-stop // BLOCK)):
            first = block * BLOCK
            drawn = draw(self.generator(column, block), min(BLOCK, stop - first))
            parts.append(drawn[max(start - first, 0) :])
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])


@lru_cache(maxsize=4096)
def _words(column: str) -> tuple[int, ...]:
    digest = hashlib.sha256(column.encode()).digest()[:16]
    return tuple(np.frombuffer(digest, dtype="<u4").tolist())
