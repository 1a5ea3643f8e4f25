"""The front door to latent-variable models."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data
from confstudy.models.latent.asked import Asked, require
from confstudy.models.latent.bootstrap import resampled, with_draws
from confstudy.models.latent.coefficients import coefficient_table, explained
from confstudy.models.latent.explore import modification_indices, omega
from confstudy.models.latent.measures import Misfit, indices, likelihood_measures, srmr, stretched
from confstudy.models.latent.result import SemFit
from confstudy.models.latent.robust import (
    as_complete,
    sandwich,
    scaling_factor,
    unrestricted_spread,
)
from confstudy.models.latent.rows import Rows, read_rows
from confstudy.models.latent.solve import Solution, baseline, solve
from confstudy.models.latent.specify import variables
from confstudy.models.latent.wlsmv import fit_ordered

__all__ = ["sem"]

Floats = NDArray[np.float64]
_SCALED = ("chi2", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "rmsea_close_p")
_ROBUST = ("cfi", "tli", "rmsea", "rmsea_low", "rmsea_high")


def sem(
    model: str,
    data: Data,
    *,
    estimator: str = "ml",
    group: str | None = None,
    equal: str | Sequence[str] = (),
    cluster: str | None = None,
    weights: str | None = None,
    missing: str = "drop",
    fixed_x: bool = True,
    std_lv: bool = False,
    bootstrap: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> SemFit:
    """Fit a model of latent variables: what measures them, and how they depend on each other.

    Parameters
    ----------
    model
        Relations, a line each or between semicolons: ``trust =~ t1 + t2`` (is measured by),
        ``trust ~ a*privacy`` (depends on), ``t1 ~~ t2`` (covary), ``t1 ~ 1`` (intercept),
        ``ind := a*b`` (is defined as). Before a name: a number holds the parameter, a name
        labels it (the same label: the same parameter), ``NA*`` frees it, ``start(.5)*`` starts
        it, ``c(a, b)*`` speaks of two groups. Comments follow ``#``.
    data
        A row a respondent. Ordered categories count as 1, 2, …
    estimator
        ``ml``; ``mlr``: the same estimates with errors of Huber and White and the scaled test
        of Yuan and Bentler; ``fiml``: ``ml`` of incomplete rows too; ``wlsmv``: ordered
        categories by thresholds and polychoric correlations.
    group
        Column whose groups, in the order of their labels, have parameters of their own, but
        for what is ``equal``: ``loadings``, ``intercepts``, ``residuals``.
    cluster, weights
        Columns; both make errors and test robust.
    missing
        ``drop`` incomplete rows, or ``fiml`` to use them (with ``mlr``).
    fixed_x
        Whether means and covariances of observed exposures are held at the sample's.
    std_lv
        Give latent variables a variance of 1 in place of first loadings of 1.
    bootstrap
        Resamples of respondents (or clusters) for errors and percentile intervals; 0: none.

    Returns
    -------
    SemFit
        With ``table``, ``fit``, ``reliability``, ``r_squared`` and ``modification``.

    Raises
    ------
    AnalysisError
        For a model that cannot be read (with its line), unknown columns, columns that do not
        vary or are collinear, too few rows.

    Warns
    -----
    FitWarning
        The fit has no estimate, or an implausible one.

    Notes
    -----
    Estimand: the parameters of the model, in the population the respondents stand for.
    Assumes: the model's form; normal answers for ``ml`` errors and tests; independent
    respondents or clusters; with ``fiml``, values missing at random given those seen.
    Does not show: that the arrows are causes. A model that fits is one of many that fit as
    well; cross-sectional indirect effects need the assumptions of :func:`mediate`.

    Sources: Jöreskog (1969), McArdle and McDonald (1984), Arbuckle (1996), Yuan and Bentler
    (2000), Muthén, du Toit and Spisic (1997).

    Examples
    --------
    >>> from confstudy.models.latent.sem import sem
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> found = sem("stigma =~ stigma_1 + stigma_2 + stigma_3 + stigma_4", survey)
    >>> found.table["term"].tolist()[:2]
    ['stigma =~ stigma_1', 'stigma =~ stigma_2']
    >>> bool(found.fit["cfi"] > 0.9)
    True
    """
    alike = (equal,) if isinstance(equal, str) else tuple(equal)
    require(estimator, missing, bootstrap, level, alike, group is not None)
    asked = Asked(
        model, estimator, group, cluster, weights, fixed_x, std_lv, alike, level,
        incomplete="fiml" in (estimator, missing),
    )  # fmt: skip
    if estimator == "wlsmv":
        result = fit_ordered(asked, data)
    else:
        result = _fit(asked, data, bootstrap, seed)
    if result.problems:
        warnings.warn(f"sem: {'; '.join(result.problems)}.", FitWarning, stacklevel=2)
    return result


def _fit(asked: Asked, data: Data, bootstrap: int, seed: int) -> SemFit:
    roles, held = variables(asked.statements, asked.fixed_x)
    rows = read_rows(
        data, roles.observed, held, incomplete=asked.incomplete,
        group=asked.group, cluster=asked.cluster, weights=asked.weights,
    )  # fmt: skip
    specification = asked.specification(len(rows.groups))
    with np.errstate(all="ignore"):
        return _believed(asked, rows, solve(specification, rows.data), bootstrap, seed)


def _believed(asked: Asked, rows: Rows, found: Solution, bootstrap: int, seed: int) -> SemFit:
    usable = not found.problems
    table = coefficient_table(
        found.model, found.parameters, _covariance(asked, rows, found), found.moments,
        rows.groups, asked.level,
    )  # fmt: skip
    draws, failed = np.zeros((0, len(table))), 0
    if bootstrap and usable:
        draws, failed = resampled(found, rows, bootstrap, seed)
        table = with_draws(table, draws, asked.level)
    lost = (f"{failed:,} of {bootstrap:,} resamples could not be fitted",) if failed else ()
    clusters = None
    if rows.clusters is not None:
        clusters = len(np.unique(np.concatenate(rows.clusters)))
    return SemFit(
        model=asked.model,
        estimator=asked.estimator,
        coefficients=_ordered(table),
        measures=_measures(asked, rows, found) if usable else {},
        fatal=found.problems,
        improper=found.improper + lost,
        errors=_words(asked, bootstrap),
        n=rows.n,
        dropped=rows.dropped,
        groups=rows.groups,
        clusters=clusters,
        level=asked.level,
        draws=pd.DataFrame(draws, columns=table["term"]),
        failed=failed,
        used=rows.used,
        reliability_of=lambda: omega(found, rows.groups),
        explained_by=lambda: explained(found.model, found.parameters, rows.groups),
        indices_of=lambda: modification_indices(found, rows.groups),
    )


def _ordered(table: pd.DataFrame) -> pd.DataFrame:
    last = [name for name in table if name != "standardized"]
    return table[[*last, "standardized"]]


def _words(asked: Asked, bootstrap: int) -> str:
    if bootstrap:
        return f"of {bootstrap:,} resamples" + (" of clusters" if asked.cluster else "")
    if asked.cluster:
        return "clustered"
    if asked.robust:
        return "robust"
    return "from the observed information" if asked.incomplete else "from the expected information"


def _covariance(asked: Asked, rows: Rows, found: Solution) -> Floats:
    if found.problems:
        return np.full((found.model.size, found.model.size), np.nan)
    if asked.robust:
        return sandwich(found, rows.clusters)
    return np.asarray(np.linalg.inv(found.observed if asked.incomplete else found.expected))


def _measures(asked: Asked, rows: Rows, found: Solution) -> dict[str, float]:
    nothing = solve(baseline(found.model.specification), rows.data, found.sample)
    test = Misfit(found.chi2, found.df, nothing.chi2, nothing.df, found.size, len(rows.groups))
    measures = indices(test) | {"srmr": srmr(found)} | likelihood_measures(found)
    if not found.df > 0:
        return measures
    robust = test
    if asked.robust:
        free = unrestricted_spread(found, rows.clusters)
        scale = scaling_factor(found, rows.clusters, free)
        base = scaling_factor(nothing, rows.clusters, free)
        robust = replace(test, scale=scale, base_scale=base)
        scaled = indices(replace(test, chi2=test.chi2 / scale, base_chi2=test.base_chi2 / base))
        scaled |= stretched(test, scale)
        measures |= {f"{name}_scaled": scaled[name] for name in _SCALED} | {"scale": scale}
    if asked.incomplete and np.isfinite(test.chi2):
        chi2, scale = as_complete(found, rows.clusters, asked.robust)
        base_chi2, base = as_complete(nothing, rows.clusters, asked.robust)
        robust = replace(test, chi2=chi2, base_chi2=base_chi2, scale=scale, base_scale=base)
    if asked.robust or asked.incomplete:
        best = indices(robust)
        measures |= {f"{name}_robust": best[name] for name in _ROBUST}
    return measures
