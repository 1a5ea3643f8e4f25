"""Binary outcomes: logit, probit and complementary log-log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_ndtr, ndtr

from confstudy.models.likelihood.index import Kernel

__all__ = ["LINKS", "Link", "binary_kernel"]

Floats = NDArray[np.float64]
_HALF_LOG_2PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class Link:
    """How a chance follows from an index.

    ``chance`` and ``density`` are the distribution function and its derivative;
    ``log_chances`` gives the logarithms of the chance and of its complement, exact in both
    tails, with first and second derivatives of each, as (2, 3, n).
    """

    chance: Callable[[Floats], Floats]
    density: Callable[[Floats], Floats]
    log_chances: Callable[[Floats], Floats]


def binary_kernel(outcome: Floats, link: Link) -> Kernel:
    """The Bernoulli log likelihood of outcomes (n,) of 0 and 1."""
    yes = outcome == 1

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        one, none = link.log_chances(index[0])
        value, first, second = np.where(yes, one, none)
        return value, first[None], second[None, None]

    return kernel


def _logit(index: Floats) -> Floats:
    chance, rest = expit(index), expit(-index)
    return np.array(
        [
            [-np.logaddexp(0, -index), rest, -chance * rest],
            [-np.logaddexp(0, index), -chance, -chance * rest],
        ]
    )


def _probit(index: Floats) -> Floats:
    def side(t: Floats, sign: float) -> list[Floats]:
        value = log_ndtr(t)
        mills = np.exp(-0.5 * t**2 - _HALF_LOG_2PI - value)
        return [value, sign * mills, -mills * (t + mills)]

    return np.array([side(index, 1.0), side(-index, -1.0)])


def _cloglog(index: Floats) -> Floats:
    rate = np.exp(index)
    ratio = np.where(rate < 1e-8, 1 - rate / 2, rate / np.expm1(np.minimum(rate, 700)))
    value = np.where(rate < 1e-8, index - rate / 2, np.log(-np.expm1(-rate)))
    return np.array([[value, ratio, ratio * (1 - rate - ratio)], [-rate, -rate, -rate]])


def _normal_density(index: Floats) -> Floats:
    return np.asarray(np.exp(-0.5 * index**2 - _HALF_LOG_2PI))


LINKS: dict[str, Link] = {
    "logit": Link(expit, lambda t: expit(t) * expit(-t), _logit),
    "probit": Link(ndtr, _normal_density, _probit),
    "cloglog": Link(lambda t: -np.expm1(-np.exp(t)), lambda t: np.exp(t - np.exp(t)), _cloglog),
}
