"""Covariance of all equations together, and what it says of the effects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from confstudy.models.mediation.build import Model
from confstudy.models.mediation.estimate import effects_of
from confstudy.models.mediation.natural import NaturalEffects
from confstudy.models.mediation.stages import Fitted, Stage

__all__ = ["covariances", "parameter_draws"]

Floats = NDArray[np.float64]


def covariances(model: Model, fits: Sequence[Fitted], errors: str) -> tuple[Floats, Floats]:
    """Covariance of the parameters (P, P) and of the effects (E, E), by the delta method.

    Parameters
    ----------
    errors
        ``model``: the inverse information, a linear equation's residual variance over n − p;
        ``ml``: over n, as maximum likelihood has it; ``robust``: the sandwich of all equations
        together, by group where there are groups (HC1, CR1).
    """
    centre = np.concatenate([_parameters(s, f)[0] for s, f in zip(model.stages, fits, strict=True)])
    if errors != "robust":
        parts = [_model_based(s, f, errors) for s, f in zip(model.stages, fits, strict=True)]
        covariance = linalg.block_diag(*parts) + _between(model.stages, fits, errors)
        slope = _derivative(_effects_of(model), centre, _steps(covariance))
        return covariance, slope @ covariance @ slope.T
    influence = np.hstack(
        [_influence(model, s, f) for s, f in zip(model.stages, fits, strict=True)]
    )
    covariance = _summed(influence, model)
    slope = _derivative(_effects_of(model), centre, _steps(covariance))
    on_effects = influence @ slope.T + _averaging(model, fits)
    return covariance, _summed(on_effects, model)


def parameter_draws(
    model: Model, fits: Sequence[Fitted], covariance: Floats, draws: int, seed: int
) -> Floats:
    """Effects (B, E) at parameters drawn from their normal distribution (MacKinnon 2004)."""
    centre = np.concatenate([_parameters(s, f)[0] for s, f in zip(model.stages, fits, strict=True)])
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    rng, compute, parts = np.random.default_rng(seed), _effects_of(model), []
    for first in range(0, draws, 500):
        noise = rng.standard_normal((min(500, draws - first), len(centre)))
        parts.append(compute(centre + noise @ root.T))
    return np.vstack(parts)


def _parameters(stage: Stage, fit: Fitted) -> Floats:
    """(B, q): coefficients, and the residual variance of a linear equation."""
    if stage.family != "ols":
        return fit.coefficients
    return np.column_stack([fit.coefficients, fit.variance])


def _effects_of(model: Model) -> Callable[[Floats], Floats]:
    """Effects as a function of all parameters in a row."""

    def effects(parameters: Floats) -> Floats:
        fits, start = [], 0
        for stage in model.stages:
            coefficients = parameters[:, start : start + stage.size]
            start += stage.size
            variance = np.zeros(len(parameters))
            if stage.family == "ols":
                variance = np.maximum(parameters[:, start], 0)
                start += 1
            fits.append(Fitted(coefficients, variance, np.ones(len(parameters), dtype=bool)))
        return effects_of(model, fits, model.weights[None])

    return effects


def _steps(covariance: Floats) -> Floats:
    return np.asarray(1e-3 * np.sqrt(np.diag(covariance)) + 1e-300)


def _derivative(compute: Callable[[Floats], Floats], centre: Floats, steps: Floats) -> Floats:
    """(E, P), by central differences that extrapolate to no step at all."""

    def slopes(size: Floats) -> Floats:
        moves = np.diag(size)
        return np.asarray((compute(centre + moves) - compute(centre - moves)).T / (2 * size))

    fine, coarse = slopes(steps), slopes(2 * steps)
    return (4 * fine - coarse) / 3


def _information(stage: Stage, fit: Fitted) -> Floats:
    """(q, q): minus the second derivative of the weighted log-likelihood."""
    weights = stage.weights if stage.weights.size else np.ones(len(stage.outcome))
    if stage.family == "ols":
        return np.asarray(stage.matrix.T @ (weights[:, None] * stage.matrix) / fit.variance[0])
    products = stage.products(stage.matrix)
    rows = (stage.matrix, products, stage.outcome, weights[None])
    information: Floats = stage.model.evaluate(fit.coefficients, *rows)[2][0]
    return information


def _model_based(stage: Stage, fit: Fitted, errors: str) -> Floats:
    inverse: Floats = np.asarray(np.linalg.inv(_information(stage, fit)), dtype=float)
    if stage.family != "ols":
        return inverse
    n, p = stage.matrix.shape
    shrink = (n - p) / n if errors == "ml" else 1.0
    spread = 2 * fit.variance[0] ** 2 / (n - p)
    return np.asarray(linalg.block_diag(inverse, spread) * shrink)


def _between(stages: Sequence[Stage], fits: Sequence[Fitted], errors: str) -> Floats:
    """(P, P): what linear equations share because their residuals correlate (Zellner 1962).

    Nothing where a later equation has the earlier outcome as a predictor.
    """
    ends = np.cumsum([0] + [stage.size + (stage.family == "ols") for stage in stages])
    full = np.zeros((ends[-1], ends[-1]))
    linear = [place for place, stage in enumerate(stages) if stage.family == "ols"]
    inverse = {place: np.linalg.pinv(stages[place].matrix) for place in linear}
    left = {
        place: stages[place].outcome - stages[place].matrix @ fits[place].coefficients[0]
        for place in linear
    }
    for one, other in combinations(linear, 2):
        n, p = stages[one].matrix.shape
        freedom = n if errors == "ml" else n - p
        shared = left[one] @ left[other] / freedom
        slopes = inverse[one] @ inverse[other].T * shared
        block = linalg.block_diag(slopes, 2 * shared**2 / freedom)
        rows, columns = slice(*ends[one : one + 2]), slice(*ends[other : other + 2])
        full[rows, columns], full[columns, rows] = block, block.T
    return full


def _influence(model: Model, stage: Stage, fit: Fitted) -> Floats:
    """(n, q): what each respondent moves the estimates by, scaled for small samples."""
    n, p = len(model.weights), stage.size
    inverse = np.linalg.inv(_information(stage, fit))
    weights = model.weights[:, None]
    if stage.family == "ols":
        residual = stage.outcome - stage.matrix @ fit.coefficients[0]
        scores = stage.matrix * (residual / fit.variance[0])[:, None]
        squared = (residual[:, None] ** 2 - np.average(residual**2, weights=model.weights)) / n
        moved = np.hstack([weights * scores @ inverse, weights * squared])
    else:
        moved = weights * stage.model.scores(fit.coefficients[0], stage.matrix, stage.outcome)
        moved = moved @ inverse
    scale = n / (n - p) if model.groups is None else (n - 1) / (n - p)
    return np.asarray(moved * np.sqrt(scale))


def _averaging(model: Model, fits: Sequence[Fitted]) -> Floats:
    """(n, E): what each respondent's covariates move the averages by."""
    engine = model.engine
    if not isinstance(engine, NaturalEffects):
        return np.zeros((model.n, len(engine.names)))
    cells = np.stack([world[0][model.pattern] for world in engine.cells(fits)], axis=1)
    means = np.average(cells, axis=0, weights=model.weights)
    slope = _derivative(engine.combine, means, 1e-4 * np.abs(means) + 1e-12)
    return np.asarray(((cells - means) * model.weights[:, None] / model.n) @ slope.T)


def _summed(influence: Floats, model: Model) -> Floats:
    """The sandwich's middle; groups are summed first."""
    if model.groups is None:
        return np.asarray(influence.T @ influence)
    count = int(model.groups.max()) + 1
    sums = np.stack([np.bincount(model.groups, weights=c) for c in influence.T], axis=1)
    return np.asarray(sums.T @ sums * count / (count - 1))
