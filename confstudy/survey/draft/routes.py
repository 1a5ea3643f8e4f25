"""Routing that shows in the data: a question that exactly those who gave an answer were asked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.words import plain
from confstudy.survey.draft.column import Guess

__all__ = ["with_routes"]

_TERM = re.compile(r"\[(\w+)(?:\((\w+)\))?\]\s*=\s*[\"']?([^\"']*?)[\"']?")
_FEWEST = 10
_EXCEPTIONS = 0.01


def with_routes(
    guesses: Sequence[Guess], frame: pd.DataFrame, logic: Mapping[str, str]
) -> list[Guess]:
    """Add ``asked_if`` where the file says so, or blanks follow from an earlier answer.

    ``logic`` holds the branching logic of REDCap by header.
    """
    by_header = {entry.header: entry for entry in guesses}
    done: list[Guess] = []
    gates: list[tuple[Guess, NDArray[np.str_]]] = []
    for entry in guesses:
        routed = entry
        if not entry.drop and logic.get(entry.header):
            routed = _told(entry, logic[entry.header], by_header)
        elif not entry.drop:
            blank = _blank(frame[entry.header])
            if _FEWEST <= int(blank.sum()) <= len(blank) - _FEWEST:
                routed = _routed(entry, blank, gates)
        few = entry.kind in ("binary", "categorical") and 2 <= len(entry.levels) <= 6
        if few and not entry.drop:
            gates.append((entry, _answers(entry, frame[entry.header])))
        done.append(routed)
    return done


def _told(entry: Guess, logic: str, by_header: Mapping[str, Guess]) -> Guess:
    """The routing that ``[a] = '1' or [a] = '2'`` and the like say; else an open question."""
    condition: dict[str, tuple[str, ...]] = {}
    for part in re.split(r"\s+and\s+", " ".join(logic.split()), flags=re.IGNORECASE):
        terms = re.split(r"\s+or\s+", part.strip("() "), flags=re.IGNORECASE)
        said = [_cause(match, by_header) if (match := _TERM.fullmatch(t)) else None for t in terms]
        causes = {found[0] for found in said if found}
        if None in said or len(causes) != 1 or causes & {entry.name, *condition}:
            return entry.wondering("asked of some only, by branching logic: add `asked_if`?")
        condition[causes.pop()] = tuple(found[1] for found in said if found)
    return replace(entry, asked_if=condition)


def _cause(match: re.Match[str], by_header: Mapping[str, Guess]) -> tuple[str, str] | None:
    """The variable and the answer that a term names, if the draft keeps them."""
    field, choice, code = match.groups()
    cause = by_header.get(f"{field}___{choice}" if choice else field)
    if cause is None or cause.drop or code not in cause.levels:
        return None
    return cause.name, cause.levels[code]


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
