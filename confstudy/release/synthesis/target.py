"""One thing to draw, given earlier columns: a straight index, clusters' effects, then a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.release.synthesis.effects import Effect, effects_of
from confstudy.release.synthesis.linear import Linear, linear_of
from confstudy.release.synthesis.shares import Shares, shares_of
from confstudy.release.synthesis.streams import number, stream
from confstudy.release.synthesis.tilt import Tilted, tilted_of
from confstudy.release.synthesis.trees import Donors, donors_of

__all__ = ["Drawing", "Target", "target_of"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_SCREENED = 25
_LEVELS, _POINTS = 8, 11
_ROWS_A_SLOPE = 20


@dataclass(frozen=True, repr=False)
class Drawing:
    """Which numbers to use: the seed, the (n,) clusters of the rows, the round of drawing."""

    seed: int
    clusters: tuple[Codes, ...] = ()
    round: int = 0
    even: bool = False


@dataclass(frozen=True, repr=False)
class Target:
    """A fitted conditional distribution, drawn from by :meth:`drawn`."""

    name: str
    used: NDArray[np.intp]
    linear: Linear
    effects: tuple[Effect, ...]
    screened: NDArray[np.intp]
    donors: Donors | Shares | Tilted

    def drawn(self, features: Floats, how: Drawing, grain: float = 0.0) -> Floats:
        """(n,) answers for rows with (n, p) features."""
        rng = stream(how.seed, self.name, "rows", how.round)
        index = self.linear(features[:, self.used])
        for place, effect in enumerate(self.effects):
            fixed = stream(how.seed, self.name, "clusters", place)
            index = index + effect.drawn(how.clusters[place], fixed, rng)
        seen = _seen(index, features[:, self.screened])
        return self.donors.drawn(seen, rng, grain, how.even)


def target_of(
    name: str,
    features: Floats,
    answers: Floats,
    nominal: bool,
    clusters: Sequence[Codes],
    leaf: int,
    seed: int,
) -> Target:
    """Fit the distribution of (m,) answers given (m, p) features.

    The tree sees an index: the ridge regression of the answer, or of each level where levels
    are ``nominal``, plus the means of what is left in each cluster. Beside it stand the features
    most correlated with the answer, for what is not straight.
    """
    targets = _targets(answers, nominal)
    strength = _strength(features, targets)
    order = np.argsort(-strength, kind="stable")
    used = np.sort(order[: max(1, len(answers) // _ROWS_A_SLOPE)])
    screened = np.sort(order[:_SCREENED])
    linear = linear_of(features[:, used], targets)
    index = linear(features[:, used])
    added, effects = effects_of(targets - index, clusters)
    seen = _seen(index + added, features[:, screened])
    state = number(seed, name, "tree") % 2**32
    donors: Donors | Shares | Tilted
    if nominal:
        donors = shares_of(seen, answers, _shown(answers), leaf, state)
    elif len(np.unique(answers)) <= _POINTS:
        donors = tilted_of(seen, answers, leaf, state)
    else:
        donors = donors_of(seen, answers, leaf, state)
    return Target(name, used, linear, tuple(effects), screened, donors)


def _seen(index: Floats, features: Floats) -> Floats:
    """What the tree sees: the index first, then the features."""
    return np.hstack([index, features]).round(6)


def _targets(answers: Floats, nominal: bool) -> Floats:
    """(m, k): the answers, or whether they are each of the commoner levels."""
    if not nominal:
        return answers[:, None]
    return np.column_stack([(answers == level).astype(float) for level in _shown(answers)])


def _shown(answers: Floats) -> Floats:
    """The commoner levels but for the commonest."""
    levels, counts = np.unique(answers, return_counts=True)
    common = levels[np.argsort(-counts, kind="stable")][:_LEVELS]
    return common[1:] if len(common) > 1 else common


def _strength(features: Floats, targets: Floats) -> Floats:
    """(p,) the largest absolute correlation of each feature with a target."""
    x, y = features - features.mean(axis=0), targets - targets.mean(axis=0)
    size = np.sqrt((x**2).sum(axis=0))[:, None] * np.sqrt((y**2).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = np.where(size > 1e-9, np.abs(x.T @ y) / size, 0.0)
    return np.asarray(correlation.round(9).max(axis=1, initial=0.0))
