"""What is asked: exact whole numbers, how much one respondent changes them, how they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from confstudy.release.dp.domain import (
    Rows,
    bounds,
    chosen,
    in_words,
    levels,
    require_whole,
    selection,
)
from confstudy.release.dp.noise import half_width
from confstudy.survey.survey import Survey
from confstudy.words import number

__all__ = ["GRID", "Question", "Reading", "count", "histogram", "mean", "mean_accuracy"]

#: Steps into which the span of a mean is cut, so that its sum is a whole number.
GRID = 1 << 16


@dataclass(frozen=True)
class Reading:
    """What noisy whole numbers say.

    Attributes
    ----------
    frame
        One row a number: what it is of, the number, its ``accuracy`` at 95 %.
    values, accuracy
        The numbers, and ± what the noise adds to each at most in 95 % of answers.
    note
        What a reader needs besides.
    """

    frame: pd.DataFrame
    values: tuple[float, ...]
    accuracy: float
    note: str = ""


@dataclass(frozen=True, repr=False)
class Question:
    """A question to the data.

    Attributes
    ----------
    words, asked
        The question in words, and in full: nothing of it comes from the data.
    used
        The columns that it looks at.
    exact
        The true numbers; to be called once the budget is spent.
    sensitivity
        The most by which one respondent changes them together.
    read
        Makes a reading of noisy numbers and ε.
    """

    words: str
    asked: dict[str, Any]
    used: tuple[str, ...]
    exact: Callable[[], tuple[int, ...]]
    sensitivity: int
    read: Callable[[tuple[int, ...], float], Reading]

    def __repr__(self) -> str:
        return f"Question({self.words})"


def count(data: Survey, rows: Rows | None) -> Question:
    """How many respondents meet a condition; one more or less changes it by one."""
    require_whole(data)
    condition = chosen(data, rows)
    who = in_words(data, condition) or "all respondents"

    def exact() -> tuple[int, ...]:
        return (int(selection(data, condition).sum()),)

    def read(noised: tuple[int, ...], epsilon: float) -> Reading:
        return _counts("respondents", (who,), noised, epsilon)

    asked = {"ask": "count", "rows": condition}
    return Question(f"Number of respondents: {who}", asked, tuple(condition), exact, 1, read)


def histogram(data: Survey, variable: str, rows: Rows | None) -> Question:
    """How many respondents chose each declared level; one more or less changes one of them."""
    require_whole(data)
    condition, points = chosen(data, rows), levels(data, variable)

    def exact() -> tuple[int, ...]:
        column = data.frame.loc[selection(data, condition), variable]
        return tuple(int((column == point).sum()) for point in points)

    names = tuple(point if isinstance(point, str) else f"{point:.0f}" for point in points)
    asked = {"ask": "histogram", "of": variable, "levels": names, "rows": condition}
    used = tuple(dict.fromkeys([variable, *condition]))
    words = f"{data.codebook.label(variable)}: respondents by level{_among(data, condition)}"
    return Question(words, asked, used, exact, 1, partial(_counts, variable, names))


def mean(
    data: Survey, variable: str, low: float | None, high: float | None, rows: Rows | None
) -> Question:
    """The mean of those who answered, their number being private as well.

    Each respondent is shared out between the two bounds, in proportion to how near the answer is
    to either: one more or less changes both sums together by one, and the share of the upper sum
    is the mean. So the sum and the number of answers need no separate parts of ε.
    """
    require_whole(data)
    condition = chosen(data, rows)
    least, most = bounds(data, variable, low, high)

    def exact() -> tuple[int, ...]:
        answers = data.frame.loc[selection(data, condition), variable].dropna().to_numpy(float)
        place = (np.clip(answers, least, most) - least) / (most - least)
        steps = np.rint(place * GRID).astype(np.int64)
        return int(steps.sum()), int((GRID - steps).sum())

    def read(noised: tuple[int, ...], epsilon: float) -> Reading:
        upper, together = noised[0] / GRID, sum(noised) / GRID
        share = min(max(upper / together, 0.0), 1.0) if together > 0 else np.nan
        value = least + (most - least) * share
        wide = mean_accuracy(epsilon, together, least, most)
        frame = pd.DataFrame({"variable": [variable], "mean": [value], "accuracy": [wide]})
        note = f"From about {number(max(together, 0), 0)} answers, between {least:g} and {most:g}."
        return Reading(frame, (value,), wide, note)

    asked = {"ask": "mean", "of": variable, "between": [least, most], "rows": condition}
    used = tuple(dict.fromkeys([variable, *condition]))
    words = f"{data.codebook.label(variable)}: mean{_among(data, condition)}"
    return Question(words, asked, used, exact, GRID, read)


def mean_accuracy(epsilon: float, n: float, low: float, high: float) -> float:
    """± what noise adds to a mean of ``n`` answers in 95 % of cases at most; never over the span.

    >>> round(mean_accuracy(0.5, 800, 1, 7), 3)
    0.045
    """
    if n <= 0:
        return high - low
    return (high - low) * min(half_width(GRID, epsilon) / GRID / n + 0.5 / GRID, 1.0)


def _counts(
    heading: str, names: tuple[str, ...], noised: tuple[int, ...], epsilon: float
) -> Reading:
    wide = half_width(1, epsilon)
    frame = pd.DataFrame({heading: names, "count": noised, "accuracy": wide})
    below = "Noise makes small numbers negative at times." if min(noised) < 0 else ""
    return Reading(frame, tuple(map(float, noised)), float(wide), below)


def _among(data: Survey, condition: dict[str, tuple[str, ...]]) -> str:
    return f", among {in_words(data, condition)}" if condition else ""
