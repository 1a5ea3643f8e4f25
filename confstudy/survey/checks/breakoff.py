"""Break-off: who stopped answering, and after which question."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.survey.checks.finding import EVERYWHERE, Finding, asked, graded, questions
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.survey import Survey

__all__ = ["attrition", "of_breakoff", "stopped_after"]

_SILENT = [MISSING_REASONS.index(reason) + 1 for reason in ("blank", "lost")]
_FEWEST = 2


def stopped_after(survey: Survey) -> NDArray[np.intp]:
    """For each respondent the position among :func:`questions` of the last one answered.

    −1 for somebody who answered nothing, and the number of questions for somebody who did not
    break off: who breaks off leaves at least two questions put to them after the last answer
    unanswered. A refusal, "don't know", or an answer that could not be used is a reaction, so
    its author was still there; questions not asked do not count.
    """
    names = questions(survey)
    reasons = survey.reasons.reindex(columns=pd.Index(names), fill_value=0).to_numpy()
    silent, put = np.isin(reasons, _SILENT), asked(survey, names)
    reacted = put & ~silent
    places = np.arange(len(names))
    last = np.where(reacted, places, -1).max(axis=1, initial=-1)
    after = (silent & (places > last[:, None])).sum(axis=1)
    return np.where(after >= _FEWEST, last, len(names))


def attrition(survey: Survey) -> pd.DataFrame:
    """One row a question, in order: who was still there, and who of them answered.

    ``variable, label``; ``reached``, who had not broken off before it; ``asked`` of them;
    ``answered``; ``share``, answered over asked; ``stopped``, for whom it was the last one.
    """
    names = questions(survey)
    stopped = stopped_after(survey)
    there = stopped[:, None] >= np.arange(len(names))
    put = there & asked(survey, names)
    answered = survey.frame[names].notna().to_numpy()
    table = pd.DataFrame(
        {
            "variable": names,
            "label": [survey.codebook.label(name) for name in names],
            "reached": there.sum(axis=0),
            "asked": put.sum(axis=0),
            "answered": (answered & put).sum(axis=0),
        }
    )
    ended = np.bincount(stopped[stopped >= 0], minlength=len(names) + 1)[: len(names)]
    return table.assign(share=table["answered"] / table["asked"].replace(0, np.nan), stopped=ended)


def of_breakoff(survey: Survey) -> Iterator[Finding]:
    """Respondents who stopped, and those who answered nothing at all."""
    stopped = stopped_after(survey)
    none, early = (
        int((stopped < 0).sum()),
        int(((stopped >= 0) & (stopped < len(questions(survey)))).sum()),
    )
    if none:
        advice = "Count them as not having answered."
        yield Finding("answered nothing", EVERYWHERE, none, survey.n, "problem", advice)
    if early:
        advice = "See at which questions; ask whether those who stopped differ."
        severity = graded(early / survey.n, 0.02, 0.2)
        yield Finding("broke off", EVERYWHERE, early, survey.n, severity, advice)
