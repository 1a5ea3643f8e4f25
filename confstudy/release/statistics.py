"""Statistics of a group: a total, mean, share or percentile that gives no answer away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.release.decision import Decision, Rules, worst

__all__ = [
    "Kind",
    "check_correlation",
    "check_groups",
    "check_histogram",
    "check_statistic",
    "nk_share",
    "p_remainder",
]

Kind = Literal[
    "count", "total", "mean", "sd", "proportion", "median", "percentile", "min", "max", "histogram"
]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


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
    sample = _Sample.of(_numbers(values[known], _known(kind)), codes)
    with np.errstate(all="ignore"):
        faults = list(_broken(sample, kind, limits, q, bounds))
    for rule, reason, broken in reversed(faults):
        found.loc[broken, ["status", "rule", "reason"]] = ["fail", rule, reason]
    return found


def _single(
    values: pd.Series[Any], kind: Kind, rules: Rules, q: float, bounds: tuple[float, float] | None
) -> Decision:
    answers = _numbers(values.dropna(), kind)
    if len(answers):
        with np.errstate(all="ignore"):
            sample = _Sample.of(answers, np.zeros(len(answers), dtype=np.intp))
            for rule, reason, broken in _broken(sample, kind, rules, q, bounds):
                if broken[0]:
                    return Decision("fail", rule, reason)
    return Decision("pass", "threshold", "ten or more stand behind it, or nobody")


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


@dataclass(frozen=True, repr=False)
class _Sample:
    """Answers (n,) sorted within their groups, and the runs of equal ones.

    ``first`` and ``size`` (K,) say where a group stands; ``low`` and ``high`` (n,) how many of an
    answer's own group are smaller, and how many are not larger.
    """

    answers: Floats
    codes: NDArray[np.intp]
    size: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]

    @classmethod
    def of(cls, values: Floats, codes: NDArray[np.intp]) -> _Sample:
        order = np.lexsort((values, codes))
        values, codes = values[order], codes[order]
        size = np.bincount(codes)
        new = np.append(True, (np.diff(values) != 0) | (np.diff(codes) != 0))
        starts = np.flatnonzero(new)
        run = new.cumsum() - 1
        ends = np.append(starts[1:], len(values))
        first = size.cumsum() - size
        return cls(values, codes, size, starts[run] - first[codes], ends[run] - first[codes])

    @property
    def alike(self) -> NDArray[np.intp]:
        """(n,) how many of its group gave an answer, itself included."""
        return np.asarray(self.high - self.low)

    def at(self, place: NDArray[np.intp]) -> NDArray[np.intp]:
        """(K,) where the answer at a place of each group stands."""
        return np.asarray(self.size.cumsum() - self.size + place)

    def each(self, parts: Floats, how: np.ufunc) -> Floats:
        """(K,) numbers (n,) put together in each group, by a function such as ``np.add``."""
        return np.asarray(how.reduceat(parts, self.size.cumsum() - self.size), dtype=np.float64)

    def largest(self, sizes: Floats, n: int) -> Floats:
        """(K,) the sum of the n largest sizes of each group."""
        order = np.lexsort((-sizes, self.codes))
        rank = np.arange(len(sizes)) - (self.size.cumsum() - self.size)[self.codes]
        kept = np.where(rank < n, sizes[order], 0.0)
        return np.asarray(np.bincount(self.codes, weights=kept), dtype=float)


Broken = tuple[str, str, Mask]


def _broken(
    sample: _Sample, kind: Kind, rules: Rules, q: float, bounds: tuple[float, float] | None
) -> Iterator[Broken]:
    """Each rule with the groups (K,) that break it, the gravest first."""
    least = rules.threshold
    yield "threshold", f"fewer than {least} stand behind it", sample.size < least
    if kind == "count":
        return
    if not np.isfinite(sample.answers).all():
        finite = sample.each((~np.isfinite(sample.answers)).astype(float), np.add) == 0
        yield "unchecked", "infinite numbers are among its values", ~finite
    common = sample.each(sample.alike.astype(float), np.maximum)
    rare = sample.each(sample.alike.astype(float), np.minimum)
    levels = sample.each(1 / sample.alike, np.add).round()
    yield "class disclosure", "all in a group answered alike", levels == 1
    if kind in ("min", "max"):
        yield "extremes", *_extreme(sample, kind, rules, bounds)
    elif kind in ("median", "percentile"):
        yield "percentiles", *_percentile(sample, rules, q)
    else:
        two = (levels == 2) | (kind == "proportion")
        few = np.where(two, rare < least, (common >= least) & (sample.size - common < least))
        yield "threshold", f"fewer than {least} answered otherwise than the rest", few
    if kind in ("total", "mean", "sd"):
        yield from _dominated(sample, kind, levels > 2, rules)


def _dominated(sample: _Sample, kind: Kind, asked: Mask, rules: Rules) -> Iterator[Broken]:
    sizes = np.abs(sample.answers)
    if kind == "sd":
        centre = sample.each(sample.answers, np.add) / sample.size
        sizes = (sample.answers - centre[sample.codes]) ** 2
    total = sample.each(sizes, np.add)
    most, share = rules.dominance
    held = sample.largest(sizes, most) > share * total
    yield "dominance (nk)", f"{most} respondents make up nearly all of it", asked & held
    if kind != "sd":
        left, first = total - sample.largest(sizes, 2), sample.largest(sizes, 1)
        told = left < rules.p_percent * first
        yield "p %", "one respondent could work out the answer of another", asked & told


def _percentile(sample: _Sample, rules: Rules, q: float) -> tuple[str, Mask]:
    """Enough observations lie strictly beyond it, or enough share the very value."""
    place = (sample.size - 1) * q
    low, high = (
        sample.at(np.floor(place).astype(np.intp)),
        sample.at(np.ceil(place).astype(np.intp)),
    )
    below = np.where(sample.answers[low] == sample.answers[high], sample.low[low], sample.high[low])
    above = sample.size - np.where(
        sample.answers[low] == sample.answers[high], sample.high[high], sample.low[high]
    )
    tied = sample.size - below - above
    shared = (tied >= rules.threshold) & (below + above >= rules.threshold)
    lonely = np.minimum(below, above) < rules.beyond
    return f"fewer than {rules.beyond} lie beyond it", lonely & ~shared


def _extreme(
    sample: _Sample, kind: Kind, rules: Rules, bounds: tuple[float, float] | None
) -> tuple[str, Mask]:
    """The end of a declared scale may be told where enough reach it, and enough do not."""
    place = sample.at(np.zeros_like(sample.size) if kind == "min" else sample.size - 1)
    reached = sample.alike[place]
    declared = np.nan if bounds is None else bounds[0 if kind == "min" else 1]
    enough = (reached >= rules.threshold) & (sample.size - reached >= rules.threshold)
    told = (sample.answers[place] == declared) & enough
    return "the smallest and the largest answer are respondents' own: use percentiles", ~told


def _numbers(values: pd.Series[Any], kind: str) -> Floats:
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=float)
    if kind in ("count", "proportion"):
        return np.asarray(pd.factorize(values)[0], dtype=float)
    raise AnalysisError(f"'{values.name}' has words, not numbers: a {kind} takes numbers.")
