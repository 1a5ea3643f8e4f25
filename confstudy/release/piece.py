"""A released output: what a notebook may show, and who stands behind its numbers."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any

import pandas as pd

from confstudy.release.cell import Cell
from confstudy.release.decision import Decision, worst

__all__ = ["KINDS", "MIME", "OPEN", "Piece", "decision_of", "picture"]

#: The type of a released output inside a notebook.
MIME = "application/vnd.confstudy.piece+json"
#: All types that a released output has.
KINDS = ("text/html", "text/plain", MIME)
OPEN = Decision("pass", "none", "nothing about respondents is shown")


@dataclass(frozen=True, repr=False)
class Piece:
    """One released output.

    Attributes
    ----------
    kind, caption
        What it is (table, figure, model, text …), and what it is called in the ledger.
    html
        What a notebook shows.
    decision
        The gravest of what was decided; ``decisions`` has one row a rule that spoke.
    cells
        The numbers in it, with the respondents behind each.
    frame
        The released numbers, where it is a table: what is hidden is the word ``masked``.
    """

    kind: str
    html: str
    decision: Decision = OPEN
    data: dict[str, Any] = field(default_factory=dict)
    caption: str = ""
    cells: tuple[Cell, ...] = ()
    frame: pd.DataFrame | None = None
    decided: tuple[Decision, ...] = ()

    @property
    def decisions(self) -> pd.DataFrame:
        """What was decided and why: status, rule, reason."""
        rows = self.decided or (self.decision,)
        return pd.DataFrame([vars(row) for row in rows], columns=["status", "rule", "reason"])

    @property
    def bundle(self) -> dict[str, Any]:
        """What a notebook stores of it; raises DisclosureRefused if it may not leave."""
        self.decision.require(f"The {self.kind}")
        piece = {"kind": self.kind, "decision": vars(self.decision), **self.data}
        return {"text/html": self.html, "text/plain": f"({self.kind})", MIME: piece}

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        return self.bundle

    def __repr__(self) -> str:
        name = f" '{self.caption}'" if self.caption else ""
        head = f"{self.kind}{name} · {self.decision.status} ({self.decision.rule})"
        return head if self.frame is None else f"{head}\n{self.frame.to_string(index=False)}"


def picture(canvas: Any, decision: Decision, caption: str, alt: str) -> Piece:
    """A Matplotlib figure as a piece: a picture without metadata, its words beside it."""
    stream = BytesIO()
    canvas.savefig(stream, format="png", dpi=150, metadata={"Software": None})
    data = b64encode(stream.getvalue()).decode()
    html = (
        f'<figure><img alt="{escape(alt)}" src="data:image/png;base64,{data}">'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )
    return Piece("figure", html, decision, {"alt": alt}, caption)


def decision_of(pieces: Sequence[dict[str, Any]]) -> Decision:
    """The gravest decision among a notebook's pieces."""
    return worst(Decision(**piece["decision"]) for piece in pieces)
