"""How well a model fits: likelihood, information criteria, shares explained."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from confstudy.models.estimate import Estimate
from confstudy.models.families import Family
from confstudy.models.formula import Design

__all__ = ["Goodness", "counted", "goodness"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Goodness:
    """Measures of fit; not a number where one is not defined.

    Attributes
    ----------
    n, events
        Respondents of a weight above 0; those with a 1, or the sum of counts.
    log_likelihood, null
        Of the model, and of one without predictors (offset kept).
    parameters
        Estimated numbers, the residual variance of ols included.
    aic, bic
        As R's ``AIC`` and ``BIC``. With sampling weights they mean nothing.
    r_squared
        Share of the variance (ols; with an offset, of what it leaves), or McFadden's
        1 − log-likelihood / null.
    """

    n: int
    events: float
    log_likelihood: float
    null: float
    parameters: int
    aic: float
    bic: float
    r_squared: float


def counted(design: Design, weights: Floats | None) -> int:
    """How many respondents weigh something."""
    return len(design.outcome) if weights is None else int((weights > 0).sum())


def goodness(
    family: Family, design: Design, estimate: Estimate, weights: Floats | None
) -> Goodness:
    """Measure the fit of an estimate."""
    n = counted(design, weights)
    value = float("nan") if estimate.problems else estimate.log_likelihood
    parameters = len(estimate.coefficients) + (family.name == "ols")
    null = _null(family, design, weights)
    linear = family.name == "ols"
    explained = 1 - np.exp(2 * (null - value) / n) if linear else 1 - value / null
    some = design.outcome if weights is None else design.outcome[weights > 0]
    events = float("nan") if linear or family.name.startswith("ordered") else float(some.sum())
    return Goodness(
        n=n,
        events=events,
        log_likelihood=value,
        null=null,
        parameters=parameters,
        aic=-2 * value + 2 * parameters,
        bic=-2 * value + float(np.log(n)) * parameters,
        r_squared=float(explained),
    )


def _null(family: Family, design: Design, weights: Floats | None) -> float:
    """The log likelihood without predictors."""
    keep = [place for place, term in enumerate(design.terms) if term.endswith("Intercept")]
    bare = replace(
        design,
        matrix=design.matrix[:, keep],
        terms=tuple(design.terms[place] for place in keep),
        split=min(1, len(keep)),
    )
    found = family.fit(bare, weights)
    return float("nan") if found.problems else found.log_likelihood
