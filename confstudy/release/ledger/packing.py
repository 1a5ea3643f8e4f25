"""Sets of respondents as bits, and arrays as text that JSON can hold."""

from __future__ import annotations

import base64
import binascii
import zlib
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["array_of", "bits", "members_of", "text_of"]


def bits(numbers: ArrayLike) -> NDArray[np.uint8]:
    """Respondent numbers as packed bits, the first respondent leftmost; no trailing zeros.

    >>> bits([0, 9])
    array([128,  64], dtype=uint8)
    """
    wanted = np.asarray(numbers, dtype=np.int64)
    mask = np.zeros(int(wanted.max()) + 1 if wanted.size else 0, dtype=bool)
    mask[wanted] = True
    return np.packbits(mask)


def members_of(packed: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The respondent numbers of packed bits, ascending.

    >>> members_of(bits([9, 0]))
    array([0, 9])
    """
    return np.flatnonzero(np.unpackbits(packed)).astype(np.int64)


def text_of(array: NDArray[Any]) -> str:
    """An array's bytes, compressed, as base64."""
    return base64.b64encode(zlib.compress(np.ascontiguousarray(array).tobytes())).decode("ascii")


def array_of(text: str, dtype: str) -> NDArray[Any]:
    """The array that :func:`text_of` wrote.

    Raises
    ------
    ValueError
        The text is not one that it writes.

    >>> array_of(text_of(np.array([3, 5], dtype="<u4")), "<u4")
    array([3, 5], dtype=uint32)
    """
    try:
        content = zlib.decompress(base64.b64decode(text, validate=True))
        return np.frombuffer(content, dtype=dtype).copy()
    except (binascii.Error, zlib.error, ValueError, TypeError):
        raise ValueError("a compressed set cannot be read") from None
