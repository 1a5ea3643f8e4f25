"""Keyed hashes of respondents' answers: alike for alike answers, silent about what they are."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.release.ledger.entry import CHUNKS
from confstudy.survey.survey import Survey

__all__ = ["Answers", "answers_of", "mixed", "occurrences"]

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", re.IGNORECASE)
Words = NDArray[np.uint64]


@dataclass(frozen=True, repr=False, eq=False)
class Answers:
    """The answers of one file as sums of keyed hashes, eight sums a respondent.

    A column counts in one of the eight by a hash of its name. Levels count as text and numbers
    in single precision, so that neither the order of categories nor the type of a column
    matters.
    """

    key: bytes
    n: int
    columns: tuple[str, ...]
    sums: Words
    hashed: dict[str, tuple[int, Callable[[], Words]]] = field(default_factory=dict)

    @cached_property
    def own(self) -> Words:
        """(n, 8) hashes of the answers to all columns."""
        return self.chunks(self.columns)

    def chunks(self, columns: Sequence[str]) -> Words:
        """(n, 8) hashes of the answers to some of the columns; 0 where a chunk has none."""
        gone = set(self.columns) - set(columns)
        sums = self.sums.copy()
        for name in gone:
            chunk, cells = self.hashed[name]
            sums[:, chunk] -= cells()
        filled = {self.hashed[name][0] for name in columns}
        made = np.zeros_like(sums)
        for chunk in filled:
            made[:, chunk] = self._final(chunk, sums[:, chunk])
        return made

    def _final(self, chunk: int, sums: Words) -> Words:
        """A second keyed hash: sums would tell which rows differ by the same answer."""
        distinct, place = np.unique(sums, return_inverse=True)
        plain, head = distinct.astype("<u8").tobytes(), b"chunk%d" % chunk
        hashes = (
            blake2b(head + plain[at : at + 8], key=self.key, digest_size=8).digest()
            for at in range(0, len(plain), 8)
        )
        return np.frombuffer(b"".join(hashes), dtype="<u8").astype(np.uint64)[place]


def answers_of(survey: Survey | pd.DataFrame, key: bytes) -> Answers:
    """Hash the answers of a survey's respondents.

    Parameters
    ----------
    survey
        Of a survey only the codebook's variables count, not scores or columns added later; of
        a frame all columns.
    key
        The ledger's key.
    """
    whole = survey if isinstance(survey, pd.DataFrame) else survey.frame
    frame = survey if isinstance(survey, pd.DataFrame) else _kept(survey)
    mark = _mark(whole, frame, key)
    known = _KNOWN.get(id(whole))
    if known is None or known[0]() is not whole or known[1] != mark:
        place = id(whole)
        gone = weakref.ref(whole, lambda _: _KNOWN.pop(place, None))
        known = _KNOWN[place] = (gone, mark, _hashed(frame, key))
    return known[2]


def _mark(whole: pd.DataFrame, frame: pd.DataFrame, key: bytes) -> bytes:
    """What changes when rows or columns of a frame are changed in place."""
    first = whole.iloc[:, :3]
    try:
        hashes = pd.util.hash_pandas_object(first)
    except TypeError:
        hashes = pd.util.hash_pandas_object(first.map(repr))
    rows = hashes.to_numpy().tobytes()
    names = "\n".join(map(str, frame.columns)).encode("utf-8", "replace")
    return blake2b(rows + names, key=key).digest()


def _hashed(frame: pd.DataFrame, key: bytes) -> Answers:
    sums = np.zeros((len(frame), CHUNKS), dtype=np.uint64)
    hashed: dict[str, tuple[int, Callable[[], Words]]] = {}
    for place, name in enumerate(map(str, frame.columns)):
        column = frame.iloc[:, place]
        chunk = blake2b(name.encode("utf-8", "replace"), digest_size=2).digest()[0] % CHUNKS
        word = _hash(key, f"name {name}")
        coded = f"{word:016x}"
        while coded in hashed:
            coded += "+"
        hashed[coded] = (chunk, _later(column, word, key))
        sums[:, chunk] += _cells(column, word, key)
    return Answers(key, len(frame), tuple(sorted(hashed)), sums, hashed)


#: The answers of frames that live, hashed once.
_KNOWN: dict[int, tuple[weakref.ReferenceType[pd.DataFrame], bytes, Answers]] = {}


def mixed(words: Words, salt: int = 0) -> Words:
    """Spread 64-bit words over all words, one to one (the finalizer of SplitMix64)."""
    made = words + np.uint64((salt * 0x9E3779B97F4A7C15 + 0x9E3779B97F4A7C15) % (1 << 64))
    made = (made ^ (made >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    made = (made ^ (made >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return made ^ (made >> np.uint64(31))


def occurrences(words: Words) -> NDArray[np.int64]:
    """The position of each among those equal to it.

    >>> occurrences(np.array([7, 5, 7, 7], dtype=np.uint64))
    array([0, 0, 1, 2])
    """
    order = np.argsort(words, kind="stable")
    ordered = words[order]
    starts = np.r_[True, ordered[1:] != ordered[:-1]][: len(words)]
    first = np.maximum.accumulate(np.where(starts, np.arange(len(words)), 0))
    places = np.empty(len(words), dtype=np.int64)
    places[order] = np.arange(len(words)) - first
    return places


def _kept(survey: Survey) -> pd.DataFrame:
    kept = survey.codebook.kept
    return survey.frame[[name for name in survey.frame.columns if name in kept]]


def _later(column: pd.Series[Any], word: int, key: bytes) -> Callable[[], Words]:
    return lambda: _cells(column, word, key)


def _cells(column: pd.Series[Any], word: int, key: bytes) -> Words:
    """(n,) hashes of one column's answers."""
    salt, missing = np.uint64(word), np.uint64(_hash(key, f"missing {word}"))
    if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_complex_dtype(column):
        return _numbers(column.to_numpy(dtype=np.float64, na_value=np.nan), salt, missing)
    codes, levels = _coded(column)
    words = [_word(level, word, salt, missing, key) for level in levels]
    return np.array([*words, missing], dtype=np.uint64).take(codes)


def _coded(column: pd.Series[Any]) -> tuple[NDArray[np.integer[Any]], list[Any]]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(dtype=np.int64), list(column.cat.categories)
    try:
        found, levels = pd.factorize(column)
    except TypeError:
        found, levels = pd.factorize(column.map(repr))
    return found, list(levels)


def _word(level: Any, word: int, salt: np.uint64, missing: np.uint64, key: bytes) -> np.uint64:
    text = level.isoformat() if hasattr(level, "isoformat") else str(level)
    # Text that a reader may take for numbers or truth values counts as those.
    truth = {"true": 1.0, "false": 0.0}.get(text.casefold())
    if truth is not None or isinstance(level, Real) or _NUMBER.fullmatch(text):
        number = np.array([float(level) if truth is None else truth], dtype=np.float64)
        return np.uint64(_numbers(number, salt, missing)[0])
    return np.uint64(_hash(key, f"{word} {text}"))


def _numbers(values: NDArray[np.float64], salt: np.uint64, missing: np.uint64) -> Words:
    with np.errstate(over="ignore", under="ignore"):
        single = values.astype(np.float32) + np.float32(0)
    words = mixed(single.view(np.uint32).astype(np.uint64) ^ salt)
    return np.where(np.isnan(values), missing, words)


def _hash(key: bytes, text: str) -> int:
    content = text.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(content, key=key, digest_size=8).digest(), "little")
