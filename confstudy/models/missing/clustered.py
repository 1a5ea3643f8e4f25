"""Draws of missing values where respondents come in clusters: random intercepts by Gibbs steps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from confstudy.models.missing.draws import DRAWS, Drawn, Task, nearest, within
from confstudy.models.missing.newton import posterior_draw

__all__ = ["CLUSTERED", "Groups", "clustered_draw"]

Floats = NDArray[np.float64]
_SWEEPS = 10

#: Methods with a random intercept, and what each becomes.
CLUSTERED = {
    "normal": "normal",
    "residual": "normal",
    "pmm": "pmm",
    "ordered": "pmm",
    "count": "pmm",
    "logit": "probit",
}


@dataclass(frozen=True, repr=False)
class Groups:
    """The clusters, 0 to count − 1, of the answered (k,) and of the unanswered (l,)."""

    observed: NDArray[np.intp]
    missing: NDArray[np.intp]
    count: int


@dataclass(repr=False)
class _Chain:
    """Where the Gibbs sampler of one column stands: m chains."""

    effects: Floats
    between: Floats
    residual: Floats
    slopes: Floats


def clustered_draw(
    task: Task, method: str, groups: Groups, rng: np.random.Generator
) -> tuple[Drawn, Floats]:
    """Draw from a regression with a normal random intercept a cluster.

    Ten Gibbs sweeps (Schafer and Yucel 2002 for numbers; Albert and Chib 1993, probit, for two
    levels), started anew where the last iteration ended, under a uniform prior on the sd
    between clusters. Unordered levels get no intercept: their predictors' cluster means stand
    in for it.
    """
    if method not in CLUSTERED:
        return DRAWS[method](task, rng)
    kind = CLUSTERED[method]
    x, count = task.observed, groups.count
    m, _, p = x.shape
    chain = _started(task, m, p, count, kind)
    member = np.zeros((x.shape[1], count))
    member[np.arange(x.shape[1]), groups.observed] = 1
    gram = x.transpose(0, 2, 1) @ x
    place = np.arange(p)
    gram[:, place, place] = gram[:, place, place] * (1 + 1e-6) + (0.16 if kind == "probit" else 0)
    outcome = np.broadcast_to(task.outcome, x.shape[:2])
    for _ in range(_SWEEPS):
        if kind == "probit":
            outcome = _latent(task, chain, groups, rng)
        _sweep(chain, x, outcome, gram, groups.observed, member, kind, rng)
    state = np.concatenate([chain.slopes, chain.effects, chain.between[:, None]], axis=1)
    state = np.concatenate([state, chain.residual[:, None]], axis=1)
    mean = _index(task.missing, chain, groups.missing)
    if kind == "probit":
        latent = mean + rng.standard_normal(mean.shape)
        return Drawn("probit", latent, cuts=np.zeros((m, 1))), state
    if kind == "pmm":
        near = nearest(_index(x, chain, groups.observed), mean, rng)
        return Drawn("value", task.outcome[near]), state
    sigma = np.sqrt(chain.residual)[:, None]
    return Drawn("value", within(mean, sigma, task.range, rng)), state


def _started(task: Task, m: int, p: int, count: int, kind: str) -> _Chain:
    if task.start is not None:
        start = task.start
        slopes, effects = start[:, :p].copy(), start[:, p : p + count].copy()
        return _Chain(effects, start[:, -2].copy(), start[:, -1].copy(), slopes)
    spread = 1.0 if kind == "probit" else float(task.outcome.var()) or 1.0
    slopes = np.zeros((m, p))
    if kind != "probit":
        slopes[:, 0] = task.outcome.mean()
    return _Chain(np.zeros((m, count)), np.full(m, 0.2 * spread), np.full(m, spread), slopes)


def _index(x: Floats, chain: _Chain, groups: NDArray[np.intp]) -> Floats:
    return np.asarray(np.einsum("mkp,mp->mk", x, chain.slopes) + chain.effects[:, groups])


def _latent(task: Task, chain: _Chain, groups: Groups, rng: np.random.Generator) -> Floats:
    """Normal variables above 0 where the outcome is 1, and below elsewhere."""
    index = _index(task.observed, chain, groups.observed)
    sign = np.where(task.outcome > 0, 1.0, -1.0)
    share = np.maximum(rng.uniform(size=index.shape), 1e-12)
    return np.asarray(index - sign * ndtri(np.clip(share * ndtr(sign * index), 1e-300, 1 - 1e-16)))


def _sweep(
    chain: _Chain,
    x: Floats,
    outcome: Floats,
    gram: Floats,
    groups: NDArray[np.intp],
    member: Floats,
    kind: str,
    rng: np.random.Generator,
) -> None:
    m, k, p = x.shape
    rest = outcome - chain.effects[:, groups]
    best = np.linalg.solve(gram, np.einsum("mkp,mk->mp", x, rest)[..., None])[..., 0]
    if kind != "probit":
        error = ((rest - np.einsum("mkp,mp->mk", x, best)) ** 2).sum(axis=1)
        chain.residual = np.maximum(error / rng.chisquare(max(k - p, 1), m), 1e-12)
    chain.slopes = posterior_draw(best, gram, rng, np.sqrt(chain.residual))
    rest = outcome - np.einsum("mkp,mp->mk", x, chain.slopes)
    precision = member.sum(axis=0) / chain.residual[:, None] + 1 / chain.between[:, None]
    centre = (rest @ member) / chain.residual[:, None] / precision
    chain.effects = centre + rng.standard_normal(centre.shape) / np.sqrt(precision)
    free = max(chain.effects.shape[1] - 1, 1)
    total = (chain.effects**2).sum(axis=1)
    chain.between = np.maximum(total / rng.chisquare(free, m), 1e-8 * chain.residual)
