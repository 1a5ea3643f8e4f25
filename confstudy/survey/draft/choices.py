"""Select all that apply: one column a choice, which is filled where it was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import pandas as pd

from confstudy.codebook.words import heading, plain
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
    codes = [plain(code) for listed in entry.missing.values() for code in listed]
    answers = [text for text in counts if text not in codes]
    if len(answers) != 1 or len(codes) > 1 or {*entry.missing} - {"lost"}:
        return entry
    answer, repeated = answers[0], answers[0] in heading(entry.label or entry.header)
    if not FEW <= counts[answer] <= len(frame) - FEW or not (several or repeated):
        return entry
    # Qualtrics can tell who saw a choice and left it: -99, while a blank was not shown.
    levels = {"".join(codes): "No", spelled[answer]: "Yes"}
    question = f"is {codes[0]} “not chosen” (taken so)?" if codes else _QUESTION
    return replace(entry, drop="", kind="binary", levels=levels, missing={}, unsure=(question,))
