"""The families of outcome models: how each is fitted by statsmodels and how it predicts."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray
from scipy.special import expit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.formula import Design
from confstudy.models.robust import logit_covariance
from confstudy.models.separation import is_separated, ordered_is_separated

__all__ = ["FAMILIES", "Estimate", "Family", "FamilyName", "family_named"]

Floats = NDArray[np.float64]
FamilyName = Literal["ols", "logit", "ordered"]


@dataclass(frozen=True, repr=False)
class Estimate:
    """Coefficients with their covariance, and whether they can be believed."""

    result: Any
    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Family:
    """A kind of outcome model.

    ``fit`` takes a design, a statsmodels covariance name and its options; ``predict`` takes
    coefficients and model-matrix rows and gives one column a level (one for a mean or chance).
    """

    name: FamilyName
    outcome: str
    intercept: bool
    effect: str
    check: Callable[[Design], None]
    fit: Callable[[Design, str, dict[str, Any]], Estimate]
    predict: Callable[[Floats, Floats], Floats]


def family_named(name: str) -> Family:
    """The family with this name."""
    if name not in FAMILIES:
        raise AnalysisError(
            f"'{name}' is not a family.{did_you_mean(name, FAMILIES)} "
            f"Families: {listing(FAMILIES)}."
        )
    return FAMILIES[name]


def _check_number(design: Design) -> None:
    if len(design.levels) > 2:
        raise AnalysisError(
            f"'{design.name}' has {len(design.levels)} levels, not numbers: use "
            "family='ordered' where they are in order, or compare one of them with the rest."
        )


def _check_two(design: Design) -> None:
    found = np.unique(design.outcome)
    if len(found) != 2 or found.tolist() != [0, 1]:
        hint = " Use family='ordered' for ordered levels." if len(design.levels) > 2 else ""
        raise AnalysisError(f"A logit needs two outcomes, 0 and 1, in '{design.name}'.{hint}")


def _check_ordered(design: Design) -> None:
    if len(np.unique(design.outcome)) < 3:
        raise AnalysisError(
            f"'{design.name}' has fewer than three ordered levels: use family='logit'."
        )
    if not design.ordered:
        raise AnalysisError(
            f"The levels of '{design.name}' have no order: declare it ordinal, or compare one of "
            "them with the rest and use family='logit'."
        )
    if len(np.unique(design.outcome)) > 20:
        raise AnalysisError(f"'{design.name}' has more than 20 levels: use family='ols'.")


def _ols(design: Design, cov: str, options: dict[str, Any]) -> Estimate:
    result = sm.OLS(design.outcome, design.matrix).fit(cov_type=cov, cov_kwds=options or None)
    return Estimate(result, design.terms, result.params, np.asarray(result.cov_params()))


def _logit(design: Design, cov: str, options: dict[str, Any]) -> Estimate:
    robust = cov.startswith("HC")
    result = _maximised(
        sm.Logit(design.outcome, design.matrix), "nonrobust" if robust else cov, options
    )
    chance = expit(design.matrix @ result.params)
    likelihood = np.where(design.outcome == 1, chance, 1 - chance)
    problems = _problems(result, likelihood, lambda: is_separated(design.matrix, design.outcome))
    covariance = np.asarray(result.cov_params())
    if robust and not problems:
        covariance = logit_covariance(design.matrix, design.outcome, chance, cov)
    return Estimate(result, design.terms, result.params, covariance, problems)


def _ordered(design: Design, cov: str, options: dict[str, Any]) -> Estimate:
    if cov in ("HC2", "HC3"):
        raise AnalysisError(f"{cov} is not defined for ordered models: use HC1 or a cluster.")
    ranks, outcome = np.unique(design.outcome, return_inverse=True)
    model = OrderedModel(outcome, design.matrix, distr="logit")
    result = _maximised(model, "HC0" if cov == "HC1" else cov, options)
    slopes = design.matrix.shape[1]
    coefficients, jacobian = _with_thresholds(np.asarray(result.params), slopes)
    covariance = jacobian @ np.asarray(result.cov_params()) @ jacobian.T
    if cov == "HC1":
        covariance *= len(outcome) / (len(outcome) - len(coefficients))
    names = [design.levels[int(r)] if design.levels else f"{r:g}" for r in ranks]
    thresholds = [f"{low} | {high}" for low, high in itertools.pairwise(names)]
    likelihood = _chances(coefficients, design.matrix)[np.arange(len(outcome)), outcome]
    problems = _problems(result, likelihood, lambda: ordered_is_separated(design.matrix, outcome))
    return Estimate(result, (*design.terms, *thresholds), coefficients, covariance, problems)


def _with_thresholds(parameters: Floats, slopes: int) -> tuple[Floats, Floats]:
    """Turn statsmodels' log increments into thresholds, with the derivative."""
    increments = parameters[slopes:].copy()
    increments[1:] = np.exp(increments[1:])
    jacobian = np.eye(len(parameters))
    lower = np.tril(np.ones((len(increments), len(increments))))
    scale = np.concatenate([[1.0], increments[1:]])
    jacobian[slopes:, slopes:] = lower * scale
    return np.concatenate([parameters[:slopes], np.cumsum(increments)]), jacobian


def _maximised(model: Any, cov: str, options: dict[str, Any]) -> Any:
    asked = {"disp": 0, "cov_type": cov, "cov_kwds": options or None}
    try:
        return model.fit(method="newton", maxiter=100, tol=1e-9, **asked)
    except np.linalg.LinAlgError:
        return model.fit(method="bfgs", maxiter=2000, **asked)


def _problems(result: Any, likelihood: Floats, separated: Callable[[], bool]) -> tuple[str, ...]:
    """Why a maximum cannot be believed; separation is looked for where it is near."""
    found = _not_maximal(result)
    near = bool(found) or not np.isfinite(likelihood).all() or likelihood.max() > 1 - 1e-8
    if near and separated():
        found = ["separation: the predictors tell some outcomes without error"]
    return tuple(found)


def _not_maximal(result: Any) -> list[str]:
    """Judge by the Newton decrement: how much likelihood one more step would win."""
    parameters = np.asarray(result.params)
    information = -np.asarray(result.model.hessian(parameters))
    if not np.isfinite(information).all() or np.linalg.eigvalsh(information).min() <= 0:
        return ["singular Hessian: the data do not determine all coefficients"]
    score = np.asarray(result.model.score(parameters))
    if score @ np.linalg.solve(information, score) > 1e-8:
        return ["not converged: no maximum of the likelihood was reached"]
    return []


def _mean(coefficients: Floats, matrix: Floats) -> Floats:
    return (matrix @ coefficients)[:, None]


def _chance(coefficients: Floats, matrix: Floats) -> Floats:
    return np.asarray(expit(matrix @ coefficients))[:, None]


def _chances(coefficients: Floats, matrix: Floats) -> Floats:
    slopes = matrix.shape[1]
    index = matrix @ coefficients[:slopes]
    below = expit(coefficients[slopes:] - index[:, None])
    edge = np.zeros((len(matrix), 1))
    return np.diff(np.hstack([edge, below, edge + 1]), axis=1)


FAMILIES: dict[str, Family] = {
    "ols": Family("ols", "a number", True, "difference", _check_number, _ols, _mean),
    "logit": Family("logit", "one of two", True, "log odds ratio", _check_two, _logit, _chance),
    "ordered": Family(
        "ordered", "ordered levels", False, "log odds ratio", _check_ordered, _ordered, _chances
    ),
}
