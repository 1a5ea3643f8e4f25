"""A private answer: noisy numbers, how exact they are, what they cost."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.release.decision import Decision
from confstudy.release.html import Table
from confstudy.release.piece import Piece

__all__ = ["ASSUMPTIONS", "MECHANISM", "Private"]

MECHANISM = "discrete Laplace noise"
ASSUMPTIONS = (
    "one respondent more or less is hidden, with all answers; not a practice or a therapist",
    "one row is one respondent",
    "levels, bounds and conditions were chosen without looking at the data",
    "the accuracy is about the noise alone, not about sampling; weights are not used",
    "the load gate's suppressions and outputs released without noise are not in ε",
)


@dataclass(frozen=True, repr=False)
class Private:
    """A differentially private answer.

    Attributes
    ----------
    question
        What was asked, in words.
    table
        One row a number: what it is of, the number, its ``accuracy``.
    values
        The noisy numbers.
    accuracy
        ± what the noise adds to each number at most, in 95 % of answers.
    epsilon, left, total
        What the answer cost when it was first given, what is left, what the budget was.
    repeated
        Whether it was given before: then it is the same, and costs nothing more.
    note
        What a reader needs besides.
    """

    question: str
    table: pd.DataFrame
    values: tuple[float, ...]
    accuracy: float
    epsilon: float
    left: float
    total: float
    repeated: bool
    note: str = ""
    mechanism: str = MECHANISM
    assumptions: tuple[str, ...] = ASSUMPTIONS

    @property
    def value(self) -> float:
        """The noisy number of a count or a mean; raises AnalysisError where there are several."""
        if len(self.values) != 1:
            raise AnalysisError("A histogram has several numbers: take .values or .table.")
        return self.values[0]

    @property
    def decision(self) -> Decision:
        """Private answers pass: the budget was checked before they were given."""
        reason = f"ε = {self.epsilon:g} was spent before it was answered ({self.mechanism})"
        return Decision("pass", "differential privacy", reason)

    @property
    def piece(self) -> Piece:
        """The answer as an output of a report, the same whenever it is given again."""
        notes = (
            f"Differentially private: ε = {self.epsilon:g}, {self.mechanism}; accuracy: ± the most "
            f"that noise adds in 95 % of answers. {self.note}".strip()
        )
        digits = {"mean": 3, "accuracy": 3 if "mean" in self.table else 0, "count": 0}
        table = Table(self.table, self.question, notes, digits)
        data = {"epsilon": self.epsilon, "assumptions": list(self.assumptions)}
        return Piece(
            "private", table.html, self.decision, data, caption=self.question, frame=self.table
        )

    def __repr__(self) -> str:
        cost = "given before, nothing more spent" if self.repeated else "spent"
        lines = [
            self.question,
            self.table.to_string(index=False),
            *([self.note] if self.note else []),
            f"ε = {self.epsilon:g} ({cost}), {self.left:g} of {self.total:g} left · "
            f"{self.mechanism} · accuracy: ± in 95 % of answers",
        ]
        return "\n".join(lines)
