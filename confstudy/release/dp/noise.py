"""Noise from the discrete Laplace distribution, drawn by OpenDP, and how wide it is."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from importlib import import_module
from math import ceil, exp, inf, log, nextafter
from typing import Any

from confstudy.errors import AnalysisError

__all__ = ["half_width", "noisy", "opendp"]

#: The chance that noise is farther out than the half-width.
_OUTSIDE = 0.05


def opendp() -> Any:
    """The package that draws the noise.

    Raises
    ------
    AnalysisError
        It is not installed; the message names the extra.
    """
    try:
        package = import_module("opendp.prelude")
    except ImportError:
        raise AnalysisError(
            "Private answers need opendp: pip install 'confstudy[dp]'. Nothing was spent."
        ) from None
    package.enable_features("contrib")
    return package


def noisy(counts: Sequence[int], sensitivity: int, epsilon: Decimal) -> tuple[int, ...]:
    """Whole numbers with independent discrete Laplace noise from the system's randomness.

    Parameters
    ----------
    counts
        Exact whole numbers.
    sensitivity
        The most by which one respondent changes all of them together (L1).
    epsilon
        The privacy loss that may not be passed, rounding included.

    Notes
    -----
    Source: Ghosh, Roughgarden & Sundararajan (2012), sampled exactly as in Canonne, Kamath &
    Steinke (2020). There is no seed.

    Examples
    --------
    >>> from decimal import Decimal
    >>> len(noisy([10, 20], 1, Decimal("0.5")))
    2
    """
    dp = opendp()
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    limit = float(epsilon)
    if Decimal(limit) > epsilon:
        limit = nextafter(limit, 0.0)
    scale = sensitivity / limit
    mechanism = dp.m.make_laplace(*space, scale=scale)
    while mechanism.map(sensitivity) > limit:
        scale = nextafter(scale, inf)
        mechanism = dp.m.make_laplace(*space, scale=scale)
    return tuple(mechanism([int(count) for count in counts]))


def half_width(sensitivity: int, epsilon: float) -> int:
    """The smallest whole number that the noise exceeds in 5 % of draws at most.

    With p = exp(−ε / sensitivity), noise beyond k has the chance 2 pᵏ⁺¹ / (1 + p).

    >>> half_width(1, 1.0), half_width(1, 0.1)
    (3, 30)
    """
    decay = epsilon / sensitivity
    beyond = -log(_OUTSIDE * (1 + exp(-decay)) / 2) / decay
    return max(ceil(beyond) - 1, 0)
