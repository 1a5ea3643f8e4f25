"""What clusters add to an answer: estimated in the source, drawn anew for synthetic clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Effect", "effects_of", "means_by"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class Effect:
    """(k,) deviations between clusters, and of the noise that clusters' means have beside."""

    between: Floats
    noise: Floats

    def drawn(self, codes: Codes, fixed: np.random.Generator, rng: np.random.Generator) -> Floats:
        """(n, k): the same effect for a cluster whenever it is drawn, and noise for each row."""
        count = int(codes.max()) + 1
        shared = fixed.standard_normal((count, len(self.between))) * self.between
        return shared[codes] + rng.standard_normal((len(codes), len(self.noise))) * self.noise


def means_by(values: Floats, codes: Codes) -> tuple[Floats, Floats]:
    """(g, k) means of (n, k) values by cluster, and the (g,) sizes of the clusters."""
    sizes = np.bincount(codes).astype(float)
    sums = np.column_stack([np.bincount(codes, weights=column) for column in values.T])
    return sums / np.maximum(sizes, 1)[:, None], sizes


def effects_of(rest: Floats, clusters: Sequence[Codes]) -> tuple[Floats, list[Effect]]:
    """The clusters' means of what is left of a target, and how they vary.

    Parameters
    ----------
    rest
        (n, k) target minus what other columns say of it.
    clusters
        (n,) codes, of large clusters first.

    Returns
    -------
    tuple
        (n, k) the sum of the means, and one effect a kind of cluster.

    Notes
    -----
    Variances between clusters are those of a one-way analysis of variance. A source cluster's
    mean is its effect plus the mean of its members' errors; a synthetic cluster gets an effect,
    and its members errors of that size, so that neither the intraclass correlation nor the
    variance of an answer is changed.
    """
    total = np.zeros_like(rest)
    found = []
    for place, codes in enumerate(clusters):
        dense = np.unique(codes, return_inverse=True)[1]
        means, sizes = means_by(rest, dense)
        finer = clusters[place + 1] if place + 1 < len(clusters) else None
        between = _between(rest, dense, finer)
        spread = (sizes[:, None] * means**2).sum(axis=0) / sizes.sum()
        between = np.minimum(between, spread)
        found.append(Effect(np.sqrt(between), np.sqrt(spread - between)))
        total += means[dense]
        rest = rest - means[dense]
    return total, found


def _between(rest: Floats, codes: Codes, finer: Codes | None) -> Floats:
    """(k,) variance between clusters; of the means of finer clusters, where there are any."""
    if finer is not None:
        _, first, inner = np.unique(finer, return_index=True, return_inverse=True)
        rest, codes = means_by(rest, inner)[0], codes[first]
    means, sizes = means_by(rest, codes)
    sizes, means = sizes[sizes > 0], means[sizes > 0]
    n, count = sizes.sum(), len(sizes)
    if count < 2 or n <= count:
        return np.zeros(rest.shape[1])
    grand = (sizes[:, None] * means).sum(axis=0) / n
    inside = ((rest**2).sum(axis=0) - (sizes[:, None] * means**2).sum(axis=0)) / (n - count)
    among = (sizes[:, None] * (means - grand) ** 2).sum(axis=0) / (count - 1)
    typical = (n - (sizes**2).sum() / n) / (count - 1)
    return np.asarray(np.maximum(0.0, (among - inside) / typical))
