"""The tables behind the data-quality report."""

from __future__ import annotations

import pandas as pd

from confstudy.report.outcomes import Number
from confstudy.show.words import interval, number, percent
from confstudy.survey.scoring import Scores
from confstudy.survey.survey import Survey

__all__ = ["COUNTS", "headline", "missing_answers", "numbers", "scale_table", "used_recodes"]

_REASONS = {
    "refused": "refused",
    "dont_know": "did not know",
    "not_asked": "not asked",
    "lost": "lost",
    "blank": "left blank",
    "out_of_range": "out of range",
    "unlisted": "not a level",
    "suppressed": "suppressed",
}

#: Columns of these tables that count respondents.
COUNTS = (*_REASONS.values(), "respondents recoded")


def missing_share(survey: Survey) -> float:
    """The share of cells without an answer."""
    return float(survey.frame[list(survey.codebook.kept)].isna().to_numpy().mean())


def headline(survey: Survey) -> str:
    """The state of the data in one sentence."""
    return f"{survey.n:,} respondents, {percent(missing_share(survey), 1)} of answers missing"


def numbers(scores: Scores) -> list[Number]:
    """Respondents, missing answers, and the least reliable scale."""
    invited = scores.codebook.fieldwork.invited
    of = f"of {invited:,} invited" if invited else "number invited not recorded"
    found = [
        Number("Respondents", f"{scores.n:,}", of),
        Number("Answers missing, all reasons", percent(missing_share(scores), 1), ""),
    ]
    if scores.reliability:
        name, alpha = min(scores.reliability.items(), key=lambda entry: entry[1].alpha)
        label = f"Lowest α ({scores.codebook.short(name)})"
        limits = interval(alpha.conf_low, alpha.conf_high)
        found.append(Number(label, number(alpha.alpha), limits))
    return found


def missing_answers(survey: Survey) -> pd.DataFrame:
    """One row a variable with missing answers: its label and the count of each reason."""
    table = survey.missing.rename(columns=_REASONS)
    label = [survey.codebook.label(name) for name in table["variable"]]
    return table.drop(columns="variable").set_axis(label).rename_axis("variable").reset_index()


def used_recodes(survey: Survey) -> pd.DataFrame:
    """One row a recoded variable: where it came from, how many spellings became how many levels."""
    table = survey.recodes
    codebook = survey.codebook
    return pd.DataFrame(
        {
            "variable": [codebook.label(name) for name in table["variable"]],
            "column of the file": table["source"],
            "answers in the file": table["spellings"],
            "levels": [len(codebook.variables[n].categories) for n in table["variable"]],
            "respondents recoded": table["respondents"],
        }
    )


def scale_table(scores: Scores) -> pd.DataFrame:
    """One row a scale: items, mean, SD, α with its interval."""
    if not scores.reliability:
        return pd.DataFrame()
    table = scores.table
    limits = zip(table["conf_low"], table["conf_high"], strict=True)
    interval = [f"{low:.2f} to {high:.2f}" for low, high in limits]
    return pd.DataFrame(
        {
            "scale": table["label"],
            "items": table["items"],
            "reverse-keyed": table["reverse_keyed"],
            "n": table["n"],
            "mean": table["mean"],
            "SD": table["sd"],
            "α": table["alpha"],
            "95 % interval": interval,
        }
    )
