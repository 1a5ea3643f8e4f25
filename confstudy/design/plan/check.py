"""Whether a survey has what a plan needs, and how many respondents the plan leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pandas as pd

from confstudy.design.plan.formulas import needed
from confstudy.design.plan.plan import Plan
from confstudy.design.plan.problems import codebook_hash
from confstudy.design.plan.rules import excluded, rule_words
from confstudy.errors import DataError, did_you_mean
from confstudy.survey.scoring import Scores, score
from confstudy.survey.survey import Survey

__all__ = ["Checked", "check", "remaining"]


@dataclass(frozen=True, repr=False)
class Checked:
    """A survey that has what a plan needs.

    Attributes
    ----------
    n
        Respondents after all exclusions.
    planned
        Respondents that the plan wants.
    exclusions
        One row a rule: rule, respondents left out by it, respondents left.
    hypotheses
        One row a hypothesis: hypothesis, respondents with every variable of its model.
    notes
        What a reader should know.
    """

    n: int
    planned: int
    exclusions: pd.DataFrame
    hypotheses: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        lines = [f"The survey has what the plan needs: n = {self.n:,} of {self.planned:,} planned."]
        for table in (self.exclusions, self.hypotheses):
            lines += [table.to_string(index=False)] if len(table) else []
        return "\n".join([*lines, *(f"Mind: {note}" for note in self.notes)])


def remaining(plan: Plan, survey: Survey) -> Survey:
    """The respondents whom the plan does not leave out, each rule a step of the flow.

    Raises
    ------
    DataError
        The survey lacks a variable of a rule.
    """
    scored = _scored(survey, [name for rule in plan.content.exclusions for name in rule])
    _require(plan, scored)
    return reduce(
        _without,
        plan.content.exclusions,
        scored,
    )


def _without(survey: Survey, rule: Mapping[str, Sequence[str]]) -> Survey:
    kept = pd.Series(~excluded(survey.frame, rule), index=survey.frame.index)
    return survey.where(kept, f"not {rule_words(rule)}")


def check(plan: Plan, survey: Survey) -> Checked:
    """Whether a survey has what a plan needs, and how many respondents are left.

    Counts only; no model is fitted and no outcome looked at. Scales are scored where they are
    not yet.

    Raises
    ------
    DataError
        Everything that the survey lacks, at once.

    Examples
    --------
    >>> import confstudy as cs
    >>> from confstudy.design.plan.plan import hypothesis, plan
    >>> test = hypothesis("H1", estimand="slope", model={"formula": "alliance ~ privacy"})
    >>> made = plan(title="Trust", hypotheses=[test], n=600, codebook="therapy")
    >>> check(made, cs.load("data_synthetic/therapy.parquet")).planned
    600
    """
    content = plan.content
    names = [name for each in content.hypotheses for name in needed(each.model)]
    scored = _scored(survey, [*names, *(name for rule in content.exclusions for name in rule)])
    _require(plan, scored)
    steps = len(scored.flow)
    left = remaining(plan, scored)
    counts = np.array([scored.n, *(step.n for step in left.flow[steps:])])
    rules = pd.DataFrame(
        {
            "rule": [rule_words(rule) for rule in content.exclusions],
            "left_out": counts[:-1] - counts[1:],
            "left": counts[1:],
        }
    )
    complete = pd.DataFrame(
        [
            (each.id, int(left.frame[needed(each.model)].notna().all(axis=1).sum()))
            for each in content.hypotheses
        ],
        columns=["hypothesis", "complete"],
    )
    empty = [str(row.hypothesis) for row in complete.itertuples() if row.complete == 0]
    if empty:
        raise DataError(
            f"After the exclusions nobody has all variables of {', '.join(empty)}: "
            "the plan cannot be followed with these data."
        )
    return Checked(left.n, content.n, rules, complete, tuple(_notes(plan, survey, left.n)))


def _notes(plan: Plan, survey: Survey, n: int) -> list[str]:
    told = []
    book = plan.content.codebook
    if book.sha256 and codebook_hash(survey.codebook) != book.sha256:
        told.append(
            f"the survey's codebook is not the one that the plan was written for, '{book.name}': "
            "it was changed, or stands for fewer questions, other waves or anonymized answers."
        )
    if n < plan.content.n:
        told.append(f"{plan.content.n - n:,} respondents fewer than planned.")
    return told


def _scored(survey: Survey, names: Sequence[str]) -> Survey:
    scales = set(names) & set(survey.codebook.scales) - set(map(str, survey.frame.columns))
    return score(survey) if scales and not isinstance(survey, Scores) else survey


def _require(plan: Plan, survey: Survey) -> None:
    columns = [*map(str, survey.frame.columns)]
    wanted: dict[str, list[str]] = {}
    for each in plan.content.hypotheses:
        for name in needed(each.model):
            wanted.setdefault(name, []).append(each.id)
    for rule in plan.content.exclusions:
        for name in rule:
            wanted.setdefault(name, []).append("the exclusions")
    lacking = [name for name in wanted if name not in columns]
    told = [
        f"'{name}' (for {', '.join(wanted[name])}).{did_you_mean(name, columns)}"
        for name in lacking
    ]
    told += [
        f"'{name}' was answered by nobody."
        for name in wanted
        if name in columns and not survey.frame[name].notna().any()
    ]
    declared = survey.design
    if any(each.model.survey_design for each in plan.content.hypotheses) and not (
        declared.weight or declared.strata or declared.cluster or declared.replicates
    ):
        told.append("A sampling design: the codebook declares none.")
    if told:
        raise DataError("The survey lacks what the plan needs:\n" + "\n".join(told))
