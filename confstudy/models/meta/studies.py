"""Studies' estimates, their variances and what may explain how they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.formula import Design, build_design

__all__ = ["Moderators", "Studies", "read_studies"]

Floats = NDArray[np.float64]
Moderators = str | pd.DataFrame | Mapping[str, Sequence[object]] | None


@dataclass(frozen=True, repr=False)
class Studies:
    """What was found, by study.

    Attributes
    ----------
    estimates, variances
        (k,): the estimates and the squares of their standard errors.
    matrix
        (k, p): an intercept, and the moderators if there are any; columns named by ``terms``.
    labels
        (k,) names of the studies.
    groups
        (k,): which studies share participants, as 0 to G - 1; or None.
    design
        What makes a matrix of other values of the moderators; None without any.
    dropped
        How many studies lacked a value.
    """

    estimates: Floats
    variances: Floats
    matrix: Floats
    terms: tuple[str, ...]
    labels: tuple[str, ...]
    groups: NDArray[np.intp] | None
    design: Design | None
    dropped: int

    @property
    def plain(self) -> Studies:
        """The same studies without their moderators."""
        return self.with_matrix(np.ones((len(self.estimates), 1)), ("Intercept",))

    def with_matrix(self, matrix: Floats, terms: tuple[str, ...]) -> Studies:
        """The same studies with other moderators."""
        return replace(self, matrix=matrix, terms=terms, design=None)

    def only(self, kept: NDArray[np.generic]) -> Studies:
        """Some of the studies, by a mask or their places."""
        places = np.arange(len(self.estimates))[kept]
        groups = None
        if self.groups is not None:
            groups = np.unique(self.groups[places], return_inverse=True)[1].astype(np.intp)
        return replace(
            self,
            estimates=self.estimates[places],
            variances=self.variances[places],
            matrix=self.matrix[places],
            labels=tuple(self.labels[place] for place in places),
            groups=groups,
        )


def read_studies(
    estimates: str | ArrayLike,
    variances: str | ArrayLike | None,
    std_errors: str | ArrayLike | None,
    data: pd.DataFrame | None,
    moderators: Moderators,
    labels: str | Sequence[object] | None,
    cluster: str | Sequence[object] | None,
) -> Studies:
    """Read arrays, or columns of ``data``, leaving out studies that lack a value."""
    if (variances is None) == (std_errors is None):
        raise AnalysisError("Give either the variances or std_errors, one of the two.")
    found = _numbers(estimates, data, "estimates")
    spread = variances if std_errors is None else std_errors
    squared = _numbers(spread, data, "variances" if std_errors is None else "std_errors")
    if squared.shape != found.shape:
        raise AnalysisError(f"There are {len(found)} estimates and {len(squared)} variances.")
    if (squared <= 0).any() or np.isinf(squared).any() or np.isinf(found).any():
        raise AnalysisError("Estimates are finite, and their variances finite and above 0.")
    squared = squared if std_errors is None else squared**2
    names = _labels(labels, data, len(found))
    groups = None if cluster is None else _column(cluster, data, len(found), "cluster")
    known = ~(np.isnan(found) | np.isnan(squared))
    if groups is not None:
        known &= groups.notna().to_numpy()
    matrix, terms, design, known = _moderated(moderators, data, found, known)
    if known.sum() < 2:
        raise AnalysisError(f"{int(known.sum())} studies cannot be pooled: it takes two or more.")
    return Studies(
        found[known],
        squared[known],
        matrix,
        terms,
        tuple(np.asarray(names, dtype=object)[known].tolist()),
        None if groups is None else pd.factorize(groups[known])[0].astype(np.intp),
        design,
        int((~known).sum()),
    )


def _numbers(given: str | ArrayLike | None, data: pd.DataFrame | None, what: str) -> Floats:
    values: Any = _from(given, data) if isinstance(given, str) else given
    try:
        numbers = np.array(pd.to_numeric(pd.Series(values)), dtype=np.float64)
    except (TypeError, ValueError):
        raise AnalysisError(f"The {what} are not one list of numbers.") from None
    return numbers


def _from(name: str, data: pd.DataFrame | None) -> pd.Series[Any]:
    if data is None:
        raise AnalysisError(f"'{name}' is a column's name: give the table of studies as data=….")
    if name not in data.columns:
        raise AnalysisError(unknown("Columns", [name], map(str, data.columns), "the data"))
    return data[name].reset_index(drop=True)


def _column(
    given: str | Sequence[object], data: pd.DataFrame | None, count: int, what: str
) -> pd.Series[Any]:
    column = _from(given, data) if isinstance(given, str) else pd.Series(list(given))
    if len(column) != count:
        raise AnalysisError(f"'{what}' has {len(column)} entries for {count} studies.")
    return column


def _labels(given: str | Sequence[object] | None, data: pd.DataFrame | None, k: int) -> list[str]:
    if given is None:
        return [f"Study {place + 1}" for place in range(k)]
    return [str(label) for label in _column(given, data, k, "labels")]


def _moderated(
    moderators: Moderators, data: pd.DataFrame | None, found: Floats, known: NDArray[np.bool_]
) -> tuple[Floats, tuple[str, ...], Design | None, NDArray[np.bool_]]:
    """The matrix of the moderators' complete rows, and which rows these are."""
    if moderators is None:
        return np.ones((int(known.sum()), 1)), ("Intercept",), None, known
    if isinstance(moderators, str):
        if data is None:
            raise AnalysisError(f"'{moderators}' needs the table of studies: data=….")
        frame, side = data.reset_index(drop=True), moderators.partition("~")[2] or moderators
    else:
        frame = pd.DataFrame(moderators).reset_index(drop=True)
        names = [str(name) for name in frame.columns]
        odd = [name for name in names if not name.isidentifier()]
        if odd:
            raise AnalysisError(f"Rename the moderators {listing(odd)}: letters, digits, _ only.")
        side = " + ".join(names)
    if len(frame) != len(found):
        raise AnalysisError(f"The moderators have {len(frame)} rows for {len(found)} studies.")
    outcome = pd.Series(np.where(known, found, np.nan), index=frame.index)
    design = build_design(f"study_estimate ~ {side}", frame.assign(study_estimate=outcome))
    return design.matrix, design.terms, design, design.used
