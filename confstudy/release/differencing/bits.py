"""Sets of respondents as packed bits: many sets at once, and the respondents they tell apart."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["atoms", "members_of", "stacked"]

_CHUNK = 4096


def stacked(sets: Sequence[NDArray[np.uint8]], width: int) -> NDArray[np.uint8]:
    """Packed sets of different lengths as one array, (sets, width) bytes.

    >>> stacked([np.uint8([1]), np.uint8([1, 2])], 2).tolist()
    [[1, 0], [1, 2]]
    """
    rows = np.zeros((len(sets), width), dtype=np.uint8)
    for row, one in zip(rows, sets, strict=True):
        row[: len(one)] = one
    return rows


def atoms(
    rows: NDArray[np.uint8],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Respondents who are alike in every set, as one column each.

    Parameters
    ----------
    rows
        (sets, bytes) packed bits.

    Returns
    -------
    matrix
        (sets, atoms) of 0 and 1.
    sizes
        (atoms,) how many respondents each is.
    atom
        (8 · bytes,) which atom a respondent belongs to; −1 for those in no set.

    Examples
    --------
    >>> matrix, sizes, atom = atoms(np.uint8([[0b11100000], [0b00110000]]))
    >>> matrix.tolist(), sizes.tolist()
    ([[0, 1, 1], [1, 0, 1]], [1, 2, 1])
    >>> atom[:5].tolist()
    [1, 1, 2, 0, -1]
    """
    chunks = [rows[:, start : start + _CHUNK] for start in range(0, rows.shape[1], _CHUNK)]
    packed = [np.packbits(np.unpackbits(chunk, axis=1), axis=0).T for chunk in chunks]
    keys = np.ascontiguousarray(np.concatenate(packed))
    joined = keys.view(np.dtype((np.void, keys.shape[1]))).ravel()
    _, first, atom, sizes = np.unique(
        joined, return_index=True, return_inverse=True, return_counts=True
    )
    matrix = np.unpackbits(keys[first], axis=1, count=len(rows)).T
    inside = matrix.any(axis=0)
    renumbered = np.where(inside, np.cumsum(inside) - 1, -1)
    return matrix[:, inside], sizes[inside], renumbered[atom.ravel()]


def members_of(row: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(8 · bytes,) a packed set as a boolean array."""
    return np.unpackbits(row).astype(bool)
