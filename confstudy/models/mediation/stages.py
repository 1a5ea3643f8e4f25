"""One equation of a mediation model, fitted to many weighted samples at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from confstudy.models.mediation.likelihood import GLMS, Glm, Ordered, glm_starts, pairs, symmetric

__all__ = ["Fitted", "Stage"]

Floats = NDArray[np.float64]
_SINGULAR = 1e-8


@dataclass(frozen=True, repr=False)
class Fitted:
    """An equation's estimates in B samples.

    Attributes
    ----------
    coefficients
        (B, q); thresholds of an ordered outcome last.
    variance
        (B,) of the residuals of a linear equation, else 0.
    good
        (B,): whether the sample determines them.
    """

    coefficients: Floats
    variance: Floats
    good: NDArray[np.bool_]


@dataclass(frozen=True, repr=False)
class Stage:
    """An equation: its outcome, family and rows.

    Attributes
    ----------
    matrix
        (n, p), of full rank; with a constant, but for an ordered outcome.
    outcome
        (n,): numbers, 0 and 1, or ranks from 0.
    levels
        How many ranks there are; 0 for the other families.
    """

    name: str
    family: str
    matrix: Floats
    outcome: Floats
    terms: tuple[str, ...]
    levels: int = 0
    weights: Floats = field(default_factory=lambda: np.ones(0))

    @cached_property
    def basis(self) -> tuple[Floats, Floats]:
        """Orthogonal columns of length √n, and the matrix that turns their slopes back."""
        orthonormal, upper = np.linalg.qr(self.matrix - self._means)
        scale = np.sqrt(len(self.matrix))
        return orthonormal * scale, np.linalg.inv(upper) * scale

    @cached_property
    def _means(self) -> Floats:
        """What is taken out of the columns where thresholds, not a constant, hold the level."""
        centred = self.family == "ordered"
        return np.asarray(self.matrix.mean(axis=0) * float(centred))

    @cached_property
    def size(self) -> int:
        """How many coefficients there are."""
        return int(self.matrix.shape[1]) + max(self.levels - 1, 0)

    @cached_property
    def _centre(self) -> Floats:
        """Slopes on the basis in the whole sample, taken out so that sums keep their digits."""
        columns, _ = self.basis
        weights = self.weights[:, None] if self.weights.size else np.ones((len(columns), 1))
        solution = np.linalg.lstsq(columns * np.sqrt(weights), self._weighted, rcond=None)[0]
        return np.asarray(solution)

    @property
    def _weighted(self) -> Floats:
        return self.outcome * np.sqrt(self.weights) if self.weights.size else self.outcome

    @cached_property
    def sums(self) -> Floats:
        """(n, k): what a linear equation needs of each row; samples sum it by their counts."""
        columns, _ = self.basis
        left = self.outcome - columns @ self._centre
        ones = np.ones((len(left), 1))
        return np.hstack([pairs(columns), columns * left[:, None], left[:, None] ** 2, ones])

    def linear(self, summed: Floats) -> Fitted:
        """Least squares from the summed products (B, k) of :attr:`sums`."""
        n, p = self.matrix.shape
        width = p * (p + 1) // 2
        total = summed[:, -1]
        gram = symmetric(summed[:, :width] / total[:, None], p)
        cross = summed[:, width : width + p] / total[:, None]
        good = _determined(gram)
        gram[~good] = np.eye(p)
        slopes = np.linalg.solve(gram, cross[:, :, None])[:, :, 0]
        squares = summed[:, -2] / total - (slopes * cross).sum(axis=1)
        variance = np.maximum(squares, 0) * n / (n - p)
        return Fitted((self._centre + slopes) @ self.basis[1].T, variance, good)

    def fit(self, counts: Floats, start: Floats | None = None, *, exact: bool = False) -> Fitted:
        """Fit every sample of ``counts`` (B, n), from ``start`` (q,) where one is known."""
        if self.family == "ols":
            return self.linear(counts @ self.sums)
        rows, products, outcome, fold = self._cells
        folded = counts if fold is None else np.asarray((fold @ counts.T).T)
        inner = np.tile(self._start() if start is None else self._inward(start), (len(counts), 1))
        inner, good = _newton(self.model, inner, (rows, products, outcome), folded, exact)
        return Fitted(self._outward(inner), np.zeros(len(counts)), good)

    @cached_property
    def model(self) -> Glm | Ordered:
        """The likelihood of a family other than ols."""
        return Ordered(self.levels) if self.family == "ordered" else GLMS[self.family]

    @cached_property
    def _cells(self) -> tuple[Floats, Floats, Floats, sparse.csr_array | None]:
        """The rows with their products; alike rows become one where that halves them."""
        columns, _ = self.basis
        both = np.column_stack([self.matrix, self.outcome])
        _, first, group = np.unique(both, axis=0, return_index=True, return_inverse=True)
        fold, rows, outcome = None, columns, self.outcome
        if 2 * len(first) <= len(both):
            ones = (np.ones(len(both)), (group.ravel(), np.arange(len(both))))
            fold = sparse.csr_array(ones, shape=(len(first), len(both)))
            rows, outcome = columns[first], self.outcome[first]
        return rows, self.products(rows, outcome), outcome, fold

    def products(self, rows: Floats, outcome: Floats | None = None) -> Floats:
        """What the information is summed from, for these rows."""
        if isinstance(self.model, Ordered):
            ranks = (self.outcome if outcome is None else outcome).astype(np.intp)
            return self.model.products(rows, ranks)
        return pairs(rows)

    def _start(self) -> Floats:
        weights = self.weights if self.weights.size else np.ones(len(self.outcome))
        p = self.matrix.shape[1]
        if self.family == "ordered":
            below = np.array([weights[self.outcome < k].sum() for k in range(1, self.levels)])
            share = np.clip(below / weights.sum(), 1e-6, 1 - 1e-6)
            return np.concatenate([np.zeros(p), np.log(share / (1 - share))])
        level = glm_starts(self.family, self.outcome, weights)
        return np.asarray(np.linalg.lstsq(self.basis[0], np.full(len(weights), level))[0])

    def _inward(self, coefficients: Floats) -> Floats:
        p = self.matrix.shape[1]
        slopes = np.linalg.solve(self.basis[1], coefficients[:p])
        return np.concatenate([slopes, coefficients[p:] - self._means @ coefficients[:p]])

    def _outward(self, inner: Floats) -> Floats:
        p = self.matrix.shape[1]
        slopes = inner[:, :p] @ self.basis[1].T
        return np.hstack([slopes, inner[:, p:] + (slopes @ self._means)[:, None]])


def _determined(gram: Floats) -> NDArray[np.bool_]:
    """Which of the matrices (B, p, p), near the unit matrix when all is well, can be solved."""
    finite = np.asarray(np.isfinite(gram).all(axis=(1, 2)))
    gram = np.where(finite[:, None, None], gram, 0.0)
    enough: NDArray[np.bool_] = np.zeros(len(gram), dtype=bool)
    # No farther than this from the unit matrix, no eigenvalue can be near zero.
    np.less(((gram - np.eye(gram.shape[1])) ** 2).sum(axis=(1, 2)), 0.5, out=enough)
    rest = np.flatnonzero(~enough)
    if rest.size:
        enough[rest] = np.linalg.det(gram[rest]) > 1e-3
    doubtful = np.flatnonzero(~enough)
    if doubtful.size:
        enough[doubtful] = np.linalg.eigvalsh(gram[doubtful])[:, 0] > _SINGULAR
    return enough


def _newton(
    model: Glm | Ordered,
    start: Floats,
    rows: tuple[Floats, Floats, Floats],
    counts: Floats,
    exact: bool,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Newton's method for each sample, halving a step that loses likelihood."""
    best, good = start.copy(), np.zeros(len(start), dtype=bool)
    value, step = np.full(len(start), -np.inf), np.zeros_like(start)
    active, tolerance = np.arange(len(start)), 1e-20 if exact else 1e-9
    for _ in range(60):
        trial = best[active] + step[active]
        found, score, information = model.evaluate(trial, *rows, counts[active])
        total = counts[active].sum(axis=1)
        better = found >= value[active] - 1e-10 * (1 + np.abs(found))
        step[active[~better]] /= 2
        gained = active[better]
        best[gained], value[gained] = trial[better], found[better]
        scaled = information[better] / total[better, None, None]
        solvable = _determined(scaled)
        scaled[~solvable] = np.eye(scaled.shape[1])
        slope = score[better] / total[better, None]
        move = np.linalg.solve(scaled, slope[:, :, None])[:, :, 0]
        step[gained] = move
        decrement = (move * slope).sum(axis=1)
        done = solvable & (decrement < tolerance)
        good[gained[done]] = True
        best[gained[done]] += move[done]
        keep = ~better
        keep[np.flatnonzero(better)[solvable & ~done]] = True
        active = active[keep]
        if not active.size:
            break
    return best, good
