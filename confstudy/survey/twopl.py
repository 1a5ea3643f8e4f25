"""A test of knowledge by the two-parameter logistic model."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit

from confstudy.errors import AnalysisError, listing
from confstudy.survey.battery import ItemWarning, battery, column_of_weights
from confstudy.survey.item_fit import item_fit
from confstudy.survey.marginal import Marginal, Patterns, maximise
from confstudy.survey.survey import Survey

__all__ = ["KnowledgeModel", "knowledge_model"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class KnowledgeModel:
    """Discriminations and difficulties of k items.

    Attributes
    ----------
    marginal
        Intercepts and slopes with their covariance, as they were estimated.
    fit
        One row an item: S-χ², see :func:`confstudy.survey.item_fit.item_fit`.
    n, incomplete
        Respondents used, and those of them who left out an item.
    problems
        Why the numbers cannot be believed; empty when they can.
    """

    items: tuple[str, ...]
    marginal: Marginal
    fit: pd.DataFrame
    n: int
    incomplete: int
    errors: str
    level: float

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the numbers cannot be believed; empty when they can."""
        return self.marginal.problems

    @property
    def discrimination(self) -> Floats:
        """(k,): how steeply the chance of the right answer rises with knowledge, in logits."""
        return self.marginal.slopes

    @property
    def difficulty(self) -> Floats:
        """(k,): the knowledge, in standard deviations, at which half are right."""
        return -self.marginal.intercepts / self.marginal.slopes

    @property
    def covariance(self) -> Floats:
        """(2k, 2k) of discriminations, then difficulties (delta method)."""
        k = len(self.items)
        slope, level = self.marginal.slopes, self.marginal.intercepts
        change = np.zeros((2 * k, 2 * k))
        change[:k, k:] = np.eye(k)
        change[k:, :k] = np.diag(-1 / slope)
        change[k:, k:] = np.diag(level / slope**2)
        return np.asarray(change @ self.marginal.covariance @ change.T)

    @property
    def table(self) -> pd.DataFrame:
        """Two rows an item: item, term, estimate, std_error, statistic, df, p_value, interval.

        Where the model cannot be believed, the numbers are missing and ``note`` says why.
        """
        estimate = np.concatenate([self.discrimination, self.difficulty])
        with np.errstate(invalid="ignore"):
            error = np.sqrt(np.diag(self.covariance))
        reach = stats.norm.ppf(0.5 + self.level / 2) * error
        table = pd.DataFrame(
            {
                "item": self.items * 2,
                "term": np.repeat(["discrimination", "difficulty"], len(self.items)),
                "estimate": estimate,
                "std_error": error,
                "statistic": estimate / error,
                "df": np.inf,
                "p_value": 2 * stats.norm.sf(np.abs(estimate / error)),
                "conf_low": estimate - reach,
                "conf_high": estimate + reach,
            }
        )
        if self.problems:
            table.loc[:, "df"] = np.nan
            table["note"] = "; ".join(self.problems)
        return table

    def information(self, knowledge: Sequence[float]) -> Floats:
        """Of the whole test at these levels: 1 / information is an ability's variance there.

        >>> import confstudy as cs
        >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
        >>> bool((knowledge_model(scores, "knowledge").information([-1, 0, 1]) > 0).all())
        True
        """
        index = self.marginal.intercepts + np.outer(knowledge, self.marginal.slopes)
        chance = expit(index)
        return np.asarray((chance * (1 - chance)) @ self.marginal.slopes**2)

    def __repr__(self) -> str:
        left = f" ({self.incomplete:,} incomplete)" if self.incomplete else ""
        head = (
            f"Two-parameter logistic model of {len(self.items)} items, n = {self.n:,}{left}, "
            f"standard errors {self.errors}"
        )
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            return f"{head}\n{self.table.to_string(index=False)}"


def knowledge_model(
    data: Survey | pd.DataFrame,
    items: str | Sequence[str],
    *,
    weights: str | None = None,
    level: float = 0.95,
) -> KnowledgeModel:
    """Fit how well, and where, each item of a test tells those who know from those who do not.

    Parameters
    ----------
    data
        A survey, or a frame of columns of 0 and 1.
    items
        A test of knowledge (a scale with ``key``), or names of columns; three or more.
    weights
        A column of case weights; respondents without one, or with 0, are left out.
    level
        Of the intervals.

    Returns
    -------
    KnowledgeModel
        ``.table``, ``.fit`` of each item, ``.information`` of the test.

    Raises
    ------
    AnalysisError
        For unknown items, answers other than 0 and 1, and items that all or none know.

    Warns
    -----
    ItemWarning
        Where the search did not converge, a discrimination has no bound, or the information is
        singular; the table then has no numbers.

    Notes
    -----
    Estimand: discrimination a and difficulty b in P(right) = logit⁻¹(a (θ − b)), of knowledge θ
    with mean 0 and variance 1 among those asked. Assumes: one dimension, independent answers
    given θ, normal θ, no guessing; missing answers are missing at random. Does not show: that
    the dimension is knowledge, or that items work alike in every group.

    Birnbaum (1968); Bock and Aitkin (1981).

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> model = knowledge_model(scores, "knowledge")
    >>> bool((model.discrimination > 0).all())
    True
    """
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    chosen = battery(data, items, least=3)
    weight = column_of_weights(data, weights)
    used = (weight > 0) & ~np.isnan(chosen.answers).all(axis=1)
    answers, weight = chosen.answers[used], weight[used]
    wrong = [
        name
        for name, column in zip(chosen.names, answers.T, strict=True)
        if not np.isin(column[~np.isnan(column)], (0, 1)).all()
    ]
    if wrong:
        raise AnalysisError(f"{listing(wrong)}: answers are 1 (right) or 0 (wrong), no others.")
    chosen.vary(answers)
    # The scale of weights means nothing.
    patterns = Patterns.of(answers, weight * len(weight) / weight.sum())
    found = maximise(patterns, weights is not None, chosen.names)
    if found.problems:
        warnings.warn("; ".join(found.problems), ItemWarning, stacklevel=2)
    incomplete = int(np.isnan(answers).any(axis=1).sum())
    errors = "by the observed information" if weights is None else f"robust, weights {weights}"
    fit = item_fit(chosen.names, answers, found) if weights is None else pd.DataFrame()
    return KnowledgeModel(chosen.names, found, fit, len(answers), incomplete, errors, level)
