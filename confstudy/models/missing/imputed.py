"""Completed data sets with what is known of how they were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.missing.chained import Chains
from confstudy.models.missing.columns import Column
from confstudy.models.missing.derived import Derived, scored
from confstudy.models.missing.plan import Plan
from confstudy.survey.survey import Survey

__all__ = ["Imputed", "Shift"]

Floats = NDArray[np.float64]
Shift = float | Mapping[str, float]
_SETTLED = 1.2


@dataclass(frozen=True, repr=False)
class Imputed:
    """m completed data sets of one survey or frame.

    Iterating gives them one after another, of the same type as ``data``.

    Attributes
    ----------
    data
        The data as they came.
    m, iterations, seed
        With which the chains ran.
    cluster
        The column of the clusters, or nothing.
    scales, expressions
        Columns computed from others, computed again in every completed data set.
    shifts
        What is added to a column's predictions before its values are made (see ``shifted``).
    """

    data: Data
    plan: Plan
    chains: Chains
    m: int
    iterations: int
    seed: int
    cluster: str = ""
    scales: tuple[str, ...] = ()
    expressions: tuple[Derived, ...] = ()
    shifts: Mapping[str, Shift] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.m

    def __iter__(self) -> Iterator[Data]:
        return (self.completed(place) for place in range(self.m))

    @property
    def variables(self) -> tuple[str, ...]:
        """The imputed columns."""
        return self.plan.targets

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out and why, and columns whose chains have not settled."""
        table = self.table
        late = table.loc[table["settled"] > _SETTLED, "variable"]
        said = [f"'{name}' has not settled: give more iterations" for name in late]
        return (*self.plan.notes, *self.chains.notes, *said)

    @property
    def table(self) -> pd.DataFrame:
        """One row an imputed column.

        ``variable, method, scale`` (of a shift), ``missing`` and their ``share`` of respondents
        asked, ``predictors`` (how many), ``settled``: R̂ of the means over the later half of
        the iterations, near 1 once the chains have mixed.
        """
        rows = []
        for name in self.variables:
            column = self.plan.columns[name]
            missing, asked = int(column.wanted.sum()), int((~column.absent).sum())
            rows.append(
                {
                    "variable": name,
                    "method": column.method,
                    "scale": self.chains.drawn[name].scale,
                    "missing": missing,
                    "share": missing / asked,
                    "predictors": len(self.plan.predictors.get(name, ())),
                    "settled": _mixing(self.chains.means[name]),
                }
            )
        names = ["variable", "method", "scale", "missing", "share", "predictors", "settled"]
        return pd.DataFrame(rows, columns=names)

    @property
    def predictors(self) -> pd.DataFrame:
        """One row an imputed column, one column a possible predictor: whether it is used."""
        names = [*self.plan.columns, *(part.name for part in self.plan.derived)]
        rows = [
            [name in self.plan.predictors.get(target, ()) for name in names]
            for target in self.variables
        ]
        return pd.DataFrame(rows, index=list(self.variables), columns=names, dtype=bool)

    @property
    def traces(self) -> pd.DataFrame:
        """Mean and sd of the imputed values: variable, iteration, imputation, mean, sd."""
        parts = []
        for name in self.variables:
            means, sds = self.chains.means[name], self.chains.sds[name]
            step, place = np.indices(means.shape) + 1
            parts.append(
                pd.DataFrame(
                    {
                        "variable": name,
                        "iteration": step.ravel(),
                        "imputation": place.ravel(),
                        "mean": means.ravel(),
                        "sd": sds.ravel(),
                    }
                )
            )
        names = ["variable", "iteration", "imputation", "mean", "sd"]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)

    def completed(self, place: int) -> Data:
        """The completed data set at ``place``, from 0."""
        if not 0 <= place < self.m:
            raise AnalysisError(f"There are imputations 0 to {self.m - 1}; {place} is none.")
        original = as_frame(self.data)
        made: dict[str, pd.Series[Any]] = {}
        for name in self.variables:
            column = self.plan.columns[name]
            values = column.numbers.copy()
            drawn = self.chains.drawn[name].at(place)
            values[column.wanted] = drawn.values(self._shift(name))[0]
            made[name] = column.restored(original[name], values)
        frame = original.assign(**made)
        for part in self.expressions:
            frame[part.name] = part.compute(
                {source: _numbers(frame[source]) for source in part.sources if source in frame}
            )
        if not isinstance(self.data, Survey):
            return frame
        scales = self.data.codebook.scales
        frame = frame.assign(**{name: scored(frame, scales[name]) for name in self.scales})
        reasons = self.data.reasons.assign(
            **{
                name: self.data.reasons[name].mask(self.plan.columns[name].wanted, 0)
                for name in self.variables
                if name in self.data.reasons
            }
        )
        return replace(self.data, frame=frame, reasons=reasons)

    def values(self, name: str) -> Floats:
        """(m, missing): the imputed values of a column, levels as places from 0."""
        self._require(name)
        return self.chains.drawn[name].values(self._shift(name))

    def shifted(self, shifts: Mapping[str, Shift]) -> Imputed:
        """The same draws with predictions shifted, as if silence had its reasons.

        Parameters
        ----------
        shifts
            By column: how much to add, on the scale that ``table`` names (the value itself, log
            odds, probit, log rate). For unordered levels, log odds by level. The same random
            numbers are used, so that differences between shifts are not chance.
        """
        for name in shifts:
            self._require(name)
        return replace(self, shifts={**self.shifts, **shifts})

    def _require(self, name: str) -> None:
        if name not in self.variables:
            raise AnalysisError(unknown("Columns", [name], self.variables, "what was imputed"))

    def _shift(self, name: str) -> float | Floats:
        shift, column = self.shifts.get(name, 0.0), self.plan.columns[name]
        return shift_by_level(shift, column)

    def __repr__(self) -> str:
        n = len(as_frame(self.data))
        missing = int(sum(self.plan.columns[name].wanted.sum() for name in self.variables))
        by = f", clusters by {self.cluster}" if self.cluster else ""
        shifted = ", ".join(f"{name} {shift:+g}" for name, shift in self.shifts.items()
                            if isinstance(shift, int | float) and shift)  # fmt: skip
        lines = [
            f"Imputed: {self.m} completed data sets of {n:,} respondents, {missing:,} values in "
            f"{len(self.variables)} columns ({self.iterations} iterations, seed {self.seed}{by})",
            *([f"shifted: {shifted}"] if shifted else []),
            *self.notes,
        ]
        return "\n".join(lines)

    __str__ = __repr__


def shift_by_level(shift: Shift, column: Column) -> float | Floats:
    """A shift as a number, or one number a level where levels have no order."""
    unordered = column.method == "multinomial"
    if unordered != isinstance(shift, Mapping) and shift != 0.0:
        raise AnalysisError(
            f"'{column.name}' is shifted by "
            + (
                "log odds by level, such as {'no': -0.5}, or level='no' in cs.delta."
                if unordered
                else "one number."
            )
        )
    if not isinstance(shift, Mapping):
        return float(shift)
    known = [str(level) for level in column.levels]
    absent = [level for level in shift if level not in known]
    if absent:
        raise AnalysisError(unknown("Levels", absent, known, f"'{column.name}'"))
    return np.array([shift.get(level, 0.0) for level in known])


def _numbers(column: pd.Series[Any]) -> Floats:
    return np.asarray(column.astype(float))


def _mixing(means: Floats) -> float:
    """R̂ of Gelman and Rubin (1992) over the later half of the iterations."""
    later = means[len(means) // 2 :]
    length, chains = later.shape
    if length < 2 or chains < 2:
        return float("nan")
    within = later.var(axis=0, ddof=1).mean()
    between = later.mean(axis=0).var(ddof=1)
    if within <= 0:
        return float("nan")
    return float(np.sqrt((length - 1) / length + between / within))
