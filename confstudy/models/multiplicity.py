"""Many tests at once: p-values that allow for their number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, overload

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.multitest import multipletests

from confstudy.errors import AnalysisError, did_you_mean, listing, unknown

__all__ = ["METHODS", "adjust"]

Floats = NDArray[np.float64]

#: What a method is called here and in R, and what statsmodels calls it.
METHODS = {
    "bonferroni": "bonferroni",
    "sidak": "sidak",
    "holm": "holm",
    "holm-sidak": "holm-sidak",
    "hochberg": "simes-hochberg",
    "simes-hochberg": "simes-hochberg",
    "hommel": "hommel",
    "BH": "fdr_bh",
    "fdr": "fdr_bh",
    "fdr_bh": "fdr_bh",
    "BY": "fdr_by",
    "fdr_by": "fdr_by",
    "fdr_tsbh": "fdr_tsbh",
    "fdr_tsbky": "fdr_tsbky",
    "none": "none",
}


@overload
def adjust(
    p: pd.DataFrame,
    method: str = ...,
    *,
    families: str | Sequence[object] | None = ...,
    level: float = ...,
) -> pd.DataFrame: ...


@overload
def adjust(
    p: pd.Series[Any],
    method: str = ...,
    *,
    families: str | Sequence[object] | None = ...,
    level: float = ...,
) -> pd.Series[Any]: ...


@overload
def adjust(
    p: ArrayLike,
    method: str = ...,
    *,
    families: str | Sequence[object] | None = ...,
    level: float = ...,
) -> Floats: ...


def adjust(
    p: ArrayLike | pd.Series[Any] | pd.DataFrame,
    method: str = "holm",
    *,
    families: str | Sequence[object] | None = None,
    level: float = 0.05,
) -> Floats | pd.Series[Any] | pd.DataFrame:
    """Adjust p-values for how many tests there are; missing ones stay missing and do not count.

    Parameters
    ----------
    p
        P-values from 0 to 1: a sequence, a series, or a table with a column ``p_value``.
    method
        ``holm``, ``bonferroni``, ``sidak``, ``holm-sidak``, ``hochberg``, ``hommel`` (the chance
        of any false finding); ``BH``, ``BY``, ``fdr_tsbh``, ``fdr_tsbky`` (the share of false
        findings); ``none``.
    families
        A label a p-value, or the name of a column: each family is adjusted by itself.
    level
        The error rate of the two-stage methods, whose p-values depend on it.

    Returns
    -------
    array, Series or DataFrame
        As ``p`` came; a table gets a column ``p_adjusted``.

    Raises
    ------
    AnalysisError
        An unknown method, a p-value outside 0 to 1, families of another length.

    Notes
    -----
    By statsmodels: Holm (1979), Hochberg (1988), Hommel (1988), Benjamini and Hochberg (1995),
    Benjamini and Yekutieli (2001), Benjamini, Krieger and Yekutieli (2006).

    Estimand: the smallest error rate at which each hypothesis of the family is rejected.
    Assumes: for Hochberg, Hommel and BH tests that are independent or positively dependent; for
    the two-stage methods independent ones; Holm, Bonferroni and BY hold always.
    Does not show: that a family was named before the data were seen.

    Examples
    --------
    >>> adjust([0.01, 0.04, None, 0.03], "holm").round(2).tolist()
    [0.03, 0.06, nan, 0.06]
    """
    if method not in METHODS:
        raise AnalysisError(
            f"'{method}' is no method.{did_you_mean(method, METHODS)} "
            f"There are: {listing(METHODS, most=20)}."
        )
    if isinstance(p, pd.DataFrame):
        absent = [name for name in ("p_value", families) if isinstance(name, str) and name not in p]
        if absent:
            raise AnalysisError(unknown("Columns", absent, map(str, p.columns), "the table"))
        labels = p[families].tolist() if isinstance(families, str) else families
        adjusted = _by_family(p["p_value"].to_numpy(dtype=float), method, labels, level)
        return p.assign(p_adjusted=adjusted)
    if isinstance(families, str):
        raise AnalysisError("Name a column of families for a table only; else give the labels.")
    adjusted = _by_family(np.asarray(p, dtype=float), method, families, level)
    return pd.Series(adjusted, index=p.index, name=p.name) if isinstance(p, pd.Series) else adjusted


def _by_family(
    values: Floats, method: str, families: Sequence[object] | None, level: float
) -> Floats:
    known = ~np.isnan(values)
    if values.ndim != 1 or ((values[known] < 0) | (values[known] > 1)).any():
        raise AnalysisError("P-values are a list of numbers from 0 to 1.")
    labels = (
        np.zeros(len(values))
        if families is None
        else pd.factorize(np.array(families, dtype=object))[0]
    )
    if len(labels) != len(values):
        raise AnalysisError(f"There are {len(values)} p-values and {len(labels)} families.")
    adjusted = np.full(len(values), np.nan)
    for label in np.unique(labels):
        mine = known & (labels == label)
        if mine.any():
            adjusted[mine] = _adjusted(values[mine], METHODS[method], level)
    return adjusted


def _adjusted(values: Floats, method: str, level: float) -> Floats:
    if method == "none":
        return values
    if method == "holm":  # statsmodels collects garbage here, which takes 50 ms a call
        order = np.argsort(values, kind="stable")
        steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
        adjusted = np.empty_like(values)
        adjusted[order] = np.minimum(steps, 1)
        return adjusted
    return np.asarray(multipletests(values, alpha=level, method=method)[1], dtype=float)
