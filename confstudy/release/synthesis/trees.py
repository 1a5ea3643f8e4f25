"""A regression or classification tree whose leaves hold the donors of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["Donors", "classifier", "donors_of", "grown", "trees"]

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
#: A split explains so many times what one at random would: learning noise gives people away.
_NOISE = 8.0
#: A row draws from the nearest part of its leaf, one in so many.
_WINDOWS = 8
_SIDES: tuple[Literal["left", "right"], ...] = ("left", "right")


def trees() -> Any:
    """scikit-learn's trees, which are an extra of this package."""
    try:
        return import_module("sklearn.tree")
    except ImportError:
        raise AnalysisError(
            "Synthetic data need scikit-learn: pip install 'confstudy[synthesis]'."
        ) from None


def classifier(features: Floats, target: NDArray[Any], leaf: int, state: int) -> Any:
    """A fitted classification tree."""
    tree = trees().DecisionTreeClassifier(min_samples_leaf=leaf, random_state=state)
    return tree.fit(features, target)


@dataclass(frozen=True, repr=False)
class Donors:
    """The answers in each leaf, and the tree that leads to a leaf.

    Attributes
    ----------
    tree
        None where one leaf holds all.
    answers
        (m,) sorted within each leaf; ``starts`` and ``sizes`` say where each leaf's are.
    along
        (m,) the donors' index, sorted within each leaf; ``place`` is where each one's answer is.
    fewest
        Donors among whom a row draws, at least.
    """

    tree: Any
    leaves: Places
    answers: Floats
    along: Floats
    place: Places
    starts: Places
    sizes: Places
    fewest: int

    def drawn(
        self, features: Floats, rng: np.random.Generator, grain: float = 0.0, even: bool = False
    ) -> Floats:
        """One answer a row, of the donors of its leaf whose index is near to its own.

        Parameters
        ----------
        features
            (n, p); the first is the index.
        grain
            Where it is not 0, answers are moved up to half-way to their neighbours in the leaf.
        even
            Spread the rows of a leaf evenly over all its answers, for few rows.
        """
        n = len(features)
        leaf = np.zeros(n, dtype=np.intp)
        if self.tree is not None:
            leaf = np.searchsorted(self.leaves, self.tree.apply(features.astype(np.float32)))
        size, start = self.sizes[leaf], self.starts[leaf]
        chance = _even(leaf, rng) if even else rng.random(n)
        if even or not features.shape[1]:
            inside = np.minimum((chance * size).astype(np.intp), size - 1)
        else:
            inside = self._near(leaf, features[:, 0], chance)
        drawn = self.answers[start + inside]
        if not grain:
            return drawn
        step = rng.random(n) - 0.5
        aside = np.clip(inside + np.where(step < 0, -1, 1), 0, size - 1)
        moved = drawn + np.abs(step) * (self.answers[start + aside] - drawn)
        return np.asarray(np.round(np.round(moved / grain) * grain, 10))

    def _near(self, leaf: Places, index: Floats, chance: Floats) -> Places:
        """(n,) places in the leaf of donors drawn from a window around each row's index."""
        inside = np.zeros(len(leaf), dtype=np.intp)
        for one in np.unique(leaf):
            rows = leaf == one
            size, start = int(self.sizes[one]), int(self.starts[one])
            window = min(size, max(self.fewest, size // _WINDOWS))
            along = self.along[start : start + size]
            first, last = (np.searchsorted(along, index[rows], side) for side in _SIDES)
            low = np.clip((first + last - window) // 2, 0, size - window)
            # Donors with the same index are not told apart.
            high = np.maximum(low + window, last)
            low = np.minimum(low, first)
            picked = low + np.minimum((chance[rows] * (high - low)).astype(np.intp), high - low - 1)
            inside[rows] = self.place[start + picked]
        return inside


def _even(group: Places, rng: np.random.Generator) -> Floats:
    """For each row a number from 0 to 1, evenly spaced within its group, in random order."""
    order = np.lexsort((rng.random(len(group)), group))
    _, first, counts = np.unique(group[order], return_index=True, return_counts=True)
    rank = np.arange(len(group)) - np.repeat(first, counts)
    chance = np.empty(len(group))
    chance[order] = (rank + rng.random(len(group))) / np.repeat(counts, counts)
    return chance


def grown(
    features: Floats, answers: Floats, leaf: int, state: int, nominal: bool
) -> tuple[Any, Places]:
    """A tree and the (m,) leaf of each row; None and one leaf where there is nothing to split."""
    if not (features.shape[1] and len(answers) >= 2 * leaf and np.ptp(answers) > 0):
        return None, np.zeros(len(answers), dtype=np.intp)
    kind = trees().DecisionTreeClassifier if nominal else trees().DecisionTreeRegressor
    shares = np.unique(answers, return_counts=True)[1] / len(answers)
    whole = 1 - (shares**2).sum() if nominal else answers.var()
    least = _NOISE * whole / len(answers)
    tree = kind(min_samples_leaf=leaf, min_impurity_decrease=least, random_state=state)
    narrow = features.astype(np.float32)
    tree.fit(narrow, answers.astype(np.intp) if nominal else answers)
    return tree, tree.apply(narrow)


def donors_of(features: Floats, answers: Floats, leaf: int, state: int) -> Donors:
    """Grow a tree on the source and keep its leaves' answers.

    Parameters
    ----------
    features
        (m, p), the first the index; p may be 0.
    leaf
        The fewest donors in a leaf.
    """
    tree, place = grown(features, answers, leaf, state, nominal=False)
    leaves, group, sizes = np.unique(place, return_inverse=True, return_counts=True)
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    by_answer = np.lexsort((answers, group))
    index = features[:, 0] if features.shape[1] else np.zeros(len(answers))
    tied = np.random.default_rng(state).random(len(answers))
    by_index = np.lexsort((tied, index, group))
    rank = np.empty(len(answers), dtype=np.intp)
    rank[by_answer] = np.arange(len(answers)) - np.repeat(starts, sizes)
    return Donors(
        tree, leaves, answers[by_answer], index[by_index], rank[by_index], starts, sizes, leaf
    )
