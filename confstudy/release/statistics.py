"""Statistics of a group: a total, mean, share or percentile that gives no answer away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.release.decision import Decision, Rules, worst
from confstudy.release.sample import Kind, Sample, broken

__all__ = [
    "Kind",
    "check_correlation",
    "check_groups",
    "check_histogram",
    "check_statistic",
    "nk_share",
    "p_remainder",
]

Floats = NDArray[np.float64]


def check_statistic(
    values: pd.Series[Any],
    kind: Kind,
    rules: Rules | None = None,
    groups: pd.Series[Any] | None = None,
    *,
    q: float = 0.5,
    bounds: tuple[float, float] | None = None,
    bins: int | Sequence[float] = 10,
) -> Decision:
    """Decide on one statistic of those who answered, or on the gravest of several groups.

    Parameters
    ----------
    values
        Answers; missing ones do not count. Only ``count`` and ``proportion`` take words.
    kind
        ``count``, ``total``, ``mean``, ``sd``, ``proportion``, ``median``, ``percentile``,
        ``min``, ``max`` or ``histogram``.
    rules
        Other limits.
    groups
        The group of each answer.
    q
        Which percentile, 0 to 1.
    bounds
        The ends of a scale as declared: they may be told where enough respondents reach them.
    bins
        Of a histogram: how many, or their edges.

    Raises
    ------
    AnalysisError
        An unknown kind, or words where numbers are needed.

    Notes
    -----
    Rules of Hundepool et al. (2012, chapter 4): (n, k) and p % dominance, on sizes whatever
    their sign.

    Examples
    --------
    >>> check_statistic(pd.Series([0.0] * 51 + [1, 1, 0]), "mean").rule
    'threshold'
    """
    if kind == "histogram":
        edges = np.histogram_bin_edges(_numbers(values.dropna(), kind), bins)
        parts = [values] if groups is None else [part for _, part in values.groupby(groups)]
        counts = [np.histogram(_numbers(part.dropna(), kind), edges)[0] for part in parts]
        return worst(check_histogram(part, rules) for part in counts)
    only = pd.Series(0, index=values.index)
    found = check_groups(
        values, only if groups is None else groups, kind, rules, q=q, bounds=bounds
    )
    if found.empty:
        return Decision("pass", "threshold", "nobody answered")
    return worst(Decision(*row) for row in found[["status", "rule", "reason"]].to_numpy().tolist())


def check_groups(
    values: pd.Series[Any],
    groups: pd.Series[Any],
    kind: Kind,
    rules: Rules | None = None,
    *,
    q: float = 0.5,
    bounds: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """Decide on a statistic in each group; parameters as for :func:`check_statistic`.

    Returns
    -------
    DataFrame
        One row a group in which somebody answered: ``n, status, rule, reason``.

    Examples
    --------
    >>> answers, arms = pd.Series(np.arange(40.0)), pd.Series(["a"] * 35 + ["b"] * 5)
    >>> check_groups(answers, arms, "mean")["status"].to_dict()
    {'a': 'pass', 'b': 'fail'}
    """
    limits = rules or Rules()
    known = values.notna().to_numpy() & groups.notna().to_numpy()
    codes, names = pd.factorize(groups[known], sort=True)
    found = pd.DataFrame({"n": np.bincount(codes, minlength=len(names))}, index=pd.Index(names))
    found = found.assign(status="pass", rule="threshold", reason="ten or more stand behind it")
    if not len(codes):
        return found
    sample = Sample.of(_numbers(values[known], _known(kind)), codes)
    with np.errstate(all="ignore"):
        faults = list(broken(sample, kind, limits, q, bounds))
    for rule, reason, which in reversed(faults):
        found.loc[which, ["status", "rule", "reason"]] = ["fail", rule, reason]
    return found


def _known(kind: str) -> Kind:
    allowed: list[Kind] = [name for name in get_args(Kind) if name != "histogram"]
    for name in allowed:
        if kind == name:
            return name
    raise AnalysisError(
        f"'{kind}' is no statistic of a group.{did_you_mean(kind, allowed)} "
        f"There are: {listing(allowed)}."
    )


def check_histogram(counts: ArrayLike, rules: Rules | None = None) -> Decision:
    """Decide on a histogram by the respondents in its bins; empty bins may be shown.

    >>> check_histogram([0, 12, 40, 3]).status
    'fail'
    """
    found, least = np.asarray(counts), (rules or Rules()).threshold
    if ((found > 0) & (found < least)).any():
        why = f"a bin holds fewer than {least}: use wider bins, or pool those at the ends"
        return Decision("fail", "histogram bins", why)
    return Decision("pass", "histogram bins", f"every bin that is not empty holds {least} or more")


def check_correlation(
    one: pd.Series[Any], other: pd.Series[Any], rules: Rules | None = None
) -> Decision:
    """Decide on a correlation of two variables, over those who answered both.

    Fails with few respondents or degrees of freedom, a perfect relation, a rare level, a small
    cell of two levels by two, or one respondent who makes up a variable's variation.

    >>> check_correlation(pd.Series(range(30)), pd.Series(range(30))).rule
    'perfect fit'
    """
    limits = rules or Rules()
    both = pd.concat([one, other], axis=1, ignore_index=True).dropna().astype(float)
    decided = [check_statistic(both[name], "sd", limits) for name in both]
    if worst(decided).status == "fail":
        return worst(decided)
    if len(both) - 2 < limits.df:
        return Decision("fail", "residual df", f"{len(both) - 2} degrees of freedom are left")
    if both.nunique().max() == 2 and both.value_counts().min() < limits.threshold:
        return Decision("fail", "threshold", f"a cell holds fewer than {limits.threshold}")
    if abs(float(np.corrcoef(both.to_numpy().T)[0, 1])) > 0.9999:
        return Decision("fail", "perfect fit", "one variable tells the other")
    return Decision("pass", "threshold", f"{limits.threshold} or more stand behind it")


def nk_share(values: ArrayLike, n: int = 2) -> float:
    """The share of a total that its n largest contributors make up.

    >>> nk_share([900, 50, 30, 20])
    0.95
    """
    sizes = np.sort(np.abs(np.asarray(values, dtype=float)))[::-1]
    total = float(sizes.sum())
    return float(sizes[:n].sum()) / total if total > 0 else 0.0


def p_remainder(values: ArrayLike) -> float:
    """What is left of a total without its two largest contributors, as a share of the largest.

    The second largest contributor knows the largest one's size to within this.

    >>> round(p_remainder([900, 50, 30, 20]), 4)
    0.0556
    """
    sizes = np.sort(np.abs(np.asarray(values, dtype=float)))[::-1]
    return float(sizes[2:].sum() / sizes[0]) if len(sizes) and sizes[0] > 0 else np.inf


def _numbers(values: pd.Series[Any], kind: str) -> Floats:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float)
    if kind in ("count", "proportion"):
        return np.asarray(pd.factorize(values)[0], dtype=float)
    raise AnalysisError(f"'{values.name}' has words, not numbers: a {kind} takes numbers.")
