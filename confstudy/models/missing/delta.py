"""What if silence has its reasons: imputed values shifted by a range of deltas."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.models.families import FamilyName
from confstudy.models.formula import Data
from confstudy.models.missing.fits import fit_imputed
from confstudy.models.missing.impute import impute
from confstudy.models.missing.imputed import Imputed
from confstudy.models.missing.pooling import Pooled

__all__ = ["Deltas", "delta"]

_FEWEST = 10


@dataclass(frozen=True, repr=False)
class Deltas:
    """One set of imputations, under a range of shifts of one column.

    Attributes
    ----------
    imputed
        Under missing at random.
    variable, level
        What is shifted; ``level`` where the column has unordered levels.
    deltas
        In order; 0 is among them.
    """

    imputed: Imputed
    variable: str
    deltas: tuple[float, ...]
    level: str = ""

    def __iter__(self) -> Iterator[tuple[float, Imputed]]:
        return ((delta, self.at(delta)) for delta in self.deltas)

    def at(self, delta: float) -> Imputed:
        """The imputations under any shift, from the same random numbers."""
        shift = {self.level: delta} if self.level else delta
        return self.imputed.shifted({self.variable: shift})

    @property
    def scale(self) -> str:
        """What a delta is measured in."""
        return self.imputed.chains.drawn[self.variable].scale

    @property
    def table(self) -> pd.DataFrame:
        """One row a delta: ``delta``, ``answered`` and ``unanswered``, the mean of each group.

        Means are of numbers, of the places of ordered levels, or the share of the second of two
        levels (of ``level`` where they have no order). ``unanswered`` stays empty with fewer
        than ten.
        """
        column = self.imputed.plan.columns[self.variable]
        place = [str(level) for level in column.levels].index(self.level) if self.level else None

        def mean(values: Any) -> float:
            return float(np.mean(values == place) if self.level else np.mean(values))

        few = int(column.wanted.sum()) < _FEWEST
        rows = [
            {
                "delta": delta,
                "answered": mean(column.numbers[column.answered]),
                "unanswered": np.nan if few else mean(completed.values(self.variable)),
            }
            for delta, completed in self
        ]
        return pd.DataFrame(rows)

    def fit(self, formula: str, family: FamilyName = "ols", **options: Any) -> dict[float, Pooled]:
        """The pooled fit under every delta; options as for :func:`confstudy.fit`."""
        return {
            delta: fit_imputed(formula, completed, family, **options) for delta, completed in self
        }

    def __repr__(self) -> str:
        ends = f"{self.deltas[0]:g} to {self.deltas[-1]:g}"
        return f"Deltas of '{self.variable}' ({self.scale}), {ends}\n{self.imputed!r}"


def delta(
    data: Data | Imputed,
    variable: str,
    deltas: Sequence[float] = (-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0),
    *,
    level: str = "",
    **options: Any,
) -> Deltas:
    """Shift what is imputed, for an analysis of answers that are not missing at random.

    Parameters
    ----------
    data
        A survey, scores or a frame; or completed data sets from :func:`confstudy.impute`.
    variable
        The column whose missing answers may differ from what others' answers predict.
    deltas
        How much to add to the predictions of the unanswered: to the value itself for a number,
        log odds for levels (probit with clusters), log rate for counts. 0 is missing at random.
    level
        For unordered levels, the one whose log odds are shifted.
    options
        For :func:`confstudy.impute`, where ``data`` are not imputed yet.

    Returns
    -------
    Deltas
        Give it to :func:`confstudy.tipping`, or call its ``fit``.

    Raises
    ------
    AnalysisError
        A column without missing answers, deltas that are not finite numbers.

    Notes
    -----
    Pattern-mixture model with a fixed difference between those who answer and those who do not
    (Rubin 1977; van Buuren 2018, section 9.2): shifted after the chains, on the same random
    numbers for every delta. Matched and ordinary numbers may leave their range.

    Estimand: what a fit would estimate, were the unanswered that much different. Assumes: the
    difference is the same for all of them. Does not show: which delta is true; data cannot.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> found = delta(survey, "fear_1", [-1, 1], columns=["fear_1", "topics"], m=2, iterations=2)
    >>> found.deltas
    (-1.0, 0.0, 1.0)
    """
    try:
        values = np.asarray(deltas, dtype=float)
    except (TypeError, ValueError):
        values = np.array([np.nan])
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise AnalysisError("'deltas' are finite numbers, such as [-1, -0.5, 0, 0.5, 1].")
    if isinstance(data, Imputed) and options:
        raise AnalysisError("These data are imputed already: give options to cs.impute.")
    imputed = data if isinstance(data, Imputed) else impute(data, **options)
    ordered = tuple(sorted({0.0, *values.tolist()}))
    found = Deltas(imputed, variable, ordered, level)
    found.at(ordered[-1]).values(variable)
    return found
