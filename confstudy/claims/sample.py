"""What the tests of claims share: complete rows, corrected slopes, estimates that combine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.claims.result import ClaimResult, verdict_of
from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.corrected import corrected_regression, jackknife_interval
from confstudy.survey.scoring import Scores

__all__ = ["Sample", "Test", "Theta", "require", "result"]

Floats = NDArray[np.float64]
#: A claim's id, its sign and the scores, to what testing it comes to.
Test = Callable[..., ClaimResult]


@dataclass(frozen=True, repr=False)
class Theta:
    """An estimate and its value with each group left out; arithmetic keeps both.

    Attributes
    ----------
    value
        From all respondents.
    replicates
        (groups,): the same with each group left out once.

    Examples
    --------
    >>> half = Theta(0.5, np.array([0.4, 0.6]))
    >>> (half * half / half - half).value
    0.0
    """

    value: float
    replicates: Floats

    def __mul__(self, other: Theta | float) -> Theta:
        value, replicates = _parts(other)
        return Theta(self.value * value, self.replicates * replicates)

    def __truediv__(self, other: Theta | float) -> Theta:
        value, replicates = _parts(other)
        return Theta(self.value / value, self.replicates / replicates)

    def __add__(self, other: Theta | float) -> Theta:
        value, replicates = _parts(other)
        return Theta(self.value + value, self.replicates + replicates)

    def __sub__(self, other: Theta | float) -> Theta:
        value, replicates = _parts(other)
        return Theta(self.value - value, self.replicates - replicates)

    def row(self, estimand: str, unit: str, key: str = "") -> dict[str, object]:
        """One row of a claim's table; the interval is Student's, groups less one."""
        df = float(len(self.replicates) - 1)
        quantile = float(stats.t.ppf(0.975, df))
        error, low, high = jackknife_interval(self.value, self.replicates, quantile)
        statistic = self.value / error
        return {
            "estimand": estimand,
            "estimate": self.value,
            "std_error": error,
            "statistic": statistic,
            "df": df,
            "p_value": float(2 * stats.t.sf(abs(statistic), df)),
            "conf_low": low,
            "conf_high": high,
            "unit": unit,
            "key": key,
        }


@dataclass(frozen=True, repr=False)
class Sample:
    """Complete rows as numbers, with the error variance of each scale.

    Attributes
    ----------
    columns
        Name → (n,). A column of two levels is 1 at the second, an ordinal one counts from 0;
        ``arm`` and other columns are one column a level from the second on, ``arm=absolute``.
    errors
        Scale → variance of its measurement error.
    levels
        Categorical column → the names of its columns.
    groups
        (n,): the cluster of the survey's design, from 0; each respondent where it has none.
    """

    columns: Mapping[str, Floats]
    errors: Mapping[str, float]
    levels: Mapping[str, list[str]]
    groups: NDArray[np.intp]

    @classmethod
    def of(cls, scores: Scores, names: Sequence[str], *, cluster: str = "") -> Sample:
        """Respondents who have an answer in every column.

        ``cluster`` is the design's unless named, such as ``practice``.
        """
        cluster = cluster or scores.design.cluster
        require(scores, *names, *([cluster] if cluster else []))
        frame = scores.frame[[*names, *([cluster] if cluster else [])]].dropna()
        same = [name for name in names if frame[name].nunique() < 2]
        if same:
            raise AnalysisError(
                f"The claim compares respondents, and all of them are the same in {listing(same)}."
            )
        columns: dict[str, Floats] = {}
        levels: dict[str, list[str]] = {}
        for name in names:
            new = _numbers(name, frame[name])
            columns |= new
            if list(new) != [name] or isinstance(frame[name].dtype, pd.CategoricalDtype):
                levels[name] = list(new)
        errors = _errors(scores, columns)
        labels = frame[cluster] if cluster else pd.Series(np.arange(len(frame)))
        return cls(columns, errors, levels, pd.factorize(labels)[0])

    @property
    def n(self) -> int:
        """Respondents."""
        return len(self.groups)

    @property
    def arms(self) -> list[str]:
        """The columns of the assurance arm."""
        return list(self.levels["arm"])

    def with_columns(self, new: Mapping[str, Floats]) -> Sample:
        """The same respondents with further exact columns, such as products."""
        return replace(self, columns={**self.columns, **new})

    def slopes(
        self, outcome: str, predictors: Sequence[str], *, within: bool = False
    ) -> dict[str, Theta]:
        """Predictor → its slope, corrected for the predictors' unreliability."""
        matrix = np.column_stack([self.columns[name] for name in predictors])
        errors = np.array([self.errors.get(name, 0.0) for name in predictors])
        found = corrected_regression(
            self.columns[outcome], matrix, errors, self.groups, within=within
        )
        return {
            name: Theta(float(found.slopes[place]), found.replicates[:, place])
            for place, name in enumerate(predictors)
        }

    def true_sd(self, name: str, given: Sequence[str] = ()) -> Theta:
        """The standard deviation that a scale would have without measurement error.

        ``given`` names columns without error, such as arms: it is then what they leave.
        """
        column = self.without(name, given)
        sums = np.stack([np.bincount(self.groups, weights=column**power) for power in range(3)])
        left = sums.sum(axis=1, keepdims=True) - sums
        n, first, second = np.hstack([sums.sum(axis=1, keepdims=True), left])
        variance = (second - first**2 / n) / (n - 1)
        reliable = 1 - self.errors.get(name, 0.0) / variance[0]
        sd = np.sqrt(variance * reliable)
        return Theta(float(sd[0]), sd[1:])

    def without(self, name: str, given: Sequence[str]) -> Floats:
        """(n,): a column less what a regression on other columns explains."""
        columns = [np.ones(self.n), *(self.columns[other] for other in given)]
        matrix, column = np.column_stack(columns), self.columns[name]
        return np.asarray(column - matrix @ np.linalg.lstsq(matrix, column)[0] + column.mean())


def require(scores: Scores, *names: str) -> None:
    """Refuse a survey that lacks a column or scale, and say which."""
    absent = [name for name in names if name not in scores.frame]
    if absent:
        raise AnalysisError(
            unknown("Columns the claim needs", absent, map(str, scores.frame.columns), "the survey")
        )


def result(
    claim: str,
    sign: str,
    rows: Sequence[Mapping[str, object]],
    n: int,
    *,
    assumes: str,
    does_not_show: str,
) -> ClaimResult:
    """The rows as a result whose first row decides."""
    table = pd.DataFrame(list(rows))
    low, high = (float(table[side].iloc[0]) for side in ("conf_low", "conf_high"))
    return ClaimResult(claim, verdict_of(sign, low, high), table, n, assumes, does_not_show)


def _parts(other: Theta | float) -> tuple[float, Floats | float]:
    return (other.value, other.replicates) if isinstance(other, Theta) else (other, other)


def _numbers(name: str, column: pd.Series) -> dict[str, Floats]:
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return {name: column.to_numpy(dtype=float)}
    if column.cat.ordered and len(column.cat.categories) > 2:
        return {name: np.asarray(column.cat.codes, dtype=float)}
    column = column.cat.remove_unused_categories()
    codes = column.cat.codes.to_numpy()
    levels = [str(level) for level in column.cat.categories[1:]]
    if len(levels) == 1 and name != "arm":
        return {name: (codes == 1).astype(float)}
    return {
        f"{name}={level}": (codes == place).astype(float) for place, level in enumerate(levels, 1)
    }


def _errors(scores: Scores, columns: Mapping[str, Floats]) -> dict[str, float]:
    found = {name: known for name, known in scores.reliability.items() if name in columns}
    unclear = [name for name, known in found.items() if np.isnan(known.alpha)]
    if unclear:
        raise AnalysisError(
            f"The reliability of scale '{unclear[0]}' is not known; the claim corrects for it."
        )
    return {
        name: (1 - known.alpha) * float(columns[name].var(ddof=1)) for name, known in found.items()
    }
