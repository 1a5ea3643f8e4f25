"""Whether a list's sensitive item changed the answers to the harmless ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import nnls

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.models.indirect.models import ListModel
from confstudy.models.indirect.people import read_people

__all__ = ["ListTest", "list_design_test"]

Floats = NDArray[np.float64]
_DRAWS = 4000


@dataclass(frozen=True, repr=False)
class ListTest:
    """The test that no design effect is seen.

    Attributes
    ----------
    table
        ``count, trait, share, std_error``: estimated shares of respondents by their count of
        harmless items and the trait. Negative ones speak of a design effect.
    with_trait, without
        p-values for the shares of both kinds.
    p_value
        Of both, by Bonferroni.
    """

    table: pd.DataFrame
    with_trait: float
    without: float
    n: int

    @property
    def p_value(self) -> float:
        """Twice the smaller of both p-values, at most 1."""
        return min(1.0, 2 * min(self.with_trait, self.without))

    def __repr__(self) -> str:
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            rows = self.table.to_string(index=False)
        return f"List experiment, n = {self.n:,}: no design effect, p = {self.p_value:.4f}\n{rows}"


def list_design_test(
    answer: str,
    data: Data,
    *,
    treatment: str,
    items: int,
    select: bool = True,
    seed: int = 0,
) -> ListTest:
    """Test that the sensitive item leaves the answers to the harmless items as they are.

    Parameters
    ----------
    answer
        The column of the counts.
    treatment
        The column that tells who had the sensitive item.
    items
        How many harmless items there are.
    select
        Whether shares that are clearly positive are left out, which gives power (generalized
        moment selection, Andrews and Soares 2010).
    seed
        Of the weights of the chi-bar-squared distribution, which are drawn.

    Returns
    -------
    ListTest
        With ``.table`` and ``.p_value``.

    Notes
    -----
    Without a design effect, differences of the two lists' cumulative shares are shares of
    respondents, none below 0. The statistic is the squared distance of the estimates from
    what is not negative.

    Estimand: whether all shares of (harmless count, trait) could be 0 or more.
    Assumes: the lists were given at random. Does not show: that there is no design effect; small
    ones, or some that leave all shares positive, go unseen; nor ceiling or floor effects.

    Blair and Imai (2012), Political Analysis 20, 47; Kudo (1963).

    Examples
    --------
    >>> rows = pd.DataFrame({"count": [0, 1, 2, 1] * 25 + [1, 2, 3, 1] * 25, "long": [0, 1] * 100})
    >>> rows["long"] = [0] * 100 + [1] * 100
    >>> list_design_test("count", rows, treatment="long", items=2).p_value
    1.0
    """
    people = read_people(
        f"{answer} ~ 1", data, ListModel(items, treatment).check, coded=(treatment,)
    )
    said = people.design.outcome
    long = people.design.frame[treatment].to_numpy(dtype=float) == 1
    sizes = int((~long).sum()), int(long.sum())
    if min(sizes) < 2:
        raise AnalysisError("A list experiment needs two answers or more to either list.")
    short, full = (
        np.array([(said[part] <= count).mean() for count in range(-1, items + 1)])
        for part in (~long, long)
    )
    kept = slice(1, None)
    bearers, others = (short - full)[kept], full[1:] - short[:-1]
    spread = _covariance(short, sizes[0]), _covariance(full, sizes[1])
    both = [
        (spread[0] + spread[1])[1:, 1:],
        spread[1][1:, 1:] + spread[0][:-1, :-1],
    ]
    rng = np.random.default_rng(seed)
    p_values = [
        _chance(found, covariance, len(said), select, rng)
        for found, covariance in zip((bearers, others), both, strict=True)
    ]
    table = pd.DataFrame(
        {
            "count": np.tile(np.arange(items + 1), 2),
            "trait": np.repeat([1, 0], items + 1),
            "share": np.concatenate([bearers, others]),
            "std_error": np.sqrt(np.concatenate([np.diag(part) for part in both])),
        }
    )
    return ListTest(table, p_values[0], p_values[1], len(said))


def _covariance(cumulated: Floats, n: int) -> Floats:
    """Of cumulative shares, which only rise."""
    low = np.minimum.outer(cumulated, cumulated)
    high = np.maximum.outer(cumulated, cumulated)
    return np.asarray(low * (1 - high) / n)


def _chance(
    found: Floats, covariance: Floats, n: int, select: bool, rng: np.random.Generator
) -> float:
    """The p-value that all expectations are 0 or more; those that do not vary are left out."""
    error = np.sqrt(np.diag(covariance))
    varies = error > 1e-12
    if (found[~varies] < -1e-12).any():
        return 0.0
    if select:
        varies &= found <= error * np.sqrt(np.log(n))
    if not varies.any() or (found[varies] >= 0).all():
        return 1.0
    within = covariance[np.ix_(varies, varies)]
    values, vectors = np.linalg.eigh(within)
    sound = np.maximum(values, 1e-10 * values[-1])
    root, half = (vectors / np.sqrt(sound)) @ vectors.T, (vectors * np.sqrt(sound)) @ vectors.T
    statistic = nnls(root, root @ found[varies])[1] ** 2
    drawn = rng.standard_normal((_DRAWS, len(within))) @ half
    free = np.array([(nnls(root, root @ draw)[0] > 0).sum() for draw in drawn])
    weights = np.bincount(len(within) - free, minlength=len(within) + 1) / _DRAWS
    degrees = np.arange(1, len(within) + 1)
    return float(weights[1:] @ stats.chi2.sf(statistic, degrees))
