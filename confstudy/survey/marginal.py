"""The marginal likelihood of the two-parameter logistic model, and its maximum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logsumexp

__all__ = ["LOG_PRIOR", "NODES", "Marginal", "Patterns", "maximise"]

Floats = NDArray[np.float64]
# Evenly spaced nodes: with a step of .1 the sum is exact to about 15 digits.
NODES = np.linspace(-7, 7, 141)
LOG_PRIOR = -(NODES**2) / 2 - np.log(np.exp(-(NODES**2) / 2).sum())
_STEEP = 12.0


@dataclass(frozen=True, repr=False)
class Patterns:
    """The different rows of answers (u, k) of 0, 1 and NaN, with what each counts.

    Attributes
    ----------
    weight, square
        (u,): summed weights, and summed squared weights.
    """

    answers: Floats
    weight: Floats
    square: Floats

    @classmethod
    def of(cls, answers: Floats, weight: Floats) -> Patterns:
        """Gather equal rows.

        >>> Patterns.of(np.array([[1.0, 0], [1, 0], [0, 0]]), np.ones(3)).weight.tolist()
        [1.0, 2.0]
        """
        coded = np.where(np.isnan(answers), 2, answers).astype(np.int8)
        rows, place = np.unique(coded, axis=0, return_inverse=True)
        place = place.ravel()
        back = np.where(rows == 2, np.nan, rows.astype(float))
        sums = (np.asarray(np.bincount(place, w), dtype=float) for w in (weight, weight**2))
        return cls(back, *sums)

    @property
    def right(self) -> Floats:
        """(u, k): 1 where right, else 0."""
        return np.nan_to_num(self.answers)

    @property
    def asked(self) -> Floats:
        """(u, k): 1 where answered."""
        return (~np.isnan(self.answers)).astype(float)


@dataclass(frozen=True, repr=False)
class Marginal:
    """Where the search ended.

    Attributes
    ----------
    intercepts, slopes
        (k,) of logit P(right) = intercept + slope · ability.
    covariance
        (2k, 2k), intercepts first.
    """

    intercepts: Floats
    slopes: Floats
    covariance: Floats
    log_likelihood: float
    problems: tuple[str, ...]


def maximise(data: Patterns, robust: bool, names: tuple[str, ...], rounds: int = 500) -> Marginal:
    """The most likely intercepts and slopes of items where ability is standard normal.

    Notes
    -----
    Bock and Aitkin's (1981) EM algorithm comes near; Newton's method on the marginal
    likelihood ends it and gives the observed information. ``robust`` takes the sandwich of
    weighted scores instead of its inverse.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> right = rng.random((4000, 5)) < expit(rng.normal(size=(4000, 1)))
    >>> found = maximise(Patterns.of(right.astype(float), np.ones(4000)), False, tuple("abcde"))
    >>> found.problems, bool((np.abs(found.slopes - 1) < 0.3).all())
    ((), True)
    """
    k = data.answers.shape[1]
    share = (data.weight @ data.right) / (data.weight @ data.asked)
    place = np.concatenate([np.log(share / (1 - share)), np.ones(k)])
    for _ in range(rounds):
        before, place = place, _em(data, place)
        if np.abs(place - before).max() < 1e-3 or np.abs(place[k:]).max() > _STEEP:
            break
    place, rest = _newton(data, place)
    place[k:] *= 1.0 if place[k:].sum() >= 0 else -1.0
    value, scores = _likelihood(data, place)
    steep = [name for name, a in zip(names, place[k:], strict=True) if abs(a) > _STEEP]
    if steep:
        return _none(k, value, f"the discrimination of {', '.join(steep)} has no bound")
    if not rest:
        return _none(k, value, "the search did not converge")
    information = _information(data, place)
    if np.linalg.eigvalsh(information)[0] <= 1e-8 * np.abs(information).max():
        return _none(k, value, "the information is singular: too few answers or items")
    covariance = np.asarray(np.linalg.inv(information), dtype=float)
    if robust:
        covariance = np.asarray(covariance @ (scores.T * data.square @ scores) @ covariance)
    return Marginal(place[:k], place[k:], covariance, value, ())


def _none(k: int, value: float, problem: str) -> Marginal:
    nothing = np.full(k, np.nan)
    return Marginal(nothing, nothing, np.full((2 * k, 2 * k), np.nan), value, (problem,))


def _posterior(data: Patterns, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Log likelihood of each pattern (u,), ability given it (u, q), chances (k, q)."""
    k = data.answers.shape[1]
    index = place[:k, None] + place[k:, None] * NODES
    right, wrong = log_expit(index), log_expit(-index)
    joint = data.right @ (right - wrong) + data.asked @ wrong + LOG_PRIOR
    total = logsumexp(joint, axis=1)
    return total, np.exp(joint - total[:, None]), expit(index)


def _likelihood(data: Patterns, place: Floats) -> tuple[float, Floats]:
    """The log likelihood, and each pattern's score (u, 2k)."""
    total, given, chance = _posterior(data, place)
    level = data.right - data.asked * (given @ chance.T)
    slope = data.right * (given @ NODES)[:, None] - data.asked * (given @ (chance * NODES).T)
    return float(data.weight @ total), np.hstack([level, slope])


def _em(data: Patterns, place: Floats) -> Floats:
    """Expected answers at each node, then a Newton step of each item's logistic regression."""
    k = data.answers.shape[1]
    _, given, chance = _posterior(data, place)
    weighted = given * data.weight[:, None]
    n, right = data.asked.T @ weighted, data.right.T @ weighted
    basis = np.stack([np.ones_like(NODES), NODES])
    gradient = (right - n * chance) @ basis.T
    spread = np.einsum("kq,aq,bq->kab", n * chance * (1 - chance), basis, basis)
    step = np.linalg.solve(spread + 1e-9 * np.eye(2), gradient[:, :, None])[:, :, 0]
    step = np.clip(step, -1, 1)
    return np.concatenate([place[:k] + step[:, 0], place[k:] + step[:, 1]])


def _newton(data: Patterns, place: Floats) -> tuple[Floats, bool]:
    """The maximum, and whether it was reached (by Newton's decrement)."""
    value, scores = _likelihood(data, place)
    for _ in range(50):
        gradient = data.weight @ scores
        values, vectors = np.linalg.eigh(_information(data, place))
        # Towards a maximum even where the likelihood is not yet concave.
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-6))
        if abs(gradient @ step) < 1e-14 * data.weight.sum() and values[0] > 0:
            return place, True
        step = step / max(1.0, float(np.abs(step).max()))
        for _ in range(30):
            new, new_scores = _likelihood(data, place + step)
            if new >= value - 1e-12 * abs(value):
                break
            step = step / 2
        else:
            return place, False
        place, value, scores = place + step, new, new_scores
        k = len(place) // 2
        if np.abs(place[k:]).max() > 2 * _STEEP:
            return place, False
    return place, False


def _information(data: Patterns, place: Floats) -> Floats:
    """Minus the Hessian: differences of the exact gradient."""
    size = 1e-5
    rows = [
        data.weight @ (_likelihood(data, place - e)[1] - _likelihood(data, place + e)[1])
        for e in size * np.eye(len(place))
    ]
    hessian = np.array(rows) / (2 * size)
    return np.asarray((hessian + hessian.T) / 2)
