"""What a design gives where a formula says it: clusters, power, sample sizes, exaggeration."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import stats
from scipy.special import ndtr, ndtri

from confstudy.errors import DeclarationError

__all__ = [
    "Exaggeration",
    "constant_hazard",
    "design_effect",
    "exaggeration",
    "false_positives_ignoring_clusters",
    "mcse_of_share",
    "n_for_two_shares",
    "t_test_power",
]


@dataclass(frozen=True)
class Exaggeration:
    """What a significant estimate is like: share of wrong signs, how many times too large."""

    power: float
    type_s: float
    type_m: float


def design_effect(size: float, icc: float, cv: float = 0.0) -> float:
    """How many times the variance of a mean grows when clusters are sampled or assigned.

    1 + ((1 + CV²) m − 1) ICC, for clusters of ``size`` on average whose sizes have the
    coefficient of variation ``cv`` (Kish, 1965; Eldridge, Ashby & Kerry, 2006).

    >>> [round(design_effect(m, 0.05), 2) for m in (10, 20, 60)]
    [1.45, 1.95, 3.95]
    >>> round(design_effect(20, 0.05, cv=0.6), 2)
    2.31
    """
    if size < 1 or not 0 <= icc <= 1 or cv < 0:
        raise DeclarationError(
            "A design effect needs clusters of 1 or more, an ICC from 0 to 1 and a CV of 0 or more."
        )
    return 1 + ((1 + cv**2) * size - 1) * icc


def false_positives_ignoring_clusters(deff: float, bound: float = 1.96) -> float:
    """How often |z| > ``bound`` where nothing is there and clusters are ignored.

    2 Φ(−bound/√deff): z then has the variance ``deff`` instead of 1.

    >>> [round(false_positives_ignoring_clusters(d), 4) for d in (1.45, 1.95, 3.95)]
    [0.1036, 0.1604, 0.324]
    """
    if deff <= 0:
        raise DeclarationError(f"A design effect is above 0, not {deff:g}.")
    return float(2 * ndtr(-bound / math.sqrt(deff)))


def t_test_power(d: float, per_arm: float, level: float = 0.05) -> float:
    """Power of the two-sided t test of two arms of equal size, by the noncentral t.

    Parameters
    ----------
    d
        True difference in standard deviations.
    per_arm
        Respondents in each arm, 2 or more.

    Examples
    --------
    >>> round(t_test_power(0.25, 150), 5)
    0.57854
    """
    _require_share(level, "level")
    if per_arm < 2:
        raise DeclarationError(f"A t test needs two respondents in each arm, not {per_arm}.")
    freedom, shift = 2 * per_arm - 2, d * math.sqrt(per_arm / 2)
    bound = stats.t.isf(level / 2, freedom)
    return float(stats.nct.sf(bound, freedom, shift) + stats.nct.cdf(-bound, freedom, shift))


def n_for_two_shares(a: float, b: float, power: float = 0.8, level: float = 0.05) -> int:
    """Respondents in each arm for the two-sided z test of two shares, variances not pooled.

    (z₁₋α/₂ + z_power)² (a(1 − a) + b(1 − b)) / (a − b)², rounded up (Fleiss, 1981). A test
    with pooled variance needs about three more.

    >>> [n_for_two_shares(*pair) for pair in ((0.39, 0.465), (0.53, 0.67), (0.62, 0.72))]
    [680, 189, 344]
    """
    for name, value in {
        "first share": a,
        "second share": b,
        "power": power,
        "level": level,
    }.items():
        _require_share(value, name)
    if a == b:
        raise DeclarationError("Two equal shares cannot be told apart by any number.")
    z = float(ndtri(1 - level / 2) + ndtri(power))
    return math.ceil(z**2 * (a * (1 - a) + b * (1 - b)) / (a - b) ** 2)


def exaggeration(true: float, se: float, level: float = 0.05) -> Exaggeration:
    """Power, type S and type M of a normal estimate (Gelman & Carlin, 2014), exactly.

    Type S is the chance that a significant estimate has the wrong sign; type M the mean of
    its size over the true size (the closed form of Lu, Qiu & Deng, 2019).

    Parameters
    ----------
    true
        The effect; not 0.
    se
        Standard error of its estimate, above 0.

    Examples
    --------
    >>> found = exaggeration(true=1, se=1)
    >>> round(found.type_s, 5), round(found.type_m, 4)
    (0.00905, 2.4909)
    """
    _require_share(level, "level")
    if true == 0 or se <= 0:
        raise DeclarationError("Types S and M need an effect other than 0 and an SE above 0.")
    ratio, bound = abs(true) / se, float(ndtri(1 - level / 2))
    right, wrong = float(ndtr(ratio - bound)), float(ndtr(-ratio - bound))
    density = float(stats.norm.pdf(bound - ratio) + stats.norm.pdf(bound + ratio))
    power = right + wrong
    size = (ratio * (right - wrong) + density) / power
    return Exaggeration(power, wrong / power, size / ratio)


def mcse_of_share(share: float, replications: int) -> float:
    """Monte Carlo standard error of a share such as power: √(p (1 − p) / R).

    >>> round(mcse_of_share(0.8, 1000), 5)
    0.01265
    """
    if not 0 <= share <= 1 or replications < 1:
        raise DeclarationError("It needs a share from 0 to 1 and at least one replication.")
    return math.sqrt(share * (1 - share) / replications)


def constant_hazard(share: float, periods: int) -> float:
    """The chance in each period after which ``share`` have left by the last one.

    >>> round(constant_hazard(0.197, 12), 6)
    0.018117
    """
    _require_share(share, "share")
    if periods < 1:
        raise DeclarationError(f"A hazard needs a period or more, not {periods}.")
    return float(-math.expm1(math.log1p(-share) / periods))


def _require_share(value: float, name: str) -> None:
    if not 0 < value < 1:
        raise DeclarationError(f"The {name} lies between 0 and 1, not at {value:g}.")
