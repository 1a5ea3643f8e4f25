"""Private counts, histograms and means: what may be said of respondents under a budget."""

from __future__ import annotations

from confstudy.errors import AnalysisError
from confstudy.release.dp.budget import Budget, exactly
from confstudy.release.dp.domain import Rows
from confstudy.release.dp.noise import half_width
from confstudy.release.dp.private import Private
from confstudy.release.dp.question import count, histogram, mean, mean_accuracy
from confstudy.survey.survey import Survey

__all__ = ["Budget", "Private", "accuracy", "private_count", "private_histogram", "private_mean"]


def private_count(
    data: Survey, rows: Rows | None = None, *, epsilon: float, budget: Budget
) -> Private:
    """Count respondents so that nobody can tell whether any one of them was there.

    Parameters
    ----------
    data
        The survey as it was loaded.
    rows
        Who is counted: variables, each with a level, several levels, or ``(low, high)`` of a
        number. All respondents where it is not given.
    epsilon
        What is spent; the noise is ± 3/ε in 95 % of answers. See :func:`accuracy`.
    budget
        What it is taken from.

    Returns
    -------
    Private
        ``.value``, ``.accuracy``; ``.table`` with respondents, count, accuracy.

    Raises
    ------
    DisclosureRefused
        ε is more than what is left, or respondents were chosen before.
    DataError
        A variable or level that the codebook does not have.

    Notes
    -----
    Neighbours differ by one respondent more or less; sensitivity 1. Weights are not used.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> budget = cs.release.Budget(survey, epsilon=1)
    >>> answer = cs.release.private_count(survey, {"arm": "none"}, epsilon=0.5, budget=budget)
    >>> answer.accuracy, answer.left
    (6.0, 0.5)
    """
    return budget.answer(data, count(data, rows), epsilon)


def private_histogram(
    data: Survey, variable: str, rows: Rows | None = None, *, epsilon: float, budget: Budget
) -> Private:
    """Count respondents by the levels that the codebook declares, at the cost of one count.

    Parameters
    ----------
    data, rows, epsilon, budget
        As in :func:`private_count`.
    variable
        A variable with declared levels, or an item of a scale. Missing answers are not counted.

    Returns
    -------
    Private
        ``.values``, ``.accuracy`` of each; ``.table`` with one row a level: its name under the
        variable's, count, accuracy.

    Notes
    -----
    A respondent is in one level only, so all counts together have sensitivity 1 (parallel
    composition). The accuracy is that of each count, not of all at once.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> budget = cs.release.Budget(survey, epsilon=1)
    >>> answer = cs.release.private_histogram(survey, "arm", epsilon=0.5, budget=budget)
    >>> answer.table["arm"].tolist(), answer.left
    (['none', 'conditional', 'absolute'], 0.5)
    """
    return budget.answer(data, histogram(data, variable, rows), epsilon)


def private_mean(
    data: Survey,
    variable: str,
    rows: Rows | None = None,
    *,
    epsilon: float,
    budget: Budget,
    low: float | None = None,
    high: float | None = None,
) -> Private:
    """Average a number or a scale's score over those who answered, their number kept private.

    Parameters
    ----------
    data, rows, epsilon, budget
        As in :func:`private_count`.
    variable
        A number, an item, or a scale of a scored survey.
    low, high
        Answers beyond count as these. The codebook's range where they are not given; they must
        never be read off the data.

    Returns
    -------
    Private
        ``.value``, ``.accuracy``; ``.table`` with variable, mean, accuracy. The mean is missing
        when the noise is larger than the number of answers.

    Notes
    -----
    Estimand: the mean of the answers after they are cut at the bounds. Each respondent is shared
    out between two sums, (x − low) / (high − low) and the rest, which change together by 1; the
    mean is the share of the first. The accuracy holds in at least 95 % of answers, whatever the
    mean is.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> budget = cs.release.Budget(scores, epsilon=1)
    >>> answer = cs.release.private_mean(scores, "trust_now", epsilon=0.5, budget=budget)
    >>> 0 <= answer.value <= 10
    True
    """
    return budget.answer(data, mean(data, variable, low, high, rows), epsilon)


def accuracy(
    epsilon: float,
    *,
    n: float | None = None,
    low: float | None = None,
    high: float | None = None,
) -> float:
    """Tell how exact an answer would be, before anything is spent: ± in 95 % of answers.

    Parameters
    ----------
    epsilon
        What the answer would cost.
    n, low, high
        For a mean: how many answers are expected, and the bounds. Without them, the accuracy
        of a count and of each count of a histogram.

    Examples
    --------
    >>> accuracy(0.1), round(accuracy(0.1, n=800, low=1, high=7), 2)
    (30.0, 0.22)
    """
    cost = float(exactly(epsilon))
    given = [part is not None for part in (n, low, high)]
    if n is None or low is None or high is None:
        if any(given):
            raise AnalysisError("The accuracy of a mean needs n=, low= and high=.")
        return float(half_width(1, cost))
    if not low < high or n <= 0:
        raise AnalysisError("n= is more than 0, and low= is lower than high=.")
    return mean_accuracy(cost, n, low, high)
