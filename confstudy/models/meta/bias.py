"""Whether small studies find more: tests of a funnel's asymmetry, and the fail-safe number."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.meta.heterogeneity import weighted
from confstudy.models.meta.pool import pooled
from confstudy.models.meta.result import Meta

__all__ = ["egger_test", "failsafe_number", "rank_test"]


def egger_test(found: Meta, model: Literal["mixed", "linear"] = "mixed") -> pd.DataFrame:
    """Egger's test: whether estimates go with their standard errors.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`; its moderators stay in the model.
    model
        ``mixed``: a meta-regression on the standard error, by the method of ``found`` and with
        its kind of test. ``linear``: least squares with weights 1 / variance and t(k - 2), as
        Egger had it.

    Returns
    -------
    DataFrame
        Rows ``std_error`` (the asymmetry) and ``limit`` (the estimate where the standard error
        is 0), columns of a table.

    Notes
    -----
    Egger et al. (1997); Sterne and Egger (2005).

    Estimand: the slope of estimates on their standard errors. Assumes: independent studies. Does
    not show: that publication was selective; small studies may differ for other reasons, and
    with fewer than ten studies little can be seen. Standardized mean differences and log odds
    ratios go with their standard errors by how they are made.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.1, 0.2, 0.4, 0.6, 0.5], [0.01, 0.02, 0.04, 0.06, 0.09])
    >>> egger_test(found)["term"].tolist()
    ['std_error', 'limit']
    """
    if model not in ("mixed", "linear"):
        raise AnalysisError(f"model='{model}' is not known: it is 'mixed' or 'linear'.")
    studies = found.studies
    error = np.sqrt(studies.variances)
    if found.k < 3:
        raise AnalysisError(f"It takes three studies or more; there are {found.k}.")
    if np.ptp(error) <= 1e-12 * error.max():
        raise AnalysisError("All standard errors are alike: a funnel's asymmetry cannot be seen.")
    x = studies.matrix if model == "mixed" else np.ones((found.k, 1))
    terms = ("std_error", *studies.terms) if model == "mixed" else ("std_error", "Intercept")
    matrix = np.column_stack([error, x])
    if found.k <= matrix.shape[1] or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise AnalysisError("The studies are too few, or their moderators give the errors.")
    if model == "linear":
        again = pooled(studies.with_matrix(matrix, terms), "FE", True, found.level)
    else:
        fixed = studies.with_matrix(matrix, terms)
        again = pooled(fixed, found.method, found.adjustment, found.level)
    table = again.table
    table["term"] = table["term"].replace("Intercept", "limit")
    return table[table["term"].isin(["std_error", "limit"])].reset_index(drop=True)


def rank_test(found: Meta) -> pd.DataFrame:
    """Begg and Mazumdar's rank correlation of estimates with their variances.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`, of three studies or more.

    Returns
    -------
    DataFrame
        One row: ``tau, p_value``; exact, or the normal approximation where there are ties.

    Notes
    -----
    Begg and Mazumdar (1994).

    Estimand: Kendall's τ of estimates, centred and divided by their standard errors, with their
    variances. Assumes: independent studies. Does not show: as :func:`egger_test`, and less
    surely, as it is of little power.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> found = meta([0.1, 0.2, 0.4, 0.6, 0.5], [0.01, 0.02, 0.04, 0.06, 0.09])
    >>> rank_test(found)["tau"].round(2).tolist()
    [0.8]
    """
    y, v = found.studies.estimates, found.studies.variances
    if found.k < 3:
        raise AnalysisError(f"It takes three studies or more; there are {found.k}.")
    at = weighted(y, v, np.ones((found.k, 1)), 0.0)
    rest = v - at.covariance[0, 0]
    centred = (y - at.coefficients[0]) / np.sqrt(rest)
    tied = min(len(np.unique(centred)), len(np.unique(v))) < found.k
    if np.ptp(v) == 0 or np.ptp(centred) == 0:
        raise AnalysisError("All variances, or all estimates, are alike: there are no ranks.")
    test = stats.kendalltau(centred, v, method="asymptotic" if tied else "exact")
    return pd.DataFrame({"tau": [float(test.statistic)], "p_value": [float(test.pvalue)]})


def failsafe_number(found: Meta, alpha: float = 0.05) -> int:
    """Rosenthal's number: how many studies of no effect would undo the pooled significance.

    Parameters
    ----------
    found
        From :func:`confstudy.meta`.
    alpha
        One-sided.

    Notes
    -----
    Rosenthal (1979).

    Estimand: studies in the file drawer that would lift the combined p to ``alpha``. Assumes:
    their mean is exactly 0, one effect for all studies. Does not show: how many there are, nor
    how large the effect is; it is given as journals ask for it.

    Examples
    --------
    >>> from confstudy.models.meta.pool import meta
    >>> failsafe_number(meta([0.1, 0.2, 0.4, 0.6, 0.5], [0.01, 0.02, 0.04, 0.06, 0.09]))
    22
    """
    if not 0 < alpha < 0.5:
        raise AnalysisError(f"'alpha' lies between 0 and .5; {alpha:g} does not.")
    z = found.studies.estimates / np.sqrt(found.studies.variances)
    needed = (float(z.sum()) / float(stats.norm.isf(alpha))) ** 2 - found.k
    return max(0, int(np.ceil(needed)))
