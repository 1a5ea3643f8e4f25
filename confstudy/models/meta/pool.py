"""Pool what several studies found."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.fit import FitWarning
from confstudy.models.meta.heterogeneity import (
    METHODS,
    Method,
    Weighted,
    heterogeneity,
    profile,
    tau_squared,
    weighted,
)
from confstudy.models.meta.result import Adjustment, Meta
from confstudy.models.meta.studies import Moderators, Studies, read_studies

__all__ = ["meta", "pooled"]

Floats = NDArray[np.float64]


def meta(
    estimates: str | ArrayLike,
    variances: str | ArrayLike | None = None,
    *,
    std_errors: str | ArrayLike | None = None,
    method: Method = "REML",
    knapp_hartung: Adjustment | None = None,
    moderators: Moderators = None,
    labels: str | Sequence[object] | None = None,
    cluster: str | Sequence[object] | None = None,
    data: pd.DataFrame | None = None,
    level: float = 0.95,
) -> Meta:
    """Pool studies' estimates, or explain by moderators how they differ.

    Parameters
    ----------
    estimates
        (k,): one a study, on a scale where they are about normal (log odds ratios, Fisher's z);
        or the name of a column of ``data``.
    variances, std_errors
        (k,): the squares of the estimates' standard errors, or these themselves.
    method
        How τ² is found: ``REML``, ``ML``, ``DL`` (DerSimonian-Laird), ``PM`` (Paule-Mandel),
        ``EB`` (the same by another way), ``SJ`` (Sidik-Jonkman), ``HE`` (Hedges), ``HS``
        (Hunter-Schmidt); ``FE`` sets it to 0.
    knapp_hartung
        Standard errors from how the estimates scatter, with t(k - p); by default for all
        methods but ``FE``. ``"adhoc"`` never lets them become smaller than without; False
        uses the normal distribution.
    moderators
        A formula such as ``"~ online + year"`` of columns of ``data``, or a table of them.
    labels
        Names of the studies.
    cluster
        Which studies share participants: cluster-robust standard errors (CR1) with t(G - p).
    data
        The table of studies; the arguments are then names of its columns.
    level
        Of the intervals.

    Returns
    -------
    Meta
        With ``.table`` (term, estimate, std_error, statistic, df, p_value, conf_low,
        conf_high), ``.heterogeneity``, ``.prediction`` and ``.predict``.

    Raises
    ------
    AnalysisError
        Fewer than two studies, variances of 0, collinear moderators.

    Warns
    -----
    FitWarning
        The estimates agree so well that they give no standard error.

    Notes
    -----
    Estimand: the mean true effect of the studies one could have done (with ``FE``, the weighted
    mean of those that were done), given the moderators.
    Assumes: unbiased and about normal estimates with known variances, normal true effects,
    independent studies (or clusters), no selection of what was published.
    Does not show: that a moderator causes the difference; anything about studies unlike these.
    A prediction interval says where true effects lie, a confidence interval where their mean;
    of few studies it covers too little (88 % instead of 95 with twelve; Partlett and Riley 2017).

    Sources: Hedges and Olkin (1985); Viechtbauer (2005) for τ² and (2007) for its interval;
    Knapp and Hartung (2003); Higgins and Thompson (2002) for I² and H²; Higgins, Thompson and
    Spiegelhalter (2009) for prediction.

    Examples
    --------
    >>> found = meta([0.32, 0.13, 0.06, 0.50], [0.010, 0.003, 0.004, 0.003])
    >>> found.table["df"].tolist()
    [3.0]
    >>> round(found.i2)
    90
    """
    if method not in METHODS:
        raise AnalysisError(
            f"'{method}' is not a method.{did_you_mean(method, METHODS)} "
            f"Methods: {listing(METHODS)}."
        )
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    if knapp_hartung not in (None, True, False, "adhoc"):
        raise AnalysisError("'knapp_hartung' is True, False or 'adhoc'.")
    if cluster is not None and knapp_hartung:
        raise AnalysisError("Give either 'cluster' or 'knapp_hartung', not both.")
    if knapp_hartung is None:
        knapp_hartung = method != "FE" and cluster is None
    studies = read_studies(estimates, variances, std_errors, data, moderators, labels, cluster)
    found = pooled(studies, method, knapp_hartung, level)
    if found.problems:
        warnings.warn(f"{'; '.join(found.problems)}.", FitWarning, stacklevel=2)
    return found


def pooled(studies: Studies, method: Method, adjustment: Adjustment, level: float) -> Meta:
    """Pool studies that were read."""
    y, v, x = studies.estimates, studies.variances, studies.matrix
    k, p = x.shape
    tau2, tau2_error = tau_squared(y, v, x, method)
    at, alone = weighted(y, v, x, tau2), weighted(y, v, x, 0.0)
    covariance, df, words, problems = _uncertainty(studies, at, adjustment)
    i2, h2 = heterogeneity(y, v, x, tau2, method)
    low, high = (float("nan"),) * 2 if method == "FE" else profile(y, v, x, level)
    explained = float("nan")
    if p > 1 and method != "FE":
        whole = tau_squared(y, v, np.ones((k, 1)), method)[0]
        explained = 100 * max(0.0, 1 - tau2 / whole) if whole > 0 else float("nan")
    return Meta(
        studies=studies,
        method=method,
        errors=words,
        level=level,
        coefficients=at.coefficients,
        covariance=covariance,
        df=df,
        tau2=tau2,
        tau2_error=tau2_error,
        tau2_low=low,
        tau2_high=high,
        i2=i2,
        h2=h2,
        q=alone.q,
        q_df=k - p,
        q_p=float(stats.chi2.sf(alone.q, k - p)),
        moderators=_test(studies, at.coefficients, covariance, df),
        r_squared=explained,
        problems=problems,
    )


def _uncertainty(
    studies: Studies, at: Weighted, adjustment: Adjustment
) -> tuple[Floats, float, str, tuple[str, ...]]:
    """Covariance, degrees of freedom, their name, and problems."""
    k, p = studies.matrix.shape
    if studies.groups is not None:
        count = int(studies.groups.max()) + 1
        if count <= p:
            raise AnalysisError(f"{count} clusters are too few for {p} coefficients.")
        residual = studies.estimates - studies.matrix @ at.coefficients
        totals = np.zeros((count, p))
        np.add.at(totals, studies.groups, (at.weights * residual)[:, None] * studies.matrix)
        meat = totals.T @ totals * count / (count - p)
        covariance = at.covariance @ meat @ at.covariance
        return covariance, float(count - p), f"CR1 by cluster, t({count - p})", ()
    if not adjustment:
        return at.covariance, float("inf"), "normal intervals", ()
    scale = at.q / (k - p)
    words = f"Knapp-Hartung t({k - p})"
    if adjustment == "adhoc":
        return max(1.0, scale) * at.covariance, float(k - p), f"{words}, never below Wald's", ()
    size = float(np.abs(studies.estimates).max())
    if scale * at.covariance[0, 0] <= (1e-12 * size) ** 2:
        problem = "the estimates agree exactly, which leaves Knapp-Hartung no standard error"
        return scale * at.covariance, float(k - p), words, (problem,)
    return scale * at.covariance, float(k - p), words, ()


def _test(
    studies: Studies, coefficients: Floats, covariance: Floats, df: float
) -> tuple[float, float, float, float]:
    """Of all moderators: χ² with the normal distribution, else F."""
    places = [place for place, term in enumerate(studies.terms) if term != "Intercept"]
    missing = float("nan")
    if not places:
        return missing, missing, missing, missing
    chosen, among = coefficients[places], covariance[np.ix_(places, places)]
    if np.linalg.matrix_rank(among) < len(places):
        return missing, float(len(places)), df, missing
    chi2 = float(chosen @ np.linalg.solve(among, chosen))
    if np.isinf(df):
        return chi2, float(len(places)), df, float(stats.chi2.sf(chi2, len(places)))
    ratio = chi2 / len(places)
    return ratio, float(len(places)), df, float(stats.f.sf(ratio, len(places), df))
