"""How the outcome of an equation is coded for its family, and what the family cannot take."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean
from confstudy.models.formula import Design

__all__ = ["Coded", "coded"]

Floats = NDArray[np.float64]
_MOST = 500


@dataclass(frozen=True, repr=False)
class Coded:
    """An outcome as its family takes it.

    Attributes
    ----------
    outcome
        (n,): numbers, 0 and 1, or ranks from 0.
    values
        (K,): the numbers the levels stand for where they enter another equation as a number.
    names
        Of the levels.
    """

    family: str
    name: str
    outcome: Floats
    values: Floats
    names: tuple[str, ...]

    @property
    def thresholds(self) -> list[str]:
        """Names of an ordered outcome's thresholds."""
        if self.family != "ordered":
            return []
        return [f"{low} | {high}" for low, high in pairwise(self.names)]

    def cut(self, at_least: str | None) -> int:
        """The threshold below a level; by default below the upper half."""
        if at_least is None:
            return (len(self.names) + 1) // 2 - 1
        if str(at_least) not in self.names[1:]:
            hint = did_you_mean(str(at_least), self.names[1:])
            raise AnalysisError(f"'{self.name}' has no such level above its lowest.{hint}")
        return self.names.index(str(at_least)) - 1

    def said(self, at_least: str | None) -> str:
        """What the effects are on."""
        if self.family == "ordered":
            return f"chance of {self.name} {self.names[self.cut(at_least) + 1]} or more"
        if self.family in ("logit", "probit"):
            level = f" {self.names[1]}" if self.names else ""
            return f"chance of {self.name}{level}"
        return f"mean of {self.name}"


def coded(design: Design, family: str) -> Coded:
    """The outcome of a design for a family, or an error that says what the family takes."""
    found = np.unique(design.outcome)
    if len(found) < 2:
        raise AnalysisError(f"'{design.name}' has one value only: there is nothing to explain.")
    if family == "ordered":
        return _ordered(design, found)
    if family in ("logit", "probit"):
        if found.tolist() != [0, 1]:
            raise AnalysisError(
                f"A {family} needs two outcomes, 0 and 1, in '{design.name}'; "
                "for more levels in order use 'ordered'."
            )
        return Coded(family, design.name, design.outcome, np.array([0.0, 1.0]), design.levels)
    if design.levels:
        raise AnalysisError(
            f"'{design.name}' has levels, not numbers: use 'logit' for two of them, 'ordered' "
            "for more in order."
        )
    if family == "poisson":
        _require_counts(design)
    return Coded(family, design.name, design.outcome, np.zeros(0), ())


def _ordered(design: Design, found: Floats) -> Coded:
    if len(found) < 3:
        raise AnalysisError(f"'{design.name}' has fewer than three ordered levels: use 'logit'.")
    if not design.ordered:
        raise AnalysisError(f"The levels of '{design.name}' have no order: declare it ordinal.")
    if len(found) > 20:
        raise AnalysisError(f"'{design.name}' has more than 20 levels: use 'ols'.")
    ranks = np.searchsorted(found, design.outcome).astype(float)
    names = tuple(design.levels[int(r)] if design.levels else f"{r:g}" for r in found)
    return Coded("ordered", design.name, ranks, found, names)


def _require_counts(design: Design) -> None:
    outcome = design.outcome
    if (outcome < 0).any() or (outcome != np.round(outcome)).any():
        raise AnalysisError(f"A poisson model needs counts 0, 1, 2 … in '{design.name}'.")
    if outcome.mean() > _MOST:
        raise AnalysisError(f"The counts in '{design.name}' are large: use 'ols' on their log.")
