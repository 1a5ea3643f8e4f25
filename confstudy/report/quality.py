"""The tables behind the data-quality report."""

from __future__ import annotations

import numpy as np
import pandas as pd

from confstudy.release.cell import Cell
from confstudy.release.decision import THRESHOLD
from confstudy.release.sentence import Sentence
from confstudy.release.tally import Tally
from confstudy.report.wording import Number
from confstudy.show.quality import still_there
from confstudy.survey.checks.answers import REASONS
from confstudy.survey.checks.finding import EVERYWHERE
from confstudy.survey.quality import Quality
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.scoring import Scores
from confstudy.survey.survey import Survey
from confstudy.words import interval, number, percent

__all__ = [
    "break_off", "by_wave", "findings", "headline", "missing_answers", "numbers", "rating_scales",
    "scale_table", "signs", "spellings", "used_recodes",
]  # fmt: skip

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


_WEIGHTS = {"note": "to know", "look": "worth a look", "problem": "a problem"}


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
        Number(Sentence("Respondents"), f"{scores.n:,}", of),
        Number(Sentence("Answers missing, all reasons"), percent(missing_share(scores), 1), ""),
    ]
    known = {n: found for n, found in scores.reliability.items() if not np.isnan(found.alpha)}
    if known:
        name, alpha = min(known.items(), key=lambda entry: entry[1].alpha)
        label = Sentence(f"Lowest α ({scores.codebook.short(name)})")
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
    codes = {_REASONS[name]: number for number, name in enumerate(MISSING_REASONS, start=1)}

    def cell(row: int, reason: str) -> Cell | None:
        # Answers of a scale are added up: they are no set of respondents.
        name = str(summed.index[row])
        if name not in survey.reasons or summed[reason].iloc[row] < THRESHOLD:
            return None
        rows = survey.frame.index[survey.reasons[name].to_numpy() == codes[reason]]
        return Cell(f"{name}: {reason}", "count", (f"{name} missing",), rows)

    return Tally(frame, tuple(map(str, frame.columns[1:]))).behind(cell)


def used_recodes(survey: Survey) -> Tally:
    """One row a level that answers were recoded to: how many respondents."""
    table = survey.recodes.groupby(["variable", "made"], sort=False)["respondents"].sum()
    found = table.reset_index()
    frame = pd.DataFrame(
        {
            "Variable": [survey.codebook.label(name) for name in found["variable"]],
            "Recoded to": found["made"],
            "Respondents recoded": found["respondents"],
        }
    )
    return Tally(frame, ("Respondents recoded",))


def spellings(survey: Survey) -> Tally:
    """One row a recoded variable: how many different answers became how many levels."""
    codebook = survey.codebook
    found = dict(survey.provenance.spellings)
    frame = pd.DataFrame(
        {
            "Variable": [codebook.label(name) for name in found],
            "Different answers in the file": list(found.values()),
            "Levels": [len(codebook.variables[name].categories) for name in found],
        }
    )
    return Tally(frame, ())


def findings(found: Quality, survey: Survey) -> Tally:
    """One row a finding other than missing answers: how many respondents, and what to do."""
    table = found.table[~found.table["check"].isin(list(REASONS.values()))]
    names = [
        f"{check[0].upper()}{check[1:]}"
        + (f": {_label(name, survey)}" if name != EVERYWHERE else "")
        for check, name in zip(table["check"], table["variable"], strict=True)
    ]
    frame = pd.DataFrame(
        {
            "Finding": names,
            "Respondents": table["count"].to_numpy(),
            "Share": [percent(share, 1) for share in table["share"]],
            "Weight": table["severity"].map(_WEIGHTS).to_numpy(),
            "What to do": table["advice"].to_numpy(),
        }
    )
    return Tally(frame, ("Respondents",))


def _label(name: str, survey: Survey) -> str:
    """The label of a variable or scale; the name of an impossible combination as it is."""
    known = {*survey.codebook.scales, *survey.codebook.variables}
    return survey.codebook.label(name) if name in known else name


def signs(found: Quality) -> list[Sentence]:
    """What the findings may mean, hedged, and what was not looked for."""
    grave = found.table[~found.table["check"].isin(list(REASONS.values()))]
    grave = grave[grave["severity"] != "note"]
    said = [
        "A sign is a reason to look, not proof: honest answers can be alike, quick or all on one "
        "point."
    ]
    if grave.empty:
        said.append("Among what was looked for, nothing stands out.")
    stopped = found.table.loc[found.table["check"] == "broke off", "count"]
    if len(stopped):
        count = int(stopped.iloc[0])
        few = count < THRESHOLD
        words = f"Fewer than {THRESHOLD}" if few else f"{count:,} of {found.n:,}"
        said.append(f"{words} respondents seem to have stopped before the end.")
    else:
        said.append("Nobody seems to have stopped before the end.")
    return [Sentence(text) for text in (*said, *found.notes)]


def break_off(found: Quality) -> Tally:
    """One row a fall of the curve of :func:`confstudy.show.quality.quality`: how many stopped.

    A row holds all who stopped since the row before, ten or more.
    """
    falls = -np.diff(still_there(found))
    places = np.flatnonzero(falls)
    frame = pd.DataFrame(
        {
            "Stopped before": found.attrition["label"].iloc[places + 1].to_numpy(),
            "Respondents": falls[places],
        }
    )
    return Tally(frame, ("Respondents",))


def by_wave(found: Quality) -> Tally:
    """One row a question, one column a wave: missing answers; empty where it was not asked."""
    table = found.by_wave.pivot_table(
        index="variable", columns="wave", values="missing", aggfunc="sum", observed=True, sort=False
    )
    labels = dict(zip(found.by_wave["variable"], found.by_wave["label"], strict=True))
    frame = table[table.fillna(0).sum(axis=1) > 0]
    frame.columns = pd.Index([str(wave) for wave in frame.columns])
    names = [labels[name] for name in frame.index]
    return Tally(frame.set_axis(names).rename_axis("Question").reset_index(), tuple(frame.columns))


def rating_scales(scores: Scores) -> list[str]:
    """The scales that are answered in points, as tests of knowledge are not."""
    return [name for name, scale in scores.codebook.scales.items() if not scale.key]


def scale_table(scores: Scores) -> Tally:
    """One row a scale: items, mean, SD, α with its interval."""
    if not scores.reliability:
        return Tally(pd.DataFrame(), ())
    table = scores.table
    limits = zip(table["conf_low"], table["conf_high"], strict=True)
    interval = [f"{low:.2f} to {high:.2f}" if not np.isnan(low) else "–" for low, high in limits]
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
