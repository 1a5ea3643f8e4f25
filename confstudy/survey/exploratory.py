"""Exploratory factor analysis of items: extraction, rotation, fit, and what is wrong with it."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.survey.battery import ItemWarning, battery, dependent
from confstudy.survey.factors import Factors, minres
from confstudy.survey.likely_factors import discrepancy, maximum_likelihood
from confstudy.survey.polychoric import polychoric
from confstudy.survey.rotation import ROTATIONS, Rotation, rotated
from confstudy.survey.survey import Survey

__all__ = ["FactorAnalysis", "factors"]

Floats = NDArray[np.float64]
Extraction = Literal["minres", "ml"]
Correlations = Literal["pearson", "polychoric"]


@dataclass(frozen=True, repr=False)
class FactorAnalysis:
    """Factors of k items.

    Attributes
    ----------
    solution
        Loadings (k, factors), uniquenesses (k,) and correlations of the factors.
    correlation
        (k, k): what was analysed.
    chi2, df, p_value
        Test that the factors are enough (Bartlett, 1950), of ``ml`` on Pearson correlations;
        else NaN.
    rms
        Root mean square of the residual correlations.
    problems
        Why the solution cannot be believed; empty when it can.
    """

    items: tuple[str, ...]
    solution: Factors
    correlation: Floats
    extraction: Extraction
    rotation: Rotation
    n: int
    chi2: float
    df: int
    p_value: float
    rms: float
    problems: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """``F1``, ``F2``, …, the factor that explains most first."""
        return [f"F{j + 1}" for j in range(self.solution.loadings.shape[1])]

    @property
    def table(self) -> pd.DataFrame:
        """One row an item: item, a loading for each factor, communality, uniqueness.

        Where the solution cannot be believed, the numbers are missing and ``note`` says why.
        """
        loadings = pd.DataFrame(self.solution.loadings, columns=self.names)
        table = pd.concat([pd.Series(self.items, name="item"), loadings], axis=1)
        table["communality"] = 1 - self.solution.uniqueness
        table["uniqueness"] = self.solution.uniqueness
        if self.problems:
            table[table.columns[1:]] = np.nan
            table["note"] = "; ".join(self.problems)
        return table

    @property
    def correlations(self) -> pd.DataFrame:
        """Between the factors; missing where the solution cannot be believed."""
        table = pd.DataFrame(self.solution.correlations, self.names, self.names)
        return table * np.nan if self.problems else table

    def __repr__(self) -> str:
        head = (
            f"{len(self.names)} factors of {len(self.items)} items by {self.extraction}, "
            f"rotation {self.rotation}, n = {self.n:,}"
        )
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        fit = f"residual correlations {self.rms:.4f}" + (
            ""
            if np.isnan(self.chi2)
            else f", χ²({self.df}) = {self.chi2:.2f}, p {self.p_value:.3f}"
        )
        shown = [self.table.round(3).to_string(index=False)]
        if len(self.names) > 1 and self.rotation in ("oblimin", "promax"):
            shown.append(self.correlations.round(3).to_string())
        return "\n".join([head, fit, *shown])


def factors(
    data: Survey | pd.DataFrame,
    items: str | Sequence[str],
    n: int = 1,
    *,
    extraction: Extraction = "minres",
    rotation: Rotation = "oblimin",
    correlations: Correlations = "pearson",
) -> FactorAnalysis:
    """Explore how few factors explain the correlations of items; use it before a CFA.

    Parameters
    ----------
    data
        A survey, or a frame of numbers and ordered categories.
    items
        A scale, or names of columns and scales.
    n
        How many factors; see :func:`confstudy.survey.dimensions.parallel_analysis`.
    extraction
        ``minres`` (least squared residual correlations) or ``ml`` (maximum likelihood).
    rotation
        ``oblimin`` (γ = 0) and ``promax`` let factors correlate; ``varimax`` does not.
    correlations
        ``pearson`` over complete rows, or ``polychoric`` over the complete rows of each pair.

    Returns
    -------
    FactorAnalysis
        ``.table`` with the loadings, ``.correlations`` of the factors, χ² and residuals.

    Raises
    ------
    AnalysisError
        For unknown, constant or collinear items (all named), and too many factors.

    Warns
    -----
    ItemWarning
        For a Heywood case, a rotation without end, or correlations that do not fit together.

    Notes
    -----
    Estimand: loadings of standardised items on common factors. Assumes: linear relations, errors
    of items that are uncorrelated, enough respondents for their number of items. Does not show:
    that the factors are constructs, how uncertain loadings are (they have no standard errors
    here), or that another number of factors would not do.

    Harman and Jones (1966); Lawley and Maxwell (1971); Jennrich (2002); Hendrickson and White
    (1964); Kaiser (1958).

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> found = factors(survey, ["privacy", "stigma"], n=2)
    >>> found.table.columns.tolist()
    ['item', 'F1', 'F2', 'communality', 'uniqueness']
    """
    for name, given, known in (
        ("Extractions", extraction, ["minres", "ml"]),
        ("Rotations", rotation, ROTATIONS),
        ("Correlations", correlations, ["pearson", "polychoric"]),
    ):
        if given not in known:
            raise AnalysisError(unknown(name, [given], known, "factor analysis"))
    names, matrix, respondents, problems = _matrix(data, items, correlations)
    first = {"minres": minres, "ml": maximum_likelihood}[extraction](matrix, n)
    solution = first
    try:
        solution = rotated(first, rotation)
    except AnalysisError as unsettled:
        problems.append(str(unsettled).rstrip("."))
    if first.heywood:
        full = [name for name, u in zip(names, first.uniqueness, strict=True) if u < 0.005 + 1e-6]
        problems.append(f"the factors leave nothing of {listing(full)} (Heywood case)")
    if problems:
        warnings.warn("; ".join(problems), ItemWarning, stacklevel=2)
    p = len(names)
    df = ((p - n) ** 2 - p - n) // 2
    chi2 = p_value = float("nan")
    if extraction == "ml" and correlations == "pearson" and not problems and df > 0:
        factor = respondents - 1 - (2 * p + 5) / 6 - 2 * n / 3
        chi2 = factor * discrepancy(matrix, first)
        p_value = float(stats.chi2.sf(chi2, df))
    left = matrix - first.loadings @ first.loadings.T
    rms = float(np.sqrt((left[~np.eye(p, dtype=bool)] ** 2).mean()))
    return FactorAnalysis(
        names, solution, matrix, extraction, rotation, respondents, chi2, df, p_value, rms,
        tuple(problems),
    )  # fmt: skip


def _matrix(
    data: Survey | pd.DataFrame, items: str | Sequence[str], kind: Correlations
) -> tuple[tuple[str, ...], Floats, int, list[str]]:
    chosen = battery(data, items, least=3)
    if kind == "pearson":
        matrix, n = chosen.correlation()
        tied = dependent(matrix, chosen.names)
        if tied:
            raise AnalysisError(f"{listing(tied)} determine each other: leave one of them out.")
        return chosen.names, matrix, n, []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ItemWarning)
        found = polychoric(data, items)
    if np.isnan(found.correlations).any():
        raise AnalysisError(f"{found.problems[0]}. Merge rare categories, or use 'pearson'.")
    return found.items, found.correlations, found.n, list(found.problems)
