"""In which order columns are made: what comes first in life, then what it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from confstudy.codebook.schema import Codebook
from confstudy.errors import DataError, unknown

__all__ = ["ordered_names"]

_FIRST = ("strata", "arm", "quasi_identifier", "covariate", "exposure")
_LAST = ("outcome", "sensitive", "weight")


def ordered_names(
    codebook: Codebook, names: Sequence[str], first: Sequence[str] | None = None
) -> list[str]:
    """The columns in the order they are synthesized.

    The wave, strata, arms, quasi-identifiers, covariates and exposures come first, outcomes,
    sensitive answers and weights last, the others between, as they stand in the codebook; a
    question never comes before those that lead to it. ``first`` names columns to begin with.
    """
    given = list(first or ())
    absent = [name for name in given if name not in names]
    if absent:
        raise DataError(unknown("Columns", absent, names, "the survey"))
    ranks = _ranks(codebook, names)
    ranked = sorted((name for name in names if name not in given), key=lambda name: ranks[name])
    causes = {name: codebook.variables[name].asked_if for name in names if name != "wave"}
    order: list[str] = []
    for name in [*given, *ranked]:
        _place(name, causes, order)
    return order


def _ranks(codebook: Codebook, names: Sequence[str]) -> dict[str, int]:
    steps = [*_FIRST, "", *_LAST]
    ranks = {}
    for name in names:
        roles = () if name == "wave" else codebook.variables[name].role
        late = [steps.index(role) for role in _LAST if role in roles]
        early = [steps.index(role) for role in _FIRST if role in roles]
        ranks[name] = -1 if name == "wave" else (late or early or [steps.index("")])[0]
    return ranks


def _place(name: str, causes: Mapping[str, Mapping[str, object]], order: list[str]) -> None:
    """Put a column behind the columns that lead to it."""
    if name in order:
        return
    for cause in causes.get(name, ()):
        _place(cause, causes, order)
    order.append(name)
