"""What is decided about an output, in the terms of output checkers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from confstudy.errors import DisclosureRefused

__all__ = ["THRESHOLD", "Decision", "Rules", "Status", "stricter", "worst"]

Status = Literal["pass", "review", "fail"]

#: Fewest respondents that may stand behind a published number.
THRESHOLD = 10


@dataclass(frozen=True)
class Rules:
    """The limits of what may leave; the defaults are those of official statistics.

    Attributes
    ----------
    threshold
        Fewest respondents behind a number, behind what it leaves out, and behind the difference
        of two numbers.
    dominance
        (n, k): the n largest contributors hold less than the share k of a total.
    p_percent
        The second largest contributor cannot work out the largest one's value to within this
        share of it.
    beyond
        Fewest observations on either side of a percentile.
    df
        Fewest residual degrees of freedom of a model.
    leverage
        The most that one respondent may decide of a fitted value.
    """

    threshold: int = THRESHOLD
    dominance: tuple[int, float] = (2, 0.9)
    p_percent: float = 0.1
    beyond: int = THRESHOLD
    df: int = THRESHOLD
    leverage: float = 0.9


@dataclass(frozen=True)
class Decision:
    """Whether an output may leave: ``pass``, ``review`` by a person, or ``fail``, and why."""

    status: Status
    rule: str
    reason: str

    def require(self, output: str) -> None:
        """Raise DisclosureRefused when the output may not leave."""
        if self.status == "fail":
            raise DisclosureRefused(f"{output} is not released ({self.rule}): {self.reason}.")


def worst(decisions: Iterable[Decision]) -> Decision:
    """The gravest of several decisions; passing when there are none."""
    order = {"fail": 0, "review": 1, "pass": 2}
    passed = Decision("pass", "none", "nothing about respondents is shown")
    return min([*decisions, passed], key=lambda decision: order[decision.status])


def stricter(rules: Rules | None) -> Rules:
    """The limits asked for; looser ones than those of official statistics are refused."""
    asked, least = rules or Rules(), Rules()
    if (
        min(asked.threshold - least.threshold, asked.beyond - least.beyond, asked.df - least.df) < 0
        or asked.dominance[0] < least.dominance[0]
        or asked.dominance[1] > least.dominance[1]
        or asked.p_percent < least.p_percent
        or asked.leverage > least.leverage
    ):
        raise DisclosureRefused(f"Limits may be stricter than {least}, not looser.")
    return asked
