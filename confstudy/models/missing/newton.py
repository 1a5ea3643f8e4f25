"""Posterior modes of many regressions at once, under a weak prior that keeps them finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit

__all__ = [
    "logit_step",
    "multinomial_step",
    "ordered_step",
    "poisson_step",
    "posterior_draw",
    "posterior_mode",
]

Floats = NDArray[np.float64]
#: Prior sd of a coefficient of a standardised predictor (Gelman and others 2008), and of the
#: constants.
_SLOPE_SD, _CONSTANT_SD = 2.5, 10.0
#: A mode this near is within a hundredth of a standard error.
_CLOSE = 1e-4


class Regression(Protocol):
    """Predictors (m, k, p), an outcome (k,) and how many levels it has."""

    @property
    def observed(self) -> Floats:
        """(m, k, p)."""

    @property
    def outcome(self) -> Floats:
        """(k,)."""

    @property
    def levels(self) -> int:
        """Levels of the outcome."""


#: Log-likelihood (m,), gradient (m, q), information (m, q, q), and (q,) which are constants.
Step = Callable[[Regression, Floats], tuple[Floats, Floats, Floats, NDArray[np.bool_]]]


def posterior_mode(
    step: Step, task: Regression, size: int, start: Floats | None
) -> tuple[Floats, Floats]:
    """Mode (m, q) and information (m, q, q) of the posterior, by Newton steps with halving."""
    beta = np.zeros((len(task.observed), size)) if start is None else start.copy()
    value, gradient, information = _posterior(step, task, beta)
    for _ in range(30):
        move = np.linalg.solve(information, gradient[..., None])[..., 0]
        decrement = np.einsum("mq,mq->m", move, gradient)
        if decrement.max() < _CLOSE:
            break
        pace = np.ones((len(beta), 1))
        for _ in range(12):
            tried = beta + pace * move
            found = _posterior(step, task, tried)
            worse = ~(found[0] >= value - 1e-9)
            if not worse.any():
                break
            pace[worse] /= 2
        else:
            tried = np.where(worse[:, None], beta, tried)
            found = _posterior(step, task, tried)
        beta = tried
        value, gradient, information = found
    return beta, information


def posterior_draw(
    mode: Floats, information: Floats, rng: np.random.Generator, scale: Floats | None = None
) -> Floats:
    """(m, q): normal draws around the mode, their sd times ``scale`` (m,)."""
    lower = np.linalg.cholesky(information).transpose(0, 2, 1)
    noise = np.linalg.solve(lower, rng.standard_normal((*mode.shape, 1)))[..., 0]
    return np.asarray(mode + (noise if scale is None else scale[:, None] * noise))


def _posterior(step: Step, task: Regression, beta: Floats) -> tuple[Floats, Floats, Floats]:
    value, gradient, information, constants = step(task, beta)
    precision = np.where(constants, _CONSTANT_SD, _SLOPE_SD) ** -2.0
    place = np.arange(beta.shape[1])
    information[:, place, place] += precision
    value = value - 0.5 * (precision * beta**2).sum(axis=1)
    return np.nan_to_num(value, nan=-np.inf), gradient - precision * beta, information


def _gram(x: Floats, weight: Floats) -> Floats:
    return np.asarray((x * weight[..., None]).transpose(0, 2, 1) @ x)


def _first(size: int) -> NDArray[np.bool_]:
    return np.asarray(np.arange(size) == 0)


def logit_step(task: Regression, beta: Floats) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Logistic regression of 0 and 1."""
    x, y = task.observed, task.outcome
    index = np.einsum("mkp,mp->mk", x, beta)
    chance = expit(index)
    value = np.where(y > 0, log_expit(index), log_expit(-index)).sum(axis=1)
    gradient = np.einsum("mkp,mk->mp", x, y - chance)
    return value, gradient, _gram(x, chance * (1 - chance)), _first(beta.shape[1])


def poisson_step(
    task: Regression, beta: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Poisson regression of counts."""
    x, y = task.observed, task.outcome
    index = np.clip(np.einsum("mkp,mp->mk", x, beta), -30, 30)
    rate = np.exp(index)
    gradient = np.einsum("mkp,mk->mp", x, y - rate)
    return (y * index - rate).sum(axis=1), gradient, _gram(x, rate), _first(beta.shape[1])


def multinomial_step(
    task: Regression, beta: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Multinomial logit against level 0; parameters level by level."""
    x, free = task.observed, task.levels - 1
    m, _, p = x.shape
    index = np.einsum("mkp,mjp->mkj", x, beta.reshape(m, free, p))
    top = np.maximum(index.max(axis=2), 0)
    log_total = top + np.log(np.exp(-top) + np.exp(index - top[..., None]).sum(axis=2))
    chance = np.exp(index - log_total[..., None])
    chosen = task.outcome[:, None] == np.arange(1, free + 1)
    value = (chosen * index).sum(axis=(1, 2)) - log_total.sum(axis=1)
    gradient = np.einsum("mkp,mkj->mjp", x, chosen - chance).reshape(m, free * p)
    information = np.empty((m, free * p, free * p))
    for a in range(free):
        for b in range(a, free):
            weight = chance[..., a] * ((a == b) - chance[..., b])
            block = _gram(x, weight)
            information[:, a * p : (a + 1) * p, b * p : (b + 1) * p] = block
            information[:, b * p : (b + 1) * p, a * p : (a + 1) * p] = block
    return value, gradient, information, np.tile(_first(p), free)


def ordered_step(
    task: Regression, beta: Floats
) -> tuple[Floats, Floats, Floats, NDArray[np.bool_]]:
    """Proportional odds: slopes (p,), then K − 1 thresholds, which may not cross."""
    x, cuts = task.observed, task.levels - 1
    m, k, p = x.shape
    level = task.outcome.astype(int)
    index = np.einsum("mkp,mp->mk", x, beta[:, :p])
    edges = np.concatenate([np.full((m, 1), -np.inf), beta[:, p:], np.full((m, 1), np.inf)], axis=1)
    above, below = edges[:, level + 1] - index, edges[:, level] - index
    upper, lower = expit(above), expit(below)
    # The difference of two chances, taken on the side where it keeps its digits.
    flip = (above + below) > 0
    chance = np.where(flip, expit(-below) - expit(-above), upper - lower)
    slope_up, slope_low = upper * (1 - upper), lower * (1 - lower)
    # Crossed thresholds have no likelihood; the step that led there is halved.
    possible = chance > 1e-150
    safe = np.where(possible, chance, 1.0)
    value = np.where(possible, np.log(safe), -np.inf).sum(axis=1)
    up, low = slope_up / safe, -slope_low / safe
    # Second derivatives by the two edges, with their sign turned.
    up_up, low_low = up**2 - up * (1 - 2 * upper), low**2 - low * (1 - 2 * lower)
    up_low = up * low
    place = np.zeros((k, cuts + 2))
    place[np.arange(k), level + 1] = 1
    a = np.concatenate([-x, np.broadcast_to(place[:, 1:-1], (m, k, cuts))], axis=2)
    place = np.zeros((k, cuts + 2))
    place[np.arange(k), level] = 1
    b = np.concatenate([-x, np.broadcast_to(place[:, 1:-1], (m, k, cuts))], axis=2)
    gradient = np.einsum("mkq,mk->mq", a, up) + np.einsum("mkq,mk->mq", b, low)
    cross = (a * up_low[..., None]).transpose(0, 2, 1) @ b
    information = _gram(a, up_up) + _gram(b, low_low) + cross + cross.transpose(0, 2, 1)
    return value, gradient, information, np.arange(p + cuts) >= p
