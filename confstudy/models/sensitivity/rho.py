"""How an indirect effect depends on a hidden common cause of mediator and outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.models.mediation.build import Model, build
from confstudy.models.mediation.delta import covariances
from confstudy.models.mediation.estimate import by_pattern, fit_sample, problems
from confstudy.models.mediation.natural import Equation, NaturalEffects
from confstudy.models.mediation.request import Request, chosen, listed
from confstudy.models.mediation.stages import Fitted
from confstudy.models.sensitivity.curve import RhoCurve

__all__ = ["RhoSensitivity", "rho_sensitivity"]

Floats = NDArray[np.float64]
_GRID = tuple(round(-0.9 + 0.1 * step, 1) for step in range(19))


@dataclass(frozen=True, repr=False)
class RhoSensitivity:
    """Effects at assumed correlations of what mediator and outcome leave unexplained.

    Attributes
    ----------
    table
        One row a ρ: ``rho``, then ``indirect`` with ``std_error, conf_low, conf_high``, and
        ``direct``.
    rho_zero
        The correlation at which there is no indirect effect; missing where there is none.
    r2_product
        ρ² there: the product of the shares a hidden cause explains of what is left of either.
    r2_total
        The product of the shares it explains of all variance.
    """

    exposure: str
    mediator: str
    outcome: str
    contrast: str
    measured: str
    n: int
    smallest: int
    level: float
    table: pd.DataFrame
    rho_zero: float
    r2_product: float
    r2_total: float

    def __repr__(self) -> str:
        head = (
            f"sensitivity: {self.exposure} → {self.mediator} → {self.outcome}, {self.contrast}\n"
            f"n = {self.n:,}; no indirect effect at ρ = {self.rho_zero:.3f} "
            f"(R² product {self.r2_product:.3f}, of all variance {self.r2_total:.3f})"
        )
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            return f"{head}\n{self.table.to_string(index=False)}"


def rho_sensitivity(
    data: Data,
    exposure: str,
    mediator: str,
    outcome: str,
    covariates: str | Sequence[str] = (),
    *,
    family: Literal["ols", "probit"] = "ols",
    levels: tuple[object, object] | None = None,
    rho: float | Sequence[float] = _GRID,
    cluster: str | None = None,
    weights: str | None = None,
    level: float = 0.95,
) -> RhoSensitivity:
    """Draw the indirect effect for every strength of a hidden cause of mediator and outcome.

    Parameters
    ----------
    data, exposure, mediator, outcome, covariates, levels, cluster, weights
        As for :func:`~confstudy.models.mediation.mediate.mediate`; the mediator is linear.
    family
        Of the outcome: ``ols`` or ``probit``.
    rho
        Correlations, between −1 and 1.
    level
        Of the intervals.

    Raises
    ------
    AnalysisError
        A ρ out of range, or equations that cannot be fitted.

    Notes
    -----
    Imai, Keele and Yamamoto (2010). Estimand: the natural indirect effect, averaged over the
    exposure's two levels, were ρ the correlation of the two equations' errors; ρ = 0 is what
    :func:`~confstudy.models.mediation.mediate.mediate` assumes. Intervals are by the delta method.
    Assumes: both equations, normal errors, no interaction of exposure and mediator.
    Does not show: what ρ is. The exposure must be as good as randomised all the same.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> found = rho_sensitivity(scores, "arm", "privacy", "alliance", "stigma",
    ...                         levels=("none", "absolute"))
    >>> found.table["rho"].tolist()[:2]
    [-0.9, -0.8]
    """
    chosen("family", family, ("ols", "probit"))
    given = [rho] if isinstance(rho, int | float) else list(rho)
    numeric = all(isinstance(one, int | float) for one in given)
    if not given or not numeric or not all(abs(one) < 1 for one in given):
        raise AnalysisError("Every ρ lies between −1 and 1, without these.")
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    grid = np.asarray(given, dtype=float)
    request = _request(exposure, mediator, outcome, covariates, family, levels, cluster, weights)
    model = build(request, data)
    fits = fit_sample(model)
    wrong = problems(model, fits)
    if wrong:
        raise AnalysisError(f"ρ cannot be varied: {'; '.join(wrong)}.")
    curve = RhoCurve(tuple(grid.tolist()), _equations(model), _shares(model), _ratio(model))
    indirect, direct = np.split(curve.effects(fits)[0], 2)
    plain = weights is None and cluster is None
    varied = replace(model, engine=curve)
    spread = covariances(varied, fits, "model" if plain else "robust")[1]
    table = _table(grid, indirect, direct, np.sqrt(np.diag(spread))[: len(grid)], level)
    zero = _root(lambda at: float(curve.at((at,)).effects(fits)[0, 0]))
    return RhoSensitivity(
        exposure=exposure,
        mediator=mediator,
        outcome=outcome,
        contrast=model.contrast.said,
        measured=model.outcome,
        n=model.n,
        smallest=model.smallest,
        level=level,
        table=table,
        rho_zero=zero,
        r2_product=zero**2,
        r2_total=zero**2 * _unexplained(model, fits),
    )


def _request(
    exposure: str,
    mediator: str,
    outcome: str,
    covariates: str | Sequence[str],
    family: str,
    levels: tuple[object, object] | None,
    cluster: str | None,
    weights: str | None,
) -> Request:
    # Nothing is computed on this scale; asking for it keeps the equations world by world.
    return Request(
        exposure=exposure,
        mediators=(mediator,),
        outcome=outcome,
        covariates=listed(covariates),
        family=family,
        mediator_families=("ols",),
        levels=levels,
        interaction=False,
        serial=False,
        within=False,
        scale="ratio",
        at_least=None,
        cluster=cluster,
        weights=weights,
        interval="delta",
        errors=None,
    )


def _equations(model: Model) -> tuple[Equation, Equation]:
    if not isinstance(model.engine, NaturalEffects):
        raise AnalysisError("ρ is varied in models with one linear mediator.")
    mediator, outcome = model.engine.equations
    return mediator, outcome


def _shares(model: Model) -> Floats:
    weights = by_pattern(model, model.weights[None])
    return np.asarray(weights / weights.sum())


def _ratio(model: Model) -> float:
    """What makes the two residual variances share their degrees of freedom."""
    mediator, outcome = model.stages
    left = [model.n - stage.matrix.shape[1] for stage in (outcome, mediator)]
    return float(left[0] / left[1])


def _table(
    grid: Floats, indirect: Floats, direct: Floats, error: Floats, level: float
) -> pd.DataFrame:
    reach = float(stats.norm.ppf(0.5 + level / 2)) * error
    return pd.DataFrame(
        {
            "rho": grid,
            "indirect": indirect,
            "std_error": error,
            "conf_low": indirect - reach,
            "conf_high": indirect + reach,
            "direct": direct,
        }
    )


def _root(effect: Callable[[float], float]) -> float:
    """The ρ at which an effect changes sign, if it does."""
    low, high = -0.9999, 0.9999
    if effect(low) * effect(high) >= 0:
        return float("nan")
    return float(optimize.brentq(effect, low, high, xtol=1e-12))


def _unexplained(model: Model, fits: Sequence[Fitted]) -> float:
    """The product of the shares of variance that the two equations leave."""
    shares = []
    for stage, fit in zip(model.stages, fits, strict=True):
        index = stage.matrix @ fit.coefficients[0]
        spread = float(np.average((index - np.average(index)) ** 2, weights=model.weights))
        left = 1.0
        if stage.family == "ols":
            left = float(np.average((stage.outcome - index) ** 2, weights=model.weights))
        shares.append(left / (left + spread))
    return float(np.prod(shares))
