"""Averages of predictions, their comparison, and the derivatives by the coefficients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.effects.model import Model
from confstudy.models.effects.question import Comparison, Question, Side
from confstudy.models.effects.slopes import STENCIL

__all__ = ["Compared", "answers", "compared", "natural", "require_comparable"]

Floats = NDArray[np.float64]
_CHANCE = (0.0, 1.0)


@dataclass(frozen=True, repr=False)
class Compared:
    """Effects of one question on the scale their interval is made on.

    Attributes
    ----------
    value
        (groups, levels): differences, or logs of ratios.
    gradient
        (groups, levels, p); empty where it was not asked for.
    """

    value: Floats
    gradient: Floats


def answers(model: Model, question: Question, shares: Floats, comparison: Comparison) -> Compared:
    """The effects of a question and their derivatives, by a five-point rule.

    Parameters
    ----------
    shares
        (groups, n) what each respondent counts in each average.
    """
    matrix = question.sides[0][0][0]
    size = np.full(len(model.coefficients), 1e-3)
    spread = np.sqrt((matrix**2).mean(axis=0))
    size[: matrix.shape[1]] /= np.where(spread > 0, spread, 1.0)

    def value(coefficients: Floats) -> Floats:
        return compared(model, question, shares, comparison, coefficients)

    with np.errstate(all="ignore"):
        centre, slopes = value(model.coefficients), _gradient(value, model.coefficients, size)
        noise = _noise(model, question, shares, comparison)
        nothing = (np.abs(centre) < noise) & (np.abs(slopes) * size < noise[..., None]).all(axis=-1)
    return Compared(np.where(nothing, 0.0, centre), np.where(nothing[..., None], 0.0, slopes))


def _noise(model: Model, question: Question, shares: Floats, comparison: Comparison) -> Floats:
    """(groups, levels) what rounding alone can make of an effect that is none."""
    if comparison != "difference":
        return np.full((len(shares), len(model.outputs.levels)), 1e-13)
    parts = [
        (shares * np.abs(factor)) @ np.abs(model.outputs.predict(model.coefficients, matrix))
        for side in question.sides
        for matrix, factor in side
    ]
    return np.asarray(1e-13 * sum(parts))


def _gradient(value: Callable[[Floats], Floats], centre: Floats, size: Floats) -> Floats:
    slopes = [
        sum(weight / step * value(centre + place * step * unit) for place, weight in STENCIL)
        for step, unit in zip(size, np.eye(len(centre)), strict=True)
    ]
    return np.stack(slopes, axis=-1)


def compared(
    model: Model,
    question: Question,
    shares: Floats,
    comparison: Comparison,
    coefficients: Floats,
) -> Floats:
    """(groups, levels) differences, or logs of ratios, at some coefficients."""
    sides = [_average(model, side, shares, coefficients) for side in question.sides]
    if len(sides) == 1:
        return sides[0]
    one, other = sides
    if comparison == "difference":
        return one - other
    with np.errstate(all="ignore"):
        if comparison == "odds_ratio":
            one, other = one / (1 - one), other / (1 - other)
        found = np.log(one) - np.log(other)
    return np.where((one > 0) & (other > 0), found, np.nan)


def _average(model: Model, side: Side, shares: Floats, coefficients: Floats) -> Floats:
    total = np.zeros((len(shares), len(model.outputs.levels)))
    for matrix, factor in side:
        total += (shares * factor) @ model.outputs.predict(coefficients, matrix)
    return total


def natural(values: Floats, comparison: Comparison, ratios: NDArray[np.bool_]) -> Floats:
    """Effects as they are reported: logs turned back where they are of ratios."""
    logs = np.where(ratios, values, 0.0)
    turned = np.expm1(logs) if comparison == "lift" else np.exp(logs)
    return np.where(ratios, turned, values)


def require_comparable(model: Model, comparison: Comparison, scale: str) -> None:
    """Refuse ratios of what cannot be divided."""
    if comparison == "difference":
        return
    if scale == "link":
        raise AnalysisError("Ratios are of predictions: use scale='response'.")
    if comparison == "odds_ratio" and any(one != _CHANCE for one in model.outputs.bounds):
        raise AnalysisError("Odds are of chances: this model predicts something else; use 'ratio'.")
