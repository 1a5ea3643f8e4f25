"""Whether synthetic respondents can be told from real ones: the propensity mean squared error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.release.synthesis.columns import Column
from confstudy.release.synthesis.features import coder_of
from confstudy.release.synthesis.streams import number, stream
from confstudy.release.synthesis.trees import classifier

__all__ = ["Propensity", "propensity"]

Floats = NDArray[np.float64]
_SHUFFLES = 5
_LEAF = 20
_STEPS = 25
_RIDGE = 1e-3


@dataclass(frozen=True)
class Propensity:
    """pMSE: 0 where nobody can tell, .25 where everybody can, for halves of equal size.

    The ratio divides it by what a synthesis by the true distribution would give: for the logit
    (k − 1)(1 − c)²c / N (Snoke et al. 2018), for the tree the mean over shuffled labels.
    """

    logit: float
    logit_ratio: float
    tree: float
    tree_ratio: float

    @property
    def rows(self) -> list[tuple[str, float]]:
        """Measure and value, for a table."""
        return [
            ("pMSE, logit", self.logit),
            ("pMSE ratio, logit", self.logit_ratio),
            ("pMSE, tree", self.tree),
            ("pMSE ratio, tree", self.tree_ratio),
        ]


def propensity(real: Sequence[Column], made: Sequence[Column], seed: int) -> Propensity:
    """Classify real and synthetic rows by all columns, in sample."""
    blocks = []
    for one, two in zip(real, made, strict=True):
        coder = coder_of(one.numbers, one.kind)
        blocks.append(np.vstack([coder(one.numbers), coder(two.numbers)]))
    features = np.hstack(blocks)
    n = len(features)
    label = np.repeat([0.0, 1.0], [len(real[0].numbers), len(made[0].numbers)])
    share = float(label.mean())
    spread = features.std(axis=0)
    features = ((features - features.mean(axis=0)) / np.where(spread > 0, spread, 1))[:, spread > 0]
    rank = int(np.linalg.matrix_rank(features))
    logit = float(((_logit(features, label) - share) ** 2).mean())
    expected = rank * (1 - share) ** 2 * share / n
    state = number(seed, "propensity") % 2**32
    tree = _tree(features, label, state)
    rng = stream(seed, "propensity")
    chance = np.mean([_tree(features, rng.permutation(label), state) for _ in range(_SHUFFLES)])
    return Propensity(logit, logit / expected, tree, float(tree / chance))


def _tree(features: Floats, label: Floats, state: int) -> float:
    fitted = classifier(features, label, _LEAF, state).predict_proba(features)[:, 1]
    return float(((fitted - label.mean()) ** 2).mean())


def _logit(features: Floats, label: Floats) -> Floats:
    """Fitted chances by Newton's method, with a penalty too light to matter."""
    design = np.column_stack([np.ones(len(features)), features])
    slopes = np.zeros(design.shape[1])
    penalty = _RIDGE * np.eye(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ slopes, -30, 30)))
        gradient = design.T @ (label - chance) - penalty @ slopes
        information = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(information, gradient)
        slopes += step
        if np.abs(step).max() < 1e-8:
            break
    return np.asarray(1 / (1 + np.exp(-np.clip(design @ slopes, -30, 30))))
