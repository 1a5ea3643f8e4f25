"""What a family hands on: coefficients, how uncertain, and each respondent's part in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LOG_THETA", "Estimate", "Working"]

Floats = NDArray[np.float64]
LOG_THETA = "log(theta)"


@dataclass(frozen=True, repr=False)
class Working:
    """A model of a mean as a weighted regression: what leverages and CR2 are made of.

    Attributes
    ----------
    gradient
        (n, p): derivative of each mean by the coefficients.
    residual
        (n,): outcome less mean.
    weight
        (n,): so that the score is gradient × weight × residual, up to a constant.
    target
        (n,): the variance a residual has under the model, up to a constant.
    """

    gradient: Floats
    residual: Floats
    weight: Floats
    target: Floats


@dataclass(frozen=True, repr=False)
class Estimate:
    """Coefficients with their covariance, and whether they can be believed.

    Attributes
    ----------
    result
        A function without arguments that gives statsmodels' result of the same model; None
        where statsmodels has none.
    coefficients, covariance
        (p,) and (p, p); the covariance holds if the model does.
    problems
        Why they cannot be believed; empty when they can.
    scores
        (n, p): each respondent's weighted score at the estimate; they sum to nothing.
    information
        (p, p): the inverse of the covariance. Expected for generalized linear models and the
        negative binomial (as R's glm has it), else minus the Hessian.
    log_likelihood
        Of all respondents, weighted.
    working
        The mean as a weighted regression, for ols and the generalized linear models.
    """

    result: Callable[[], Any] | None
    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    problems: tuple[str, ...]
    scores: Floats
    information: Floats
    log_likelihood: float = float("nan")
    working: Working | None = None
