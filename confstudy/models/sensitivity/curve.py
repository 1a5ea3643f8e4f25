"""Effects at an assumed correlation of what mediator and outcome leave unexplained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from confstudy.models.mediation.natural import Equation
from confstudy.models.mediation.stages import Fitted

__all__ = ["RhoCurve"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class RhoCurve:
    """Indirect, then direct effects at each ρ, from the equations fitted as if ρ were 0.

    Attributes
    ----------
    shares
        (1, u): how many have each pattern of covariates.
    ratio
        Multiplies the outcome's residual variance.
    """

    rho: tuple[float, ...]
    equations: tuple[Equation, Equation]
    shares: Floats
    ratio: float

    def at(self, rho: tuple[float, ...]) -> RhoCurve:
        """The same at other correlations."""
        return replace(self, rho=rho)

    @property
    def names(self) -> list[str]:
        """The effects, in the order of the columns."""
        return [f"{kind} at {rho:g}" for kind in ("indirect", "direct") for rho in self.rho]

    def effects(self, fits: Sequence[Fitted]) -> Floats:
        """(B, 2 ρ)."""
        pairs = [self._pair(fits, rho) for rho in self.rho]
        return np.column_stack([p[0] for p in pairs] + [p[1] for p in pairs])

    def _pair(self, fits: Sequence[Fitted], rho: float) -> tuple[Floats, Floats]:
        """What the regressions of mediator and outcome imply of the effects, were this ρ true."""
        mediator, outcome = self.equations
        added = outcome.adds[0].rows[0]
        seen = fits[1].coefficients @ added
        sigma = np.sqrt(fits[0].variance)
        linear = outcome.family == "ols"
        root = np.sqrt(1 - rho**2)
        # In a probit the outcome's error given the mediator is scaled to 1, in ols it is not.
        noise = np.sqrt(fits[1].variance * self.ratio) / root if linear else np.ones_like(sigma)
        factor = 1.0 if linear else root
        slope = factor * seen - rho * noise / sigma
        middle = [mediator.index(fits[0], world) for world in (0, 1)]
        start = [
            factor * outcome.index(fits[1], world) + (rho * noise / sigma)[:, None] * middle[world]
            for world in (0, 1)
        ]
        spread = np.sqrt((slope * sigma) ** 2 + noise**2 + 2 * rho * slope * sigma * noise)

        def mean(exposed: int, through: int) -> Floats:
            index = start[exposed] + slope[:, None] * middle[through]
            cells = index if linear else ndtr(index / spread[:, None])
            return np.asarray((self.shares * cells).sum(axis=1))

        none, both, direct, pure = mean(0, 0), mean(1, 1), mean(1, 0), mean(0, 1)
        return (both - direct + pure - none) / 2, (both - pure + direct - none) / 2
