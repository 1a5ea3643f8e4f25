"""What is decided about an output, in the terms of output checkers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from confstudy.errors import DisclosureRefused

__all__ = ["THRESHOLD", "Decision", "Status", "worst"]

Status = Literal["pass", "review", "fail"]

#: Fewest respondents that may stand behind a published number.
THRESHOLD = 10


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
