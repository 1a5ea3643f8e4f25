"""Many replications of a design at once, and what an analysis made of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Answer", "Batch", "Estimates"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Batch:
    """What the respondents of some replications answered, one row a replication.

    Attributes
    ----------
    first
        The number of the first replication, from 0.
    columns
        Column → (R, n) answers: numbers, or the place of a level among ``levels``. NaN where
        there is none, which holds for every column of a client who did not respond.
    levels
        The levels of each categorical column, the reference first.
    ordered
        The categorical columns whose levels are in order.
    groups
        Grouping, such as ``therapist`` → (R, n) numbers from 0, different in each group of a
        replication; −1 where a client did not respond.
    """

    first: int
    columns: Mapping[str, Floats]
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, NDArray[np.intp]] = field(default_factory=dict)
    ordered: frozenset[str] = frozenset()

    @property
    def shape(self) -> tuple[int, int]:
        """Replications, and clients in each."""
        replications, clients = next(iter(self.columns.values())).shape
        return replications, clients


@dataclass(frozen=True, repr=False)
class Estimates:
    """One number that an analysis estimates, in each replication; shapes are (R,).

    Attributes
    ----------
    estimate, std_error, p_value, conf_low, conf_high
        NaN where the analysis failed.
    n
        Respondents used.
    failed
        Why there is no estimate; an empty word where there is one.
    """

    estimate: Floats
    std_error: Floats
    p_value: Floats
    conf_low: Floats
    conf_high: Floats
    n: NDArray[np.intp]
    failed: NDArray[np.str_]


class Answer(Protocol):
    """An analysis of a design: from the answers of respondents to an estimate of one number."""

    @property
    def name(self) -> str:
        """What it is called in tables."""

    @property
    def path(self) -> str:
        """How it is computed: by which batched kernel, or by ``cs.fit``."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns and groupings it needs."""

    def estimates(self, batch: Batch, cause: Any = None) -> Estimates:
        """Analyse every replication by itself."""
