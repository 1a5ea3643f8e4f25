"""Synthetic rows that repeat a unique respondent, or stand in too small a group."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.features import Rows

__all__ = ["Keys", "keys_of", "repeated", "replicated"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Keys:
    """The unique rows of the source on some columns, a missing answer being one of its own."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self.names = [column.name for column in columns]
        rows = _rows([column.numbers for column in columns])
        distinct, counts = np.unique(rows, return_counts=True)
        self._unique = distinct[counts == 1]

    def matches(self, values: dict[str, Floats]) -> Flags:
        """(n,): whether a synthetic row equals one of them."""
        return np.isin(_rows([values[name] for name in self.names]), self._unique)


def keys_of(codebook: Codebook, columns: Sequence[Column], anew: Sequence[str]) -> list[Keys]:
    """What a row must not repeat: all columns, and those that others may know or want to learn.

    Clusters, which are made ``anew``, are not compared.
    """
    compared = [column for column in columns if column.name not in anew]
    quasi = set(codebook.with_role("quasi_identifier"))
    known = quasi | set(codebook.with_role("sensitive")) | {"wave"} if quasi else set()
    some = [column for column in compared if column.name in known]
    return [Keys(part) for part in (compared, some) if part]


def replicated(keys: Sequence[Keys], values: dict[str, Floats]) -> Flags:
    """(n,): whether a row repeats a unique respondent on any of the keys."""
    found = [key.matches(values) for key in keys]
    return np.asarray(np.any(found, axis=0))


def repeated(rows: Rows, names: Sequence[str], fewest: int) -> Flags:
    """(n,): whether fewer than ``fewest`` rows share a row's quasi-identifiers."""
    if not names:
        return np.zeros(rows.n, dtype=bool)
    _, group, counts = np.unique(
        _rows([rows.numbers[name] for name in names]), return_inverse=True, return_counts=True
    )
    return np.asarray(counts[group] < fewest)


def _rows(values: Sequence[Floats]) -> NDArray[np.void]:
    """(n,) each row's bytes; 0.0 stands for -0.0, one number for every missing answer."""
    table = np.column_stack([np.nan_to_num(one, nan=-1e300) + 0.0 for one in values])
    table = np.ascontiguousarray(table)
    return table.view(np.dtype((np.void, table.dtype.itemsize * table.shape[1]))).ravel()
