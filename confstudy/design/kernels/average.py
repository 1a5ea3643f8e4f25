"""Average effects on the outcome's own scale, by standardisation, with their derivatives."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.small import compiled
from confstudy.design.kernels.solved import Solved, plain

__all__ = ["average_binary", "average_ordered", "mean_change", "variances"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
_ROOT_HALF, _ROOT_2PI = math.sqrt(0.5), math.sqrt(2 * math.pi)


def mean_change(one: Floats, other: Floats, used: Bools) -> Floats:
    """(R, p): by how much predictors (R, p, n) differ between two worlds, over the used rows.

    >>> one = np.array([[[1.0, 1, 1], [2, 4, 9]]])
    >>> mean_change(one, 0 * one, np.array([[True, True, False]])).tolist()
    [[1.0, 3.0]]
    """
    found = np.empty(one.shape[:2])
    _change(np.ascontiguousarray(one), np.ascontiguousarray(other), used, found)
    return found


def average_binary(
    one: Floats, other: Floats, used: Bools, fitted: Solved, link: str = "logit"
) -> tuple[Floats, Floats]:
    """Mean difference (R,) of the chances in two worlds, and its derivatives (R, p).

    Parameters
    ----------
    one, other
        (R, p, n): the predictors with the cause set for everybody.

    Examples
    --------
    >>> from confstudy.design.kernels.binary import binary
    >>> y, arm = np.array([[0.0, 0, 1, 1, 1, 0]]), np.array([[0.0, 0, 0, 1, 1, 1]])
    >>> x, used = np.stack([np.ones((1, 6)), arm], axis=1), np.ones((1, 6), dtype=bool)
    >>> treated, control = (np.stack([np.ones((1, 6)), np.full((1, 6), a)], 1) for a in (1.0, 0.0))
    >>> fitted = binary(y, x, used)
    >>> value, slope = average_binary(treated, control, used, fitted)
    >>> round(value.item(), 6), round(variances(slope, fitted.covariance).item(), 6)
    (0.333333, 0.148148)
    """
    value, slope = np.empty(len(one)), np.zeros(one.shape[:2])
    _binary(
        np.ascontiguousarray(one), np.ascontiguousarray(other), used, fitted.coefficients,
        link == "probit", value, slope,
    )  # fmt: skip
    return value, slope


def average_ordered(
    y: Floats, one: Floats, other: Floats, used: Bools, fitted: Solved, levels: int
) -> tuple[Floats, Floats]:
    """Mean difference of the expected places, from 0, in two worlds, and its derivatives.

    Parameters
    ----------
    y
        (R, n) the outcome, which tells the levels that have a threshold.
    one, other
        (R, p, n): the predictors with the cause set for everybody.
    """
    value, slope = np.empty(len(one)), np.zeros(fitted.coefficients.shape)
    y, one, used, _ = plain(y, one, used, None)
    _ordered(
        y, one, np.ascontiguousarray(other), used, fitted.coefficients, levels, value, slope
    )  # fmt: skip
    return value, slope


def variances(contrast: Floats, covariance: Floats) -> Floats:
    """(R,) variances of combinations (R, p) of coefficients; those of weight 0 may be NaN.

    >>> variances(np.array([[1.0, -1]]), np.array([[[2.0, 0.5], [0.5, 1]]])).tolist()
    [2.0]
    """
    found = np.empty(len(contrast))
    _variances(np.ascontiguousarray(contrast), covariance, found)
    return found


@compiled
def _change(one: Floats, other: Floats, used: Bools, found: Floats) -> None:
    for r in range(len(one)):
        for j in range(one.shape[1]):
            total, m = 0.0, 0
            for i in range(one.shape[2]):
                if used[r, i]:
                    total += one[r, j, i] - other[r, j, i]
                    m += 1
            found[r, j] = total / m


@compiled
def _binary(
    one: Floats, other: Floats, used: Bools, coefficients: Floats, probit: bool, values: Floats,
    slopes: Floats,
) -> None:  # fmt: skip
    p = one.shape[1]
    for r in range(len(one)):
        value, m, slope = 0.0, 0, slopes[r]
        for i in range(one.shape[2]):
            if not used[r, i]:
                continue
            m += 1
            for side in range(2):
                x, sign = (one[r], 1.0) if side == 0 else (other[r], -1.0)
                t = 0.0
                for j in range(p):
                    t += coefficients[r, j] * x[j, i]
                if probit:
                    chance = 0.5 * math.erfc(-t * _ROOT_HALF)
                    density = math.exp(-0.5 * t * t) / _ROOT_2PI
                else:
                    chance = 1 / (1 + math.exp(-t))
                    density = chance * (1 - chance)
                value += sign * chance
                for j in range(p):
                    slope[j] += sign * density * x[j, i]
        values[r] = value / m
        slope /= m


@compiled
def _ordered(
    y: Floats, one: Floats, other: Floats, used: Bools, coefficients: Floats, levels: int,
    values: Floats, slopes: Floats,
) -> None:  # fmt: skip
    """The expected place is the last one less Σ (step from level to level) F(threshold)."""
    p = one.shape[1]
    for r in range(len(one)):
        there = np.zeros(levels, np.bool_)
        m = 0
        for i in range(one.shape[2]):
            if used[r, i]:
                there[int(y[r, i])] = True
                m += 1
        codes = np.flatnonzero(there)
        cuts = len(codes) - 1
        value, slope = 0.0, slopes[r]
        for i in range(one.shape[2]):
            if not used[r, i]:
                continue
            for side in range(2):
                x, sign = (one[r], -1.0) if side == 0 else (other[r], 1.0)
                t = 0.0
                for j in range(p):
                    t += coefficients[r, j] * x[j, i]
                for k in range(cuts):
                    chance = 1 / (1 + math.exp(t - coefficients[r, p + k]))
                    part = sign * (codes[k + 1] - codes[k])
                    value += part * chance
                    density = part * chance * (1 - chance)
                    slope[p + k] += density
                    for j in range(p):
                        slope[j] -= density * x[j, i]
        values[r] = value / m
        slope /= m


@compiled
def _variances(contrast: Floats, covariance: Floats, found: Floats) -> None:
    for r in range(len(contrast)):
        c, total = contrast[r], 0.0
        for j in range(len(c)):
            for k in range(len(c)):
                if c[j] != 0 and c[k] != 0:
                    total += c[j] * covariance[r, j, k] * c[k]
        found[r] = total
