"""Routing that shows in the data: a question that exactly those who gave an answer were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.words import plain
from confstudy.survey.draft.column import Guess

__all__ = ["with_routes"]

_FEWEST = 10
_EXCEPTIONS = 0.01


def with_routes(guesses: Sequence[Guess], frame: pd.DataFrame) -> list[Guess]:
    """Add ``asked_if`` where blanks follow from the answer to an earlier question."""
    done: list[Guess] = []
    gates: list[tuple[Guess, NDArray[np.str_]]] = []
    for entry in guesses:
        routed = entry
        if not entry.drop:
            blank = _blank(frame[entry.header])
            if _FEWEST <= int(blank.sum()) <= len(blank) - _FEWEST:
                routed = _routed(entry, blank, gates)
            if entry.kind in ("binary", "categorical") and 2 <= len(entry.levels) <= 6:
                gates.append((entry, _answers(entry, frame[entry.header])))
        done.append(routed)
    return done


def _blank(column: pd.Series[Any]) -> NDArray[np.bool_]:
    text = column.astype("str").str.strip()
    return np.asarray(column.isna() | text.eq(""))


def _answers(entry: Guess, column: pd.Series[Any]) -> NDArray[np.str_]:
    labels = {plain(code): label for code, label in entry.levels.items()}
    labels |= {plain(label): label for label in entry.levels.values()}
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    return np.array([labels.get(plain(cell), "") for cell in distinct], dtype=str)[codes]


def _routed(
    entry: Guess, blank: NDArray[np.bool_], gates: Sequence[tuple[Guess, NDArray[np.str_]]]
) -> Guess:
    """The earlier question whose answers split the blanks from the answers."""
    best: tuple[float, Guess | None, tuple[str, ...]] = (1.0, None, ())
    for gate, answers in gates:
        labels = list(dict.fromkeys(gate.levels.values()))
        shares = {label: blank[answers == label] for label in labels}
        if any(len(rows) < _FEWEST for rows in shares.values()):
            continue
        skipped = [label for label, rows in shares.items() if rows.mean() >= 1 - _EXCEPTIONS]
        asked = tuple(label for label in labels if label not in skipped)
        rest = np.isin(answers, asked)
        if skipped and asked and blank[rest].mean() < min(0.5, best[0]):
            best = (float(blank[rest].mean()), gate, asked)
    if best[1] is None:
        return entry
    question = f"was it asked only of those who said so at '{best[1].name}'?"
    return replace(entry, asked_if={best[1].name: best[2]}).wondering(question)
