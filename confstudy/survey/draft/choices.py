"""Select all that apply: one column a choice, which is filled where it was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pandas as pd

from confstudy.codebook.words import heading
from confstudy.survey.draft.answers import tallied
from confstudy.survey.draft.column import SAME, Guess
from confstudy.survey.draft.names import stem
from confstudy.survey.draft.rare import FEW

__all__ = ["with_choices"]

_QUESTION = "is a blank “No” (taken so)? Who broke off before it counts as “No” then"


def with_choices(guesses: Sequence[Guess], frame: pd.DataFrame) -> list[Guess]:
    """Keep columns that are either blank or hold one and the same answer, where they are choices.

    They are where several of one question stand side by side, or where the question's text
    repeats the answer.
    """
    done: list[Guess] = []
    for _, run in groupby(guesses, key=lambda entry: (entry.drop == SAME, _stem(entry))):
        group = list(run)
        several = len(group) > 1 and bool(_stem(group[0]))
        done += [_choice(entry, frame, several) if entry.drop == SAME else entry for entry in group]
    return done


def _stem(entry: Guess) -> str:
    return stem(entry.header) or stem(entry.label)


def _choice(entry: Guess, frame: pd.DataFrame, several: bool) -> Guess:
    counts, spelled = tallied(frame[entry.header])
    ((answer, count),) = counts.items()
    repeated = answer in heading(entry.label or entry.header)
    if not FEW <= count <= len(frame) - FEW or not (several or repeated):
        return entry
    levels = {"": "No", spelled[answer]: "Yes"}
    return replace(entry, drop="", kind="binary", levels=levels).wondering(_QUESTION)
