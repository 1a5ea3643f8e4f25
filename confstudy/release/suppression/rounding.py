"""Counts rounded at random, the same cell always alike."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["rounded"]

_SMALLEST = 5


def rounded(
    counts: NDArray[np.int64], base: int, key: bytes, labels: NDArray[np.object_]
) -> NDArray[np.int64]:
    """Round counts to a multiple of ``base``, up with the chance remainder / ``base``.

    Instead of hiding cells: the table stays whole, and on average every count is right. A zero
    and every multiple stay as they are; a count under ``base`` becomes 0 or ``base``. Margins
    are rounded like any cell, by themselves, so that shown cells need not add up.

    A shown number stands for any count less than ``base`` away from it. Bases under 5 are
    refused: with 5, a shown 5 may stand for 1 to 9 respondents, so that no count under ten is
    told from another one for sure; a smaller base would tell 1 from 9.

    Parameters
    ----------
    counts
        Respondents, any shape; margins, if any, among them.
    base
        5 or more.
    key
        16 to 64 secret bytes, the study's own. Who has them can undo the rounding.
    labels
        Shape of ``counts``: for each cell a text of what is counted in it and of who, such as
        its canonical label and a digest of the set of its respondents. Cells with equal
        texts and counts are always rounded alike, so that running again tells nothing new;
        nor do other names for the same respondents where the text is the digest alone.

    Returns
    -------
    numpy.ndarray
        Multiples of ``base``, in the shape of ``counts``.

    Raises
    ------
    AnalysisError
        The base is too small, the key too short or too long, a count negative, or the shapes
        differ.

    Examples
    --------
    >>> labels = np.array(["arm=absolute|3f", "arm=limited|a0", "all|77"], dtype=object)
    >>> shown = rounded(np.array([40, 0, 43]), 5, bytes(32), labels)
    >>> shown[:2], int(shown[2]) in (40, 45)
    (array([40,  0]), True)
    """
    if base < _SMALLEST:
        raise AnalysisError(f"Counts are rounded to a base of {_SMALLEST} or more.")
    if not 16 <= len(key) <= 64:
        raise AnalysisError("The key of the rounding has 16 to 64 bytes.")
    if counts.shape != np.shape(labels):
        raise AnalysisError("Rounding takes one label for each count: the shapes differ.")
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise AnalysisError("Counts of respondents are whole numbers from 0 on.")
    below, rest = np.divmod(counts.astype(np.int64), base)
    up = [
        _draw(key, label) * base < int(remainder) << 64
        for label, remainder in zip(np.ravel(labels), rest.flat, strict=True)
    ]
    return np.asarray((below + np.reshape(up, counts.shape)) * base, dtype=np.int64)


def _draw(key: bytes, label: str) -> int:
    """A number from 0 to 2⁶⁴ − 1 that only the key's owner can tell."""
    digest = blake2b(str(label).encode(), digest_size=8, key=key, person=b"rounded counts")
    return int.from_bytes(digest.digest())
