"""What the outcomes report says of its analysis, in numbers with intervals and hedged words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from confstudy.models.fit import fit
from confstudy.release.sentence import Sentence
from confstudy.show.paths import Arrow
from confstudy.words import interval, number, percent, with_level

if TYPE_CHECKING:
    from confstudy.report.outcomes import Outcome

__all__ = ["Number", "arrows", "headline", "limits", "numbers"]


@dataclass(frozen=True)
class Number:
    """A number with its interval, as a reader meets it; its label tells who worded it."""

    label: str
    value: str
    interval: str


def headline(study: Outcome) -> Sentence:
    """The finding in one hedged sentence."""
    outcome = study.codebook.short(study.outcome)
    exposure = study.codebook.short(study.exposure)
    if not study.clear:
        return Sentence(f"No clear link between {exposure} and {outcome}")
    direction = "higher" if study.effect["estimate"] > 0 else "lower"
    odds = "odds of " if study.fit.family.name == "logit" else ""
    if isinstance(study.compared[1], str):
        low, high = study.compared
        name = exposure[0].upper() + exposure[1:]
        return Sentence(f"{name}: “{high}” went with {direction} {odds}{outcome} than “{low}”")
    return Sentence(f"Higher {exposure} went with {direction} {odds}{outcome}")


def numbers(study: Outcome) -> list[Number]:
    """The three numbers of the first page: the effect, what it means, where it starts."""
    return [_effect(study), _change(study), _level(study)]


def arrows(study: Outcome) -> list[Arrow]:
    """The model as a path diagram."""
    label = {name: study.codebook.label(name) for name in study.names}
    kind = study.fit.family.ratio or study.fit.family.effect
    words = f"{kind} {_effect(study).value}"
    main = Arrow(label[study.exposure], label[study.outcome], words, main=True)
    ends = (study.exposure, study.outcome)
    beside = [name for name in study.names if name not in ends]
    return [main, *(Arrow(label[name], label[end]) for name in beside for end in ends)]


def limits(study: Outcome) -> list[Sentence]:
    """What the analysis does not show."""
    found = []
    if study.exposure not in study.codebook.with_role("arm"):
        found.append(
            "It is an association: nobody was assigned to an exposure, and something that was "
            "not asked may explain it."
        )
    rate = study.survey.response_rate
    missed = f"{percent(1 - rate)} of those invited" if rate else "People who did not answer"
    found.append(f"{missed} may differ from those who did answer.")
    found.append("All is self-report, asked at one time: which came first is not known.")
    if study.survey.synthetic:
        found.append("The people are simulated: the finding says what the simulator was told.")
    return [Sentence(text) for text in found]


def _effect(study: Outcome) -> Number:
    change = np.exp if study.ratio else np.asarray
    estimate, low, high = (
        float(change(study.effect[part])) for part in ("estimate", "conf_low", "conf_high")
    )
    kind = "Odds ratio" if study.ratio else "Difference"
    exposure = study.codebook.short(study.exposure)
    if isinstance(study.compared[1], str):
        label = f"{kind} for “{study.compared[1]}” on {exposure}"
    else:
        label = f"{kind} per point of {exposure}"
    return Number(Sentence(label), number(estimate), interval(low, high))


def _change(study: Outcome) -> Number:
    low, high = study.compared
    estimate, start, end = (
        float(study.change[part]) for part in ("estimate", "conf_low", "conf_high")
    )
    outcome, exposure = (study.codebook.short(n) for n in (study.outcome, study.exposure))
    span = f"change of {outcome}, {exposure} {_said(low)} to {_said(high)}"
    if not study.ratio:
        return Number(Sentence(f"Predicted {span}"), number(estimate), interval(start, end))
    value = f"{number(100 * estimate, 0)} points"
    limits = interval(100 * start, 100 * end, 0)
    return Number(Sentence(f"Predicted {span}, in percentage points"), value, limits)


def _level(study: Outcome) -> Number:
    """The outcome over everybody in the analysis, with the interval of a model of nothing else."""
    frame, cluster = study.fit.design.frame, study.cluster or None
    if not study.fit.family.chance:
        row = fit(f"{study.outcome} ~ 1", frame, cluster=cluster).table.iloc[0]
        limits = interval(row["conf_low"], row["conf_high"])
        label = f"Mean of {study.codebook.short(study.outcome)}"
        return Number(Sentence(label), number(row["estimate"]), limits)
    ranks = np.unique(study.fit.design.outcome, return_inverse=True)[1]
    counted = pd.DataFrame({"y": (ranks >= study.first).astype(float)}, index=frame.index)
    counted = counted.assign(**({cluster: frame[cluster]} if cluster else {}))
    row = fit("y ~ 1", counted, "logit", cluster=cluster).table.iloc[0]
    share, low, high = (float(expit(row[part])) for part in ("estimate", "conf_low", "conf_high"))
    limits = interval(100 * low, 100 * high, 0)
    return Number(Sentence(f"Of all in the analysis: {_what(study)}"), percent(share), limits)


def _what(study: Outcome) -> str:
    label = study.codebook.label(study.outcome)
    if len(study.fit.levels) == 1:
        levels = study.fit.design.levels
        return with_level(label, levels[-1]) if levels else label
    return f"{label}: {study.fit.levels[study.first]} or more"


def _said(value: str | float) -> str:
    return f"“{value}”" if isinstance(value, str) else number(value, 1)
