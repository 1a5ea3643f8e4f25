"""Correlations behind ordered answers, and their thresholds."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtri

from confstudy.errors import AnalysisError, unknown
from confstudy.survey.battery import ItemWarning, battery, column_of_weights
from confstudy.survey.latent_pair import Pair, by_likelihood, in_two_steps
from confstudy.survey.survey import Survey

__all__ = ["Polychoric", "polychoric"]

Floats = NDArray[np.float64]
Method = Literal["two-step", "ml"]
_MOST = 20


@dataclass(frozen=True, repr=False)
class Polychoric:
    """Polychoric correlations of k items.

    Attributes
    ----------
    correlations, std_errors
        (k, k), in the order of ``items``; NaN where a pair has none.
    cuts
        (categories − 1,) for each item: where the latent answer passes into the next category.
    n
        Respondents with at least one answer.
    pairs
        Respondents of each pair, in the order of ``table``.
    problems
        One sentence a pair without a correlation, and on the matrix where it is no correlation
        matrix.
    """

    items: tuple[str, ...]
    correlations: Floats
    std_errors: Floats
    cuts: tuple[Floats, ...]
    n: int
    pairs: tuple[int, ...]
    method: Method
    level: float
    problems: tuple[str, ...] = ()

    @property
    def thresholds(self) -> pd.DataFrame:
        """One row a threshold: item, threshold, estimate."""
        rows = [
            {"item": item, "threshold": place, "estimate": float(cut)}
            for item, cuts in zip(self.items, self.cuts, strict=True)
            for place, cut in enumerate(cuts, start=1)
        ]
        return pd.DataFrame(rows)

    @property
    def table(self) -> pd.DataFrame:
        """One row a pair: term, estimate, std_error, statistic, df, p_value, interval, n.

        The interval is made on Fisher's z scale, so that it ends inside ±1.
        """
        places = list(combinations(range(len(self.items)), 2))
        r = np.array([self.correlations[pair] for pair in places])
        error = np.array([self.std_errors[pair] for pair in places])
        reach = stats.norm.ppf(0.5 + self.level / 2) * error / (1 - r**2)
        return pd.DataFrame(
            {
                "term": [f"{self.items[i]} ~~ {self.items[j]}" for i, j in places],
                "estimate": r,
                "std_error": error,
                "statistic": r / error,
                "df": np.inf,
                "p_value": 2 * stats.norm.sf(np.abs(r / error)),
                "conf_low": np.tanh(np.arctanh(r) - reach),
                "conf_high": np.tanh(np.arctanh(r) + reach),
                "n": self.pairs,
            }
        )

    def __repr__(self) -> str:
        head = f"Polychoric correlations of {len(self.items)} items, n = {self.n:,} ({self.method})"
        said = "".join(f"\nNOT TO BE USED: {problem}" for problem in self.problems)
        shown = pd.DataFrame(self.correlations, self.items, list(self.items)).round(3)
        return f"{head}{said}\n{shown.to_string()}"


def polychoric(
    data: Survey | pd.DataFrame,
    items: str | Sequence[str],
    method: Method = "two-step",
    *,
    weights: str | None = None,
    level: float = 0.95,
) -> Polychoric:
    """Correlate ordered items as if each answer were a cut of something continuous.

    Use it before factor analyses of items with few categories, where Pearson's correlations
    are too small. Two items of two categories give the tetrachoric correlation.

    Parameters
    ----------
    data
        A survey, or a frame of numbers and ordered categories.
    items
        A scale, or names of columns and scales; at most 20 categories each.
    method
        ``two-step``: thresholds from each item's own shares, then the correlation. ``ml``: both
        from the table of the pair at once.
    weights
        A column of case weights; respondents without one, or with 0, are left out.

    Returns
    -------
    Polychoric
        ``.correlations``, ``.std_errors``, ``.thresholds``, ``.table`` with one row a pair.

    Raises
    ------
    AnalysisError
        For unknown or constant items, and for more than 20 categories.

    Warns
    -----
    ItemWarning
        Where a pair has no correlation or the matrix is not positive definite.

    Notes
    -----
    Estimand: the correlation of two normal variables of which the items show categories.
    Assumes: that the two are jointly normal; pairs with a missing answer are missing completely
    at random. Does not show: that the variables behind the answers are normal, nor that one
    factor explains the correlations.

    Olsson (1979). Standard errors of the two steps allow for estimated thresholds; those of
    ``ml`` are from the observed information; with weights both are sandwiches.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> found = polychoric(survey, "privacy")
    >>> bool((found.table["estimate"] > 0.2).all())
    True
    """
    if method not in ("two-step", "ml"):
        raise AnalysisError(unknown("Methods", [method], ["two-step", "ml"], "polychoric"))
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    chosen = battery(data, items)
    weight = column_of_weights(data, weights)
    used = (weight > 0) & ~np.isnan(chosen.answers).all(axis=1)
    answers, weight = chosen.answers[used], weight[used]
    chosen.vary(answers)
    codes, counts = _codes(chosen.names, answers)
    k = len(chosen.names)
    correlations, errors, sizes, said = np.eye(k), np.zeros((k, k)), [], []
    for i, j in combinations(range(k), 2):
        pair = _pair(codes[:, [i, j]], counts[[i, j]], weight, method, weights is not None)
        correlations[i, j] = correlations[j, i] = pair.correlation
        errors[i, j] = errors[j, i] = pair.std_error
        sizes.append(int(((codes[:, i] < counts[i]) & (codes[:, j] < counts[j])).sum()))
        if pair.problem:
            said.append(f"'{chosen.names[i]}' and '{chosen.names[j]}': {pair.problem}")
    if not said and np.linalg.eigvalsh(correlations)[0] <= 0:
        said.append("the correlations do not fit together: the matrix is not positive definite")
    if said:
        warnings.warn("; ".join(said), ItemWarning, stacklevel=2)
    cuts = tuple(_cuts(codes[:, i], int(counts[i]), weight) for i in range(k))
    return Polychoric(
        chosen.names, correlations, errors, cuts, len(answers), tuple(sizes), method, level,
        tuple(said),
    )  # fmt: skip


def _codes(names: tuple[str, ...], answers: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Positions of the categories that occur, a missing answer last; how many occur."""
    codes = np.empty(answers.shape, dtype=np.intp)
    counts = np.empty(answers.shape[1], dtype=np.intp)
    for place, column in enumerate(answers.T):
        levels = np.unique(column[~np.isnan(column)])
        if len(levels) > _MOST:
            text = f"'{names[place]}' has more than {_MOST} different answers: it is no item."
            raise AnalysisError(text)
        found = np.searchsorted(levels, np.where(np.isnan(column), levels[0], column))
        codes[:, place] = np.where(np.isnan(column), len(levels), found)
        counts[place] = len(levels)
    return codes, counts


def _cuts(codes: NDArray[np.intp], count: int, weight: Floats) -> Floats:
    share = np.bincount(codes, weight, minlength=count + 1)[:count]
    return np.asarray(ndtri(share.cumsum()[:-1] / share.sum()))


def _pair(
    codes: NDArray[np.intp], counts: NDArray[np.intp], weight: Floats, method: Method, robust: bool
) -> Pair:
    shape = (int(counts[0]) + 1, int(counts[1]) + 1)
    flat = np.ravel_multi_index((codes[:, 0], codes[:, 1]), shape)
    table = np.bincount(flat, weight, minlength=shape[0] * shape[1]).reshape(shape)
    squares = np.bincount(flat, weight**2, minlength=shape[0] * shape[1]).reshape(shape)
    # The scale of weights means nothing; n keeps tolerances honest.
    scale = len(weight) / weight.sum()
    table, squares = table * scale, squares * scale**2
    if method == "two-step":
        return in_two_steps(table, squares)
    return by_likelihood(table, squares, robust)
