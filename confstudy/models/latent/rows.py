"""From a survey to the numbers a latent-variable model reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.latent.likelihood import GroupData, group_data

__all__ = ["Rows", "read_rows"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Rows:
    """The rows used, in groups.

    Attributes
    ----------
    data
        A group each.
    groups
        Their labels; one empty label where there are no groups.
    clusters
        Codes of the clusters in each group, or None.
    dropped
        Rows left out for a missing value.
    used
        The rows of the data behind it, by their index.
    """

    columns: tuple[str, ...]
    data: tuple[GroupData, ...]
    groups: tuple[str, ...]
    clusters: tuple[NDArray[np.intp], ...] | None
    dropped: int
    weighted: bool
    used: pd.Index[Any]

    @property
    def n(self) -> int:
        """Respondents used."""
        return sum(len(one.answers) for one in self.data)

    def resample(self, generator: np.random.Generator) -> Rows:
        """As many rows of each group, or as many clusters, drawn with replacement."""
        if self.clusters is None:
            picks = [generator.integers(0, len(d.answers), len(d.answers)) for d in self.data]
        else:
            count = int(max(codes.max() for codes in self.clusters)) + 1
            times = np.bincount(generator.integers(0, count, count), minlength=count)
            picks = [np.repeat(np.arange(len(c)), times[c]) for c in self.clusters]
        data = tuple(
            group_data(one.answers[rows], one.weights[rows])
            for one, rows in zip(self.data, picks, strict=True)
        )
        return Rows(self.columns, data, self.groups, None, self.dropped, self.weighted, self.used)


def read_rows(
    data: Data,
    columns: tuple[str, ...],
    held: tuple[str, ...],
    *,
    incomplete: bool,
    group: str | None,
    cluster: str | None,
    weights: str | None,
) -> Rows:
    """Take the columns of a model from data.

    Parameters
    ----------
    held
        Exposures whose moments are held: rows without them are left out in any case.
    incomplete
        Whether rows with some values are used; otherwise only complete ones.
    """
    frame = as_frame(data)
    others = [name for name in (group, cluster, weights) if name]
    absent = [name for name in (*columns, *others) if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    twice = [name for name in (*columns, *others) if (frame.columns == name).sum() > 1]
    if twice:
        raise AnalysisError(f"The data have several columns called {listing(twice)}.")
    if group in columns:
        raise AnalysisError(f"'{group}' is in the model and cannot make the groups too.")
    values = np.column_stack([_numbers(frame[name], name) for name in columns])
    there = ~np.isnan(values)
    use = there.any(axis=1) if incomplete else there.all(axis=1)
    use &= there[:, [columns.index(name) for name in held]].all(axis=1)
    use &= frame[others].notna().all(axis=1).to_numpy() if others else True
    share = _weights(frame[weights], weights) if weights else np.ones(len(frame))
    use &= share > 0
    if not use.any():
        raise AnalysisError(f"No row has all of {listing([*columns, *others])}: nothing to fit.")
    labels, which = _codes(frame.loc[use, group]) if group else ([""], np.zeros(use.sum(), int))
    codes = _codes(frame.loc[use, cluster])[1] if cluster else None
    if codes is not None and codes.max() < 1:
        raise AnalysisError(f"'{cluster}' has one cluster: errors cannot be estimated from it.")
    values, share = values[use], share[use] * (use.sum() / share[use].sum())
    members = [which == number for number in range(len(labels))]
    for label, rows in zip(labels, members, strict=True):
        _require_variation(values[rows], columns, label and f" in group '{label}'")
    return Rows(
        columns,
        tuple(group_data(values[rows], share[rows]) for rows in members),
        tuple(labels),
        None if codes is None else tuple(codes[rows] for rows in members),
        int((~use).sum()),
        bool(weights),
        frame.index[use],
    )


def _codes(column: pd.Series) -> tuple[list[str], NDArray[np.intp]]:
    codes, labels = pd.factorize(column, sort=True)
    return [str(label) for label in labels], codes.astype(np.intp)


def _numbers(column: pd.Series, name: str) -> Floats:
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        codes = np.asarray(column.cat.codes, dtype=float)
        return np.where(codes < 0, np.nan, codes + 1)
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise AnalysisError(
            f"'{name}' is not a number: turn its categories into columns of 0 and 1 first."
        )
    values = column.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(values).any():
        raise AnalysisError(f"'{name}' has infinite values.")
    return np.asarray(values)


def _weights(column: pd.Series, name: str) -> Floats:
    if not pd.api.types.is_numeric_dtype(column):
        raise AnalysisError(f"The weights '{name}' are not numbers.")
    weights = column.to_numpy(dtype=float, na_value=np.nan)
    known = weights[~np.isnan(weights)]
    if not np.isfinite(known).all() or (known < 0).any() or not known.any():
        raise AnalysisError(f"Weights are finite, 0 or more, and not all 0; '{name}' are not.")
    return np.asarray(np.nan_to_num(weights))


def _require_variation(values: Floats, columns: tuple[str, ...], where: str) -> None:
    """Refuse columns that do not vary, that others make up, or that outnumber the rows."""
    if len(values) < 3:
        raise AnalysisError(f"Fewer than three rows{where}: nothing to fit.")
    empty = np.asarray(np.isnan(values).all(axis=0))
    lost = [name for name, gone in zip(columns, empty, strict=True) if gone]
    if lost:
        raise AnalysisError(f"{listing(lost)} have no values{where}: leave them out.")
    spread = np.nanmax(values, axis=0) - np.nanmin(values, axis=0)
    flat = [name for name, size in zip(columns, spread, strict=True) if not size > 0]
    if flat:
        raise AnalysisError(f"{listing(flat)} do not vary{where}: leave them out.")
    complete = values[~np.isnan(values).any(axis=1)]
    if len(complete) == len(values) and len(values) <= values.shape[1]:
        raise AnalysisError(f"{len(values)} rows{where} are too few for {len(columns)} columns.")
    if len(complete) > values.shape[1] + 1:
        _require_rank(complete, columns, where)


def _require_rank(values: Floats, columns: tuple[str, ...], where: str) -> None:
    away = values - values.mean(axis=0)
    size = np.linalg.norm(away, axis=0)
    _, singular, right = np.linalg.svd(away / np.where(size > 0, size, 1), full_matrices=False)
    weak = singular < 1e-7
    if weak.any():
        tied = (np.abs(right[weak]) > 1e-4).any(axis=0)
        names = [name for name, one in zip(columns, tied, strict=True) if one]
        raise AnalysisError(
            f"The columns {listing(names)} are perfectly collinear{where}: leave one of them out."
        )
