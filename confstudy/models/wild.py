"""The wild cluster bootstrap: p-values and intervals where clusters are few."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confstudy.models.estimate import Working

__all__ = ["Wild", "wild_bootstrap"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
DRAWS = 9_999
_WEBB = np.sqrt(np.array([0.5, 1.0, 1.5]))


@dataclass(frozen=True, repr=False)
class Wild:
    """Bootstrap p-values (p,) and intervals (p, 2), and the kind of weights."""

    p_values: Floats
    intervals: Floats
    words: str


def wild_bootstrap(
    working: Working,
    coefficients: Floats,
    groups: Groups,
    *,
    level: float = 0.95,
    seed: int = 0,
    draws: int = DRAWS,
) -> Wild:
    """Wild cluster bootstrap-t of least squares with the null imposed.

    Parameters
    ----------
    working
        Of a least-squares fit.
    groups
        (n,): 0 to G − 1.
    level
        Of the intervals: the values of a coefficient that the test does not reject.

    Notes
    -----
    Cameron, Gelbach and Miller (2008), Review of Economics and Statistics 90, 414; under twelve
    clusters with the six-point weights of Webb (2023). Everything follows from G × G products
    (MacKinnon 2023), so that a draw costs nothing but its weights.
    """
    count = int(groups.max()) + 1
    rng = np.random.default_rng(seed)
    few = count < 12
    points = np.concatenate([-_WEBB, _WEBB]) if few else np.array([-1.0, 1.0])
    signs = rng.choice(points, size=(draws, count))
    root = np.sqrt(working.weight)
    matrix = root[:, None] * working.gradient
    residual = root * working.residual
    outcome = residual + matrix @ coefficients
    found = [
        _Test.of(matrix, outcome, groups, place, signs).invert(coefficients[place], level)
        for place in range(matrix.shape[1])
    ]
    kind = "Webb" if few else "Rademacher"
    words = f"wild bootstrap-t of {draws:,} draws, {kind} weights, null imposed"
    return Wild(
        np.array([p_value for p_value, _ in found]), np.array([ends for _, ends in found]), words
    )


@dataclass(frozen=True, repr=False)
class _Test:
    """The bootstrap test of one coefficient, for any value of it under the null.

    With that value v, a draw's numerator is a − v b (``numerator``), and its squared error
    c − 2 v d + v² e (``spread``), each (B,).
    """

    numerator: tuple[Floats, Floats]
    spread: tuple[Floats, Floats, Floats]
    size: float
    error: float

    @classmethod
    def of(
        cls, matrix: Floats, outcome: Floats, groups: Groups, place: int, signs: Floats
    ) -> _Test:
        others = np.delete(matrix, place, axis=1)
        basis = np.linalg.qr(others)[0] if others.shape[1] else np.zeros((len(matrix), 0))
        alone = matrix[:, place] - basis @ (basis.T @ matrix[:, place])
        rest = outcome - basis @ (basis.T @ outcome)
        full = np.linalg.qr(matrix)[0]
        count = int(groups.max()) + 1

        def summed(values: Floats) -> Floats:
            totals = np.zeros((count, *values.shape[1:]))
            np.add.at(totals, groups, values)
            return totals

        weighted = summed(full * alone[:, None])
        parts = []
        for residual in (rest, alone):
            sums = summed(alone * residual)
            projected = summed(full * residual[:, None])
            parts.append((signs @ sums, signs * sums - signs @ projected @ weighted.T))
        size = float(alone @ alone)
        left = rest - alone * float(alone @ rest) / size
        error = float(np.sqrt((summed(alone * left) ** 2).sum()))
        (first, zero), (second, slope) = parts
        pairs = ((zero, zero), (zero, slope), (slope, slope))
        spread = tuple(np.einsum("bg,bg->b", one, other) for one, other in pairs)
        return cls((first, second), (spread[0], spread[1], spread[2]), size, error)

    def p_value(self, distance: float, value: float) -> float:
        """The chance of a t as large as that of an estimate so far from the value."""
        numerator = self.numerator[0] - value * self.numerator[1]
        zero, both, slope = self.spread
        spread = np.sqrt(np.maximum(zero - 2 * value * both + value**2 * slope, 0.0))
        observed = abs(distance) * self.size / self.error
        beyond = np.abs(numerator) >= (observed - 1e-10) * spread
        return float((1 + beyond.sum()) / (1 + len(numerator)))

    def invert(self, estimate: float, level: float) -> tuple[float, tuple[float, float]]:
        """The p-value of no effect, and the ends of the values that are not rejected."""
        if not self.error > 0:
            return float("nan"), (float("nan"), float("nan"))
        step = float(stats.norm.ppf(0.5 + level / 2)) * self.error / self.size
        ends = [self._end(estimate, sign * step, 1 - level) for sign in (-1, 1)]
        return self.p_value(estimate, 0.0), (ends[0], ends[1])

    def _end(self, estimate: float, step: float, alpha: float) -> float:
        inside, outside = 0.0, step
        for _ in range(20):
            if self.p_value(outside, estimate + outside) <= alpha:
                break
            inside, outside = outside, 2 * outside
        else:
            return float(np.copysign(np.inf, step))
        for _ in range(40):
            middle = 0.5 * (inside + outside)
            if self.p_value(middle, estimate + middle) <= alpha:
                outside = middle
            else:
                inside = middle
        return estimate + 0.5 * (inside + outside)
