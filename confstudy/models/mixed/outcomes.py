"""Outcomes of generalised mixed models: what each row says of its linear predictor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, gammaln

__all__ = ["Outcome", "Piece", "outcome_of"]

Floats = NDArray[np.float64]
Link = Literal["logit", "log"]


@dataclass(frozen=True, repr=False)
class Piece:
    """A part of the log-likelihood that depends on one index: matrix γ + sign · random effect.

    Attributes
    ----------
    matrix
        (n, p).
    target, weight
        (n,): what the index should come near, and how often the row counts.
    offset
        (n,): added to the index.
    """

    matrix: Floats
    sign: float
    target: Floats
    weight: Floats
    offset: Floats
    link: Link

    def index(self, gamma: Floats) -> Floats:
        """The index without random effects, (n,)."""
        return np.asarray(self.matrix @ gamma + self.offset)

    def value(self, index: Floats) -> tuple[Floats, Floats]:
        """The part (without constants) and its slope; (n,) or (n, nodes)."""
        target, weight = _like(index, self.target, self.weight)
        if self.link == "log":
            mean = np.exp(np.minimum(index, 700.0))
            return weight * (target * index - mean), weight * (target - mean)
        chance = expit(index)
        tail = np.log1p(np.exp(-np.abs(index))) + np.maximum(index, 0)
        return weight * (target * index - tail), weight * (target - chance)

    def curves(self, index: Floats) -> tuple[Floats, Floats]:
        """Its second and third derivative, (n,)."""
        if self.link == "log":
            mean = self.weight * np.exp(np.minimum(index, 700.0))
            return -mean, -mean
        chance = expit(index)
        bend = self.weight * chance * (1 - chance)
        return -bend, -bend * (1 - 2 * chance)


def _like(index: Floats, *columns: Floats) -> tuple[Floats, ...]:
    return columns if index.ndim == 1 else tuple(column[:, None] for column in columns)


@dataclass(frozen=True, repr=False)
class Outcome:
    """The pieces of a family, and what depends on its thresholds alone.

    An ordered outcome between thresholds a > b has chance F(a)(1 − F(b))(1 − exp(b − a)): one
    logit piece each for a and b, and a part without the linear predictor. Thresholds come first
    among the parameters.
    """

    pieces: tuple[Piece, ...]
    constant: float
    cuts: int = 0
    middle: Floats | None = None

    @property
    def size(self) -> int:
        """The number of fixed parameters, thresholds included."""
        return int(self.pieces[0].matrix.shape[1])

    def reordered(self, order: NDArray[np.intp]) -> Outcome:
        """The same rows in another order."""
        pieces = tuple(
            replace(
                piece,
                matrix=piece.matrix[order],
                target=piece.target[order],
                weight=piece.weight[order],
                offset=piece.offset[order],
            )
            for piece in self.pieces
        )
        return replace(self, pieces=pieces)

    def between(self, gamma: Floats) -> tuple[float, Floats, Floats]:
        """Value, gradient and Hessian of the part that depends on thresholds alone."""
        gradient, hessian = np.zeros(self.size), np.zeros((self.size, self.size))
        if self.middle is None:
            return self.constant, gradient, hessian
        gap = np.diff(gamma[: self.cuts])
        if not (gap > 0).all():
            return -np.inf, gradient, hessian
        inside = -np.expm1(-gap)
        slope = self.middle * np.exp(-gap) / inside
        bend = -slope / inside
        turn = np.diff(np.eye(self.cuts, self.size), axis=0)
        value = self.constant + float(self.middle @ np.log(inside))
        return value, slope @ turn, (turn.T * bend) @ turn


def outcome_of(
    family: str,
    matrix: Floats,
    outcome: Floats,
    weights: Floats | None = None,
    offset: Floats | None = None,
) -> Outcome:
    """The outcome of a logit, poisson or ordered model; ordered ranks are 0 to K − 1."""
    n = len(outcome)
    weight = np.ones(n) if weights is None else weights
    shift = np.zeros(n) if offset is None else offset
    if family == "logit":
        return Outcome((Piece(matrix, 1.0, outcome, weight, shift, "logit"),), 0.0)
    if family == "poisson":
        constant = -float(weight @ gammaln(outcome + 1))
        return Outcome((Piece(matrix, 1.0, outcome, weight, shift, "log"),), constant)
    rank = outcome.astype(np.intp)
    cuts = int(rank.max())
    upper = np.vstack([np.eye(cuts), np.zeros(cuts)])[rank]
    lower = np.vstack([np.zeros(cuts), np.eye(cuts)])[rank]
    pieces = (
        _threshold(upper, matrix, np.ones(n), weight * (rank < cuts), -shift),
        _threshold(lower, matrix, np.zeros(n), weight * (rank > 0), -shift),
    )
    counts = np.bincount(rank, weights=weight, minlength=cuts + 1)[1:-1].astype(float)
    return Outcome(pieces, 0.0, cuts, counts)


def _threshold(
    cut: Floats, matrix: Floats, target: Floats, weight: Floats, offset: Floats
) -> Piece:
    return Piece(np.hstack([cut, -matrix]), -1.0, target, weight, offset, "logit")
