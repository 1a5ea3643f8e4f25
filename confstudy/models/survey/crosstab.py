"""Cross-tables of a population and the tests of Rao and Scott."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data
from confstudy.models.survey.design import AnyDesign
from confstudy.models.survey.domains import columns_of, prepared

__all__ = ["SurveyTable", "survey_table"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class SurveyTable:
    """A cross-table of a population with tests that its two variables are unrelated.

    Attributes
    ----------
    shares
        The share of the population in each cell: rows and columns by their levels.
    covariance
        (cells, cells) of the shares, row by row.
    pearson
        X², as if a simple sample of ``n`` had given the shares.
    effects
        Generalised design effects of the comparisons; their mean corrects X².
    df
        Degrees of freedom of the design.
    problems
        Why there is no test; empty where there is one.
    """

    rows: str
    columns: str
    shares: pd.DataFrame
    covariance: Floats
    n: int
    dropped: int
    pearson: float
    effects: Floats
    df: float
    errors: str
    problems: tuple[str, ...] = ()

    @property
    def table(self) -> pd.DataFrame:
        """One row a test: test, statistic, df, df_error, p_value.

        ``first order`` divides X² by the mean design effect (χ²); ``second order`` also takes
        account of how much the effects differ (F; the default of R's svychisq).
        """
        k, total = len(self.effects), float(self.effects.sum())
        if self.problems:
            empty = dict.fromkeys(("statistic", "df", "df_error", "p_value"), np.nan)
            names = ["first order chi2", "first order F", "second order F"]
            return pd.DataFrame(
                [{"test": name, **empty, "note": "; ".join(self.problems)} for name in names]
            )
        mean, squares = total / k, float((self.effects**2).sum())
        rank, over = total**2 / squares, self.pearson / total
        rows = [
            ("first order chi2", self.pearson / mean, k, np.inf),
            ("first order F", over, k, k * self.df),
            ("second order F", over, rank, rank * self.df),
        ]
        table = pd.DataFrame(rows, columns=["test", "statistic", "df", "df_error"])
        table["p_value"] = [
            float(stats.chi2.sf(value, d) if np.isinf(e) else stats.f.sf(value, d, e))
            for _, value, d, e in rows
        ]
        return table

    def __repr__(self) -> str:
        dropped = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        head = f"{self.rows} by {self.columns}, n = {self.n:,}{dropped}\nvariances: {self.errors}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            shares = self.shares.to_string()
            if self.problems:
                return f"{head}\n{shares}\nNO TEST: {'; '.join(self.problems)}"
            return f"{head}\n{shares}\nX² = {self.pearson:.4f}\n{self.table.to_string(index=False)}"


def survey_table(
    rows: str,
    columns: str,
    data: Data,
    design: AnyDesign = None,
    *,
    where: ArrayLike | None = None,
) -> SurveyTable:
    """Cross two variables in the population and test whether they are related.

    Parameters
    ----------
    rows, columns
        Two columns; every value that occurs is a level.
    data, design, where
        As :func:`confstudy.models.survey.estimates.survey_mean`.

    Returns
    -------
    SurveyTable
        With ``.shares`` and ``.table``, the tests.

    Notes
    -----
    Estimand: the share of the population in each cell, and whether rows and columns are
    independent there.
    Assumes: as for means; enough clusters for the number of comparisons.
    Does not show: how strong the relation is, nor its direction.
    Source: Rao & Scott (1984), Annals of Statistics 12, 46; Thomas & Rao (1987), JASA 82, 630.

    Examples
    --------
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"told": [0, 1, 1, 0, 1, 1, 0, 1] * 5, "arm": [1, 1, 0, 0] * 10})
    >>> survey_table("told", "arm", frame, SurveyDesign()).pearson
    2.6666666666666665
    """
    if rows == columns:
        raise AnalysisError("A cross-table needs two different variables.")
    made = prepared([rows, columns], data, design, "", where)
    whole, dropped = made.domains[0].sample, made.dropped
    sample = whole.within(whole.full > 0)
    sides = [_levels(made.frame, name, sample.rows) for name in (rows, columns)]
    (row_names, row_part), (column_names, column_part) = sides
    cells = (row_part[:, :, None] * column_part[:, None, :]).reshape(len(row_part), -1)
    weights = sample.domain_weights
    shares = weights @ cells / weights.sum()
    influence = weights[:, None] * (cells - shares) / weights.sum()

    def statistic(replicated: Floats) -> Floats:
        return np.asarray(replicated.T @ cells / replicated.sum(axis=0)[:, None])

    covariance = sample.spread(influence, shares, statistic)
    n, shape = sample.n, (len(row_names), len(column_names))
    expected = np.outer(*(shares.reshape(shape).sum(axis=a) for a in (1, 0))).ravel()
    pearson = float(n * ((shares - expected) ** 2 / expected).sum())
    effects, problems = _effects(shares, covariance, n, shape)
    if not sample.df > 0:
        problems = (*problems, "the design has no degrees of freedom")
    return SurveyTable(
        rows=rows,
        columns=columns,
        shares=pd.DataFrame(
            shares.reshape(shape),
            pd.Index(row_names, name=rows),
            pd.Index(column_names, name=columns),
        ),
        covariance=covariance,
        n=n,
        dropped=dropped,
        pearson=pearson,
        effects=effects,
        df=sample.df,
        errors=sample.words,
        problems=problems,
    )


def _levels(frame: pd.DataFrame, name: str, rows: NDArray[np.bool_]) -> tuple[list[str], Floats]:
    column = frame.loc[rows, name]
    if not isinstance(column.dtype, pd.CategoricalDtype):
        column = pd.Series(pd.Categorical(column), index=column.index)
    if column.nunique() > 50:
        raise AnalysisError(f"'{name}' has more than 50 values: put them in bands.")
    terms, indicators = columns_of(pd.DataFrame({name: column}), name)
    return [term[len(name) + 1 : -1] for term in terms], indicators


def _effects(
    shares: Floats, covariance: Floats, n: int, shape: tuple[int, int]
) -> tuple[Floats, tuple[str, ...]]:
    """The eigenvalues of the variance of the interactions over that of a simple sample."""
    r, c = shape
    if min(shape) < 2:
        return np.full(1, np.nan), ("one of the variables has a single level",)
    if not np.isfinite(covariance).all():
        return np.full(1, np.nan), ("a replicate has nobody in the table",)
    contrasts = np.kron(np.eye(r)[:, 1:], np.eye(c)[:, 1:])
    rows, columns = np.ones((r, 1)), np.ones((c, 1))
    main = np.hstack(
        [
            np.kron(rows, columns),
            np.kron(np.eye(r)[:, 1:], columns),
            np.kron(rows, np.eye(c)[:, 1:]),
        ]
    )
    contrasts = contrasts - main @ np.linalg.lstsq(main, contrasts, rcond=None)[0]
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    scaled = inverse[:, None] * contrasts
    simple = contrasts.T @ scaled / n
    try:
        ratio = np.linalg.solve(simple, scaled.T @ covariance @ scaled)
    except np.linalg.LinAlgError:
        return np.full(1, np.nan), ("too many empty cells: the comparisons are not determined",)
    effects = np.linalg.eigvals(ratio).real
    if not effects.sum() > 0:
        return effects, ("the shares do not vary between samples of this design",)
    return np.sort(effects)[::-1], ()
