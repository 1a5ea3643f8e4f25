"""What a meta-analysis found, and whether it can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.meta.heterogeneity import Method
from confstudy.models.meta.studies import Studies
from confstudy.models.table import coefficient_table

__all__ = ["Adjustment", "Meta"]

Floats = NDArray[np.float64]
Adjustment = bool | Literal["adhoc"]


@dataclass(frozen=True, repr=False)
class Meta:
    """A pooled estimate, or a regression of studies' estimates on moderators.

    Attributes
    ----------
    coefficients, covariance
        (p,) and (p, p); the first coefficient is the pooled estimate, or the intercept.
    df
        Of its tests and intervals; infinite for the normal distribution.
    tau2, tau2_error, tau2_low, tau2_high
        The variance of true effects, its standard error, its Q-profile interval.
    i2, h2
        The share of the estimates' variance (in percent) that is not chance; the ratio of
        their variance to what chance gives.
    q, q_df, q_p
        The test that all studies have one true effect (beside the moderators).
    moderators
        Statistic, its two degrees of freedom and p of the test that no moderator matters;
        missing without any.
    r_squared
        Percent of τ² that the moderators explain; missing without any.
    """

    studies: Studies
    method: Method
    errors: str
    level: float
    coefficients: Floats
    covariance: Floats
    df: float
    tau2: float
    tau2_error: float
    tau2_low: float
    tau2_high: float
    i2: float
    h2: float
    q: float
    q_df: int
    q_p: float
    moderators: tuple[float, float, float, float]
    r_squared: float
    problems: tuple[str, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the coefficients; ``pooled`` where there are no moderators."""
        return ("pooled",) if len(self.coefficients) == 1 else self.studies.terms

    @property
    def adjustment(self) -> Adjustment:
        """The kind of standard error, as :func:`confstudy.meta` takes it."""
        if np.isinf(self.df):
            return False
        return "adhoc" if "never below" in self.errors else True

    @property
    def k(self) -> int:
        """Studies used."""
        return len(self.studies.estimates)

    @property
    def estimate(self) -> float:
        """The pooled estimate; missing where it cannot be believed."""
        return float(self.table["estimate"].iloc[0])

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

        Where it cannot be believed, all but the term is missing and ``note`` says why.
        """
        return coefficient_table(
            self.terms, self.coefficients, self.covariance, self.df, self.level, self.problems
        )

    @property
    def heterogeneity(self) -> pd.DataFrame:
        """One row: tau2, std_error, tau2_low, tau2_high, i2, h2, q, q_df, q_p."""
        return pd.DataFrame(
            {
                "tau2": [self.tau2], "std_error": self.tau2_error, "tau2_low": self.tau2_low,
                "tau2_high": self.tau2_high, "i2": self.i2, "h2": self.h2, "q": self.q,
                "q_df": self.q_df, "q_p": self.q_p,
            }
        )  # fmt: skip

    @property
    def quantile(self) -> float:
        """The quantile that makes an interval of a standard error."""
        return float(stats.t.ppf(0.5 + self.level / 2, self.df))

    @property
    def percent(self) -> str:
        """The level of the intervals in words, such as ``95 %``."""
        return f"{100 * self.level:g} %"

    @property
    def prediction(self) -> tuple[float, float]:
        """Where the true effect of a new study lies, with the chance of ``level``."""
        if len(self.coefficients) > 1:
            raise AnalysisError("With moderators, ask predict(…) for their values.")
        row = self.predict().iloc[0]
        return float(row["pred_low"]), float(row["pred_high"])

    def predict(self, rows: pd.DataFrame | None = None) -> pd.DataFrame:
        """The mean effect of studies with these moderators, and where a new one's lies.

        Parameters
        ----------
        rows
            Values of the moderators; by default those of the studies (one row without any).

        Returns
        -------
        DataFrame
            ``estimate, std_error, conf_low, conf_high, pred_low, pred_high``.

        Examples
        --------
        >>> from confstudy.models.meta.pool import meta
        >>> found = meta([0.1, 0.3, 0.5, 0.2], [0.01, 0.02, 0.03, 0.01], moderators={"x": range(4)})
        >>> len(found.predict(pd.DataFrame({"x": [0, 5]})))
        2
        """
        if len(self.coefficients) == 1:
            matrix = np.ones((1, 1))
        elif rows is None or self.studies.design is None:
            matrix = self.studies.matrix
        else:
            matrix = self.studies.design.matrix_for(rows)
        centre = matrix @ self.coefficients
        variance = np.einsum("np,pq,nq->n", matrix, self.covariance, matrix)
        near, far = (self.quantile * np.sqrt(variance + tau2) for tau2 in (0.0, self.tau2))
        table = pd.DataFrame(
            {
                "estimate": centre, "std_error": np.sqrt(variance),
                "conf_low": centre - near, "conf_high": centre + near,
                "pred_low": centre - far, "pred_high": centre + far,
            }
        )  # fmt: skip
        if self.problems:
            table = (table * np.nan).assign(note="; ".join(self.problems))
        return table

    def __repr__(self) -> str:
        lost = f" ({self.studies.dropped} incomplete)" if self.studies.dropped else ""
        head = f"Meta-analysis of {self.k} studies{lost}: {self.method}, {self.errors}"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        spread = (
            f"tau2 {self.tau2:.4f} [{self.tau2_low:.4f}, {self.tau2_high:.4f}], "
            f"I2 {self.i2:.1f} %, H2 {self.h2:.2f}, "
            f"Q({self.q_df}) = {self.q:.2f}, p = {self.q_p:.4f}"
        )
        if len(self.coefficients) == 1:
            low, high = self.prediction
            spread += f"\n{self.percent} of true effects lie in [{low:.4f}, {high:.4f}]"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            return f"{head}\n{self.table.to_string(index=False)}\n{spread}"
