"""Counts with too many zeros: zero-inflated and hurdle models.

The zero part's index comes last; before it stand those of the counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from confstudy.models.likelihood.counts import count_kernel
from confstudy.models.likelihood.index import Kernel

__all__ = ["hurdle_kernel", "inflated_kernel", "truncated_kernel"]

Floats = NDArray[np.float64]


def inflated_kernel(outcome: Floats, *, dispersed: bool) -> Kernel:
    """Zero-inflated counts (Lambert 1992): a zero is structural, with a logit chance, or a count.

    Parameters
    ----------
    outcome
        (n,) counts.
    dispersed
        Negative binomial instead of Poisson counts.
    """
    counts, zero = count_kernel(outcome, dispersed=dispersed), outcome == 0

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        value, first, second = counts(index[:-1])
        tail = index[-1]
        structural, rest = expit(tail), expit(-tail)
        spread = structural * rest
        # Among zeros, the share that are counts.
        share = np.where(zero, expit(value - tail), 1.0)
        mixed = share * (1 - share)
        total = np.where(zero, np.logaddexp(tail, value), value) - np.logaddexp(0, tail)
        gradient = np.vstack([share * first, (1 - share - structural)[None]])
        k = len(index)
        hessian = np.empty((k, k, len(outcome)))
        hessian[:-1, :-1] = share * second + mixed * first[:, None] * first[None]
        hessian[:-1, -1] = hessian[-1, :-1] = -mixed * first
        hessian[-1, -1] = mixed - spread
        return total, gradient, hessian

    return kernel


def truncated_kernel(outcome: Floats, *, dispersed: bool) -> Kernel:
    """Counts that are seen where they are above zero; zeros say nothing."""
    positive = outcome > 0
    counts = count_kernel(outcome, dispersed=dispersed)
    empty = count_kernel(np.zeros_like(outcome), dispersed=dispersed)

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        value, first, second = counts(index)
        none, by_none, twice_none = empty(index)
        odds = 1 / np.expm1(-none)
        value = value - np.log(-np.expm1(none))
        first = first + odds * by_none
        product = by_none[:, None] * by_none[None]
        return (
            np.where(positive, value, 0.0),
            np.where(positive, first, 0.0),
            np.where(positive, second + odds * twice_none + odds * (1 + odds) * product, 0.0),
        )

    return kernel


def hurdle_kernel(outcome: Floats, *, dispersed: bool) -> Kernel:
    """Hurdle counts (Mullahy 1986): a logit of any at all, then truncated counts."""
    above = truncated_kernel(outcome, dispersed=dispersed)
    sign = np.where(outcome > 0, 1.0, -1.0)

    def kernel(index: Floats) -> tuple[Floats, Floats, Floats]:
        value, first, second = above(index[:-1])
        chance, rest = expit(sign * index[-1]), expit(-sign * index[-1])
        k = len(index)
        hessian = np.zeros((k, k, len(outcome)))
        hessian[:-1, :-1] = second
        hessian[-1, -1] = -chance * rest
        value = value - np.logaddexp(0, -sign * index[-1])
        return value, np.vstack([first, (sign * rest)[None]]), hessian

    return kernel
