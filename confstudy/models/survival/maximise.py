"""The maximum of a partial likelihood, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from confstudy.errors import listing
from confstudy.models.survival.partial import Partial, Risks, partial_likelihood

__all__ = ["Maximum", "maximise"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Maximum:
    """Coefficients of standardised predictors, the likelihood there and at 0, and problems."""

    coefficients: Floats
    at: Partial
    null: float
    problems: tuple[str, ...]


def maximise(risks: Risks, matrix: Floats, terms: tuple[str, ...]) -> Maximum:
    """Climb the log partial likelihood by Newton's method with halved steps.

    ``matrix`` (n, p) is centred and scaled, so that coefficients can be compared.
    """
    here = np.zeros(matrix.shape[1])
    start = at = partial_likelihood(risks, matrix, here)
    values, vectors = np.linalg.eigh(start.information)
    if values[0] <= 1e-10 * max(values[-1], 1e-300):
        weak = vectors[:, values <= 1e-10 * max(values[-1], 1e-300)]
        tied = _involved(terms, weak)
        return Maximum(here, at, start.value, (f"singular: {tied} not told apart at any event",))
    for _ in range(100):
        try:
            step: Floats = np.linalg.solve(at.information, at.gradient).astype(float)
        except np.linalg.LinAlgError:
            break
        won = step @ at.gradient
        if not (np.isfinite(step).all() and won >= 0):
            break
        new = _halved(risks, matrix, here, step, at)
        if new is None:
            break
        here, at = new
        if won < 1e-20:
            break
    return Maximum(here, at, start.value, _problems(start, at, terms))


def _halved(
    risks: Risks, matrix: Floats, here: Floats, step: Floats, at: Partial
) -> tuple[Floats, Partial] | None:
    for half in range(30):
        there = here + step / 2**half
        found = partial_likelihood(risks, matrix, there)
        if np.isfinite(found.value) and found.value >= at.value - 1e-12 * abs(at.value):
            return there, found
    return None


def _problems(start: Partial, at: Partial, terms: tuple[str, ...]) -> tuple[str, ...]:
    """Judge by what information is left, and how much likelihood one more step would win."""
    if not np.isfinite(at.information).all():
        return ("not converged: no maximum of the likelihood was reached",)
    left, vectors = eigh(at.information, start.information)
    if left[0] < 1e-7:
        lost = vectors[:, left < 1e-7]
        return (
            f"monotone likelihood: {_involved(terms, lost)} grows without limit (a group without "
            "events, or a predictor that orders them)",
        )
    if at.gradient @ np.linalg.solve(at.information, at.gradient) > 1e-8:
        return ("not converged: no maximum of the likelihood was reached",)
    return ()


def _involved(terms: tuple[str, ...], directions: Floats) -> str:
    size = np.abs(directions).max(axis=1)
    named = size > 1e-3 * size.max()
    return listing(term for term, tied in zip(terms, named, strict=True) if tied)
