"""One front door for mediation: how much of an effect runs through what."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal

import numpy as np

from confstudy.errors import AnalysisError
from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data
from confstudy.models.mediation.assumptions import assumptions
from confstudy.models.mediation.build import Model, build
from confstudy.models.mediation.infer import Inference, infer
from confstudy.models.mediation.request import Request, listed
from confstudy.models.mediation.result import Mediation

__all__ = ["mediate"]


def mediate(
    data: Data,
    exposure: str,
    mediator: str | Sequence[str],
    outcome: str,
    covariates: str | Sequence[str] = (),
    *,
    family: Literal["ols", "logit", "probit", "poisson", "ordered"] = "ols",
    mediator_family: str | Sequence[str] = "ols",
    levels: tuple[object, object] | None = None,
    interaction: bool = False,
    serial: bool = False,
    within: bool = False,
    scale: Literal["difference", "ratio", "odds ratio"] = "difference",
    at_least: str | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    bootstrap: int = 5000,
    interval: Literal["percentile", "bca", "delta", "montecarlo"] | None = None,
    errors: Literal["model", "ml", "robust"] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Mediation:
    """Split the effect of an exposure into what runs through mediators and what does not.

    Parameters
    ----------
    data
        A survey, scores or a frame; one row a respondent. Rows that lack a value are left out.
    exposure, mediator, outcome
        Columns; several mediators side by side, or in causal order with ``serial``.
    covariates
        Terms of a formula that stand in every equation.
    family, mediator_family
        ``ols``, ``logit``, ``probit``, ``poisson`` or ``ordered``; one for all mediators, or
        one each. A categorical mediator enters the outcome's equation level by level.
    levels
        The exposure's values, from and to, such as ``("none", "absolute")``: the second is
        compared with the first. By default the two there are, or one unit around the mean.
    interaction
        Let the exposure change what each mediator does to the outcome.
    within
        Split every predictor into its distance from the mean of its ``cluster``, and that mean.
    scale
        Of the effects: a difference of means or chances, their ratio, or an odds ratio.
    at_least
        For an ordered outcome, the lowest level that counts; by default the upper half.
    cluster
        Groups, which are drawn whole and summed in the standard errors.
    weights
        A column of sampling weights.
    bootstrap
        Resamples (or Monte Carlo draws); 0 for the delta method.
    interval
        ``percentile`` or ``bca`` of resamples, ``delta`` (Sobel), or ``montecarlo`` from the
        estimates' normal distribution.
    errors
        Behind delta and Monte Carlo: ``model`` (least squares over n − p), ``ml`` (over n), or
        ``robust`` (the default with weights or a cluster).
    seed
        Of the resamples.

    Returns
    -------
    Mediation
        ``.table`` with total, direct and indirect effect, each path, and the proportion
        mediated; ``.paths`` with the coefficients of every equation.

    Raises
    ------
    AnalysisError
        Unknown columns or families, an outcome its family cannot take, collinear columns.

    Warns
    -----
    FitWarning
        An equation cannot be believed; the table then holds no numbers.

    Notes
    -----
    Estimand: natural effects (Pearl 2001), averaged over the respondents. The total effect
    compares the two levels; the direct one holds the mediators where they would be at the
    first level; the indirect one is the rest. In linear models without interaction they are
    products of coefficients. Where these differ, ``pure indirect`` holds the exposure at the
    first level and ``total direct`` is the total less it (VanderWeele 2015). Several mediators
    are switched one after the other; in nonlinear serial models a path through a mediator
    includes what it does by later ones, since less is not identified (Avin et al. 2005).
    Within clusters: slopes of Zhang, Zyphur and Preacher (2009), the same in every cluster.
    Assumes: no unmeasured common cause of exposure and mediator, exposure and outcome, or
    mediator and outcome, none of the last caused by the exposure; the equations' form;
    mediators side by side independent given exposure and covariates.
    Does not show: that the mediator causes the outcome; randomising the exposure does not make
    it so. See ``cs.rho_sensitivity`` for how strong a hidden common cause would have to be.

    Examples
    --------
    >>> from confstudy.models.mediation.mediate import mediate
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> found = mediate(scores, "arm", "privacy", "concealment", family="logit",
    ...                 levels=("none", "absolute"), cluster="therapist", bootstrap=200)
    >>> list(found.table["term"][:3])
    ['total', 'direct', 'indirect']
    """
    _require_sizes(bootstrap, interval, level)
    mediators = listed(mediator)
    families = listed(mediator_family)
    request = Request(
        exposure=exposure,
        mediators=mediators,
        outcome=outcome,
        covariates=listed(covariates),
        family=family,
        mediator_families=families * len(mediators) if len(families) == 1 else families,
        levels=levels,
        interaction=interaction,
        serial=serial,
        within=within,
        scale=scale,
        at_least=at_least,
        cluster=cluster,
        weights=weights,
        interval=interval or ("percentile" if bootstrap else "delta"),
        errors=errors,
    )
    model = build(request, data)
    result = _result(request, model, infer(model, request, bootstrap, seed, level), level)
    if result.problems:
        warnings.warn(f"mediation: {'; '.join(result.problems)}.", FitWarning, stacklevel=2)
    return result


def _require_sizes(bootstrap: int, interval: str | None, level: float) -> None:
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    if bootstrap and (bootstrap != int(bootstrap) or not 20 <= bootstrap <= 1_000_000):
        raise AnalysisError("'bootstrap' is 0, or between 20 and 1,000,000 resamples.")
    if not bootstrap and interval not in (None, "delta"):
        raise AnalysisError(f"interval='{interval}' needs draws: bootstrap=5000.")


def _result(request: Request, model: Model, found: Inference, level: float) -> Mediation:
    return Mediation(
        exposure=request.exposure,
        mediators=request.mediators,
        outcome=request.outcome,
        contrast=model.contrast.said,
        measured=model.outcome,
        scale=request.scale,
        families=(*request.mediator_families, request.family),
        effects=found.effects,
        coefficients=found.coefficients,
        draws=found.draws,
        failed=found.failed,
        n=model.n,
        dropped=model.dropped,
        smallest=model.smallest,
        clusters=None if model.groups is None else int(np.max(model.groups)) + 1,
        method=found.method,
        assumptions=assumptions(request, model),
        problems=found.problems,
        level=level,
        used=model.used,
    )
