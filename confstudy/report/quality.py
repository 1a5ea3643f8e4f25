"""The tables behind the data-quality report."""

from __future__ import annotations

import pandas as pd

from confstudy.release.sentence import Sentence
from confstudy.release.table import Tally
from confstudy.report.wording import Number
from confstudy.show.words import interval, number, percent
from confstudy.survey.scoring import Scores
from confstudy.survey.survey import Survey

__all__ = ["headline", "missing_answers", "numbers", "scale_table", "used_recodes"]

_REASONS = {
    "refused": "Refused",
    "dont_know": "Did not know",
    "not_asked": "Not asked",
    "lost": "Lost",
    "blank": "Left blank",
    "out_of_range": "Out of range",
    "unlisted": "Not a level",
    "suppressed": "Suppressed",
}


def missing_share(survey: Survey) -> float:
    """The share of cells without an answer."""
    return float(survey.frame[list(survey.codebook.kept)].isna().to_numpy().mean())


def headline(survey: Survey) -> Sentence:
    """The state of the data in one sentence."""
    share = percent(missing_share(survey), 1)
    return Sentence(f"{survey.n:,} respondents, {share} of answers missing")


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


def missing_answers(survey: Survey) -> Tally:
    """One row a variable or scale with missing answers, one column a reason: their counts.

    The items of a scale are added up.
    """
    table = survey.missing.rename(columns=_REASONS)
    codebook = survey.codebook
    scales = {item: name for name, scale in codebook.scales.items() for item in scale.items}
    names = [scales.get(name, name) for name in table["variable"]]
    summed = table.drop(columns="variable").groupby(names, sort=False).sum()
    items = {name: len(scale.items) for name, scale in codebook.scales.items()}
    labels = [
        codebook.label(name) + (f" ({items[name]} items)" if name in items else "")
        for name in map(str, summed.index)
    ]
    frame = summed.set_axis(labels).rename_axis("Variable").reset_index()
    return Tally(frame, tuple(map(str, frame.columns[1:])))


def used_recodes(survey: Survey) -> Tally:
    """One row a recoded variable: where it came from, how many spellings became how many levels."""
    table = survey.recodes
    codebook = survey.codebook
    frame = pd.DataFrame(
        {
            "Variable": [codebook.label(name) for name in table["variable"]],
            "Column of the file": table["source"],
            "Answers in the file": table["spellings"],
            "Levels": [len(codebook.variables[n].categories) for n in table["variable"]],
            "Respondents recoded": table["respondents"],
        }
    )
    return Tally(frame, ("Respondents recoded",))


def scale_table(scores: Scores) -> Tally:
    """One row a scale: items, mean, SD, α with its interval."""
    if not scores.reliability:
        return Tally(pd.DataFrame(), ())
    table = scores.table
    limits = zip(table["conf_low"], table["conf_high"], strict=True)
    interval = [f"{low:.2f} to {high:.2f}" for low, high in limits]
    frame = pd.DataFrame(
        {
            "Scale": table["label"],
            "Items": table["items"],
            "Reverse-keyed": table["reverse_keyed"],
            "n": table["n"],
            "Mean": table["mean"],
            "SD": table["sd"],
            "α": table["alpha"],
            "95 % interval": interval,
        }
    )
    return Tally(frame, ("n",))
