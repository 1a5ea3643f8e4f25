"""What a model predicts of each respondent: one column a level, a mean, or a part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from confstudy.errors import AnalysisError
from confstudy.models.fitting.ordered import level_names
from confstudy.models.formula import Design

__all__ = ["Outputs", "outputs_of"]

Floats = NDArray[np.float64]
Predict = Callable[[Floats, Floats], Floats]
_CHANCE, _RATE, _ANY = (0.0, 1.0), (0.0, np.inf), (-np.inf, np.inf)


@dataclass(frozen=True, repr=False)
class Outputs:
    """Columns of predictions.

    Attributes
    ----------
    levels
        What each column is of.
    bounds
        What each lies between.
    predict
        Takes coefficients (p,) and model-matrix rows (n, k); gives (n, columns).
    words
        What they are, for a heading.
    """

    levels: tuple[str, ...]
    bounds: tuple[tuple[float, float], ...]
    predict: Predict
    words: str


def outputs_of(fit: Any, family: Any, scale: str, *, cumulative: bool) -> Outputs:
    """The predictions of a fit on the scale asked for."""
    design: Design = fit.design
    name = getattr(family, "name", "")
    ordered = name.startswith("ordered")
    if cumulative and not ordered:
        raise AnalysisError("cumulative=True is for ordered outcomes: this has no order of levels.")
    if getattr(family, "zeros", False):
        return _zero_parts(design, name, scale)
    if scale == "link":
        return Outputs((design.name,), (_ANY,), _index(design), "the linear predictor")
    if ordered:
        return _levels(design, family, cumulative=cumulative)
    predict = getattr(fit, "predict", None) if family is None else family.predict
    if predict is None:
        raise AnalysisError("Effects need a model with a family, or with a 'predict'.")
    bounds = getattr(family, "bounds", _ANY)
    level = design.levels[-1] if design.levels else design.name
    what = {_CHANCE: "the chance", _RATE: "the mean count"}.get(bounds, "the mean")
    words = f"{what} of {level}"
    return Outputs((level,), (bounds,), predict, words)


def _index(design: Design) -> Predict:
    def predict(coefficients: Floats, matrix: Floats) -> Floats:
        index = matrix @ coefficients[: matrix.shape[1]]
        return np.asarray(index + _offset(design, matrix))[:, None]

    return predict


def _offset(design: Design, matrix: Floats) -> Floats | float:
    if design.offset is None:
        return 0.0
    if len(matrix) != len(design.offset):
        raise AnalysisError("A model with an offset predicts for its own respondents only.")
    return design.offset


def _levels(design: Design, family: Any, *, cumulative: bool) -> Outputs:
    names = level_names(design)
    if not cumulative:
        return Outputs(
            tuple(names), (_CHANCE,) * len(names), family.predict, "the chance of each level"
        )

    def predict(coefficients: Floats, matrix: Floats) -> Floats:
        chances = family.predict(coefficients, matrix)
        return np.asarray(np.cumsum(chances[:, :0:-1], axis=1)[:, ::-1])

    above = tuple(f"{name} or more" for name in names[1:])
    return Outputs(above, (_CHANCE,) * len(above), predict, "the chance of a level or more")


def _zero_parts(design: Design, name: str, scale: str) -> Outputs:
    """The mean of a count with many zeros, the chance of zero, and the part for counts."""
    hurdle, wide = name.startswith("hurdle"), name.endswith(("zinb", "negbin"))
    split = design.split

    def indices(coefficients: Floats, matrix: Floats) -> tuple[Floats, Floats]:
        count = matrix[:, :split] @ coefficients[:split] + _offset(design, matrix)
        return count, matrix[:, split:] @ coefficients[split : matrix.shape[1]]

    def link(coefficients: Floats, matrix: Floats) -> Floats:
        return np.column_stack(indices(coefficients, matrix))

    def predict(coefficients: Floats, matrix: Floats) -> Floats:
        count, zero = indices(coefficients, matrix)
        mean, part = np.exp(count), expit(zero)
        none = -mean  # log chance of no count where counts can arise
        if wide:
            theta = np.exp(coefficients[-1])
            none = -theta * np.log1p(mean / theta)
        if hurdle:
            positive = mean / -np.expm1(none)
            return np.column_stack([part * positive, 1 - part, positive])
        return np.column_stack([mean * (1 - part), part + (1 - part) * np.exp(none), mean])

    counts = f"{design.name} above 0" if hurdle else "count part"
    if scale == "link":
        passing = "any at all" if hurdle else "structural zero"
        return Outputs(
            ("count part", passing), (_ANY, _ANY), link, "the linear predictors of both parts"
        )
    return Outputs(
        (design.name, "zero", counts), (_RATE, _CHANCE, _RATE), predict,
        "the mean count, the chance of zero, and the part for counts",
    )  # fmt: skip
