"""Ordered answers: each leaf's shares, tilted so that a row's mean is what the index expects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.release.synthesis.shares import picked
from confstudy.release.synthesis.trees import grown

__all__ = ["Tilted", "tilted", "tilted_of"]

Floats = NDArray[np.float64]
_OVERALL = 0.02
_STEPS = 18
_EDGE = 0.005


@dataclass(frozen=True, repr=False)
class Tilted:
    """(leaves, l) shares of the ordered levels, and (leaves,) means of the index."""

    tree: Any
    leaves: NDArray[np.intp]
    levels: Floats
    shares: Floats
    centres: Floats

    def drawn(
        self, features: Floats, rng: np.random.Generator, _grain: float = 0.0, even: bool = False
    ) -> Floats:
        """One level a row; the first feature is the index. ``even`` spreads rows evenly."""
        leaf = np.zeros(len(features), dtype=np.intp)
        if self.tree is not None:
            leaf = np.searchsorted(self.leaves, self.tree.apply(features.astype(np.float32)))
        chances = self.shares[leaf]
        if features.shape[1] and not even and len(self.levels) > 1:
            means = chances @ self.levels + features[:, 0] - self.centres[leaf]
            chances = tilted(chances, self.levels, means)
        return np.asarray(self.levels[picked(chances, rng, even)])


def tilted(shares: Floats, levels: Floats, means: Floats) -> Floats:
    """(n, l) chances, exponential tilts of the shares, whose means are (n,) ``means``.

    Means beyond the levels are held just inside them. The tilt is found by bisection.

    >>> tilted(np.array([[0.5, 0.5]]), np.array([0.0, 1.0]), np.array([0.8])).round(3)
    array([[0.2, 0.8]])
    """
    span = levels.max() - levels.min()
    scores = (levels - levels.min()) / span
    wanted = np.clip((means - levels.min()) / span, _EDGE, 1 - _EDGE)
    low, high = np.full(len(means), -60.0), np.full(len(means), 60.0)
    with np.errstate(divide="ignore"):
        logs = np.log(shares)
    for _ in range(_STEPS):
        middle = (low + high) / 2
        chances = _normal(logs + middle[:, None] * scores)
        above = chances @ scores > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return chances


def tilted_of(features: Floats, answers: Floats, leaf: int, state: int) -> Tilted:
    """Grow a tree for (m,) ordered answers; the first feature is the index.

    A leaf's shares hold two hundredths of all respondents', so that no level is out of reach.
    """
    tree, place = grown(features, answers, leaf, state, nominal=False)
    leaves, group, sizes = np.unique(place, return_inverse=True, return_counts=True)
    levels, overall = np.unique(answers, return_counts=True)
    counts = np.column_stack(
        [np.bincount(group, weights=answers == level, minlength=len(leaves)) for level in levels]
    )
    shares = (1 - _OVERALL) * counts / sizes[:, None] + _OVERALL * overall / len(answers)
    index = features[:, 0] if features.shape[1] else np.zeros(len(answers))
    # The mean that the index is added to is that of the mixed shares.
    shift = shares @ levels - counts @ levels / sizes
    centres = np.bincount(group, weights=index) / sizes + shift
    return Tilted(tree, leaves, levels, shares, centres)


def _normal(logs: Floats) -> Floats:
    raised = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))
