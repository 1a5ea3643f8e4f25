"""Answers that are missing or out of bounds, and columns that say nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from confstudy.codebook.schema import Role
from confstudy.survey.checks.finding import Finding, Severity, asked, graded, questions
from confstudy.survey.survey import Survey

__all__ = ["REASONS", "by_wave", "nonresponse", "of_answers", "of_columns"]

#: Each reason of a missing answer in words.
REASONS = {
    "refused": "refused",
    "dont_know": "did not know",
    "not_asked": "not asked",
    "lost": "lost or unusable",
    "blank": "left blank",
    "out_of_range": "out of the codebook's range",
    "unlisted": "not among the levels",
    "suppressed": "suppressed to protect respondents",
}
_ADVICE = {
    "refused": "Say how many; ask whether those who refused differ.",
    "dont_know": "Say how many; do not count it as an answer in the middle.",
    "not_asked": "Nothing: routing or the wave left the question out.",
    "lost": "Ask the producer of the file what happened.",
    "blank": "Say how many; ask whether those who left it blank differ.",
    "out_of_range": "Compare the range in the codebook with the questionnaire.",
    "unlisted": "Compare the levels in the codebook with the questionnaire.",
    "suppressed": "Say that the load gate blanked them.",
}


def nonresponse(survey: Survey) -> pd.DataFrame:
    """One row a variable: ``variable, label, scale, asked``, then counts by reason.

    ``asked`` leaves out those of whom the variable was not asked.
    """
    names = list(survey.codebook.kept)
    names = [name for name in names if name in survey.frame]
    counts = survey.missing.set_index("variable").reindex(names).fillna(0).astype("int64")
    scales = {item: key for key, scale in survey.codebook.scales.items() for item in scale.items}
    described = pd.DataFrame(
        {
            "variable": names,
            "label": [survey.codebook.label(name) for name in names],
            "scale": [scales.get(name, "") for name in names],
            "asked": asked(survey, names).sum(axis=0),
        }
    )
    return pd.concat([described, counts.reset_index(drop=True)], axis=1)


def of_answers(survey: Survey, table: pd.DataFrame) -> Iterator[Finding]:
    """Missing answers by reason, from the table of :func:`nonresponse`.

    Under 5 % of those asked is a note (Schafer, 1999) and 40 % or more a problem (Jakobsen et
    al., 2017); both are conventions. A missing weight, stratum or cluster is a problem.
    """
    roles: tuple[Role, ...] = ("weight", "replicate_weight", "strata", "cluster")
    design = {name for role in roles for name in survey.codebook.with_role(role)}
    for row in table.to_dict("records"):
        for reason, words in REASONS.items():
            count = int(row.get(reason, 0))
            if not count:
                continue
            name, of = (
                str(row["variable"]),
                survey.n if reason == "not_asked" else int(row["asked"]),
            )
            severity = _severity(reason, count / of)
            if name in design and reason != "not_asked":
                severity = "problem"
            yield Finding(words, name, count, of, severity, _ADVICE[reason])


def _severity(reason: str, share: float) -> Severity:
    if reason in ("not_asked", "suppressed"):
        return "note"
    look = 0.0 if reason in ("out_of_range", "unlisted") else 0.05
    return graded(share, look, 0.4)


def of_columns(survey: Survey) -> Iterator[Finding]:
    """Questions that nobody answered, or that everybody answered the same."""
    for name in questions(survey):
        put = int(asked(survey, [name]).sum())
        answers = survey.frame[name].dropna()
        if answers.empty and put:
            advice = "Compare the codebook's source with the headers of the file."
            yield Finding("nobody answered", name, put, put, "problem", advice)
        elif len(answers) > 1 and len(answers.unique()) == 1:
            advice = "Leave it out of models: it tells nobody apart."
            count = len(answers)
            yield Finding("everybody answered the same", name, count, count, "look", advice)


def by_wave(survey: Survey) -> pd.DataFrame:
    """One row a wave and variable it asked: ``asked, missing, share``; empty without waves."""
    columns = ["wave", "variable", "label", "asked", "missing", "share"]
    if "wave" not in survey.frame:
        return pd.DataFrame(columns=columns)
    names = questions(survey)
    put = pd.DataFrame(asked(survey, names), columns=names, index=survey.frame.index)
    absent = survey.frame[names].isna() & put
    wave = survey.frame["wave"]
    counts = {
        word: part.groupby(wave, observed=True).sum().melt(ignore_index=False, var_name="variable")
        for word, part in (("asked", put), ("missing", absent))
    }
    table = counts["asked"].rename(columns={"value": "asked"}).rename_axis("wave").reset_index()
    table["missing"] = counts["missing"]["value"].to_numpy()
    table["label"] = [survey.codebook.label(name) for name in table["variable"]]
    table = table[table["asked"] > 0].reset_index(drop=True)
    return table.assign(share=table["missing"] / table["asked"])[columns]
