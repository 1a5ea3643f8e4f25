"""Mixed models: one front door for every family, one shape of result."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.checks import check_counts, check_number, check_ordered, check_two
from confstudy.models.fit import FitWarning
from confstudy.models.formula import Data, Design, build_design
from confstudy.models.mixed.linear import DegreesName, Method
from confstudy.models.mixed.random import build_blocks, parse_random
from confstudy.models.mixed.result import MixedFamily, MixedFit
from confstudy.models.mixed.solve import Problem

__all__ = ["MixedFit", "mixed"]

Floats = NDArray[np.float64]
_CHOICES: dict[str, tuple[str, ...]] = {
    "family": ("ols", "logit", "poisson", "ordered"),
    "method": ("REML", "ML"),
    "degrees": ("satterthwaite", "kenward-roger", "residual", "normal"),
}


def mixed(
    formula: str,
    data: Data,
    random: str | Sequence[str],
    family: MixedFamily = "ols",
    *,
    method: Method = "REML",
    nodes: int = 15,
    degrees: DegreesName = "satterthwaite",
    weights: str | None = None,
    offset: str = "",
    level: float = 0.95,
) -> MixedFit:
    """Fit a mixed model: respondents within therapists, clinics or repeated answers.

    Parameters
    ----------
    formula
        ``outcome ~ exposure + covariates``: what is the same in every group.
    data
        A survey, scores or a frame; one row a respondent.
    random
        What varies: ``1 | therapist``; ``1 + x | therapist``, with a correlation, and
        ``1 + x || therapist`` without; ``1 | clinic/therapist``, therapists within clinics;
        ``(1 | therapist) + (1 | item)``, crossed.
    family
        ``ols``, ``logit``, ``poisson`` or ``ordered``.
    method
        ``REML`` or ``ML``, for ols; the others are always ML.
    nodes
        Nodes of the quadrature a dimension, 1 (Laplace; needed where effects vary over several
        grouping factors) to 25; not used for ols.
    degrees
        For ols: ``satterthwaite``, ``kenward-roger`` (REML; standard errors too), ``residual``
        (n − p) or ``normal``. The others are normal.
    weights
        A column: precisions for ols, counts of rows for the others. Not for sampling weights.
    offset
        A column or expression added to the linear predictor, such as ``log(months)``.
    level
        Of the intervals.

    Returns
    -------
    MixedFit
        With ``.table`` (term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high), ``.variances``, ``.icc`` and ``.random_effects()``.

    Raises
    ------
    AnalysisError
        Unknown columns, an outcome the family cannot take, collinear columns, one group, as
        many random effects as rows.

    Warns
    -----
    FitWarning
        The fit has not converged or is not determined; its table then holds no numbers. A fit
        on the boundary keeps its numbers and says ``singular`` in table and repr.

    Notes
    -----
    Estimand: for ols, coefficients in the population; for the others, coefficients within a
    group, which lie further from 0 than those of the population (see :func:`gee`).
    Assumes: normal random effects unrelated to the predictors, rows independent given them,
    answers missing at random given predictors and groups.
    Does not show: an effect of the exposure, unless it was randomised or its common causes with
    the outcome are in the model; differences between groups bias a coefficient unless the
    group's mean of the predictor is in the model too.

    Linear: profiled deviance (Bates, Mächler, Bolker and Walker 2015). Others: adaptive
    Gauss-Hermite quadrature (Liu and Pierce 1994), standard errors from the full Hessian.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> fit = mixed("concealment ~ privacy", scores, "1 | therapist", "logit")
    >>> list(fit.table["term"])
    ['Intercept', 'privacy']
    """
    _check_options(family, method, degrees, level)
    terms = parse_random(random)
    needed = set().union(*(term.variables for term in terms)) | ({weights} if weights else set())
    design = build_design(
        formula, data, intercept=family != "ordered", also=tuple(sorted(needed)), offset=offset
    )
    _check_outcome(design, family)
    blocks = build_blocks(terms, design.frame)
    given = _weights(design, weights)
    problem = Problem(family, design, given, method, degrees, nodes)
    solution = problem.solve(blocks)
    linear = family == "ols"
    how = "Laplace" if nodes == 1 else f"{nodes} nodes"
    fitted = MixedFit(
        family,
        random if isinstance(random, str) else " + ".join(random),
        f"{method}, df {degrees}" if linear else f"ML by {how}",
        problem,
        solution,
        level,
    )
    if fitted.problems:
        warnings.warn(f"'{formula}': {'; '.join(fitted.problems)}.", FitWarning, stacklevel=2)
    return fitted


def _check_options(family: str, method: str, degrees: str, level: float) -> None:
    for name, value in (("family", family), ("method", method), ("degrees", degrees)):
        allowed = _CHOICES[name]
        if value not in allowed:
            raise AnalysisError(
                f"'{value}' is no {name} of a mixed model.{did_you_mean(value, allowed)} "
                f"There are: {listing(allowed)}."
            )
    if degrees == "kenward-roger" and (family, method) != ("ols", "REML"):
        raise AnalysisError("Kenward–Roger is defined for family='ols' with method='REML'.")
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")


def _check_outcome(design: Design, family: str) -> None:
    if family == "ols":
        check_number(design)
    elif family == "logit":
        check_two(design, family)
    elif family == "poisson":
        check_counts(design)
    else:
        check_ordered(design)


def _weights(design: Design, name: str | None) -> Floats | None:
    if name is None:
        return None
    found = pd.to_numeric(design.frame[name], errors="coerce").to_numpy(dtype=float)
    if not (np.isfinite(found).all() and (found > 0).all()):
        raise AnalysisError(f"The weights '{name}' are not all numbers above 0.")
    return found
