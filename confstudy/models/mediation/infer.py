"""From estimates to a table: standard errors, intervals and p-values by the chosen method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.models.mediation.bootstrap import (
    bca_interval,
    left_out,
    p_value,
    percentile_interval,
    resamples,
)
from confstudy.models.mediation.build import Model
from confstudy.models.mediation.delta import covariances, parameter_draws
from confstudy.models.mediation.estimate import (
    coefficients_table,
    effects_of,
    fit_sample,
    problems,
    resample,
)
from confstudy.models.mediation.request import Request
from confstudy.models.mediation.stages import Fitted

__all__ = ["Inference", "infer"]

Floats = NDArray[np.float64]
_MOST_FAILED = 0.1


@dataclass(frozen=True, repr=False)
class Inference:
    """Tables of effects and coefficients, and how they were made."""

    effects: pd.DataFrame
    coefficients: pd.DataFrame
    draws: pd.DataFrame
    failed: int
    method: str
    problems: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class _Spread:
    """Standard errors, limits and p-values of effects followed by coefficients."""

    error: Floats
    low: Floats
    high: Floats
    p: Floats
    draws: Floats
    failed: int = 0
    problems: tuple[str, ...] = ()


def infer(model: Model, request: Request, bootstrap: int, seed: int, level: float) -> Inference:
    """Estimate the effects and say how sure they are."""
    fits = fit_sample(model)
    names = model.engine.names
    found = problems(model, fits)
    coefficients = coefficients_table(model.stages, fits)
    estimate = np.full(len(names), np.nan)
    if not found:
        estimate = effects_of(model, fits, model.weights[None])[0]
        if not np.isfinite(np.delete(estimate, _shares(names))).all():
            found = (_undefined(request),)
    centre = np.concatenate([estimate, coefficients["estimate"].to_numpy()])
    spread = _unknown(len(centre), len(names))
    if not found:
        spread = _spread(model, request, fits, centre, bootstrap, seed, level)
        found = spread.problems
    table = _table(centre, spread)
    split = len(names)
    effects = _named(table.iloc[:split], names, request.scale)
    paths = pd.concat(
        [coefficients[["outcome", "term"]], table.iloc[split:, 1:].reset_index(drop=True)], axis=1
    )
    return Inference(
        effects=effects,
        coefficients=paths,
        draws=pd.DataFrame(spread.draws, columns=names),
        failed=spread.failed,
        method=_method(model, request, bootstrap, spread.failed),
        problems=found,
    )


def _undefined(request: Request) -> str:
    why = f"the {request.scale} is not defined for these means"
    if "poisson" in request.mediator_families:
        why += ", or a mediator's counts are too large to sum over: use 'ols' on their log"
    return why


def _shares(names: list[str]) -> list[int]:
    return [place for place, name in enumerate(names) if name.endswith("proportion")]


def _unknown(size: int, effects: int) -> _Spread:
    blank = np.full(size, np.nan)
    return _Spread(blank, blank, blank, blank, np.zeros((0, effects)))


def _errors(model: Model, request: Request) -> str:
    plain = request.weights is None and model.groups is None
    return request.errors or ("model" if plain else "robust")


def _spread(
    model: Model,
    request: Request,
    fits: list[Fitted],
    centre: Floats,
    bootstrap: int,
    seed: int,
    level: float,
) -> _Spread:
    if request.interval in ("percentile", "bca"):
        return _resampled(model, request, fits, centre, bootstrap, seed, level)
    own, on_effects = covariances(model, fits, _errors(model, request))
    kept = _coefficients_in(model)
    error = np.sqrt(np.concatenate([np.diag(on_effects), np.diag(own)[kept]]))
    reach = stats.norm.ppf(0.5 + level / 2) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        p = 2 * stats.norm.sf(np.abs(centre / error))
    low, high = centre - reach, centre + reach
    names, draws = len(model.engine.names), np.zeros((0, len(model.engine.names)))
    if request.interval == "montecarlo":
        draws = parameter_draws(model, fits, own, bootstrap, seed)
        error[:names] = draws.std(axis=0, ddof=1)
        error[_shares(model.engine.names)] = np.nan
        low[:names], high[:names] = percentile_interval(draws, level)
        p[:names] = p_value(draws, 0.0)
    return _Spread(error, low, high, p, draws)


def _coefficients_in(model: Model) -> NDArray[np.intp]:
    """Where the coefficients stand among all parameters."""
    places, start = [], 0
    for stage in model.stages:
        places += list(range(start, start + stage.size))
        start += stage.size + (stage.family == "ols")
    return np.array(places)


def _resampled(
    model: Model,
    request: Request,
    fits: list[Fitted],
    centre: Floats,
    bootstrap: int,
    seed: int,
    level: float,
) -> _Spread:
    names = len(model.engine.names)
    effects, own, failed = resample(model, fits, resamples(seed, bootstrap, model.n, model.groups))
    draws = np.hstack([effects, *own])
    if failed > _MOST_FAILED * bootstrap:
        blank = _unknown(len(centre), names)
        why = f"{failed:,} of {bootstrap:,} resamples could not be fitted"
        return _Spread(blank.error, blank.low, blank.high, blank.p, blank.draws, failed, (why,))
    error = draws.std(axis=0, ddof=1)
    # A ratio has no standard error: now and then its denominator is nearly nothing.
    error[_shares(model.engine.names)] = np.nan
    if request.interval == "bca":
        left, own, _ = resample(model, fits, left_out(model.n, model.groups))
        jackknife = np.hstack([left, *own])
        low, high = bca_interval(draws, centre, jackknife, level)
        p = p_value(draws, 0.0, (draws, centre, jackknife))
    else:
        low, high = percentile_interval(draws, level)
        p = p_value(draws, 0.0)
    return _Spread(error, low, high, p, effects, failed)


def _table(centre: Floats, spread: _Spread) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = np.where(spread.error > 0, centre / spread.error, np.nan)
    return pd.DataFrame(
        {
            "term": "",
            "estimate": centre,
            "std_error": spread.error,
            "statistic": statistic,
            "df": np.inf,
            "p_value": spread.p,
            "conf_low": spread.low,
            "conf_high": spread.high,
        }
    )


def _named(table: pd.DataFrame, names: list[str], scale: str) -> pd.DataFrame:
    """The effects by name; ratios out of their logarithms, but for the proportion."""
    table = table.assign(term=names)
    if scale != "difference":
        ratio = ~table["term"].str.endswith("proportion")
        numbers = ["estimate", "conf_low", "conf_high"]
        table.loc[ratio, numbers] = np.exp(table.loc[ratio, numbers])
    return table


def _method(model: Model, request: Request, bootstrap: int, failed: int) -> str:
    kind = {"percentile": "percentile", "bca": "BCa"}.get(request.interval)
    if kind:
        units = "respondents" if model.groups is None else f"whole {request.cluster} groups"
        lost = f", {failed:,} of them not fitted and left out" if failed else ""
        return f"{kind} intervals of {bootstrap:,} resamples of {units}{lost}"
    names = {"model": "model-based", "ml": "maximum-likelihood", "robust": "robust"}
    errors = f"{names[_errors(model, request)]} standard errors"
    if request.interval == "delta":
        return f"delta-method intervals from {errors}"
    return f"Monte Carlo intervals of {bootstrap:,} draws from {errors}"
