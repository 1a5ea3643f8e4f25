"""Whether a family can take an outcome."""

from __future__ import annotations

import numpy as np

from confstudy.errors import AnalysisError
from confstudy.models.formula import Design

__all__ = ["check_counts", "check_number", "check_ordered", "check_two", "check_zeros"]


def check_number(design: Design) -> None:
    """Anything but more than two levels."""
    if len(design.levels) > 2:
        raise AnalysisError(
            f"'{design.name}' has {len(design.levels)} levels, not numbers: use "
            "family='ordered' where they are in order, or compare one of them with the rest."
        )


def check_two(design: Design, family: str) -> None:
    """0 and 1, both of which occur."""
    found = np.unique(design.outcome)
    if len(found) != 2 or found.tolist() != [0, 1]:
        hint = " Use family='ordered' for ordered levels." if len(design.levels) > 2 else ""
        raise AnalysisError(f"A {family} needs two outcomes, 0 and 1, in '{design.name}'.{hint}")


def check_counts(design: Design) -> None:
    """Whole numbers from 0, not all of them 0."""
    check_number(design)
    outcome = design.outcome
    if outcome.min() < 0 or (outcome != np.round(outcome)).any():
        raise AnalysisError(f"'{design.name}' is not a count: counts are whole numbers from 0 up.")
    if not outcome.any():
        raise AnalysisError(f"'{design.name}' is 0 for everybody: there is nothing to model.")


def check_zeros(design: Design) -> None:
    """Counts of which some, but not all, are 0."""
    check_counts(design)
    if design.outcome.min() > 0:
        raise AnalysisError(f"No '{design.name}' is 0: use family='poisson' or 'negbin'.")


def check_ordered(design: Design) -> None:
    """From three to twenty ordered levels."""
    if len(np.unique(design.outcome)) < 3:
        raise AnalysisError(
            f"'{design.name}' has fewer than three ordered levels: use family='logit'."
        )
    if not design.ordered:
        raise AnalysisError(
            f"The levels of '{design.name}' have no order: declare it ordinal, or compare one of "
            "them with the rest and use family='logit'."
        )
    if len(np.unique(design.outcome)) > 20:
        raise AnalysisError(f"'{design.name}' has more than 20 levels: use family='ols'.")
