"""A model fitted to every replication of a batch by the kernel that covers it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.design.batch import Batch
from confstudy.design.kernels.average import average_binary, average_ordered, mean_change, variances
from confstudy.design.kernels.binary import binary
from confstudy.design.kernels.clustered import with_cr2
from confstudy.design.kernels.columns import (
    Column,
    Plan,
    columns_of,
    complete,
    plan_of,
    predictors,
)  # fmt: skip
from confstudy.design.kernels.contrast import place_of
from confstudy.design.kernels.intercept import intercept
from confstudy.design.kernels.ols import ols
from confstudy.design.kernels.ordered import ordered
from confstudy.design.kernels.single import Request
from confstudy.design.kernels.solved import FEW, Solved
from confstudy.models.likelihood.binary import LINKS

__all__ = ["Run", "batched_words", "grouping", "run"]

Floats = NDArray[np.float64]
_MOST = 20
_INTERCEPT = re.compile(r"\(?\s*1\s*\|\s*([^\W\d]\w*)\s*\)?")


@dataclass(frozen=True, repr=False)
class Run:
    """(R,) estimates, standard errors, degrees of freedom, respondents, and whether they hold."""

    estimate: Floats
    std_error: Floats
    df: Floats
    n: NDArray[np.intp]
    fine: NDArray[np.bool_]


def grouping(random: str | None) -> str:
    """The grouping of a lone random intercept, ``1 | therapist``; else nothing.

    >>> grouping("1 | therapist"), grouping("1 + x | therapist")
    ('therapist', '')
    """
    found = _INTERCEPT.fullmatch(random.strip()) if random else None
    return found[1] if found else ""


def batched_words(
    formula: str, family: str, cluster: str | None, cov: str | None, random: str | None
) -> str:
    """Which kernel covers a model, in words; nothing where ``cs.fit`` has to."""
    plan = plan_of(formula)
    if plan is None:
        return ""
    if random is not None:
        return "batched random intercept, REML" if family == "ols" and grouping(random) else ""
    names = {"ols": "OLS", "logit": "logit", "probit": "probit", "ordered": "ordered logit"}
    if family not in names or cov == "wild":
        return ""
    head = f"batched {names[family]}"
    if not cluster:
        return f"{head}, {cov or 'nonrobust'}"
    one = "" if family == "ols" else ", one by one"
    if cov is not None or family == "ordered":
        return f"{head}, {cov or 'CR1'} by {cluster}{one if cov == 'CR2' else ''}"
    return f"{head}, CR1 by {cluster}; under {FEW} groups CR2{one}"


def run(request: Request, batch: Batch, plan: Plan) -> Run:
    """Fit the model and combine its coefficients, or average its effect, in every replication."""
    columns = columns_of(plan, batch.levels)
    group = request.cluster or grouping(request.random)
    used = complete(
        batch, (plan.outcome, *plan.variables, *((group,) if group else ()), *request.also)
    )
    x = predictors(batch, columns)
    y = batch.columns[plan.outcome]
    worlds = _worlds(request, batch, columns)
    if worlds is not None and request.family == "ols":
        contrast = mean_change(*worlds, used)
    else:
        contrast = np.tile([request.weights.get(c.term, 0.0) for c in columns], (len(y), 1))
    fitted = _solve(request, batch, x, used, contrast)
    if worlds is None or request.family == "ols":
        contrast = contrast[:, request.family == "ordered" :]
        estimate = (contrast * fitted.coefficients[:, : contrast.shape[1]]).sum(axis=1)
    elif request.family == "ordered":
        one, other = (world[:, 1:] for world in worlds)
        levels = _levels(request, batch)
        estimate, contrast = average_ordered(y, one, other, used, fitted, levels)
    else:
        estimate, contrast = average_binary(*worlds, used, fitted, request.family)
    if request.family in LINKS and request.cluster and request.cov in (None, "CR2"):
        groups = batch.groups[request.cluster]
        always = request.cov == "CR2"
        with_cr2(fitted, y, x, used, groups, contrast, request.family, always=always)
    size = contrast.shape[1]
    variance = variances(contrast, np.ascontiguousarray(fitted.covariance[:, :size, :size]))
    with np.errstate(invalid="ignore"):
        return Run(estimate, np.sqrt(variance), fitted.df, fitted.n, fitted.fine)


def _worlds(request: Request, batch: Batch, columns: list[Column]) -> tuple[Floats, Floats] | None:
    """The predictors with everybody at either side of the cause."""
    if request.averaged is None:
        return None
    name, sides = request.averaged
    one, other = (
        predictors(batch, columns, {name: place_of(name, side, batch.levels)}) for side in sides
    )
    return one, other


def _solve(
    request: Request, batch: Batch, x: Floats, used: NDArray[np.bool_], contrast: Floats
) -> Solved:
    y = batch.columns[request.formula.partition("~")[0].strip()]
    if request.random is not None:
        groups = batch.groups[grouping(request.random)]
        return intercept(y, x, used, groups, contrast=contrast)
    cluster = batch.groups[request.cluster] if request.cluster else None
    cov = request.cov or ("CR" if cluster is not None else "nonrobust")
    if request.family == "ols":
        return ols(y, x, used, cov=cov, groups=cluster, contrast=contrast)
    cov = "CR1" if cov in ("CR", "CR2") else cov
    if request.family != "ordered":
        return binary(y, x, used, link=request.family, cov=cov, groups=cluster)
    odd = ((y < 0) | (y > _MOST) | (y != np.floor(y))) & used
    places = np.where(odd, 0, y)
    found = ordered(places, x[:, 1:], used, _levels(request, batch), cov=cov, groups=cluster)
    found.fine[odd.any(axis=1)] = False
    return found


def _levels(request: Request, batch: Batch) -> int:
    """How many levels an ordered outcome has: those of a category, or whole numbers from 0."""
    name = request.formula.partition("~")[0].strip()
    return len(batch.levels[name]) if name in batch.levels else _MOST + 1
