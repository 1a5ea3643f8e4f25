"""The straight part of a column's dependence, which trees alone would flatten."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Linear", "linear_of"]

Floats = NDArray[np.float64]
_PENALTY = 0.002


@dataclass(frozen=True, repr=False)
class Linear:
    """A ridge regression on standardized features: (p,) centre and spread, (p, k) slopes."""

    centre: Floats
    spread: Floats
    slopes: Floats
    mean: Floats

    def __call__(self, features: Floats) -> Floats:
        """(n, k) expected targets, rounded so that the last bits of a sum do not matter."""
        standard = (features - self.centre) / self.spread
        return np.round(self.mean + standard @ self.slopes, 9)


def linear_of(features: Floats, targets: Floats) -> Linear:
    """Fit (n, p) features to (n, k) targets with a light penalty."""
    centre, spread = features.mean(axis=0), features.std(axis=0)
    spread = np.where(spread > 1e-12, spread, np.inf)
    standard = (features - centre) / spread
    mean = targets.mean(axis=0)
    gram = standard.T @ standard + _PENALTY * len(features) * np.eye(features.shape[1])
    slopes = np.linalg.solve(gram, standard.T @ (targets - mean))
    return Linear(centre, spread, slopes, mean)
