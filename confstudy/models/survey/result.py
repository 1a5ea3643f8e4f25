"""One shape for what is estimated of a population."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.models.table import coefficient_table

__all__ = ["SurveyEstimate"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class SurveyEstimate:
    """Estimates of a population with their design-based errors.

    Attributes
    ----------
    terms, estimates, covariance
        p names, (p,) and (p, p).
    df, n, deff
        (p,) degrees of freedom, respondents behind each, and design effects (variance over
        that of a simple random sample of the same size), or None where they are not defined.
    groups
        The levels of ``by``, one a term; empty without.
    notes
        Why a number is missing, one a term; empty where none is.
    intervals
        (p, 2) where they are not the estimate ± t standard errors.
    errors
        How the variances were found.
    used
        The rows of the data behind it, by their index.
    """

    kind: str
    terms: tuple[str, ...]
    estimates: Floats
    covariance: Floats
    df: Floats
    n: NDArray[np.intp]
    errors: str
    dropped: int = 0
    deff: Floats | None = None
    by: str = ""
    groups: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    intervals: Floats | None = None
    level: float = 0.95
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    @property
    def problems(self) -> tuple[str, ...]:
        """Why numbers are missing."""
        return tuple(dict.fromkeys(note for note in self.notes if note))

    @property
    def std_errors(self) -> Floats:
        """(p,) design-based standard errors."""
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def table(self) -> pd.DataFrame:
        """One row a term, and group where there are any.

        Columns: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high, n;
        deff where it is defined; a note where a number is missing.
        """
        table = coefficient_table(
            self.terms, self.estimates, self.covariance, self.df, self.level, ()
        )
        if self.intervals is not None:
            table[["conf_low", "conf_high"]] = self.intervals
        if self.by:
            table.insert(0, self.by, self.groups)
        table["n"] = self.n
        if self.deff is not None:
            table["deff"] = self.deff
        if any(self.notes):
            table["note"] = self.notes
        return table

    def __repr__(self) -> str:
        dropped = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        used = int(self.n.max())
        head = f"{self.kind}, n = {used:,}{dropped}" if not self.by else f"{self.kind} by {self.by}"
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 140):
            shown = self.table.to_string(index=False)
        return f"{head}\nstandard errors: {self.errors}\n{shown}"
