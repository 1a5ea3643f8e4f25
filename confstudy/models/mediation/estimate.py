"""The equations' estimates in the sample and in every resample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.models.mediation.build import Model
from confstudy.models.mediation.natural import NaturalEffects
from confstudy.models.mediation.stages import Fitted, Stage
from confstudy.models.separation import is_separated, ordered_is_separated

__all__ = ["by_pattern", "coefficients_table", "effects_of", "fit_sample", "problems", "resample"]

Floats = NDArray[np.float64]


def fit_sample(model: Model) -> list[Fitted]:
    """Every equation fitted to the sample as it is."""
    return [stage.fit(model.weights[None], exact=True) for stage in model.stages]


def problems(model: Model, fits: Sequence[Fitted]) -> tuple[str, ...]:
    """Why the estimates cannot be believed."""
    found = []
    for stage, fit in zip(model.stages, fits, strict=True):
        if not fit.good[0]:
            found.append(f"{stage.name}: {_why(stage)}")
        if stage.family == "ols" and fit.variance[0] <= 1e-20 * stage.outcome.var():
            found.append(f"{stage.name}: fitted without error, so that nothing is left to judge by")
    return tuple(found)


def _why(stage: Stage) -> str:
    separated = {
        "logit": lambda: is_separated(stage.matrix, stage.outcome),
        "probit": lambda: is_separated(stage.matrix, stage.outcome),
        "ordered": lambda: ordered_is_separated(stage.matrix, stage.outcome.astype(np.intp)),
    }
    if stage.family in separated and separated[stage.family]():
        return "separation: the predictors tell some outcomes without error"
    return "not converged: no maximum of the likelihood was reached"


def resample(
    model: Model, fits: Sequence[Fitted], samples: Iterable[Floats]
) -> tuple[Floats, list[Floats], int]:
    """Effects (B, E) and coefficients (B, q) of each equation in the samples that can be fitted.

    Returns how many could not be fitted, too.
    """
    linear = all(stage.family == "ols" for stage in model.stages)
    sums = np.hstack([stage.sums for stage in model.stages]) if linear else np.zeros((0, 0))
    ends = np.cumsum([stage.sums.shape[1] if linear else 0 for stage in model.stages])
    weighted = not (model.weights == 1).all()
    effects, coefficients, failed = [], [], 0
    for counts in samples:
        drawn = counts * model.weights if weighted else counts
        if linear:
            parts = np.split(drawn @ sums, ends[:-1], axis=1)
            found = [s.linear(part) for s, part in zip(model.stages, parts, strict=True)]
        else:
            found = [
                stage.fit(drawn, fit.coefficients[0])
                for stage, fit in zip(model.stages, fits, strict=True)
            ]
        values = effects_of(model, found, drawn)
        good = np.logical_and.reduce([fit.good for fit in found]) & np.isfinite(values).all(axis=1)
        failed += int((~good).sum())
        effects.append(values[good])
        coefficients.append([fit.coefficients[good] for fit in found])
    return np.vstack(effects), [np.vstack(list(c)) for c in zip(*coefficients, strict=True)], failed


def effects_of(model: Model, fits: Sequence[Fitted], drawn: Floats) -> Floats:
    """(B, E): each sample's effects, a few samples at a time where that takes room.

    ``drawn`` are the rows' weights, (B, n), or (1, n) where they are the same for all.
    """
    if not isinstance(model.engine, NaturalEffects):
        return model.engine.effects(fits)
    weights = by_pattern(model, drawn)
    weights = np.broadcast_to(weights, (len(fits[0].good), weights.shape[1]))
    size = max(1, int(2_000_000 / (weights.shape[1] * _nodes_in(model))))
    parts = []
    for first in range(0, len(weights), size):
        few = slice(first, first + size)
        some = [Fitted(f.coefficients[few], f.variance[few], f.good[few]) for f in fits]
        with np.errstate(over="ignore", invalid="ignore"):
            parts.append(model.engine.effects(some, weights[few]))
    return np.vstack(parts)


def _nodes_in(model: Model) -> int:
    sizes = {"ols": 35, "poisson": 60, "logit": 2, "probit": 2}
    found = [stage.levels or sizes[stage.family] for stage in model.stages[:-1]]
    normal = all(stage.family == "ols" for stage in model.stages[:-1])
    return 1 if normal else int(np.prod(found))


def by_pattern(model: Model, rows: Floats) -> Floats:
    """(B, u): the rows' weights (B, n) summed over each pattern of covariates."""
    count = int(model.pattern.max()) + 1
    if count == 1:
        return np.asarray(rows.sum(axis=1, keepdims=True))
    order = np.argsort(model.pattern, kind="stable")
    starts = np.searchsorted(model.pattern[order], np.arange(count))
    return np.asarray(np.add.reduceat(rows[:, order], starts, axis=1))


def coefficients_table(stages: Sequence[Stage], fits: Sequence[Fitted]) -> pd.DataFrame:
    """``outcome, term, estimate`` of every equation."""
    return pd.DataFrame(
        {
            "outcome": [s.name for s in stages for _ in s.terms],
            "term": [term for s in stages for term in s.terms],
            "estimate": np.concatenate([fit.coefficients[0] for fit in fits]),
        }
    )
