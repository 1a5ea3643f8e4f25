"""Answers that contradict each other or the questionnaire's routing."""

from __future__ import annotations

from collections.abc import Iterator

from confstudy.survey.checks.finding import Finding
from confstudy.survey.routing import meets
from confstudy.survey.survey import Survey

__all__ = ["of_contradictions", "of_strays"]


def of_contradictions(survey: Survey) -> Iterator[Finding]:
    """Respondents who gave all answers of a combination the codebook calls impossible."""
    for name, condition in survey.codebook.impossible.items():
        count = int(meets(survey.frame, condition).sum())
        if count:
            of = int(survey.frame[list(condition)].notna().all(axis=1).sum())
            advice = "Look at the questionnaire: one of the answers, or the rule, is wrong."
            yield Finding("impossible combination", name, count, of, "problem", advice)


def of_strays(survey: Survey) -> Iterator[Finding]:
    """Respondents of the file who answered a question that their routing does not lead to."""
    for name, count in survey.provenance.strays:
        if name in survey.frame:
            advice = "Compare the routing in the codebook with the questionnaire."
            rows = survey.provenance.rows
            yield Finding("answered, though routed past it", name, count, rows, "look", advice)
