"""How a sensitive question was asked, as far as its analysis needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable

import numpy as np

from confstudy.errors import AnalysisError

__all__ = ["Asked", "ItemList", "YesNo", "crosswise", "forced", "items_of", "unrelated", "warner"]


@runtime_checkable
class Asked(Protocol):
    """A yes-no question that bearers affirm with chance base + gain, and others with base.

    The declarations of the simulator fit it, so that what drew answers also analyses them.
    """

    @property
    def technique(self) -> str:
        """What it is called."""

    @property
    def device(self) -> tuple[float, float]:
        """Base and gain."""


@dataclass(frozen=True)
class YesNo:
    """A question to be answered yes or no.

    Parameters
    ----------
    technique
        What it is called.
    base
        The chance of a yes from those without the trait.
    gain
        How much greater it is for its bearers; not 0.

    Examples
    --------
    >>> YesNo("triangular", base=0.25, gain=0.75).device
    (0.25, 0.75)
    """

    technique: str
    base: float
    gain: float

    def __post_init__(self) -> None:
        ends = self.base, self.base + self.gain
        inside = all(-1e-9 <= end <= 1 + 1e-9 for end in ends)
        if not inside or not np.isfinite(self.gain) or abs(self.gain) < 1e-9:
            raise AnalysisError(
                f"A {self.technique} question with a chance of a yes of {ends[0]:g} without the "
                f"trait and {ends[1]:g} with it tells nothing, or is no chance: both lie between "
                "0 and 1, and differ. Warner's and the crosswise 'p' is not one half."
            )

    @property
    def device(self) -> tuple[float, float]:
        """Base and gain."""
        return self.base, self.gain


@dataclass(frozen=True)
class ItemList:
    """A list experiment: how many of ``items`` harmless items, and for some the sensitive one.

    Examples
    --------
    >>> ItemList(items=4).technique
    'list'
    """

    items: int
    technique: Literal["list"] = "list"

    def __post_init__(self) -> None:
        if self.items < 1 or self.items != int(self.items):
            raise AnalysisError("A list has one harmless item or more, a whole number.")


def warner(p: float) -> YesNo:
    """Yes to "I have it" with chance ``p``, else to "I do not" (Warner 1965).

    >>> warner(0.75).device
    (0.25, 0.5)
    """
    return YesNo("warner", 1 - p, 2 * p - 1)


def crosswise(p: float) -> YesNo:
    """Yes is "both or neither" of the trait and a harmless one of share ``p`` (Yu et al. 2008).

    >>> crosswise(0.25).device
    (0.75, -0.5)
    """
    return YesNo("crosswise", 1 - p, 2 * p - 1)


def forced(yes: float, no: float) -> YesNo:
    """A share must say yes, a share no, the rest answer truly (Boruch 1971).

    >>> forced(0.25, 0.25).device
    (0.25, 0.5)
    """
    if min(yes, no) < 0 or yes + no >= 1:
        raise AnalysisError("'yes' and 'no' sum to less than 1; the rest answer truly.")
    return YesNo("forced", yes, 1 - yes - no)


def unrelated(p: float, share: float) -> YesNo:
    """With chance ``p`` the question, else one that ``share`` affirm (Greenberg et al. 1969).

    >>> unrelated(0.5, 0.5).device
    (0.25, 0.5)
    """
    if not (0 < p <= 1 and 0 <= share <= 1):
        raise AnalysisError("'p' is above 0, and 'p' and 'share' are 1 at most.")
    return YesNo("unrelated", (1 - p) * share, p)


def items_of(question: Any) -> int | None:
    """How many harmless items a list has; None for a yes-no question."""
    if getattr(question, "technique", "") == "list":
        shares = getattr(question, "shares", None)
        return len(shares) if shares is not None else int(question.items)
    if isinstance(question, Asked):
        return None
    raise AnalysisError(
        "A question is declared by crosswise(p=…), warner(p=…), forced(yes=…, no=…), "
        "unrelated(p=…, share=…) or ItemList(items=…)."
    )
