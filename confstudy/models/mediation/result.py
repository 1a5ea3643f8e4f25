"""What a mediation analysis found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

__all__ = ["Mediation"]


@dataclass(frozen=True, repr=False)
class Mediation:
    """Total, direct and indirect effects with their intervals.

    Attributes
    ----------
    effects, coefficients
        The numbers behind :attr:`table` and :attr:`paths`.
    draws
        Effects in each resample (B, effects), in the order of the table; ratios as logarithms.
    failed
        Resamples in which an equation could not be fitted; they are left out.
    contrast
        Which value of the exposure is compared with which.
    measured
        What the effects are on, such as ``chance of dropout``.
    method
        How the intervals were made.
    assumptions
        What must hold for the numbers to be effects; none of it is tested.
    problems
        Why the numbers cannot be believed; empty when they can.
    used
        The rows of the data behind it, by their index.
    """

    exposure: str
    mediators: tuple[str, ...]
    outcome: str
    contrast: str
    measured: str
    scale: str
    families: tuple[str, ...]
    effects: pd.DataFrame
    coefficients: pd.DataFrame
    draws: pd.DataFrame
    failed: int
    n: int
    dropped: int
    smallest: int
    clusters: int | None
    method: str
    assumptions: tuple[str, ...]
    problems: tuple[str, ...]
    level: float
    used: pd.Index[Any] = field(default_factory=lambda: pd.Index([]))

    @property
    def table(self) -> pd.DataFrame:
        """One row an effect, with the columns of a fit's table.

        ``term, estimate, std_error, statistic, df, p_value, conf_low, conf_high``.
        On a ratio scale, ``std_error`` and ``statistic`` are those of the logarithm. Where the
        model cannot be believed, everything but the term is missing and ``note`` says why.
        """
        return self._blank(self.effects, 1)

    @property
    def paths(self) -> pd.DataFrame:
        """Every equation's coefficients: ``outcome``, then the columns of :attr:`table`."""
        return self._blank(self.coefficients, 2)

    def _blank(self, table: pd.DataFrame, names: int) -> pd.DataFrame:
        shown = table.copy()
        if self.problems:
            shown.iloc[:, names:] = float("nan")
            shown["note"] = "; ".join(self.problems)
        return shown

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def percent(self) -> str:
        """The level of the intervals in words, such as ``95 %``."""
        return f"{100 * self.level:g} %"

    def __repr__(self) -> str:
        dropped = f" ({self.dropped:,} incomplete)" if self.dropped else ""
        groups = f", {self.clusters} clusters" if self.clusters else ""
        via = ", ".join(self.mediators)
        families = ", ".join(
            f"{name} {family}"
            for name, family in zip((*self.mediators, self.outcome), self.families, strict=True)
        )
        head = (
            f"mediation: {self.exposure} → {via} → {self.outcome}, {self.contrast}\n"
            f"{self.scale} in the {self.measured}; {families}\n"
            f"n = {self.n:,}{dropped}{groups}, {self.method}"
        )
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        assumed = "\n".join(f"  – {line}" for line in self.assumptions)
        with pd.option_context("display.float_format", "{:.4f}".format, "display.width", 120):
            return f"{head}\n{self.table.to_string(index=False)}\nAssumed, not tested:\n{assumed}"
