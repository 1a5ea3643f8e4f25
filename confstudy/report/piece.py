"""A released output: what a report notebook may show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from confstudy.release.decision import Decision, worst

__all__ = ["MIME", "OPEN", "Piece", "decision_of"]

#: The type of a released output inside a notebook.
MIME = "application/vnd.confstudy.piece+json"
OPEN = Decision("pass", "none", "nothing about respondents is shown")


@dataclass(frozen=True, repr=False)
class Piece:
    """One released output of a report."""

    kind: str
    html: str
    decision: Decision = OPEN
    data: dict[str, Any] = field(default_factory=dict)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        self.decision.require(f"The {self.kind}")
        decided = {
            "status": self.decision.status,
            "rule": self.decision.rule,
            "reason": self.decision.reason,
        }
        piece = {"kind": self.kind, "decision": decided, **self.data}
        return {"text/html": self.html, "text/plain": f"({self.kind})", MIME: piece}


def decision_of(pieces: Sequence[dict[str, Any]]) -> Decision:
    """The gravest decision among a notebook's pieces."""
    return worst(Decision(**piece["decision"]) for piece in pieces)
