"""The negative binomial with its dispersion as a parameter."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.models.estimate import LOG_THETA, Estimate
from confstudy.models.fitting.judge import covariance_of, judged
from confstudy.models.fitting.means import MeanModel
from confstudy.models.fitting.peers import negbin_peer
from confstudy.models.formula import Design
from confstudy.models.likelihood.counts import negbin_kernel
from confstudy.models.likelihood.index import IndexModel, maximise
from confstudy.models.separation import counts_are_separated

__all__ = ["NOT_DISPERSED", "fit_negbin", "moment_theta", "negbin_mean"]

Floats = NDArray[np.float64]
NOT_DISPERSED = "no dispersion beyond Poisson: theta runs to infinity; use the Poisson family"


def fit_negbin(
    design: Design, weights: Floats | None = None, start: Floats | None = None
) -> Estimate:
    """NB2 by maximum likelihood (Lawless 1987); log θ is the last coefficient.

    The covariance is as MASS has it: expected information of the mean's coefficients,
    observed information of θ, between which nothing is expected.
    """
    matrix = design.matrix
    n, p = matrix.shape
    weight = np.ones(n) if weights is None else weights
    wide = np.hstack([matrix, np.zeros((n, 1))])
    theta_only = np.zeros((n, p + 1))
    theta_only[:, -1] = 1
    offsets = None if design.offset is None else np.stack([design.offset, np.zeros(n)])
    model = IndexModel(negbin_kernel(design.outcome), (wide, theta_only), weight, offsets)
    maximum = maximise(model, _start(design, weights) if start is None else start)
    mean, theta = _mean_theta(model, maximum.coefficients)
    information = np.zeros((p + 1, p + 1))
    with np.errstate(all="ignore"):
        expected = weight * mean * theta / (mean + theta)
        information[:p, :p] = matrix.T @ (expected[:, None] * matrix)
    information[p, p] = maximum.information[p, p]
    terms = (*design.terms, LOG_THETA)
    problems = judged(
        model,
        maximum,
        terms,
        lambda: counts_are_separated(matrix[weight > 0], design.outcome[weight > 0]),
        lambda place: NOT_DISPERSED if place == p and maximum.coefficients[p] > 10 else "",
    )
    peer = negbin_peer(design, maximum.coefficients) if weights is None else None
    return Estimate(
        peer, terms, maximum.coefficients, covariance_of(information), problems,
        maximum.scores, information, maximum.value,
    )  # fmt: skip


def _mean_theta(model: IndexModel, coefficients: Floats) -> tuple[Floats, Floats]:
    with np.errstate(over="ignore"):
        mean, theta = np.exp(model.indices(coefficients))
    return mean, theta


def _start(design: Design, weights: Floats | None) -> Floats:
    poisson = MeanModel("poisson")
    coefficients = maximise(
        poisson.model(design, weights), poisson.start(design, weights)
    ).coefficients
    mean = poisson.predict(coefficients, design.matrix, design.offset)[:, 0]
    return np.append(coefficients, np.log(moment_theta(design.outcome, mean, weights)))


def moment_theta(outcome: Floats, mean: Floats, weights: Floats | None = None) -> float:
    """θ by moments, between .05 and 50: a place to start from."""
    excess = np.average((outcome - mean) ** 2 - mean, weights=weights)
    squares = np.average(mean**2, weights=weights)
    return float(np.clip(squares / max(excess, 1e-8), 0.05, 50))


def negbin_mean(coefficients: Floats, matrix: Floats, offset: Floats | None = None) -> Floats:
    """The mean count (n, 1)."""
    return MeanModel("poisson").predict(coefficients[:-1], matrix, offset)
