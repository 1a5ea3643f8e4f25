"""A finding about a survey's answers, and the variables that hold answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.survey import Survey

__all__ = ["EVERYWHERE", "Finding", "Severity", "asked", "graded", "questions"]

Severity = Literal["note", "look", "problem"]

#: Stands for the variable of a finding about whole rows.
EVERYWHERE = "all variables"
_NOT_ANSWERS = {
    "arm", "cluster", "duration", "identifier", "replicate_weight", "strata", "weight",
}  # fmt: skip
_NOT_ASKED = MISSING_REASONS.index("not_asked") + 1


@dataclass(frozen=True)
class Finding:
    """``count`` of the ``of`` respondents to whom it could have happened, and what to do."""

    check: str
    variable: str
    count: int
    of: int
    severity: Severity
    advice: str


def graded(share: float, look: float, problem: float) -> Severity:
    """How grave a share is, by the shares from which it is worth a look or a problem."""
    return "problem" if share >= problem else "look" if share >= look else "note"


def questions(survey: Survey) -> list[str]:
    """The variables that respondents answered, in the order of the codebook.

    Left out are wave, arm, weights, strata, clusters, durations and scale scores.
    """
    return [
        name
        for name, variable in survey.codebook.kept.items()
        if name in survey.frame and name != "wave" and not _NOT_ANSWERS & set(variable.role)
    ]


def asked(survey: Survey, names: list[str]) -> NDArray[np.bool_]:
    """Respondents × variables: whether the question was put to them."""
    reasons = survey.reasons.reindex(columns=pd.Index(names), fill_value=0)
    return np.asarray(reasons.to_numpy() != _NOT_ASKED)
