"""Levels without an order: each leaf's shares, moved by what the straight index says of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.release.synthesis.trees import grown

__all__ = ["Shares", "picked", "shares_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Shares:
    """The shares of the levels in each leaf of a tree.

    Attributes
    ----------
    levels
        (l,) those that the (n, k) index speaks of first, in its order.
    shares, centres
        (leaves, l) shares, and (leaves, k) means of the index.
    """

    tree: Any
    leaves: NDArray[np.intp]
    levels: Floats
    shares: Floats
    centres: Floats

    def drawn(
        self, features: Floats, rng: np.random.Generator, _grain: float = 0.0, even: bool = False
    ) -> Floats:
        """One level a row; features begin with the index. ``even`` spreads rows evenly."""
        leaf = np.zeros(len(features), dtype=np.intp)
        if self.tree is not None:
            leaf = np.searchsorted(self.leaves, self.tree.apply(features.astype(np.float32)))
        chances = self.shares[leaf].copy()
        k = min(self.centres.shape[1], features.shape[1])
        if k and not even:
            moved = features[:, :k] - self.centres[leaf, :k]
            chances[:, :k] += moved
            chances[:, -1] -= moved.sum(axis=1)
        return np.asarray(self.levels[picked(np.clip(chances, 0, None), rng, even)])


def picked(chances: Floats, rng: np.random.Generator, even: bool) -> NDArray[np.intp]:
    """(n,) places drawn with (n, l) chances that need not sum to 1."""
    n = len(chances)
    steps = np.cumsum(chances, axis=1) / chances.sum(axis=1, keepdims=True)
    chance = (rng.permutation(n) + rng.random(n)) / max(n, 1) if even else rng.random(n)
    return np.asarray((chance[:, None] >= steps[:, :-1]).sum(axis=1))


def shares_of(features: Floats, answers: Floats, shown: Floats, leaf: int, state: int) -> Shares:
    """Grow a tree for (m,) answers; the first features are the index of the levels ``shown``.

    The commonest level, which has no index of its own, comes last: it takes what others leave.
    """
    tree, place = grown(features, answers, leaf, state, nominal=True)
    leaves, group = np.unique(place, return_inverse=True)
    found, counts = np.unique(answers, return_counts=True)
    rest = found[~np.isin(found, shown)]
    rest = rest[np.argsort(counts[~np.isin(found, shown)], kind="stable")]
    levels = np.concatenate([shown, rest])
    size = np.bincount(group).astype(float)[:, None]
    shares = np.column_stack(
        [np.bincount(group, weights=answers == level, minlength=len(leaves)) for level in levels]
    )
    k = min(len(shown), features.shape[1])
    sums = [np.bincount(group, weights=features[:, one], minlength=len(leaves)) for one in range(k)]
    centres = np.column_stack(sums) / size if k else np.empty((len(leaves), 0))
    return Shares(tree, leaves, levels, shares / size, centres)
