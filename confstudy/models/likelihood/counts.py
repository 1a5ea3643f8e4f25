"""Counts: Poisson and the negative binomial whose variance is μ + μ²/θ (NB2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln, polygamma

from confstudy.models.likelihood.index import Kernel

__all__ = ["count_kernel", "negbin_kernel", "poisson_kernel"]

Floats = NDArray[np.float64]


def count_kernel(outcome: Floats, *, dispersed: bool) -> Kernel:
    """Poisson, or the negative binomial where counts are dispersed."""
    return negbin_kernel(outcome) if dispersed else poisson_kernel(outcome)


def poisson_kernel(outcome: Floats) -> Kernel:
    """Log likelihood of counts (n,) by one index, the logarithm of the mean."""
    constant = gammaln(outcome + 1)

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        mean = np.exp(index[0])
        return outcome * index[0] - mean - constant, (outcome - mean)[None], -mean[None, None]

    return kernel


def negbin_kernel(outcome: Floats) -> Kernel:
    """Log likelihood of counts (n,) by two indices: log mean and log θ.

    The derivatives are those of Lawless (1987), with θ for his 1/a.
    """
    constant = gammaln(outcome + 1)

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        log_mean, log_theta = index
        mean, theta = np.exp(log_mean), np.exp(log_theta)
        both = mean + theta
        value = (
            gammaln(outcome + theta)
            - gammaln(theta)
            - constant
            - theta * np.log1p(mean / theta)
            + outcome * (log_mean - np.log(both))
        )
        apart = (outcome - mean) / both
        by_theta = digamma(outcome + theta) - digamma(theta) - np.log1p(mean / theta) - apart
        twice = (
            polygamma(1, outcome + theta)
            - polygamma(1, theta)
            + mean / (theta * both)
            + apart / both
        )
        by_mean = theta * apart
        cross = theta * mean * apart / both
        first = np.stack([by_mean, theta * by_theta])
        second = np.empty((2, *first.shape))
        second[0, 0] = -(outcome + theta) * mean * theta / both**2
        second[0, 1] = second[1, 0] = cross
        second[1, 1] = theta**2 * twice + theta * by_theta
        return value, first, second

    return kernel
