"""The front door of multiple imputation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data, as_frame
from confstudy.models.missing.chained import run_chains
from confstudy.models.missing.columns import Method
from confstudy.models.missing.imputed import Imputed
from confstudy.models.missing.parts import (
    constant_notes,
    read_clusters,
    read_parts,
    read_references,
    read_shifts,
)
from confstudy.models.missing.plan import Plan, Predictors, chosen_predictors, correlations

__all__ = ["impute", "quick_predictors"]


def impute(
    data: Data,
    columns: Sequence[str] | None = None,
    *,
    m: int = 20,
    iterations: int = 10,
    seed: int = 1,
    methods: Mapping[str, Method] | None = None,
    predictors: Predictors = None,
    derived: Mapping[str, str] | None = None,
    cluster: str | None = None,
    reference: Mapping[str, tuple[str, str]] | None = None,
    shift: Mapping[str, float] | None = None,
) -> Imputed:
    """Complete a survey m times by chained equations, for analyses that are then pooled.

    Parameters
    ----------
    data
        A survey, scores or a frame; one row a respondent.
    columns
        What to impute and to predict from: all variables of the analysis, its outcome among
        them, and what tells who does not answer. A scale stands for its items. By default
        everything but identifiers, replicate weights, dates and open labels.
    m, iterations, seed
        Completed data sets, rounds of the chains, and what makes them repeatable.
    methods
        By column: ``pmm`` (predictive mean matching, the default for items and numbers of few or
        whole values), ``residual`` (linear prediction and the residual of anybody who answered, the
        default for other numbers), ``normal`` (Bayesian regression, within the codebook's
        range), ``count``, ``logit`` (two levels), ``ordered`` (proportional odds, ordinal),
        ``multinomial`` (other levels).
    predictors
        What each column is imputed from: names by column, a table as
        :func:`quick_predictors` gives it, or the least correlation. By default everything.
    derived
        Columns computed from others, such as ``{"both": "privacy * woman"}``; they predict, and
        are computed anew in every completed data set. Scale scores are treated so unasked.
    cluster
        Column whose groups may be alike: numbers, ordered levels and counts (both by matching)
        and two levels (by probit) get a random intercept; every regression gets the cluster means
        of its predictors where there are enough clusters.
    reference
        By column, a categorical column and its level: those without an answer are drawn as if
        they were of that level (jump to reference).
    shift
        By column: added to its predictions while the chains run, so that other columns see it.
        :func:`confstudy.delta` shifts afterwards, which is what a sensitivity analysis needs.

    Returns
    -------
    Imputed
        Give it to :func:`confstudy.fit`; ``.table`` and ``.traces`` tell how it went.

    Raises
    ------
    AnalysisError
        Unknown columns, nothing to impute, a method the column cannot take.

    Notes
    -----
    Chained equations (van Buuren, Boshuizen and Knook 1999); regressions of levels and counts
    have a weak normal prior (sd 2.5 on standardised predictors; Gelman and others 2008), which
    keeps separated columns finite; clusters by Gibbs steps (Schafer and Yucel 2002).
    Questions a respondent was not asked are not imputed. Matching can only repeat answers there
    are: where nobody who answers stands, it is biased; then choose ``residual``, ``normal`` or
    ``ordered``. Its donors are a bootstrap sample anew for every imputation.

    Estimand: nothing itself; the fits that are pooled say theirs. Assumes: answers missing at
    random given the predictors, and regressions that are right, interactions included.
    Does not show: what those who did not answer would have said if their silence depends on it.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> imputed = impute(survey, ["privacy", "topics", "gender"], m=5, iterations=3)
    >>> len(imputed), imputed.completed(0).frame["privacy_1"].isna().sum().item()
    (5, 0)
    """
    for name, number, least in (("m", m, 2), ("iterations", iterations, 1), ("seed", seed, 0)):
        if not isinstance(number, int | np.integer) or number < least:
            raise AnalysisError(f"'{name}' is a whole number, {least} or more.")
    parts = read_parts(data, columns, methods or {}, derived or {}, cluster)
    if not any(column.wanted.any() for column in parts.columns.values()):
        left = "".join(f" {note}." for note in parts.notes)
        raise AnalysisError(f"Nothing is missing in these columns: fit the data as they are.{left}")
    chosen, notes = chosen_predictors(parts.columns, parts.derived, predictors)
    plan = Plan(
        columns=parts.columns,
        derived=parts.derived,
        predictors=chosen,
        cluster=read_clusters(as_frame(data), cluster),
        reference=read_references(reference or {}, parts.columns),
        shift=read_shifts(shift or {}, parts.columns),
        notes=(*parts.notes, *notes, *constant_notes(parts.columns)),
    )
    chains = run_chains(plan, m, iterations, seed)
    return Imputed(
        data, plan, chains, m, iterations, seed, cluster or "", parts.scales, parts.expressions,
        dict(shift or {}),
    )  # fmt: skip


def quick_predictors(
    data: Data, columns: Sequence[str] | None = None, *, least: float = 0.1
) -> pd.DataFrame:
    """Which columns correlate with each incomplete one, or with its being missing.

    Returns
    -------
    DataFrame
        One row an incomplete column, one column a predictor: true where |r| is ``least`` or
        more. Change it and give it to :func:`impute` as ``predictors``.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> frame = pd.DataFrame({"a": rng.normal(size=200), "c": rng.normal(size=200)})
    >>> frame["b"] = frame["a"] + rng.normal(size=200)
    >>> frame.loc[:40, "b"] = np.nan
    >>> quick_predictors(frame, least=0.3).loc["b"].to_dict()
    {'a': True, 'c': False, 'b': False}
    """
    parts = read_parts(data, columns, {}, {}, None)
    strength = correlations(parts.columns)
    targets = [name for name, column in parts.columns.items() if column.wanted.any()]
    table = strength.loc[targets] >= least
    for name in targets:
        table.loc[name, name] = False
    return table
