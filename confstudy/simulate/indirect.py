"""Sensitive questions, asked plainly or so that no answer gives its giver away."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from confstudy.errors import StructureError
from confstudy.simulate.assign import Assignment, assign
from confstudy.simulate.chances import Chance, Share
from confstudy.simulate.streams import Streams

__all__ = [
    "Answers",
    "Crosswise",
    "Direct",
    "Forced",
    "ItemCount",
    "Prevalence",
    "Question",
    "Unrelated",
    "Warner",
    "ask",
    "prevalence",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Fraction = Annotated[float, Field(ge=0, le=1)]


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


class _Asked(BaseModel):
    """A question about a trait that some hide.

    Parameters
    ----------
    noncompliance
        The share who give the safe answer whatever they were told to do: no ("different" to
        the crosswise question), or the count without the sensitive item of a list.
    guessing
        The share who answer at random, every answer alike.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    noncompliance: Fraction = 0.0
    guessing: Fraction = 0.0

    @model_validator(mode="after")
    def _leaves_some_who_follow(self) -> Self:
        if self.noncompliance + self.guessing > 1:
            raise ValueError("'noncompliance' and 'guessing' sum to 1 at most")
        return self

    @abstractmethod
    def standard_error(self, trait: float, n: int) -> float:
        """The estimate's standard error where this share of n has the trait and all comply."""

    @abstractmethod
    def bias(self, trait: float) -> float:
        """How far off the estimate is on average where this share has the trait."""


class _YesNo(_Asked):
    """A question that bearers affirm with chance ``base + gain`` and others with ``base``."""

    @property
    @abstractmethod
    def device(self) -> tuple[float, float]:
        """The base and the gain."""

    def standard_error(self, trait: float, n: int) -> float:
        """√(λ(1 − λ)/n) / abs(gain), with λ = base + gain · trait the chance of a yes."""
        base, gain = self.device
        yes = base + gain * trait
        return float(np.sqrt(yes * (1 - yes) / n)) / abs(gain)

    def bias(self, trait: float) -> float:
        """(g(½ − λ) − sλ) / gain, with g for guessing and s for noncompliance."""
        base, gain = self.device
        yes = base + gain * trait
        return (self.guessing * (0.5 - yes) - self.noncompliance * yes) / gain


class Direct(_YesNo):
    """The plain question.

    Parameters
    ----------
    admits
        The chance that a bearer owns up, which may depend on any variable; its rate is met over
        the bearers. All of them do where it is not declared.
    """

    technique: Literal["direct"] = "direct"
    admits: Chance | None = None

    @property
    def device(self) -> tuple[float, float]:
        """Bearers say yes, others no."""
        return 0.0, 1.0

    def bias(self, trait: float) -> float:
        """As of other questions, and less for bearers who do not admit, by their rate."""
        if self.admits is None:
            return super().bias(trait)
        if self.admits.rate is None:
            raise StructureError("The bias is known where 'admits' has a 'rate'.")
        follow = 1 - self.noncompliance - self.guessing
        return follow * trait * self.admits.rate + self.guessing / 2 - trait


class _Mirrored(_YesNo):
    p: Share

    @model_validator(mode="after")
    def _tells_something(self) -> Self:
        if self.p == 0.5:
            raise ValueError("a 'p' of one half tells nothing; use another, such as 0.7 or 0.25")
        return self

    @property
    def device(self) -> tuple[float, float]:
        """Bearers say yes with chance p, others with 1 − p."""
        return 1 - self.p, 2 * self.p - 1


class Warner(_Mirrored):
    """With chance ``p`` the statement is "I have it", else "I do not" (Warner 1965)."""

    technique: Literal["warner"] = "warner"


class Crosswise(_Mirrored):
    """Are the trait and a harmless attribute of share ``p`` alike? (Yu, Tian & Tang 2008).

    Yes is "both or neither". The algebra is Warner's, without a device to hand out.
    """

    technique: Literal["crosswise"] = "crosswise"


class Forced(_YesNo):
    """A die makes a share say ``yes`` and a share ``no``; the rest answer truly (Boruch 1971)."""

    technique: Literal["forced"] = "forced"
    yes: Share
    no: Share

    @model_validator(mode="after")
    def _leaves_some_to_answer(self) -> Self:
        if self.yes + self.no >= 1:
            raise ValueError("'yes' and 'no' sum to less than 1; the rest answer truly")
        return self

    @property
    def device(self) -> tuple[float, float]:
        """The forced yes, and those left to answer truly."""
        return self.yes, 1 - self.yes - self.no


class Unrelated(_YesNo):
    """With chance ``p`` the question, else a harmless one that a known ``share`` affirms.

    Greenberg, Abul-Ela, Simmons & Horvitz (1969).
    """

    technique: Literal["unrelated"] = "unrelated"
    p: Share
    share: Share

    @property
    def device(self) -> tuple[float, float]:
        """The harmless yes, and the chance of the question itself."""
        return (1 - self.p) * self.share, self.p


class ItemCount(_Asked):
    """How many of these are true of you? Half are given the sensitive item as well (Miller 1984).

    Parameters
    ----------
    shares
        The share each harmless item is true of; they are independent of each other and the trait.
    """

    technique: Literal["list"] = "list"
    shares: Annotated[tuple[Share, ...], Field(min_length=1)]

    def standard_error(self, trait: float, n: int) -> float:
        """Of the difference between the mean counts of two halves of n."""
        harmless = sum(share * (1 - share) for share in self.shares)
        return float(np.sqrt((2 * harmless + trait * (1 - trait)) / (n / 2)))

    def bias(self, trait: float) -> float:
        """g(½ − π) − sπ: guessing adds half an item to the long list."""
        return self.guessing * (0.5 - trait) - self.noncompliance * trait


#: Any of the techniques, told apart by ``technique``.
Question = Annotated[
    Direct | Warner | Crosswise | Forced | Unrelated | ItemCount,
    Field(discriminator="technique"),
]


def ask(
    question: Question,
    trait: NDArray[np.generic],
    streams: Streams,
    column: str,
    values: Mapping[str, Floats] | None = None,
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

    Examples
    --------
    >>> trait = Streams(1).uniform("trait", 100_000) < 0.12
    >>> found = prevalence(Warner(p=0.7), ask(Warner(p=0.7), trait, Streams(1), "harm"))
    >>> round(found.se, 5)
    0.00377
    """
    n, bears = len(trait), np.asarray(trait, dtype=np.intp)
    long = np.zeros(n, dtype=np.intp)
    if isinstance(question, ItemCount):
        long = assign(Assignment(arms=("short", "long")), f"{column}:list", n, streams)
        safe = _harmless(question, n, streams, column)
        true, options = safe + long * bears, len(question.shares) + 1 + long
    else:
        safe, options = np.zeros(n, dtype=np.intp), np.full(n, 2)
        base, gain = question.device
        chance = base + gain * bears.astype(float)
        if isinstance(question, Direct) and question.admits is not None:
            of_bearers = {name: value[bears == 1] for name, value in (values or {}).items()}
            chance[bears == 1] = question.admits.of(of_bearers, int(bears.sum()))
        true = (streams.uniform(column, n) < chance).astype(np.intp)
    style = streams.uniform(f"{column}:complies", n)
    guess = (streams.uniform(f"{column}:guesses", n) * options).astype(np.intp)
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


def _harmless(question: ItemCount, n: int, streams: Streams, column: str) -> Codes:
    count = np.zeros(n, dtype=np.intp)
    for number, share in enumerate(question.shares):
        count += streams.uniform(f"{column}:item {number}", n) < share
    return count
