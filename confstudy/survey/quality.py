"""What may be wrong with a survey's answers, counted."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.survey.checks.answers import by_wave, nonresponse, of_answers, of_columns
from confstudy.survey.checks.breakoff import attrition, of_breakoff
from confstudy.survey.checks.careless import of_long_runs, of_speed, of_straight_lines
from confstudy.survey.checks.contradictions import of_contradictions, of_strays
from confstudy.survey.checks.duplicates import twins
from confstudy.survey.checks.finding import Finding
from confstudy.survey.survey import Survey

__all__ = ["Quality", "check"]

_COLUMNS = ["check", "variable", "count", "of", "share", "severity", "advice"]
_FIELDS = [name for name in _COLUMNS if name != "share"]
_GRAVE = ["problem", "look", "note"]


@dataclass(frozen=True, repr=False)
class Quality:
    """The result of :func:`check`: counts, never a respondent.

    Attributes
    ----------
    table
        One row a finding, the gravest first: ``check, variable, count``, ``of`` how many it
        could have happened to, ``share``, ``severity`` (note, look, problem), ``advice``.
    missing
        One row a variable: ``variable, label, scale, asked``, counts by reason.
    attrition
        One row a question, in order: ``variable, label, reached, asked, answered, share,
        stopped``.
    by_wave
        One row a wave and variable: ``wave, variable, label, asked, missing, share``.
    matches
        ``match_from, match_to, respondents``: each respondent's greatest share of the same
        answers with anybody else.
    flow
        ``step, wave, n``: respondents after each step, and by wave in the file and at the end.
    notes
        What was not looked for, and why.
    """

    name: str
    n: int
    table: pd.DataFrame
    missing: pd.DataFrame
    attrition: pd.DataFrame
    by_wave: pd.DataFrame
    matches: pd.DataFrame
    flow: pd.DataFrame
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        counts = self.table["severity"].value_counts()
        words = ", ".join(f"{counts.get(level, 0)} {level}" for level in _GRAVE)
        lines = [
            f"Quality of '{self.name}': {self.n:,} respondents, {len(self.attrition)} questions; "
            f"findings: {words}"
        ]
        grave = self.table[self.table["severity"] != "note"]
        for (level, name), rows in grave.groupby(["severity", "check"], sort=False):
            lines += _said(str(level), str(name), rows)
        if len(grave) < len(self.table):
            lines.append("notes are in .table")
        wrapped = (textwrap.fill(note, 96, subsequent_indent="  ") for note in self.notes)
        return "\n".join([*lines, *wrapped])


def _said(severity: str, check: str, rows: pd.DataFrame) -> list[str]:
    """One kind of finding in two lines: the most affected variable, and what to do."""
    worst = rows.sort_values("share").iloc[-1]
    where = f"{worst['variable']}" if len(rows) == 1 else f"{len(rows)} variables, at most"
    share = f"{worst['count']:,} of {worst['of']:,} ({100 * worst['share']:.1f} %)"
    at = "" if len(rows) == 1 else f" in {worst['variable']}"
    return [f"{severity:<9}{check}: {where} {share}{at}", f"{'':<9}{worst['advice']}"]


def check(survey: Survey) -> Quality:
    """Count what may be wrong: missing, repeated, contradictory, careless and broken-off answers.

    Parameters
    ----------
    survey
        A survey or scores.

    Returns
    -------
    Quality
        With ``.table``, one row a finding. Nothing is changed or left out.

    Notes
    -----
    A finding is a reason to look, not proof of bad faith: honest answers can be alike, quick or
    all on one point. The limits from which a share is worth a look are conventions, named with
    their source in :mod:`confstudy.survey.checks`.

    Examples
    --------
    >>> import confstudy as cs
    >>> quality = cs.check(cs.load("data_synthetic/therapy.parquet"))
    >>> bool((quality.table["share"] <= 1).all())
    True
    """
    if not isinstance(survey, Survey):
        raise AnalysisError("Checks need a survey: cs.check(cs.load(file)).")
    absent = nonresponse(survey)
    alike = twins(survey)
    found = [
        *of_contradictions(survey),
        *of_strays(survey),
        *alike.findings,
        *of_breakoff(survey),
        *of_straight_lines(survey),
        *of_long_runs(survey),
        *of_speed(survey),
        *of_columns(survey),
        *of_answers(survey, absent),
    ]
    return Quality(
        name=survey.codebook.name,
        n=survey.n,
        table=_table(found),
        missing=absent,
        attrition=attrition(survey),
        by_wave=by_wave(survey),
        matches=alike.matches,
        flow=_flow(survey),
        notes=(*alike.notes, *_not_looked_for(survey)),
    )


def _table(found: Iterable[Finding]) -> pd.DataFrame:
    table = pd.DataFrame([asdict(finding) for finding in found], columns=_FIELDS)
    table["share"] = table["count"] / table["of"]
    order = table["severity"].map(_GRAVE.index).sort_values(kind="stable").index
    return table.loc[order, _COLUMNS].reset_index(drop=True)


def _flow(survey: Survey) -> pd.DataFrame:
    rows = [(step.label, "", step.n) for step in survey.flow]
    at = len(rows[:1])
    rows[at:at] = [(rows[0][0], r.wave, r.rows) for r in survey.provenance.files if r.wave]
    if len(survey.flow) > 1 and "wave" in survey.frame:
        counts = survey.frame["wave"].value_counts(sort=False)
        rows += [(survey.flow[-1].label, str(wave), int(n)) for wave, n in counts.items() if n]
    return pd.DataFrame(rows, columns=["step", "wave", "n"])


def _not_looked_for(survey: Survey) -> list[str]:
    book, notes = survey.codebook, []
    if not book.with_role("duration"):
        notes.append("Speed: not looked for, no variable has the role 'duration'.")
    if not book.impossible:
        notes.append("Contradictions: not looked for, the codebook names none as 'impossible'.")
    if not any(len(scale.items) >= 4 and not scale.key for scale in book.scales.values()):
        notes.append("Straight lines: not looked for, no scale has four items or more.")
    return notes
