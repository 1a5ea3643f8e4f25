"""One model fitted to many sets of weights at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from confstudy.errors import AnalysisError, did_you_mean, listing

__all__ = ["BATCHED", "BatchedRefit", "Kind"]

Floats = NDArray[np.float64]
Kind = Literal["ols", "logit", "poisson"]
BATCHED: tuple[Kind, ...] = ("ols", "logit", "poisson")
_AT_ONCE = 2_000_000
_STEPS = 50


@dataclass(frozen=True, eq=False, repr=False)
class BatchedRefit:
    """Refits ols, logit or poisson for every column of weights, by Newton from a warm start.

    Attributes
    ----------
    kind, matrix, outcome
        The model: its (n, p) matrix and (n,) outcome.
    start
        (p,) the estimate by the full weights.
    offset
        (n,) what is added to the linear predictor, or None.

    Notes
    -----
    Newton's method on the weighted likelihood, the cross-products of all replicates in one
    matrix product. A replicate that has not converged, or whose information is singular (as
    under separation), gives no numbers.

    Examples
    --------
    >>> matrix = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> outcome = np.array([0.0, 1, 2, 4])
    >>> refit = BatchedRefit("ols", matrix, outcome, np.zeros(2))
    >>> refit.many(np.array([[1.0, 1], [1, 0], [1, 1], [1, 3]])).round(6)
    array([[0.5, 2.5],
           [0. , 3.5]])
    """

    kind: Kind
    matrix: Floats
    outcome: Floats
    start: Floats
    offset: Floats | None = None

    def __post_init__(self) -> None:
        if self.kind not in BATCHED:
            hint = did_you_mean(self.kind, BATCHED)
            raise AnalysisError(f"'{self.kind}' has no batched fit.{hint} {listing(BATCHED)} have.")

    def __call__(self, weights: Floats) -> Floats:
        """(p,) coefficients by (n,) weights; not a number where the fit fails."""
        return np.asarray(self.many(np.asarray(weights)[:, None])[0])

    def many(self, weights: Floats) -> Floats:
        """(R, p) coefficients by (n, R) weights; rows that failed are not a number."""
        size = max(1, _AT_ONCE // max(1, len(self.matrix)))
        parts = [
            self._newton(weights[:, first : first + size])
            for first in range(0, weights.shape[1], size)
        ]
        return np.vstack(parts)

    def _newton(self, weights: Floats) -> Floats:
        replicates, p = weights.shape[1], self.matrix.shape[1]
        rows, columns = np.triu_indices(p)
        products = self.matrix[:, rows] * self.matrix[:, columns]

        def gram(by: Floats) -> Floats:
            made = np.empty((by.shape[1], p, p))
            made[:, rows, columns] = made[:, columns, rows] = by.T @ products
            return made

        plain = gram(weights)
        lost = _singular(plain)
        found = np.tile(np.asarray(self.start, dtype=float), (replicates, 1))
        open_ = np.flatnonzero(~lost)
        for _ in range(_STEPS):
            if not len(open_):
                break
            mean, variance = self._mean(found[open_])
            score = (weights[:, open_] * (self.outcome[:, None] - mean)).T @ self.matrix
            information = gram(weights[:, open_] * variance)
            flat = self._flat(information, plain[open_], weights[:, open_], variance)
            lost[open_[flat]] = True
            open_, score, information = open_[~flat], score[~flat], information[~flat]
            step = np.linalg.solve(information, score[:, :, None])[:, :, 0]
            found[open_] += step
            decrement = (step * score).sum(axis=1) / weights[:, open_].sum(axis=0)
            open_ = open_[np.abs(decrement) > 1e-14] if self.kind != "ols" else open_[:0]
        found[lost] = np.nan
        found[open_] = np.nan
        return found

    def _flat(
        self, information: Floats, plain: Floats, weights: Floats, variance: Floats
    ) -> NDArray[np.bool_]:
        """Where the likelihood has a direction without curvature, as under separation."""
        flat: NDArray[np.bool_] = np.logical_not(np.isfinite(information).all(axis=(1, 2)))
        if self.kind == "ols" or flat.all():
            return flat
        lower = np.linalg.inv(np.linalg.cholesky(plain[~flat]))
        relative = np.linalg.eigvalsh(lower @ information[~flat] @ lower.transpose(0, 2, 1))[:, 0]
        usual = (weights * variance).sum(axis=0)[~flat] / weights.sum(axis=0)[~flat]
        flat[~flat] = relative < 1e-7 * usual
        return flat

    def _mean(self, coefficients: Floats) -> tuple[Floats, Floats]:
        """(n, R) means and their variances."""
        index = self.matrix @ coefficients.T
        if self.offset is not None:
            index += self.offset[:, None]
        if self.kind == "ols":
            return index, np.ones_like(index)
        with np.errstate(over="ignore"):
            mean = np.asarray(expit(index) if self.kind == "logit" else np.exp(index))
        return mean, mean * (1 - mean) if self.kind == "logit" else mean


def _singular(gram: Floats) -> NDArray[np.bool_]:
    """Where columns of the model matrix are collinear, or nobody is left."""
    scale = np.sqrt(np.einsum("rii->ri", gram))
    empty = ~(scale > 0).all(axis=1)
    scale = np.where(scale > 0, scale, 1.0)
    values = np.linalg.eigvalsh(gram / scale[:, :, None] / scale[:, None, :])
    return np.asarray(empty | (values[:, 0] < 1e-12 * values[:, -1]))
