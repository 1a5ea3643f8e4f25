"""Discrete-time hazards: the chance to leave in each period, for those still there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing, unknown
from confstudy.models.fit import Fit, fit
from confstudy.models.formula import Data, as_frame, build_design
from confstudy.models.survival.cox import quoted, split_left
from confstudy.models.survival.times import happened, joined, numbers_of

__all__ = ["DiscreteHazard", "discrete_hazard", "person_period"]

Baseline = Literal["each", "linear", "quadratic", "log"]
_BASELINES = {
    "each": "C(period)",
    "linear": "period",
    "quadratic": "period + I(period ** 2)",
    "log": "log(period)",
}


@dataclass(frozen=True, repr=False)
class DiscreteHazard:
    """A fitted discrete-time hazard.

    Attributes
    ----------
    fit
        The model of the person-periods: one row a respondent and period at risk. Its counts are
        of person-periods, not of respondents.
    respondents, events
        Who was followed, and how many had the event in the periods used.
    dropped
        Respondents who lacked a value.
    left_out
        Periods at whose end nobody, or everybody at risk, had the event: with a hazard of its
        own for each period they say nothing of the predictors.
    """

    fit: Fit
    respondents: int
    events: int
    dropped: int
    left_out: int

    @property
    def table(self) -> pd.DataFrame:
        """As of any fit: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high."""
        return self.fit.table

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the numbers cannot be believed; empty when they can."""
        return self.fit.problems

    def __repr__(self) -> str:
        lost = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        without = f", {self.left_out} periods without a choice left out" if self.left_out else ""
        head = (
            f"discrete-time hazard: {self.respondents:,} respondents{lost}, {self.events:,} events"
        )
        return f"{head}{without}; a row is a person-period\n{self.fit!r}"


def discrete_hazard(
    formula: str,
    data: Data,
    *,
    link: Literal["logit", "cloglog", "probit"] = "logit",
    baseline: Baseline = "each",
    width: float = 1.0,
    **options: Any,
) -> DiscreteHazard:
    """Model the chance of the event in each period, given that it has not happened before.

    Parameters
    ----------
    formula
        ``time + event ~ predictors``; ``period`` may stand among them, as in ``arm * period``.
    data
        A survey, scores or a frame; one row a respondent.
    link
        ``logit`` (log odds ratios) or ``cloglog`` (log hazard ratios of the time within).
    baseline
        How the hazard changes with the period: a value for ``each``, or ``linear``,
        ``quadratic``, ``log``.
    width
        Length of a period, in the units of the time.
    **options
        As for :func:`confstudy.fit`, such as ``cluster``, ``design``, ``cov`` and ``level``.

    Returns
    -------
    DiscreteHazard
        With ``.table``, and ``.fit`` for what works with any fit.

    Raises
    ------
    AnalysisError
        Times below 0, unknown columns, a column already called ``period``.

    Warns
    -----
    FitWarning
        As :func:`confstudy.fit`.

    Notes
    -----
    Cox (1972, section 6); Prentice and Gloeckler (1978); Singer and Willett (1993). The
    likelihood of the person-periods is that of the times, so plain errors hold.

    Estimand: log odds (or hazard) ratios of leaving in a period among those still there.
    Assumes: censoring at the end of a period, independent of leaving given the predictors; the
    same ratio in every period, unless ``period`` interacts.
    Does not show: an effect unless the predictors block every other path, and a ratio changes
    when predictors are added even where they are balanced.

    Examples
    --------
    >>> rng = np.random.default_rng(5)
    >>> x = rng.normal(size=600)
    >>> left = rng.geometric(1 / (1 + np.exp(1.5 - x)))
    >>> weeks = pd.DataFrame({"x": x, "until": np.minimum(left, 6), "dropout": left <= 6})
    >>> found = discrete_hazard("until + dropout ~ x", weeks, baseline="linear").table
    >>> bool(abs(found.set_index("term").loc["x", "estimate"] - 1) < 0.2)
    True
    """
    if baseline not in _BASELINES:
        raise AnalysisError(
            f"'{baseline}' is no baseline.{did_you_mean(baseline, _BASELINES)} "
            f"There are: {listing(_BASELINES)}."
        )
    start, time, event, right = split_left(formula)
    if start is not None:
        raise AnalysisError("A discrete hazard takes one row a respondent: 'time + event ~ …'.")
    rows = person_period(data, time, event, width=width)
    complete = rows.loc[_complete(f"{quoted(event)} ~ {right}", rows, options)]
    left_out = 0
    if baseline == "each":
        share = complete.groupby("period")[event].mean()
        idle = share.index[share.isin([0, 1])]
        left_out = len(idle)
        rows = rows.loc[~rows["period"].isin(idle)]
        if left_out == len(share):
            raise AnalysisError(f"In no period some have the event '{event}' and others not.")
    single = baseline == "each" and rows["period"].min() == rows["period"].max()
    steps = "" if single else f"{_BASELINES[baseline]} + "
    fitted = fit(f"{quoted(event)} ~ {steps}{right}", rows, link, **options)
    used = rows.index[fitted.design.used]
    return DiscreteHazard(
        fit=fitted,
        respondents=used.nunique(),
        events=int(fitted.design.outcome.sum()),
        dropped=len(as_frame(data)) - complete.index.nunique(),
        left_out=left_out,
    )


def _complete(formula: str, rows: pd.DataFrame, options: dict[str, Any]) -> NDArray[np.bool_]:
    """Which rows have all that the fit will ask for."""
    also = tuple(options[name] for name in ("cluster", "weights") if options.get(name))
    return build_design(formula, rows, also=also, offset=options.get("offset") or "").used


def person_period(data: Data, time: str, event: str, *, width: float = 1.0) -> pd.DataFrame:
    """One row for each period a respondent was at risk, in which the event happened or not.

    Parameters
    ----------
    data
        One row a respondent; rows without ``time`` or ``event`` are left out.
    time, event
        Columns; somebody with time 3 and width 1 is at risk in periods 1, 2 and 3.
    width
        Length of a period.

    Returns
    -------
    DataFrame
        All columns, with ``period`` (1, 2, …) and ``event`` (0 but in the last); the index
        is the respondent's, repeated.

    Examples
    --------
    >>> weeks = pd.DataFrame({"until": [2, 1], "dropout": [1, 0]})
    >>> person_period(weeks, "until", "dropout")[["period", "dropout"]].to_numpy().tolist()
    [[1, 0], [2, 1], [1, 0]]
    """
    frame = as_frame(data)
    absent = [name for name in (time, event) if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    if "period" in frame.columns:
        raise AnalysisError("The data have a column 'period', which would be overwritten: rename.")
    if not width > 0:
        raise AnalysisError("'width' is a length above 0.")
    complete = frame[[time, event]].notna().all(axis=1)
    kept = frame.loc[complete]
    if not kept.index.is_unique:
        kept = kept.reset_index(drop=True)
    if kept.empty:
        raise AnalysisError(f"No row has '{time}' and '{event}': there is no time to follow.")
    length = joined(numbers_of(kept[time], time))
    if (length < 0).any():
        raise AnalysisError(f"'{time}' has negative times: count from the start of therapy.")
    last = np.maximum(np.ceil(length / width - 1e-9), 1).astype(int)
    if last.sum() > 20_000_000:
        raise AnalysisError(f"Periods of this width give {last.sum():,} rows: choose a wider one.")
    ends = happened(kept[event], event)
    rows = kept.iloc[np.repeat(np.arange(len(kept)), last)]
    first = np.repeat(np.cumsum(last) - last, last)
    period = np.arange(len(rows)) - first + 1
    final = period == np.repeat(last, last)
    return rows.assign(**{"period": period, event: (final & np.repeat(ends, last)).astype(int)})
