"""What cutting into points and measuring with error do to correlations, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from confstudy.errors import StructureError

__all__ = [
    "CutMoments",
    "alpha_unreversed",
    "attenuated",
    "average_r",
    "cut_covariance",
    "cut_moments",
    "disattenuated",
    "pearson_of",
    "polychoric_of",
    "spearman_brown",
]

Floats = NDArray[np.float64]
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(96)


@dataclass(frozen=True)
class CutMoments:
    """A standard normal cut into points: shares of the answers, mean, SD, r with the latent."""

    shares: Floats
    mean: float
    sd: float
    latent_r: float


def cut_moments(cuts: ArrayLike, lowest: int = 1) -> CutMoments:
    """Describe the answers that ``cuts`` make of a standard normal latent; exact.

    Parameters
    ----------
    cuts
        (points − 1,) going up, on the scale of the latent.
    lowest
        The lowest answer; the others follow in steps of 1.

    Examples
    --------
    >>> found = cut_moments([-1.5, -0.5, 0.5, 1.5])
    >>> round(found.mean, 4), round(found.sd, 4), round(found.latent_r, 4)
    (3.0, 1.0089, 0.9547)
    """
    at = np.asarray(cuts, dtype=float)
    shares = np.diff(ndtr(np.concatenate([[-np.inf], at, [np.inf]])))
    steps = np.arange(len(shares))
    mean = float(shares @ steps)
    sd = float(np.sqrt(shares @ (steps - mean) ** 2))
    density = np.exp(-(at**2) / 2).sum() / np.sqrt(2 * np.pi)
    return CutMoments(shares, lowest + mean, sd, float(density) / sd)


def cut_covariance(r: float, cuts_a: ArrayLike, cuts_b: ArrayLike) -> float:
    """Covariance of two items that cut standard normals of correlation ``r`` (−1 to 1).

    The sum over pairs of cuts of Φ₂(−a, −b; r) − Φ(−a)Φ(−b), each as the integral over the
    correlation that Plackett (1954) gives, after r = sin θ (Genz, 2004), by Gauss–Legendre.

    >>> round(cut_covariance(0.5, [0.0], [0.0]), 6)  # arcsin(r) / 2π
    0.083333
    """
    a = np.asarray(cuts_a, dtype=float)[:, None, None]
    b = np.asarray(cuts_b, dtype=float)[None, :, None]
    end = float(np.arcsin(r))
    angle = end * (_NODES + 1) / 2
    form = (a**2 - 2 * a * b * np.sin(angle) + b**2) / (2 * np.cos(angle) ** 2)
    return float((np.exp(-form) @ _WEIGHTS).sum()) * end / (4 * np.pi)


def pearson_of(polychoric: float, cuts_a: ArrayLike, cuts_b: ArrayLike) -> float:
    """Pearson's r of two items, from the correlation of the normals they cut.

    >>> round(pearson_of(0.5, [-1.5, -0.5, 0.5, 1.5], [-1.5, -0.5, 0.5, 1.5]), 4)
    0.4566
    """
    if not -1 <= polychoric <= 1:
        raise StructureError(f"A correlation lies between −1 and 1, not at {polychoric:g}.")
    spread = cut_moments(cuts_a).sd * cut_moments(cuts_b).sd
    return cut_covariance(polychoric, cuts_a, cuts_b) / spread


def polychoric_of(pearson: float, cuts_a: ArrayLike, cuts_b: ArrayLike) -> float:
    """Correlation of the normals behind two items; the inverse of :func:`pearson_of`.

    Raises
    ------
    StructureError
        When the cuts differ too much for items to correlate so highly.

    Examples
    --------
    >>> round(polychoric_of(0.4566, [-1.5, -0.5, 0.5, 1.5], [-1.5, -0.5, 0.5, 1.5]), 3)
    0.5
    """
    low, high = (pearson_of(end, cuts_a, cuts_b) for end in (-1.0, 1.0))
    if not low <= pearson <= high:
        raise StructureError(
            f"Items with these cuts correlate between {low:.3f} and {high:.3f}, not by {pearson:g}."
        )
    found = brentq(
        lambda r: pearson_of(r, cuts_a, cuts_b) - min(max(pearson, low), high), -1, 1, xtol=1e-13
    )
    return float(found)


def spearman_brown(r: float, items: int) -> float:
    """α of ``items`` that all correlate by ``r`` (Spearman, 1910; Brown, 1910).

    >>> round(spearman_brown(0.72**2, 6), 4)
    0.8659
    """
    return items * r / (1 + (items - 1) * r)


def average_r(alpha: float, items: int) -> float:
    """The correlation of equal items whose sum has this α; the inverse of the above.

    >>> round(average_r(0.8659, 6), 3)
    0.518
    """
    return alpha / (items - (items - 1) * alpha)


def alpha_unreversed(r: float, items: int, forgotten: int) -> float:
    """α when ``forgotten`` of equal items, correlating by ``r``, were not turned round.

    Their correlations with the others change sign: with s = items − 2·forgotten, the sum has
    the variance items + r (s² − items).

    >>> [round(alpha_unreversed(0.4734, 6, wrong), 4) for wrong in (0, 2, 3)]
    [0.8436, -0.2248, -1.0788]
    """
    if not 0 <= forgotten <= items:
        raise StructureError(f"Of {items} items, 0 to {items} can be forgotten, not {forgotten}.")
    total = items + r * ((items - 2 * forgotten) ** 2 - items)
    return items / (items - 1) * (1 - items / total)


def attenuated(r: float, reliability_a: float, reliability_b: float) -> float:
    """The correlation seen between two scores whose true scores correlate by ``r``.

    >>> round(attenuated(0.3106, 0.90, 0.89), 3)
    0.278
    """
    return r * float(np.sqrt(reliability_a * reliability_b))


def disattenuated(r: float, reliability_a: float, reliability_b: float) -> float:
    """The correlation of the true scores behind an observed one (Spearman, 1904).

    Raises
    ------
    StructureError
        When ``r`` is more than the reliabilities allow.

    Examples
    --------
    >>> round(disattenuated(0.278, 0.90, 0.89), 4)
    0.3106
    """
    most = attenuated(1, reliability_a, reliability_b)
    if abs(r) > most:
        raise StructureError(
            f"Scores with reliabilities {reliability_a:g} and {reliability_b:g} correlate by "
            f"{most:.3f} at most, not by {r:g}."
        )
    return r / most
