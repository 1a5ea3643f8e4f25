"""Whether items can be factored, and by how many factors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, listing
from confstudy.survey.battery import battery, dependent
from confstudy.survey.factors import minres
from confstudy.survey.survey import Survey

__all__ = ["Adequacy", "Parallel", "adequacy", "parallel_analysis"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Adequacy:
    """Kaiser, Meyer and Olkin's measure and Bartlett's test of k items.

    Attributes
    ----------
    kmo
        Overall: squared correlations over those and squared partial correlations, 0 to 1.
    each
        (k,): the same of each item.
    chi2, df, p_value
        Test that no two items correlate.
    """

    items: tuple[str, ...]
    kmo: float
    each: Floats
    chi2: float
    df: int
    p_value: float
    n: int

    @property
    def table(self) -> pd.DataFrame:
        """One row an item, and one for all: item, kmo."""
        return pd.DataFrame({"item": [*self.items, "all"], "kmo": [*self.each, self.kmo]})

    def __repr__(self) -> str:
        test = f"Bartlett χ²({self.df}) = {self.chi2:.2f}, p {self.p_value:.3g}"
        return f"KMO {self.kmo:.3f}, {test}, n = {self.n:,}\n{self.table.to_string(index=False)}"


def adequacy(data: Survey | pd.DataFrame, items: str | Sequence[str]) -> Adequacy:
    """Tell whether items correlate enough, and jointly enough, to look for factors.

    Parameters
    ----------
    data
        A survey, or a frame of numbers and ordered categories; complete rows are used.
    items
        A scale, or names of columns and scales.

    Raises
    ------
    AnalysisError
        For unknown, constant or collinear items (all named), or fewer rows than items.

    Notes
    -----
    Estimand: the share of squared correlations that is not left as partial correlation (Kaiser,
    1974); the likelihood ratio of an identity matrix (Bartlett, 1950). Assumes: linear
    relations; for the test, normal items. Does not show: how many factors there are; with many
    respondents the test is always significant.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> items = rng.normal(size=(500, 1)) + rng.normal(size=(500, 4))
    >>> frame = pd.DataFrame(items, columns=[*"abcd"])
    >>> round(adequacy(frame, [*"abcd"]).kmo, 1)
    0.8
    """
    chosen = battery(data, items)
    matrix, n = chosen.correlation()
    tied = dependent(matrix, chosen.names)
    if tied:
        raise AnalysisError(f"{listing(tied)} determine each other: leave one of them out.")
    inverse = np.linalg.inv(matrix)
    size = np.sqrt(np.diag(inverse))
    partial, plain = (inverse / np.outer(size, size)) ** 2, matrix**2
    np.fill_diagonal(partial, 0)
    np.fill_diagonal(plain, 0)
    each = plain.sum(axis=0) / (plain.sum(axis=0) + partial.sum(axis=0))
    kmo = float(plain.sum() / (plain.sum() + partial.sum()))
    p = len(matrix)
    chi2 = -(n - 1 - (2 * p + 5) / 6) * float(np.linalg.slogdet(matrix)[1])
    df = p * (p - 1) // 2
    return Adequacy(chosen.names, kmo, each, chi2, df, float(stats.chi2.sf(chi2, df)), n)


@dataclass(frozen=True, repr=False)
class Parallel:
    """Eigenvalues of the items beside those of items that have nothing in common.

    Attributes
    ----------
    components, factors
        How many eigenvalues, from the first on, are larger than chance's.
    table
        One row a place: place, component, component_chance, factor, factor_chance.
    """

    components: int
    factors: int
    table: pd.DataFrame
    n: int
    draws: int
    quantile: float

    def __repr__(self) -> str:
        head = (
            f"Parallel analysis: {self.factors} factors, {self.components} components; "
            f"n = {self.n:,}, {self.draws} draws, quantile {self.quantile:g}"
        )
        return f"{head}\n{self.table.round(3).to_string(index=False)}"


def parallel_analysis(
    data: Survey | pd.DataFrame,
    items: str | Sequence[str],
    *,
    draws: int = 100,
    quantile: float = 0.95,
    seed: int = 0,
) -> Parallel:
    """Judge how many factors or components items have, against chance.

    Parameters
    ----------
    data
        A survey, or a frame of numbers and ordered categories; complete rows are used.
    items
        A scale, or names of columns and scales; three or more.
    draws
        How often the answers to each item are shuffled, which leaves each item's distribution
        and takes away what items share.
    quantile
        Of the shuffled eigenvalues, which an eigenvalue must exceed.

    Raises
    ------
    AnalysisError
        For unknown or constant items, fewer rows than items, or fewer than 20 draws.

    Notes
    -----
    Estimand: the number of eigenvalues above what sampling error gives (Horn, 1965; shuffled as
    in Buja & Eyuboglu, 1992). Components are of the correlation matrix; factors of the matrix
    with communalities of one minimum-residual factor in its diagonal. Assumes: respondents are
    independent. Does not show: that the factors have a meaning; small factors beside a strong
    one are missed, since later eigenvalues are compared with chance alone.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> two = np.repeat(rng.normal(size=(400, 2)), 4, axis=1) + rng.normal(size=(400, 8))
    >>> frame = pd.DataFrame(two, columns=[*"abcdefgh"])
    >>> found = parallel_analysis(frame, [*"abcdefgh"], draws=20)
    >>> found.factors, found.components
    (2, 2)
    """
    if draws < 20 or not 0 < quantile < 1:
        raise AnalysisError("Parallel analysis needs 20 draws or more and a quantile from 0 to 1.")
    chosen = battery(data, items, least=3)
    matrix, n = chosen.correlation()
    rows, rng = chosen.complete, np.random.default_rng(seed)
    chance = np.array(
        [_eigenvalues(np.corrcoef(rng.permuted(rows, axis=0), rowvar=False)) for _ in range(draws)]
    )
    found, limit = _eigenvalues(matrix), np.quantile(chance, quantile, axis=0)
    components, factors = (
        int(np.argmin([*(own > other), False])) for own, other in zip(found, limit, strict=True)
    )
    table = pd.DataFrame(
        {
            "place": np.arange(1, len(matrix) + 1),
            "component": found[0],
            "component_chance": limit[0],
            "factor": found[1],
            "factor_chance": limit[1],
        }
    )
    return Parallel(components, factors, table, n, draws, quantile)


def _eigenvalues(matrix: Floats) -> Floats:
    """(2, k): of the matrix, and of the matrix reduced to what one factor explains."""
    reduced = matrix - np.diag(minres(matrix).uniqueness)
    both = np.linalg.eigvalsh(np.stack([matrix, reduced]))
    return np.asarray(both[:, ::-1])
