"""One analysis of one estimand in one design: its estimates, and what they say of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.design.batch import Estimates
from confstudy.design.diagnosands import (
    Diagnosand,
    Replications,
    average,
    diagnosands,
    share,
)
from confstudy.design.formulas import ClosedForm

__all__ = ["Finding"]


@dataclass(frozen=True, repr=False, eq=False)
class Finding:
    """What the replications of a design say of one analysis of one estimand.

    Attributes
    ----------
    path
        How the analysis is computed.
    truth, truth_mcse
        The estimand, and its own Monte Carlo standard error.
    found
        The estimate in every replication, or why there is none.
    null_p, null_failed
        (R,) the same replications without the effect; empty where they were not drawn.
    clients
        How many a replication has.
    closed
        What a formula says, where one applies.
    """

    design: str
    estimand: str
    answer: str
    path: str
    truth: float
    truth_mcse: float
    found: Estimates
    null_p: NDArray[np.float64]
    null_failed: NDArray[np.str_]
    clients: int
    level: float
    closed: ClosedForm | None = None

    @property
    def label(self) -> tuple[str, str, str]:
        """The names of design, estimand and answer."""
        return self.design, self.estimand, self.answer

    @property
    def replications(self) -> Replications:
        """Those that are usable, with how many were drawn."""
        return Replications.of(self.found, self.truth, self.truth_mcse, self.level)

    @cached_property
    def diagnosands(self) -> dict[str, Diagnosand]:
        """Every diagnosand; ``false_positives`` are of the replications without the effect."""
        found = diagnosands(self.replications)
        good = self.null_failed == ""
        found["false_positives"] = share(self.null_p[good] < self.level)
        used = np.asarray(self.found.n, dtype=float)
        found["n_used"] = average(used[self.found.failed == ""])
        return found

    @property
    def row(self) -> dict[str, object]:
        """The row of the table."""
        drawn, usable = len(self.found.failed), int((self.found.failed == "").sum())
        row: dict[str, object] = dict(
            zip(("design", "estimand", "answer"), self.label, strict=True)
        )
        row |= {"n_clients": self.clients, "replications": drawn, "usable": usable}
        row |= {"failed": 1 - usable / drawn, "truth": self.truth, "truth_mcse": self.truth_mcse}
        for name, each in self.diagnosands.items():
            row |= {name: each.value, f"{name}_mcse": each.mcse}
        row["closed_form_of"] = self.closed.diagnosand if self.closed else ""
        row["closed_form"] = self.closed.value if self.closed else float("nan")
        return row

    @property
    def failures(self) -> pd.DataFrame:
        """Why replications gave no estimate, with the effect and without: one row a reason."""
        rows = []
        for under, failed in (("design", self.found.failed), ("null", self.null_failed)):
            reasons, counts = np.unique(failed[failed != ""], return_counts=True)
            rows += [
                (*self.label, under, str(reason), int(count), count / len(failed))
                for reason, count in zip(reasons, counts, strict=True)
            ]
        names = ["design", "estimand", "answer", "under", "reason", "count", "share"]
        return pd.DataFrame(rows, columns=names)

    def named(self, design: str) -> Finding:
        """The same in a design of another name."""
        return replace(self, design=design)
