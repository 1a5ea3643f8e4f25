"""Answers to sensitive questions, and the prevalence they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import StructureError
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.assign import Assignment, assign
from confstudy.simulate.sample.questions import Direct, ItemCount, Question

__all__ = ["Answers", "Prevalence", "ask", "prevalence"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class Answers:
    """What was said, shape ``(n,)``: 1 for yes, or the count; and who got the long list."""

    said: Codes
    long: NDArray[np.bool_]


@dataclass(frozen=True)
class Prevalence:
    """An estimated share of bearers of the trait, and its standard error; not cut to 0 … 1."""

    estimate: float
    se: float


def ask(
    question: Question,
    trait: NDArray[np.generic],
    streams: Streams,
    column: str,
    values: Mapping[str, Floats] | None = None,
    *,
    start: int = 0,
    of: int | None = None,
) -> Answers:
    """Draw everybody's answer to a question about a trait.

    Parameters
    ----------
    trait
        1 for bearers and 0 for others, shape ``(n,)``.
    column
        The name of the question, which names its random numbers.
    values
        Variable → one value a client, for the paths of ``admits``.
    start, of
        Where this is a window: the first of its clients, and how many there are in all. It
        holds the same answers as the same rows of the whole.

    Examples
    --------
    >>> from confstudy.simulate.sample.questions import Crosswise
    >>> trait = np.repeat([1, 0], [12_000, 88_000])
    >>> answers = ask(Crosswise(p=0.25), trait, Streams(1), "harm")
    >>> found = prevalence(Crosswise(p=0.25), answers)
    >>> round(found.estimate, 2), round(found.se, 4)
    (0.12, 0.0029)
    """
    n, bears = len(trait), np.asarray(trait, dtype=np.intp)
    long = np.zeros(n, dtype=np.intp)
    if isinstance(question, ItemCount):
        everybody = assign(Assignment(arms=("short", "long")), f"{column}:list", of or n, streams)
        long = everybody[start : start + n]
        safe = _harmless(question, n, streams, column, start)
        true, options = safe + long * bears, len(question.shares) + 1 + long
    else:
        safe, options = np.zeros(n, dtype=np.intp), np.full(n, 2)
        base, gain = question.device
        chance = base + gain * bears.astype(float)
        if isinstance(question, Direct) and question.admits is not None:
            of_bearers = {name: value[bears == 1] for name, value in (values or {}).items()}
            chance[bears == 1] = question.admits.of(of_bearers, int(bears.sum()))
        true = (streams.uniform(column, n, start) < chance).astype(np.intp)
    style = streams.uniform(f"{column}:complies", n, start)
    guess = (streams.uniform(f"{column}:guesses", n, start) * options).astype(np.intp)
    said = np.where(style < question.noncompliance + question.guessing, guess, true)
    said = np.where(style < question.noncompliance, safe, said)
    return Answers(said, long == 1)


def prevalence(question: Question, answers: Answers) -> Prevalence:
    """Estimate the share of bearers from the answers, and its standard error.

    Notes
    -----
    Estimand: the share of the trait among those asked.
    Assumes that all follow the instructions; ``question.bias`` says what it costs if not.
    Does not show who bears the trait. The estimate may fall outside 0 … 1: cutting it there
    would bias it.

    Warner (1965), JASA 60, 63. Greenberg, Abul-Ela, Simmons & Horvitz (1969), JASA 64, 520.
    Boruch (1971), The American Sociologist 6, 308. Miller (1984), dissertation, George
    Washington University. Yu, Tian & Tang (2008), Metrika 67, 251.

    Examples
    --------
    >>> from confstudy.simulate.sample.questions import Forced
    >>> question = Forced(yes=1 / 6, no=1 / 6)
    >>> said = np.repeat([1, 0], [250, 750])
    >>> found = prevalence(question, Answers(said, np.zeros(1000, dtype=bool)))
    >>> round(found.estimate, 4), round(found.se, 4)
    (0.125, 0.0205)
    """
    said = answers.said.astype(float)
    if isinstance(question, ItemCount):
        halves = [said[answers.long], said[~answers.long]]
        if min(len(half) for half in halves) < 2:
            raise StructureError("A list experiment needs two answers or more to either list.")
        variance = sum(float(half.var(ddof=1)) / len(half) for half in halves)
        return Prevalence(float(halves[0].mean() - halves[1].mean()), float(np.sqrt(variance)))
    if not len(said):
        raise StructureError("A prevalence needs one answer or more.")
    base, gain = question.device
    yes = float(said.mean())
    return Prevalence((yes - base) / gain, float(np.sqrt(yes * (1 - yes) / len(said))) / abs(gain))


def _harmless(question: ItemCount, n: int, streams: Streams, column: str, start: int) -> Codes:
    count = np.zeros(n, dtype=np.intp)
    for number, share in enumerate(question.shares):
        count += streams.uniform(f"{column}:item {number}", n, start) < share
    return count
