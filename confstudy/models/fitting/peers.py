"""statsmodels' results of the same models, for those who want what it offers beside."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.models.formula import Design

__all__ = ["linear_peer", "mean_peer", "negbin_peer", "ordered_peer"]

Floats = NDArray[np.float64]


def linear_peer(design: Design, weights: Floats | None) -> Callable[[], Any]:
    """Least squares by ``OLS``, or ``WLS`` with weights."""

    def result() -> Any:
        import statsmodels.api as sm

        outcome = design.outcome if design.offset is None else design.outcome - design.offset
        if weights is None:
            return sm.OLS(outcome, design.matrix).fit()
        return sm.WLS(outcome, design.matrix, weights=weights).fit()

    return result


def mean_peer(
    name: str, design: Design, weights: Floats | None, coefficients: Floats
) -> Callable[[], Any]:
    """``Logit``, ``Probit`` or ``Poisson``; ``GLM`` with weights and for cloglog."""

    def result() -> Any:
        import statsmodels.api as sm

        outcome, matrix = design.outcome, design.matrix
        if weights is None and name != "cloglog":
            model = {"logit": sm.Logit, "probit": sm.Probit, "poisson": sm.Poisson}[name]
            return _quietly(
                model(outcome, matrix, offset=design.offset).fit,
                start_params=coefficients, method="newton", maxiter=5, disp=0,
            )  # fmt: skip
        links = sm.families.links
        binomial = {"logit": links.Logit, "probit": links.Probit, "cloglog": links.CLogLog}
        family = (
            sm.families.Poisson()
            if name == "poisson"
            else sm.families.Binomial(link=binomial[name]())
        )
        model = sm.GLM(outcome, matrix, family=family, offset=design.offset, freq_weights=weights)
        return _quietly(model.fit, start_params=coefficients)

    return result


def negbin_peer(design: Design, coefficients: Floats) -> Callable[[], Any]:
    """``NegativeBinomial`` (NB2, with alpha = 1 / θ)."""

    def result() -> Any:
        import statsmodels.api as sm

        start = np.append(coefficients[:-1], np.exp(-coefficients[-1]))
        model = sm.NegativeBinomial(design.outcome, design.matrix, offset=design.offset)
        return _quietly(model.fit, start_params=start, method="bfgs", maxiter=200, disp=0)

    return result


def ordered_peer(design: Design, link: str, coefficients: Floats) -> Callable[[], Any]:
    """``OrderedModel``, whose thresholds are logarithms of increments after the first."""

    def result() -> Any:
        from statsmodels.miscmodels.ordinal_model import OrderedModel

        slopes = design.matrix.shape[1]
        cuts = coefficients[slopes:]
        start = np.concatenate([coefficients[: slopes + 1], np.log(np.diff(cuts))])
        rank = np.unique(design.outcome, return_inverse=True)[1]
        model = OrderedModel(rank, design.matrix, distr=link, offset=design.offset)
        return _quietly(model.fit, start_params=start, method="newton", maxiter=5, disp=0)

    return result


def _quietly(call: Callable[..., Any], **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(**options)
