"""The same effect on another scale: clustering and omitted causes through a link, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, logit, ndtri

from confstudy.errors import StructureError
from confstudy.simulate.measure.attenuation import pearson_of

__all__ = [
    "Marginal",
    "Scale",
    "binary_icc",
    "icc_of_variance",
    "item_icc",
    "marginal_logit",
    "marginal_probit",
    "variance_of_icc",
]

#: Where the variance within a cluster is taken from: π²/3 on ``logit``, 1 on the others.
Scale = Literal["logit", "probit", "latent"]
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(200)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


@dataclass(frozen=True)
class Marginal:
    """An effect averaged over what the model leaves out."""

    log_odds_ratio: float
    risk_difference: float


def variance_of_icc(icc: float, scale: Scale) -> float:
    """Variance between clusters that gives this intraclass correlation on the scale.

    >>> [round(variance_of_icc(icc, "logit"), 5) for icc in (0.05, 0.0951)]
    [0.17315, 0.34575]
    """
    if not 0 <= icc < 1:
        raise StructureError(f"An intraclass correlation is 0 or more and below 1, not {icc:g}.")
    return _within(scale) * icc / (1 - icc)


def icc_of_variance(variance: float, scale: Scale) -> float:
    """Intraclass correlation of a variance between clusters; inverse of the above.

    >>> round(icc_of_variance(0.57**2, "logit"), 4)
    0.0899
    """
    if variance < 0:
        raise StructureError(f"A variance is 0 or more, not {variance:g}.")
    return variance / (variance + _within(scale))


def binary_icc(latent_icc: float, prevalence: float) -> float:
    """Intraclass correlation of a yes/no outcome whose probit has ``latent_icc``.

    The correlation of two cluster members' answers: φ of a normal pair cut at the prevalence.

    >>> round(binary_icc(0.05, 0.197), 5)
    0.02477
    """
    if not 0 < prevalence < 1:
        raise StructureError(f"A prevalence lies between 0 and 1, not at {prevalence:g}.")
    return item_icc(latent_icc, [ndtri(prevalence)])


def item_icc(latent_icc: float, cuts: ArrayLike) -> float:
    """Intraclass correlation of an item that cuts a standard normal latent with ``latent_icc``.

    >>> round(item_icc(0.05, [-1.5, -0.5, 0.5, 1.5]), 5)
    0.04557
    """
    return pearson_of(latent_icc, cuts, cuts)


def marginal_logit(slope: float, omitted_sd: float, intercept: float = 0.0) -> Marginal:
    """What remains of a logit effect when an independent normal cause is left out.

    Odds ratios do not collapse: the marginal one is smaller although nothing is confounded
    (Gail, Wieand & Piantadosi, 1984). Gauss–Hermite, 200 nodes.

    Parameters
    ----------
    slope
        Conditional log odds ratio of a yes/no exposure.
    omitted_sd
        Standard deviation of the omitted cause's part of the logit.
    intercept
        Logit of the unexposed where the omitted cause is 0.

    Examples
    --------
    >>> found = marginal_logit(0.5, 1)
    >>> round(found.log_odds_ratio, 5), round(found.risk_difference, 5)
    (0.41392, 0.10203)
    """
    exposed, not_exposed = (
        float(_WEIGHTS @ expit(intercept + step + omitted_sd * _NODES)) for step in (slope, 0.0)
    )
    return Marginal(float(logit(exposed) - logit(not_exposed)), exposed - not_exposed)


def marginal_probit(slope: float, omitted_sd: float) -> float:
    """What remains of a probit slope when an independent normal cause is left out.

    >>> round(marginal_probit(0.5, 1), 5)
    0.35355
    """
    return slope / math.sqrt(1 + omitted_sd**2)


def _within(scale: Scale) -> float:
    if scale not in ("logit", "probit", "latent"):
        raise StructureError(f"The scale of an ICC is logit, probit or latent, not '{scale}'.")
    return math.pi**2 / 3 if scale == "logit" else 1.0
