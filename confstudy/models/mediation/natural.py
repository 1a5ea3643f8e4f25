"""Natural effects as exact means over the distribution of the mediators."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy.special import expit, gammaln, ndtr

from confstudy.models.mediation.stages import Fitted

__all__ = ["SCALES", "Contribution", "Equation", "NaturalEffects"]

Floats = NDArray[np.float64]
_LARGEST = 6.5  # the log of a mean count whose distribution is still summed over
SCALES = ("difference", "ratio", "odds ratio")


@dataclass(frozen=True, repr=False)
class Contribution:
    """What a mediator adds to an equation's row: per unit, or one (p,) row a level.

    ``rows`` is (2, p) or (2, K, p), for the exposure's reference and its other value.
    """

    rows: Floats
    by_level: bool


@dataclass(frozen=True, repr=False)
class Equation:
    """An equation with what it takes to predict from it under either value of the exposure.

    Attributes
    ----------
    base
        (2, u, p): model-matrix rows of the u patterns of covariates with the exposure at the
        reference and at the other value, mediators at zero or their first level.
    adds
        What each earlier mediator adds.
    values
        (K,) the numbers a mediator of K levels stands for.
    """

    family: str
    base: Floats
    adds: Mapping[int, Contribution]
    values: Floats

    def index(self, fit: Fitted, exposed: int) -> Floats:
        """(B, u)."""
        p = self.base.shape[2]
        return np.asarray(fit.coefficients[:, :p] @ self.base[exposed].T)


@dataclass(frozen=True, repr=False)
class NaturalEffects:
    """Means of the outcome in worlds where exposure and mediators are set apart (Pearl 2001).

    The mean over a normal mediator is a closed form (ols, probit, poisson outcome) or
    Gauss–Hermite quadrature; over a mediator of levels or counts it is a sum.

    Attributes
    ----------
    equations
        The mediators', in order, then the outcome's.
    cut
        For an ordered outcome, the threshold above which it counts.
    """

    mediators: tuple[str, ...]
    equations: Sequence[Equation]
    serial: bool
    scale: str = "difference"
    cut: int = 0

    @property
    def worlds(self) -> list[tuple[int, ...]]:
        """Exposure in the outcome's equation, then in each mediator's."""
        k = len(self.mediators)
        steps = [[int(i in self._switched[:done]) for i in range(k)] for done in range(k + 1)]
        return [(0, *steps[0]), *((1, *step) for step in steps), (0, *steps[-1])]

    @property
    def _switched(self) -> list[int]:
        order = list(range(len(self.mediators)))
        return order[::-1] if self.serial else order

    @property
    def names(self) -> list[str]:
        """What :meth:`effects` returns, column by column."""
        k = len(self.mediators)
        several = [f"indirect: {self._path(i)}" for i in self._switched] if k > 1 else []
        rest = ["pure indirect", "total direct", "proportion"]
        return ["total", "direct", "indirect", *several, *rest]

    def _path(self, mediator: int) -> str:
        later = self.mediators[mediator + 1 :] if self.serial else ()
        onward = f" (→ {' → '.join(later)})" if later else ""
        return self.mediators[mediator] + onward

    def effects(self, fits: Sequence[Fitted], weights: Floats) -> Floats:
        """(B, effects), each world's mean taken over the covariates with ``weights`` (B, u)."""
        shares = weights / weights.sum(axis=1, keepdims=True)
        means = [(shares * cells).sum(axis=1) for cells in self.cells(fits)]
        return self.combine(np.column_stack(means))

    def cells(self, fits: Sequence[Fitted]) -> list[Floats]:
        """The mean outcome of each pattern of covariates (B, u), world by world."""
        normal = all(e.family == "ols" for e in self.equations[:-1])
        mean = self._normal if normal else self._summed
        return [mean(fits, world[0], world[1:]) for world in self.worlds]

    def combine(self, means: Floats) -> Floats:
        """Effects (B, …) from the means of the worlds (B, k + 3)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.scale == "ratio":
                means = np.log(means)
            if self.scale == "odds ratio":
                means = np.log(means / (1 - means))
            none, steps, pure = means[:, 0], means[:, 1:-1], means[:, -1]
            total, indirect = steps[:, -1] - none, steps[:, -1] - steps[:, 0]
            several = list(np.diff(steps, axis=1).T) if len(self.mediators) > 1 else []
            rest = [pure - none, steps[:, -1] - pure, indirect / total]
            return np.column_stack([total, steps[:, 0] - none, indirect, *several, *rest])

    def _normal(self, fits: Sequence[Fitted], exposed: int, worlds: Sequence[int]) -> Floats:
        """All mediators normal: the outcome's index is normal too, given the covariates."""
        k = len(self.mediators)
        means: list[Floats] = []
        loads: list[Floats] = []
        for j, world in enumerate((*worlds, exposed)):
            equation, fit = self.equations[j], fits[j]
            mean = equation.index(fit, world)
            load = np.zeros((len(mean), k))
            if j < k:
                load[:, j] = 1
            for i, added in equation.adds.items():
                slope = fit.coefficients[:, : added.rows.shape[1]] @ added.rows[world]
                mean = mean + slope[:, None] * means[i]
                load = load + slope[:, None] * loads[i]
            means.append(mean)
            loads.append(load)
        spread = np.column_stack([fit.variance for fit in fits[:k]])
        variance = (loads[-1] ** 2 * spread).sum(axis=1)[:, None]
        return self._mean(fits[-1], means[-1], variance)

    def _summed(self, fits: Sequence[Fitted], exposed: int, worlds: Sequence[int]) -> Floats:
        """Sum over the mediators' levels, counts or quadrature nodes, one after the other."""
        k = len(self.mediators)
        draws, patterns = len(fits[0].coefficients), self.equations[0].base.shape[1]
        chance = np.ones((draws, patterns, 1))
        settings = (*worlds, exposed)
        extra = [np.zeros((draws, 1, 1)) for _ in settings]
        for j in range(k):
            equation, fit = self.equations[j], fits[j]
            index = equation.index(fit, worlds[j])[:, :, None] + extra[j]
            values, weights = _nodes(equation, fit, index, self._stretch(j, fits[k], exposed))
            chance = (chance[..., None] * weights).reshape(draws, patterns, -1)
            for later in range(j + 1, k + 1):
                target, moved = self.equations[later], np.zeros((1, 1, 1, 1))
                if j in target.adds:
                    moved = _moved(target.adds[j], fits[later], settings[later], values)
                both = np.broadcast_arrays(extra[later][..., None] + moved, weights)[0]
                extra[later] = both.reshape(draws, patterns, -1)
        index = self.equations[k].index(fits[k], exposed)[:, :, None] + extra[k]
        flat = self._mean(fits[k], index.reshape(draws, -1), np.zeros((draws, 1)))
        return np.asarray((chance * flat.reshape(index.shape)).sum(axis=2))

    def _stretch(self, mediator: int, fit: Fitted, exposed: int) -> float:
        """How much further a mediator's counts matter where the outcome grows with their exp."""
        if self.equations[-1].family != "poisson" or self.equations[mediator].family != "poisson":
            return 1.0
        rows = self.equations[-1].adds[mediator].rows[exposed]
        steepest = float((fit.coefficients[:, : len(rows)] @ rows).max())
        return float(np.exp(np.clip(steepest, 0, 2)))

    def _mean(self, fit: Fitted, index: Floats, variance: Floats) -> Floats:
        """The outcome's mean where its index is normal with this mean and variance."""
        equation = self.equations[-1]
        if equation.family == "ols":
            return index
        if equation.family == "poisson":
            return np.asarray(np.exp(np.minimum(index + variance / 2, 700)))
        if equation.family == "probit":
            return np.asarray(ndtr(index / np.sqrt(1 + variance)))
        if equation.family == "ordered":
            index = index - fit.coefficients[:, [equation.base.shape[2] + self.cut]]
        spread = np.sqrt(variance)
        if not spread.any():
            return np.asarray(expit(index))
        nodes, weights = _hermite(float(spread.max()))
        total = np.zeros_like(index)
        for node, weight in zip(nodes, weights, strict=True):
            total += weight * expit(index + node * spread)
        return total


def _hermite(spread: float) -> tuple[Floats, Floats]:
    """Nodes for the normal distribution, more where the index spreads wide."""
    nodes, weights = hermegauss(int(np.clip(13 + 22 * spread, 15, 151)))
    return nodes, weights / weights.sum()


def _nodes(equation: Equation, fit: Fitted, index: Floats, stretch: float) -> tuple[Floats, Floats]:
    """A mediator's values (…, K) and their chances (B, u, S, K) given its index."""
    if equation.family == "ols":
        nodes, weights = _hermite(1.0)
        spread = np.sqrt(fit.variance)[:, None, None, None]
        return index[..., None] + spread * nodes, np.broadcast_to(
            weights, (*index.shape, len(nodes))
        )
    if equation.family in ("logit", "probit"):
        yes = expit(index) if equation.family == "logit" else ndtr(index)
        return equation.values, np.stack([1 - yes, yes], axis=-1)
    if equation.family == "ordered":
        cuts = fit.coefficients[:, equation.base.shape[2] :][:, None, None, :]
        below = expit(cuts - index[..., None])
        edge = np.zeros((*index.shape, 1))
        return equation.values, np.diff(np.concatenate([edge, below, edge + 1], axis=-1))
    mean = np.exp(np.where(index > _LARGEST, np.nan, index))
    most = float(np.nanmax(mean, initial=0.0)) * stretch
    counts = np.arange(int(np.ceil(1.5 * most + 12 * np.sqrt(most) + 25)))
    logs = counts * np.log(mean)[..., None] - mean[..., None] - gammaln(counts + 1)
    return counts.astype(float), np.exp(logs)


def _moved(added: Contribution, fit: Fitted, exposed: int, values: Floats) -> Floats:
    """What the mediator's values add to a later equation's index (B, …, K)."""
    rows = added.rows[exposed]
    slope = fit.coefficients[:, : rows.shape[-1]] @ rows.T
    if added.by_level:
        return np.asarray(slope[:, None, None, :])
    return np.asarray(slope[:, None, None, None] * values)
