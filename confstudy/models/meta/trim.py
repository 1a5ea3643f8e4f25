"""Trim and fill: the pooled estimate were a funnel's missing side there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.meta.pool import pooled
from confstudy.models.meta.result import Meta
from confstudy.models.meta.studies import Studies

__all__ = ["Filled", "trim_and_fill"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Filled:
    """What trim and fill adds.

    Attributes
    ----------
    added
        How many studies it takes to be missing.
    side
        On which side of the funnel.
    meta
        The analysis with them.
    """

    added: int
    side: str
    meta: Meta

    def __repr__(self) -> str:
        return f"Trim and fill: {self.added} studies added on the {self.side}\n{self.meta!r}"


def trim_and_fill(
    found: Meta,
    side: Literal["left", "right"] | None = None,
    estimator: Literal["L0", "R0"] = "L0",
) -> Filled:
    """Fill in the studies that a symmetric funnel would have.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, of three studies or more, without moderators.
    side
        Where studies are missing; by default where Egger's slope says.
    estimator
        How their number is found.

    Notes
    -----
    Duval and Tweedie (2000a, 2000b).

    Estimand: the pooled estimate of a funnel made symmetric. Assumes: what is missing are the
    most extreme estimates of one side, and nothing else makes the funnel lopsided.
    Does not show: the effect without publication bias; report it as a sensitivity analysis.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.1, 0.2, 0.4, 0.6, 0.7], [0.01, 0.02, 0.04, 0.06, 0.09])
    >>> trim_and_fill(found).side
    'left'
    """
    if len(found.coefficients) > 1 or found.studies.groups is not None:
        raise AnalysisError("Trim and fill is for a pooled estimate of independent studies.")
    if found.k < 3:
        raise AnalysisError(f"It takes three studies or more; there are {found.k}.")
    if side not in (None, "left", "right") or estimator not in ("L0", "R0"):
        raise AnalysisError("'side' is 'left' or 'right', 'estimator' 'L0' or 'R0'.")
    side = side or _thin_side(found)
    sign = 1.0 if side == "left" else -1.0
    order = np.argsort(sign * found.studies.estimates, kind="stable")
    studies = found.studies.only(order)
    added, centre = _missing(found, studies, sign, estimator)
    if added:
        studies = _mirrored(studies, added, sign * centre)
    again = pooled(studies, found.method, found.adjustment, found.level)
    return Filled(added, side, again)


def _thin_side(found: Meta) -> Literal["left", "right"]:
    error = np.sqrt(found.studies.variances)
    if np.ptp(error) <= 1e-12 * error.max():
        raise AnalysisError("All standard errors are alike: say on which side studies are missing.")
    matrix = np.column_stack([np.ones(found.k), error])
    sloped = found.studies.with_matrix(matrix, ("Intercept", "std_error"))
    slope = pooled(sloped, found.method, False, found.level).coefficients[1]
    return "right" if slope < 0 else "left"


def _missing(found: Meta, studies: Studies, sign: float, estimator: str) -> tuple[int, float]:
    """How many are missing, and the centre without those that they would balance."""
    k, added = found.k, 0
    y = sign * studies.estimates
    for _ in range(100):
        if k - added < 2:
            break
        rest = studies.only(np.arange(k - added))
        centre = sign * float(pooled(rest, found.method, False, found.level).coefficients[0])
        away = y - centre
        ranks = np.sign(away) * stats.rankdata(np.abs(away), method="ordinal")
        if estimator == "L0":
            number = (4 * ranks[ranks > 0].sum() - k * (k + 1)) / (2 * k - 1)
        else:
            number = k - np.max(-ranks[ranks < 0], initial=0) - 1
        again = max(0, round(float(number)))
        if again == added:
            return added, centre
        added = again
    raise AnalysisError("Trim and fill does not settle on a number of missing studies.")


def _mirrored(studies: Studies, added: int, centre: float) -> Studies:
    """The studies and the mirror images of the last of them."""
    last = slice(len(studies.estimates) - added, None)
    estimates = np.append(studies.estimates, 2 * centre - studies.estimates[last])
    return replace(
        studies,
        estimates=estimates,
        variances=np.append(studies.variances, studies.variances[last]),
        matrix=np.ones((len(estimates), 1)),
        labels=(*studies.labels, *(f"Filled {place + 1}" for place in range(added))),
    )
