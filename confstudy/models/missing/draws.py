"""Draws of missing values from the posterior of a regression, for all imputations at once.

Every function takes the same :class:`Task` and returns :class:`Drawn` with the regression's
coefficients, from which its next maximisation starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri
from scipy.stats import nbinom, poisson

from confstudy.models.missing.newton import (
    logit_step,
    multinomial_step,
    ordered_step,
    poisson_step,
    posterior_draw,
    posterior_mode,
)

__all__ = ["DRAWS", "Drawn", "Task", "nearest"]

Floats = NDArray[np.float64]
_DONORS = 5


@dataclass(frozen=True, repr=False)
class Task:
    """One column to impute, in m imputations.

    Attributes
    ----------
    observed, missing
        (m, k, p) and (m, l, p): predictors of the answered and the unanswered, a constant first.
    outcome
        (k,): numbers, or levels from 0.
    levels
        How many levels there are; 0 for a number.
    range
        Lowest and highest number there can be.
    start
        (m, q): where the last iteration's maximisation ended.
    """

    observed: Floats
    missing: Floats
    outcome: Floats
    levels: int = 0
    range: tuple[float, float] = (-np.inf, np.inf)
    start: Floats | None = None


@dataclass(frozen=True, repr=False)
class Drawn:
    """Drawn values, with what it takes to draw them again under a shift.

    Attributes
    ----------
    scale
        What a shift is measured in: ``value``, ``log odds``, ``probit``, ``log rate``.
    latent
        (m, l), or (m, l, K) utilities of unordered levels: the prediction with its noise.
    cuts
        (m, K − 1): thresholds that make levels of ``latent``.
    noise, dispersion
        (m, l) uniform and (m,), for counts.
    """

    scale: str
    latent: Floats
    cuts: Floats | None = None
    noise: Floats | None = None
    dispersion: Floats | None = None

    def values(self, shift: float | Floats = 0.0) -> Floats:
        """(m, l): numbers, or levels from 0, with the prediction shifted."""
        latent = self.latent + shift
        if self.latent.ndim == 3:
            return np.asarray(latent.argmax(axis=2), dtype=float)
        if self.cuts is not None:
            return np.asarray((latent[..., None] > self.cuts[:, None, :]).sum(axis=2), dtype=float)
        if self.noise is not None and self.dispersion is not None:
            return _counts(np.exp(np.clip(latent, -30, 30)), self.noise, self.dispersion)
        return latent

    def at(self, place: int) -> Drawn:
        """The draw of one imputation, as if it were the only one."""
        one = slice(place, place + 1)
        parts = (self.cuts, self.noise, self.dispersion)
        return Drawn(
            self.scale, self.latent[one], *(None if part is None else part[one] for part in parts)
        )


Draw = Callable[[Task, np.random.Generator], tuple[Drawn, Floats]]


def linear_draw(task: Task, rng: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    """Least squares (m, p), a posterior draw of it, and of the residual sd (m,)."""
    x, y = task.observed, task.outcome
    m, k, p = x.shape
    gram = x.transpose(0, 2, 1) @ x
    place = np.arange(p)
    gram[:, place, place] *= 1 + 1e-6
    best = np.linalg.solve(gram, x.transpose(0, 2, 1) @ y[:, None])[..., 0]
    rest = y - np.einsum("mkp,mp->mk", x, best)
    sigma = np.asarray(np.sqrt((rest**2).sum(axis=1) / rng.chisquare(max(k - p, 1), m)))
    return np.asarray(best), posterior_draw(np.asarray(best), gram, rng, sigma), sigma


def normal(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Bayesian linear regression; draws stay within the range (Rubin 1987, example 5.1)."""
    best, beta, sigma = linear_draw(task, rng)
    mean = np.einsum("mlp,mp->ml", task.missing, beta)
    return Drawn("value", within(mean, sigma[:, None], task.range, rng)), best


def within(
    mean: Floats, sd: Floats, limits: tuple[float, float], rng: np.random.Generator
) -> Floats:
    """Normal draws, truncated to the limits where there are any."""
    if not np.isfinite(limits).any():
        return np.asarray(mean + sd * rng.standard_normal(mean.shape))
    safe = np.maximum(sd, 1e-12)
    low, high = (ndtr((limit - mean) / safe) for limit in limits)
    share = low + rng.uniform(size=mean.shape) * (high - low)
    return np.asarray(np.clip(mean + safe * ndtri(np.clip(share, 1e-12, 1 - 1e-12)), *limits))


def matched(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Predictive mean matching, five donors of a bootstrap sample, fresh coefficients."""
    best, beta, _ = linear_draw(task, rng)
    near = nearest(
        np.einsum("mkp,mp->mk", task.observed, best),
        np.einsum("mlp,mp->ml", task.missing, beta),
        rng,
    )
    return Drawn("value", task.outcome[near]), best


def residual(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Linear prediction and the residual of anybody who answered, within the range."""
    best, beta, sigma = linear_draw(task, rng)
    mean = np.einsum("mlp,mp->ml", task.missing, beta)
    rest = task.outcome - np.einsum("mkp,mp->mk", task.observed, best)
    rest *= (sigma / np.maximum(rest.std(axis=1), 1e-300))[:, None]
    donors = rng.integers(0, rest.shape[1], mean.shape)
    values = mean + np.take_along_axis(rest, donors, axis=1)
    return Drawn("value", np.clip(values, *task.range)), best


def nearest(known: Floats, sought: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """(m, l): for each sought number, one of the five nearest known ones, at random.

    Every imputation has its own bootstrap sample of the known ones (Heitjan and Little 1991), so
    that imputations differ also by who there is to borrow from; without it intervals are too
    short where answers thin out. Where known numbers are tied, all of the tied can be chosen.
    """
    m, k = known.shape
    sample = rng.integers(0, k, known.shape)
    known = np.take_along_axis(known, sample, axis=1)
    donors = min(_DONORS, k)
    order = np.argsort(known, axis=1, kind="stable")
    window = np.arange(-donors, donors)
    picked = np.empty(sought.shape, dtype=np.intp)
    choice = rng.integers(0, donors, sought.shape)
    for i in range(m):
        ranked = known[i, order[i]]
        places = np.searchsorted(ranked, sought[i])[:, None] + window
        outside = (places < 0) | (places >= k)
        places = np.clip(places, 0, k - 1)
        distance = np.where(outside, np.inf, np.abs(ranked[places] - sought[i][:, None]))
        closest = np.argpartition(distance, donors - 1, axis=1)[:, :donors]
        chosen = np.take_along_axis(closest, choice[i][:, None], axis=1)
        place = np.take_along_axis(places, chosen, axis=1)[:, 0]
        first, size = _ties(ranked)
        among = (rng.uniform(size=place.shape) * size[place]).astype(int)
        picked[i] = sample[i, order[i, first[place] + among]]
    return picked


def _ties(ranked: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each of the ranked numbers, where its run of equal ones begins and how long it is."""
    new = np.diff(ranked, prepend=-np.inf) > 1e-9 * (1 + np.abs(ranked))
    run = np.cumsum(new) - 1
    return np.flatnonzero(new)[run], np.bincount(run)[run]


def binary(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Logistic regression; a weak normal prior keeps separated columns finite."""
    p = task.observed.shape[2]
    mode, information = posterior_mode(logit_step, task, p, task.start)
    index = np.einsum("mlp,mp->ml", task.missing, posterior_draw(mode, information, rng))
    noise = rng.logistic(size=index.shape)
    return Drawn("log odds", index + noise, cuts=np.zeros((len(index), 1))), mode


def ordered(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Proportional odds; parameters are the slopes, then the thresholds."""
    inner = Task(task.observed[:, :, 1:], task.missing[:, :, 1:], task.outcome, task.levels)
    start = task.start
    p, m = inner.observed.shape[2], len(task.observed)
    if start is None:
        shares = np.bincount(task.outcome.astype(int), minlength=task.levels)[:-1].cumsum()
        cuts = shares / len(task.outcome)
        start = np.tile(np.concatenate([np.zeros(p), np.log(cuts / (1 - cuts))]), (m, 1))
    mode, information = posterior_mode(ordered_step, inner, p + task.levels - 1, start)
    draw = posterior_draw(mode, information, rng)
    index = np.einsum("mlp,mp->ml", inner.missing, draw[:, :p])
    noise = rng.logistic(size=index.shape)
    return Drawn("log odds", index + noise, cuts=np.sort(draw[:, p:], axis=1)), mode


def multinomial(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Multinomial logit against the first level, drawn by Gumbel noise."""
    m, _, p = task.observed.shape
    mode, information = posterior_mode(multinomial_step, task, p * (task.levels - 1), task.start)
    draw = posterior_draw(mode, information, rng).reshape(m, task.levels - 1, p)
    index = np.einsum("mlp,mjp->mlj", task.missing, draw)
    utility = np.concatenate([np.zeros((*index.shape[:2], 1)), index], axis=2)
    return Drawn("log odds", utility + rng.gumbel(size=utility.shape)), mode


def count(task: Task, rng: np.random.Generator) -> tuple[Drawn, Floats]:
    """Poisson regression, negative binomial draws where counts are overdispersed."""
    p, k = task.observed.shape[2], len(task.outcome)
    start = task.start
    if start is None:
        start = np.zeros((len(task.observed), p))
        start[:, 0] = np.log(task.outcome.mean() + 1e-3)
    mode, information = posterior_mode(poisson_step, task, p, start)
    rate = np.exp(np.clip(np.einsum("mkp,mp->mk", task.observed, mode), -30, 30))
    pearson = ((task.outcome - rate) ** 2 / rate).sum(axis=1) / max(k - p, 1)
    draw = posterior_draw(mode, information, rng, np.sqrt(np.maximum(pearson, 1)))
    excess = ((task.outcome - rate) ** 2 - task.outcome).sum(axis=1) / (rate**2).sum(axis=1)
    index = np.einsum("mlp,mp->ml", task.missing, draw)
    drawn = Drawn(
        "log rate", index, noise=rng.uniform(size=index.shape), dispersion=np.maximum(excess, 0)
    )
    return drawn, mode


def _counts(rate: Floats, noise: Floats, dispersion: Floats) -> Floats:
    found = np.asarray(poisson.ppf(noise, rate))
    spread = dispersion > 1e-6
    if spread.any():
        size = 1 / dispersion[spread, None]
        found[spread] = nbinom.ppf(noise[spread], size, size / (size + rate[spread]))
    return found


DRAWS: dict[str, Draw] = {
    "normal": normal,
    "residual": residual,
    "pmm": matched,
    "logit": binary,
    "ordered": ordered,
    "multinomial": multinomial,
    "count": count,
}
