"""What respondents wrote in their own words, to be recognised wherever it is repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from confstudy.release.audit.index import tokens
from confstudy.release.decision import THRESHOLD

__all__ = ["Phrases"]

#: Words in a row that nobody writes by chance; fewest words of an answer in words.
LENGTH, USUAL = 6, 4
#: Columns of so few different answers have levels, which a codebook words.
LEVELS = 12


class Phrases:
    """Runs of words of a data frame's free texts; only their hashes are kept.

    >>> said = [f"I never told {name} about the fire in our bakery" for name in "abcdefghijklm"]
    >>> "never told c about the fire" in Phrases(pd.DataFrame({"comment": said}))
    True
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        hashes: list[int] = []
        for place in range(frame.shape[1]):
            for words in _written(frame.iloc[:, place]):
                hashes += set(_runs(words))
        known, counts = np.unique(np.array(hashes, dtype=np.int64), return_counts=True)
        self._known = known[counts < THRESHOLD]

    def __contains__(self, text: str) -> bool:
        if not len(self._known):
            return False
        runs = np.fromiter(_runs(tokens(text)), dtype=np.int64)
        places = np.searchsorted(self._known, runs).clip(max=len(self._known) - 1)
        return bool((self._known[places] == runs).any())


def _written(column: pd.Series[Any]) -> Iterator[Sequence[str]]:
    """The words of every answer, where most answers of a column are several words and differ."""
    if pd.api.types.is_numeric_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype):
        return
    answers = [str(cell) for cell in column.dropna()]
    worded = [words for words in map(tokens, answers) if sum(map(str.isalpha, words)) >= USUAL]
    if len(set(answers)) > LEVELS and len(worded) >= 0.5 * len(answers):
        yield from worded


def _runs(words: Sequence[str]) -> Iterator[int]:
    for start in range(len(words) - LENGTH + 1):
        run = words[start : start + LENGTH]
        if sum(map(str.isalpha, run)) >= USUAL:
            yield hash(tuple(run))
