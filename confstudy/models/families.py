"""The families of outcome models: how each is fitted and how it predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models import checks
from confstudy.models.estimate import Estimate
from confstudy.models.fitting.dispersed import fit_negbin, negbin_mean
from confstudy.models.fitting.linear import fit_linear, fit_linear_many, mean
from confstudy.models.fitting.means import MeanModel
from confstudy.models.fitting.mixtures import ZeroModel
from confstudy.models.fitting.ordered import OrderedModel
from confstudy.models.formula import Design

__all__ = ["FAMILIES", "Estimate", "Family", "FamilyName", "Fitter", "family_named"]

Floats = NDArray[np.float64]
_CHANCE, _RATE = (0.0, 1.0), (0.0, np.inf)
FamilyName = Literal[
    "ols", "logit", "probit", "cloglog", "poisson", "negbin", "zip", "zinb",
    "hurdle_poisson", "hurdle_negbin", "ordered", "ordered_probit",
]  # fmt: skip


class Fitter(Protocol):
    """A design, case weights and a place to start from in; an estimate out."""

    def __call__(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Fit."""


@dataclass(frozen=True)
class Family:
    """A kind of outcome model.

    Attributes
    ----------
    outcome
        What it is for, in words.
    intercept
        Whether its matrix has a column for it (thresholds stand in its place otherwise).
    effect
        What a coefficient is.
    ratio
        What exp(coefficient) is; "" where it means nothing.
    check
        Refuses outcomes it cannot take.
    fit
        Takes a design, weights and a start; gives an :class:`Estimate`.
    predict
        Takes coefficients and model-matrix rows; one column a level, or one for a mean or chance.
    bounds
        What predictions lie between.
    many
        Takes a design, weights (n, R) and a start; gives (R, p), missing where it fails.
    zeros
        Whether there is a part for zeros, behind a bar in the formula.
    """

    name: FamilyName
    outcome: str
    intercept: bool
    effect: str
    ratio: str
    check: Callable[[Design], None]
    fit: Fitter
    predict: Callable[..., Floats]
    bounds: tuple[float, float]
    many: Callable[[Design, Floats, Floats], Floats] | None = None
    zeros: bool = False

    @property
    def chance(self) -> bool:
        """Whether predictions are chances."""
        return self.bounds == _CHANCE

    def bound(self, design: Design) -> Family:
        """The family with a prediction that knows the design's offset and its part for zeros.

        With an offset, it predicts for the design's own rows.
        """
        made = partial(self.predict, split=design.split) if self.zeros else self.predict
        offset = design.offset
        if offset is None:
            return replace(self, predict=made)

        def predict(coefficients: Floats, matrix: Floats) -> Floats:
            if len(matrix) != len(offset):
                raise AnalysisError("A model with an offset predicts for its own respondents only.")
            return made(coefficients, matrix, offset)

        return replace(self, predict=predict)


def family_named(name: str) -> Family:
    """The family with this name."""
    if name not in FAMILIES:
        raise AnalysisError(
            f"'{name}' is not a family.{did_you_mean(name, FAMILIES)} "
            f"Families: {listing(FAMILIES)}."
        )
    return FAMILIES[name]


def _binary(name: Literal["logit", "probit", "cloglog"], effect: str, ratio: str) -> Family:
    model, check = MeanModel(name), partial(checks.check_two, family=name)
    return Family(
        name,
        "one of two",
        True,
        effect,
        ratio,
        check,
        model.fit,
        model.predict,
        _CHANCE,
        model.many,
    )


def _zeros(
    name: Literal["zip", "zinb", "hurdle_poisson", "hurdle_negbin"], *, hurdle: bool, wide: bool
) -> Family:
    model = ZeroModel(hurdle, wide)
    return Family(
        name, "a count with many zeros", True, "log rate ratio", "rate ratio",
        checks.check_zeros, model.fit, model.predict, _RATE, zeros=True,
    )  # fmt: skip


def _ordered(name: Literal["ordered", "ordered_probit"], model: OrderedModel) -> Family:
    words = ("log odds ratio", "odds ratio") if model.link == "logit" else ("probit", "")
    return Family(
        name, "ordered levels", False, *words, checks.check_ordered, model.fit, model.predict,
        _CHANCE,
    )  # fmt: skip


_POISSON = MeanModel("poisson")
_COUNT = ("a count", True, "log rate ratio", "rate ratio", checks.check_counts)
FAMILIES: dict[str, Family] = {
    family.name: family
    for family in (
        Family(
            "ols",
            "a number",
            True,
            "difference",
            "",
            checks.check_number,
            fit_linear,
            mean,
            (-np.inf, np.inf),
            fit_linear_many,
        ),
        _binary("logit", "log odds ratio", "odds ratio"),
        _binary("probit", "probit", ""),
        _binary("cloglog", "log hazard ratio", "hazard ratio"),
        Family("poisson", *_COUNT, _POISSON.fit, _POISSON.predict, _RATE, _POISSON.many),
        Family("negbin", *_COUNT, fit_negbin, negbin_mean, _RATE),
        _zeros("zip", hurdle=False, wide=False),
        _zeros("zinb", hurdle=False, wide=True),
        _zeros("hurdle_poisson", hurdle=True, wide=False),
        _zeros("hurdle_negbin", hurdle=True, wide=True),
        _ordered("ordered", OrderedModel("logit")),
        _ordered("ordered_probit", OrderedModel("probit")),
    )
}
