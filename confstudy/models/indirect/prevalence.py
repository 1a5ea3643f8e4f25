"""How many bear a sensitive trait, by the difference estimators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.errors import AnalysisError
from confstudy.models.formula import Data, Design
from confstudy.models.indirect.models import ListModel
from confstudy.models.indirect.people import read_people
from confstudy.models.indirect.questions import items_of

__all__ = ["Prevalences", "sensitive_prevalence"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Prevalences:
    """Estimated shares of bearers.

    Attributes
    ----------
    table
        ``term, estimate, std_error, statistic, df, p_value, conf_low, conf_high, n, note``; one
        row, or one a group.
    technique
        How the question was asked.
    dropped
        Respondents who lacked a value.
    used
        The rows of the data behind it, by their index.
    """

    table: pd.DataFrame
    technique: str
    dropped: int
    level: float
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    def __repr__(self) -> str:
        lost = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        head = f"Prevalence by {self.technique}, n = {int(self.table['n'].sum()):,}{lost}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 140):
            return f"{head}, {100 * self.level:g} % intervals\n{self.table.to_string(index=False)}"


def sensitive_prevalence(
    answer: str,
    data: Data,
    question: Any,
    *,
    treatment: str | None = None,
    by: str | None = None,
    weights: str | None = None,
    level: float = 0.95,
) -> Prevalences:
    """Estimate the share who bear a trait they were asked about indirectly.

    Parameters
    ----------
    answer
        The column of the answers: 0 and 1, or two levels; the count for a list experiment.
    question, treatment
        As for :func:`confstudy.sensitive`.
    by
        A column of groups.
    weights
        A column of weights.

    Returns
    -------
    Prevalences
        With ``.table``. An estimate beyond 0 … 1 is not cut, as that would bias it; ``note``
        says so.

    Notes
    -----
    Devices: (share of yes - base) / gain. Lists: the difference of mean counts, with each
    list's own variance. Normal intervals.

    Estimand: the share of the trait among those the respondents stand for.
    Assumes: truthful answers under the device, its chances known; for lists, that the sensitive
    item changes no other answer (see ``list_design_test``).
    Does not show: who bears the trait, nor whether people complied.

    Warner (1965), Boruch (1971), Greenberg et al. (1969), Miller (1984), Yu et al. (2008).

    Examples
    --------
    >>> from confstudy.models.indirect.questions import forced
    >>> rows = pd.DataFrame({"said": [1] * 250 + [0] * 750})
    >>> found = sensitive_prevalence("said", rows, forced(yes=1 / 6, no=1 / 6)).table
    >>> found[["estimate", "std_error"]].round(4).values.tolist()
    [[0.125, 0.0205]]
    """
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    items = items_of(question)
    if (items is None) != (treatment is None):
        raise AnalysisError("'treatment' (who had the sensitive item) is for list experiments.")
    people = read_people(
        f"{answer} ~ 1",
        data,
        _anything if items is None else ListModel(items, treatment or "").check,
        coded=(treatment,) if treatment else (answer,),
        also=(by,) if by else (),
        weights=weights,
    )
    used = people.design
    weight = np.ones(len(used.outcome)) if people.weights is None else people.weights
    groups = pd.Series("prevalence", index=used.frame.index) if by is None else used.frame[by]
    rows = []
    for name in pd.Categorical(groups).categories:
        some = (groups == name).to_numpy() & (weight > 0)
        said, counted = used.outcome[some], weight[some]
        if items is None:
            base, gain = question.device
            found = _mean((said - base) / gain, counted, 0)
        else:
            long = used.frame[treatment].to_numpy(dtype=float)[some]
            found = _difference(said, long, counted)
        rows.append(_row(str(name), *found, n=int(some.sum()), level=level))
    return Prevalences(
        pd.DataFrame(rows), question.technique, used.dropped, level, used.frame.index
    )


def _anything(design: Design) -> None:
    """Answers of 0 and 1 were made by coding; they need not both occur."""


def _mean(values: Floats, weight: Floats, lost: int) -> tuple[float, float]:
    """A weighted mean and its standard error."""
    n = len(values)
    if n <= lost:
        return float("nan"), float("nan")
    mean = float(np.average(values, weights=weight))
    squares = float((weight**2 * (values - mean) ** 2).sum()) * n / (n - lost)
    return mean, float(np.sqrt(squares)) / float(weight.sum())


def _difference(said: Floats, long: Floats, weight: Floats) -> tuple[float, float]:
    (high, first), (low, second) = (
        _mean(said[long == part], weight[long == part], 1) for part in (1, 0)
    )
    return high - low, float(np.hypot(first, second))


def _row(name: str, estimate: float, error: float, *, n: int, level: float) -> dict[str, Any]:
    note = "beyond 0 … 1" if not 0 <= estimate <= 1 else ""
    if not error > 0:
        note, estimate, error = "no standard error: the answers do not vary", np.nan, np.nan
    margin = float(stats.norm.ppf(0.5 + level / 2)) * error
    return {
        "term": name, "estimate": estimate, "std_error": error, "statistic": estimate / error,
        "df": np.inf, "p_value": 2 * float(stats.norm.sf(abs(estimate / error))),
        "conf_low": estimate - margin, "conf_high": estimate + margin, "n": n, "note": note,
    }  # fmt: skip
