"""Where a share that rises or falls with a number reaches a wanted value: a probit line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri

__all__ = ["Line", "Point", "line_through"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """How many of the replications at a place rejected, and how many failed."""

    place: float
    count: int
    rejected: int
    failed: int = 0

    @property
    def share(self) -> float:
        """A failed replication has not rejected."""
        return self.rejected / self.count


@dataclass(frozen=True, repr=False)
class Line:
    """Φ⁻¹(share) = intercept + slope (place − centre), with the covariance (2, 2) of both."""

    centre: float
    intercept: float
    slope: float
    covariance: Floats

    @property
    def moves(self) -> bool:
        """Whether the share changes with the place by more than chance."""
        return bool(abs(self.slope) > 2 * np.sqrt(self.covariance[1, 1]))

    def reaches(self, share: float) -> float:
        """The place where the line has this share."""
        return self.centre + (float(ndtri(share)) - self.intercept) / self.slope

    def interval(self, share: float) -> tuple[float, float]:
        """95 % interval of the place: where the line may have this share (Fieller, 1954).

        It has ends only where the line :attr:`moves`.
        """
        height = self.intercept - float(ndtri(share))
        (v0, v01), (_, v1) = 1.96**2 * self.covariance
        square, linear, constant = (
            self.slope**2 - v1,
            self.slope * height - v01,
            height**2 - v0,
        )
        root = np.sqrt(linear**2 - square * constant)
        low, high = (linear + root) / square, (linear - root) / square
        return self.centre - float(low), self.centre - float(high)


def line_through(points: Sequence[Point]) -> Line:
    """The probit line of greatest likelihood.

    Examples
    --------
    >>> line = line_through([Point(1, 1000, 500), Point(2, 1000, 841)])
    >>> round(line.reaches(0.8), 2)
    1.84
    """
    place = np.array([point.place for point in points])
    count = np.array([point.count for point in points], dtype=float)
    # Half a rejection more and less, in all, keeps shares of 0 and 1 finite.
    more = count / count.sum()
    yes = np.array([point.rejected for point in points]) + 0.5 * more
    count += more
    centre = float(count @ place / count.sum())
    x = np.column_stack([np.ones(len(place)), place - centre])
    scale = np.array([1.0, float(np.abs(x[:, 1]).max()) or 1.0])
    x /= scale
    beta, information = np.array([float(ndtri(yes.sum() / count.sum())), 0.0]), np.eye(2)
    for _ in range(100):
        score, information = _derivatives(x @ beta, x, yes, count)
        step = np.linalg.solve(information, score)
        beta += step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-10:
            break
    covariance = np.linalg.inv(information)
    intercept, slope = beta / scale
    return Line(centre, float(intercept), float(slope), covariance / np.outer(scale, scale))


def _derivatives(line: Floats, x: Floats, yes: Floats, count: Floats) -> tuple[Floats, Floats]:
    """Score, and expected information, of a probit regression of counts."""
    density = -0.5 * line**2 - 0.5 * np.log(2 * np.pi)
    up, down = np.exp(density - log_ndtr(line)), np.exp(density - log_ndtr(-line))
    score = x.T @ (yes * up - (count - yes) * down)
    weight = count * up * down
    return score, (x * weight[:, None]).T @ x
