"""What an audit found, in words that never hold a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from confstudy.release.decision import Decision, Status, worst

__all__ = ["Audit", "AuditFinding", "Hit", "hits_once"]


@dataclass(frozen=True)
class Hit:
    """A rule that spoke about a text, before it is known where the text stood."""

    rule: str
    what: str
    status: Status = "fail"


@dataclass(frozen=True)
class AuditFinding:
    """One thing in a notebook that could tell of a respondent.

    Attributes
    ----------
    rule
        The rule's name, as output checkers say it: ``threshold``, ``extremes``, ``e-mail address``.
    cell
        The cell, counted from 1; 0 for what belongs to the notebook as a whole.
    where
        ``source``, ``metadata``, ``attachment``, or ``output 2, text/html``.
    what
        What is wrong, without any value.
    status
        ``fail``, or ``review`` where a person has to look.
    """

    rule: str
    cell: int
    where: str
    what: str
    status: Status = "fail"

    def __str__(self) -> str:
        place = f"cell {self.cell} ({self.where})" if self.cell else f"notebook ({self.where})"
        return f"{place}: {self.what} [{self.rule}, {self.status}]"


@dataclass(frozen=True, repr=False)
class Audit:
    """The findings of one notebook; true when there are none.

    >>> bool(Audit("clean.ipynb")), Audit("clean.ipynb")
    (True, Audit of clean.ipynb: clean)
    """

    notebook: str
    findings: tuple[AuditFinding, ...] = ()

    def __bool__(self) -> bool:
        return not self.findings

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding: rule, cell, where, what, status."""
        names = list(AuditFinding.__dataclass_fields__)
        return pd.DataFrame([vars(finding) for finding in self.findings], columns=names)

    @property
    def decision(self) -> Decision:
        """The gravest finding as a decision; passing when there is none."""
        if not self.findings:
            return Decision("pass", "audit", "nothing about a respondent was found")
        return worst(Decision(one.status, one.rule, one.what) for one in self.findings)

    def __repr__(self) -> str:
        head = f"Audit of {self.notebook}: "
        if not self.findings:
            return head + "clean"
        lines = [f"{len(self.findings)} findings", *map(str, self.findings)]
        return head + "\n  ".join(lines)


def hits_once(hits: Iterable[Hit]) -> list[Hit]:
    """Every hit once, in the order of first appearance."""
    return list(dict.fromkeys(hits))
