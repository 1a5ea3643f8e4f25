"""Declarations of sensitive questions, asked plainly or so that no answer gives its giver away."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from confstudy.errors import StructureError
from confstudy.simulate.model.parts import Part
from confstudy.simulate.sample.chances import Chance, Share

__all__ = ["Crosswise", "Direct", "Forced", "ItemCount", "Question", "Unrelated", "Warner"]

Fraction = Annotated[float, Field(ge=0, le=1)]


class _Asked(Part):
    """A question about a trait that some hide.

    Parameters
    ----------
    noncompliance
        The share who give the safe answer whatever they were told to do: no ("different" to
        the crosswise question), or the count without the sensitive item of a list.
    guessing
        The share who answer at random, every answer alike.
    """

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
