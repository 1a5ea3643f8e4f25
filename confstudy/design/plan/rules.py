"""Exclusions: which respondents a rule over the codebook's variables leaves out."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import did_you_mean, listing

__all__ = ["excluded", "rule_problems", "rule_words"]

Bools = NDArray[np.bool_]
Place = tuple[str | int, ...]
_COMPARED = re.compile(r"(<=|>=|<|>)\s*(-?\d+(?:\.\d+)?)")
_BY: dict[str, Callable[[Any, float], Any]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_NUMERIC = ("numeric", "item")


def excluded(frame: pd.DataFrame, rule: Mapping[str, Sequence[str]]) -> Bools:
    """Which respondents (n,) a rule leaves out: those to whom all of its parts apply.

    Parameters
    ----------
    frame
        One row a respondent.
    rule
        Column → levels, ``missing``, or one comparison such as ``< 3``. Who did not answer is
        left out by ``missing`` only.

    Examples
    --------
    >>> frame = pd.DataFrame({"minutes": [2.0, 9.0, np.nan]})
    >>> excluded(frame, {"minutes": ("< 3",)}).tolist()
    [True, False, False]
    """
    out = np.ones(len(frame), dtype=np.bool_)
    for name, answers in rule.items():
        out &= _applies(frame[name], answers)
    return out


def _applies(column: pd.Series[Any], answers: Sequence[str]) -> Bools:
    found = np.zeros(len(column), dtype=np.bool_)
    for answer in answers:
        compared = _COMPARED.fullmatch(answer.strip())
        if answer == "missing":
            found |= column.isna().to_numpy(dtype=bool)
        elif compared:
            by = _BY[compared[1]]
            found |= by(column.to_numpy(dtype=float, na_value=np.nan), float(compared[2]))
        else:
            found |= column.map(str, na_action="ignore").eq(answer).to_numpy(dtype=bool)
    return found


def rule_words(rule: Mapping[str, Sequence[str]]) -> str:
    """A rule in words.

    >>> rule_words({"minutes": ("< 3",), "arm": ("none", "conditional")})
    'minutes < 3 and arm is none or conditional'
    """
    parts = []
    for name, answers in rule.items():
        alone = len(answers) == 1 and _COMPARED.fullmatch(answers[0].strip())
        parts.append(f"{name} {answers[0]}" if alone else f"{name} is {' or '.join(answers)}")
    return " and ".join(parts)


def rule_problems(
    exclusions: Sequence[Mapping[str, Sequence[str]]], codebook: Codebook
) -> Iterator[tuple[Place, str]]:
    """Variables and answers that the codebook does not have, with their places."""
    known = [*codebook.kept, *codebook.scales]
    for position, rule in enumerate(exclusions):
        if not rule:
            yield ("exclusions", position), "an exclusion names a variable: {minutes: '< 3'}."
        for name, answers in rule.items():
            place = ("exclusions", position, name)
            if name not in known:
                yield (
                    place,
                    f"'{name}' is not a variable of the codebook.{did_you_mean(name, known)}",
                )
                continue
            variable = codebook.kept.get(name)
            number = variable is None or variable.type in _NUMERIC
            levels = [] if variable is None else [*variable.categories]
            for answer in answers:
                wrong = _wrong(answer, number, levels)
                if wrong:
                    yield place, f"'{name}': {wrong}"


def _wrong(answer: str, number: bool, levels: list[str]) -> str:
    compared = _COMPARED.fullmatch(answer.strip()) is not None
    if answer == "missing" or (number and compared):
        return ""
    if number:
        return f"'{answer}' is no comparison: write '< 3', '<= 3', '> 3', '>= 3' or 'missing'."
    if compared:
        return f"'{answer}' compares numbers; the levels are {listing(levels)}."
    if levels and answer not in levels:
        hint = did_you_mean(answer, levels)
        return f"'{answer}' is not a level.{hint} There are: {listing(levels)}."
    return ""
