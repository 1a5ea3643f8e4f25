"""The cross products a linear mixed model needs, computed once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.models.mixed.random import Block

__all__ = ["Moments", "linear_moments"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Moments:
    """Cross products of the random effects, the predictors and the outcome.

    The predictors stand as an orthonormal basis and the outcome as its least-squares residual
    over its root mean square, so that scales do not matter; ``basis``, ``shift`` and ``unit``
    lead back. The first block is eliminated group by group, the others are columns.

    Attributes
    ----------
    inner
        (G, k, k): the first block with itself, a group at a time.
    cross
        (G, k, m): the first block with the other columns: other blocks, predictors, outcome.
    outer
        (m, m): the other columns with themselves.
    """

    blocks: tuple[Block, ...]
    inner: Floats
    cross: Floats
    outer: Floats
    basis: Floats
    shift: Floats
    unit: float
    n: int
    log_weights: float

    @property
    def predictors(self) -> int:
        """The number p of fixed coefficients."""
        return len(self.shift)

    @property
    def others(self) -> int:
        """The number of random effects outside the first block."""
        return len(self.outer) - self.predictors - 1

    def factors(self, theta: Floats) -> list[Floats]:
        """The relative covariance factor of each block."""
        sizes = np.cumsum([len(block.rows) for block in self.blocks])[:-1]
        parts = np.split(theta, sizes)
        return [block.factor(part) for block, part in zip(self.blocks, parts, strict=True)]


def linear_moments(
    matrix: Floats, outcome: Floats, blocks: tuple[Block, ...], weights: Floats | None = None
) -> Moments:
    """Cross products of (n, p) predictors, an (n,) outcome and random effects.

    ``weights`` are precisions: a row's error variance is σ² over its weight.
    """
    root = np.ones(len(outcome)) if weights is None else np.sqrt(weights)
    orthonormal, basis = np.linalg.qr(root[:, None] * matrix)
    shift = np.linalg.solve(basis, orthonormal.T @ (root * outcome))
    residual = root * (outcome - matrix @ shift)
    unit = float(np.sqrt(np.mean(residual**2))) or 1.0
    first, *rest = blocks
    dense = [_spread(block, root) for block in rest]
    others = np.hstack([*dense, orthonormal, (residual / unit)[:, None]])
    groups, effects = len(first.labels), root[:, None] * first.matrix
    inner = _sums(first.codes, groups, effects, effects)
    cross = _sums(first.codes, groups, effects, others)
    logs = float(2 * np.log(root).sum())
    return Moments(blocks, inner, cross, others.T @ others, basis, shift, unit, len(outcome), logs)


def _spread(block: Block, root: Floats) -> Floats:
    """The columns of a block, one a group and effect."""
    n, k = block.matrix.shape
    spread = np.zeros((n, len(block.labels), k))
    spread[np.arange(n), block.codes] = root[:, None] * block.matrix
    return spread.reshape(n, -1)


def _sums(codes: NDArray[np.intp], groups: int, left: Floats, right: Floats) -> Floats:
    """Cross products of two sets of columns within each group."""
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(groups))
    left, right = left[order], right[order]
    return np.stack(
        [np.add.reduceat(column[:, None] * right, starts, axis=0) for column in left.T], axis=1
    )
