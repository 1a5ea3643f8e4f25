"""What a user asks to impute, checked and read from the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.missing.columns import Column, Method, read_column
from confstudy.models.missing.derived import Derived, expression, over_scales, scale_score
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.survey import Survey

__all__ = [
    "Parts",
    "constant_notes",
    "read_clusters",
    "read_parts",
    "read_references",
    "read_shifts",
]

_NO_PREDICTOR = ("identifier", "replicate_weight")


@dataclass(frozen=True, repr=False)
class Parts:
    """The columns that take part and what is computed from them.

    ``scales`` are the scores to compute again, ``expressions`` the user's own columns.
    """

    columns: dict[str, Column]
    derived: tuple[Derived, ...]
    scales: tuple[str, ...]
    expressions: tuple[Derived, ...]
    notes: tuple[str, ...]


def read_parts(
    data: Data,
    asked: Sequence[str] | None,
    methods: Mapping[str, Method],
    formulas: Mapping[str, str],
    cluster: str | None,
) -> Parts:
    """The columns asked for as numbers, with the scales and expressions over them."""
    frame = as_frame(data)
    declared = data.codebook.scales if isinstance(data, Survey) else {}
    scales = {
        name: scale for name, scale in declared.items() if set(scale.items) <= set(frame.columns)
    }
    names = _names(data, asked, scales, cluster, formulas)
    wrong = [name for name in methods if name not in names]
    if wrong:
        raise AnalysisError(unknown("Columns", wrong, names, "what is imputed"))
    columns, notes = {}, []
    for name in names:
        found = read_column(
            name, frame[name], _not_asked(data, name), methods.get(name), _limits(data, name)
        )
        if isinstance(found, Column):
            columns[name] = found
        elif asked is not None and name in asked:
            raise AnalysisError(f"'{name}' cannot be imputed or predict: it {found}.")
        else:
            notes.append(f"'{name}' is left out: it {found}")
    whole = {
        name: scale_score(name, scale, _right(columns, scale.key))
        for name, scale in scales.items()
        if set(scale.items) <= set(columns)
    }
    made = tuple(expression(name, text) for name, text in formulas.items())
    known = {*columns, *whole}
    for part in made:
        _check_expression(part, known, columns, frame)
    computed = tuple(over_scales(part, whole) for part in made)
    return Parts(
        columns, (*whole.values(), *computed), tuple(name for name in whole if name in frame),
        made, tuple(notes),
    )  # fmt: skip


def _names(
    data: Data,
    asked: Sequence[str] | None,
    scales: Mapping[str, object],
    cluster: str | None,
    formulas: Mapping[str, str],
) -> list[str]:
    """The columns that take part, scales replaced by their items."""
    frame = as_frame(data)
    known = list(frame.columns)
    twice = frame.columns.duplicated()
    odd = [str(n) for n, again in zip(known, twice, strict=True) if again or not isinstance(n, str)]
    if odd:
        raise AnalysisError(f"Names of columns are words, each used once; rename {listing(odd)}.")
    if cluster is not None and cluster not in known:
        raise AnalysisError(unknown("Columns", [cluster], known, "the data"))
    if asked is None:
        return [
            name
            for name in known
            if name != cluster and name not in scales and name not in formulas
            and not _kept_out(data, name)
        ]  # fmt: skip
    asked = [asked] if isinstance(asked, str) else asked
    absent = [name for name in asked if name not in known and name not in scales]
    if absent:
        raise AnalysisError(unknown("Columns", absent, [*known, *scales], "the data"))
    spread: list[str] = []
    for name in asked:
        scale = scales.get(name)
        spread += [name] if scale is None else list(getattr(scale, "items", ()))
    return [name for name in dict.fromkeys(spread) if name != cluster]


def _kept_out(data: Data, name: str) -> bool:
    if not isinstance(data, Survey) or name not in data.codebook.variables:
        return False
    variable = data.codebook.variables[name]
    return variable.type == "code" or any(role in variable.role for role in _NO_PREDICTOR)


def _not_asked(data: Data, name: str) -> NDArray[np.bool_]:
    if not isinstance(data, Survey) or name not in data.reasons:
        return np.zeros(len(as_frame(data)), dtype=bool)
    return np.asarray(data.reasons[name] == MISSING_REASONS.index("not_asked") + 1)


def _limits(data: Data, name: str) -> tuple[float, float] | None:
    if not isinstance(data, Survey) or name not in data.codebook.variables:
        return None
    variable = data.codebook.variables[name]
    points = [s.points for s in data.codebook.scales.values() if name in s.items and not s.key]
    return variable.range or (points[0] if points else None)


def _right(columns: Mapping[str, Column], key: Mapping[str, str]) -> dict[str, float]:
    """The place of each test item's right answer among its levels; −1 where nobody gave it."""
    return {
        item: float(columns[item].levels.index(level)) if level in columns[item].levels else -1.0
        for item, level in key.items()
    }


def _check_expression(
    part: Derived, known: set[str], columns: Mapping[str, Column], frame: pd.DataFrame
) -> None:
    absent = [source for source in part.sources if source not in known]
    if absent:
        raise AnalysisError(unknown("Columns", absent, sorted(known), "what is imputed"))
    labels = [
        source
        for source in part.sources
        if source in columns
        and not all(isinstance(level, int | float) for level in columns[source].levels)
    ]
    if labels:
        raise AnalysisError(f"Derived column '{part.name}': '{labels[0]}' is not a number.")
    if part.name in columns or part.name in known:
        raise AnalysisError(f"Derived column '{part.name}' is also a column to impute: rename it.")
    lone = [source for source in part.sources if source in known and source not in frame]
    if lone:
        raise AnalysisError(
            f"Derived column '{part.name}': score the survey before, for {lone[0]}."
        )


def read_clusters(frame: pd.DataFrame, cluster: str | None) -> NDArray[np.intp] | None:
    """(n,) the clusters as 0 to J − 1."""
    if cluster is None:
        return None
    if frame[cluster].isna().any():
        raise AnalysisError(f"'{cluster}' has respondents without a cluster: leave them out first.")
    codes = np.asarray(pd.factorize(frame[cluster])[0])
    if codes.max() < 2:
        raise AnalysisError(f"'{cluster}' has fewer than three groups: use it as a predictor.")
    return codes


def read_references(
    asked: Mapping[str, tuple[str, str]], columns: Mapping[str, Column]
) -> dict[str, tuple[str, float]]:
    """Levels of reference as places among the levels."""
    found = {}
    for name, (arm, level) in asked.items():
        absent = [column for column in (name, arm) if column not in columns]
        if absent:
            raise AnalysisError(unknown("Columns", absent, columns, "what is imputed"))
        levels = [str(known) for known in columns[arm].levels]
        if level not in levels:
            raise AnalysisError(unknown("Levels", [level], levels, f"'{arm}'"))
        found[name] = (arm, float(levels.index(level)))
    return found


def read_shifts(asked: Mapping[str, float], columns: Mapping[str, Column]) -> dict[str, float]:
    """Shifts while the chains run, of columns that can be shifted by one number."""
    absent = [name for name in asked if name not in columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, columns, "what is imputed"))
    wrong = [name for name in asked if columns[name].method == "multinomial"]
    if wrong:
        raise AnalysisError(f"'{wrong[0]}' has unordered levels: shift them after imputing.")
    return dict(asked)


def constant_notes(columns: Mapping[str, Column]) -> list[str]:
    """Sentences on columns in which everybody answered the same."""
    return [
        f"'{name}' has one answer only, which everybody without an answer was given"
        for name, column in columns.items()
        if column.wanted.any() and len(column.levels) == 1
    ]
