"""Skip patterns: whom a question was put to, told from the answers that lead to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.conditions import routing_order
from confstudy.codebook.schema import Codebook
from confstudy.codebook.words import Condition
from confstudy.survey.recode import MISSING_REASONS, Decoded

__all__ = ["meets", "routed"]

_NOT_ASKED = MISSING_REASONS.index("not_asked") + 1


def routed(
    columns: Mapping[str, Decoded], codebook: Codebook
) -> tuple[dict[str, Decoded], dict[str, int]]:
    """Mark who was not asked, and count who answered all the same.

    Somebody who was not asked the question that leads here was not asked this one either;
    where the leading answer is missing for another reason, a blank stays a blank. A box left
    empty is no answer.
    """
    done = dict(columns)
    strays: dict[str, int] = {}
    for name in routing_order(codebook):
        column, condition = done[name], codebook.variables[name].asked_if
        asked = np.ones(len(column.decoded), dtype=bool)
        for cause, answers in condition.items():
            leading = done[cause]
            said = _said(leading.decoded, answers)
            asked &= said | (leading.decoded.isna().to_numpy() & (leading.reasons != _NOT_ASKED))
        answered = column.decoded.notna().to_numpy()
        if column.idle is not None:
            answered = answered & ~column.idle
        passed = ~asked & ~answered
        reasons = np.where(passed, _NOT_ASKED, column.reasons).astype(np.int8)
        done[name] = replace(column, decoded=column.decoded.mask(passed), reasons=reasons)
        count = int((~asked & answered).sum())
        if count:
            strays[name] = count
    return done, strays


def meets(frame: pd.DataFrame, condition: Condition) -> NDArray[np.bool_]:
    """For each respondent, whether all answers of a condition were given."""
    met = np.ones(len(frame), dtype=bool)
    for name, answers in condition.items():
        met &= _said(frame[name], answers)
    return met


def _said(column: pd.Series[Any], answers: tuple[str, ...]) -> NDArray[np.bool_]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return np.asarray(column.isin(answers).to_numpy(dtype=bool))
    low, high = map(float, answers)
    return np.asarray(column.between(low, high).to_numpy(dtype=bool))
