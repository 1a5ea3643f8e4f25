"""A fitted mixed model: coefficients, variances, shares of variance, groups' effects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.formula import Design
from confstudy.models.mixed.solution import Solution, variance_table
from confstudy.models.mixed.solve import Problem
from confstudy.models.table import coefficient_table, shown

__all__ = ["MixedFamily", "MixedFit"]

Floats = NDArray[np.float64]
MixedFamily = Literal["ols", "logit", "poisson", "ordered"]
_LATENT = np.pi**2 / 3


@dataclass(frozen=True, repr=False)
class MixedFit:
    """A fitted mixed model.

    Attributes
    ----------
    method
        ``REML``, ``ML``, or the quadrature.
    problem
        What was solved: design, weights, options.
    solution
        Every estimate, in arrays.
    """

    family: MixedFamily
    random: str
    method: str
    problem: Problem
    solution: Solution
    level: float = 0.95

    @property
    def design(self) -> Design:
        """Complete rows, outcome and model matrix."""
        return self.problem.design

    @property
    def formula(self) -> str:
        """The formula as it was given."""
        return self.design.formula

    @property
    def n(self) -> int:
        """Respondents used."""
        return len(self.design.outcome)

    @property
    def groups(self) -> dict[str, int]:
        """How many groups each grouping factor has."""
        return {block.group: len(block.labels) for block in self.solution.blocks}

    @property
    def terms(self) -> tuple[str, ...]:
        """The fixed coefficients; thresholds of an ordered model last."""
        return self.solution.terms

    @property
    def coefficients(self) -> Floats:
        """(p,), in the order of ``terms``."""
        return self.solution.coefficients

    @property
    def covariance(self) -> Floats:
        """(p, p) of the coefficients."""
        return self.solution.covariance

    @property
    def problems(self) -> tuple[str, ...]:
        """Why the numbers cannot be believed; empty when they can."""
        return self.solution.problems

    @property
    def singular(self) -> tuple[str, ...]:
        """What lies on the boundary: variances of 0, effects perfectly related."""
        return () if self.problems else self.solution.singular

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def log_likelihood(self) -> float:
        """The log-likelihood; the restricted one with REML."""
        return np.nan if self.problems else -self.solution.deviance / 2

    @property
    def aic(self) -> float:
        """Akaike's criterion; with REML only comparable where the fixed part is the same."""
        return 2 * self.solution.parameters - 2 * self.log_likelihood

    @property
    def table(self) -> pd.DataFrame:
        """One row a term: term, estimate, std_error, statistic, df, p_value, conf_low, conf_high.

        A column ``note`` is added where the fit is singular, or where it cannot be believed; in
        the second case all numbers are missing.
        """
        s = self.solution
        return coefficient_table(
            s.terms, s.coefficients, s.covariance, s.df, self.level, self.problems, self.singular
        )

    @property
    def variances(self) -> pd.DataFrame:
        """One row a variance or covariance: group, effect, other, estimate, std_dev, correlation.

        ``estimate`` is a variance where ``other`` is empty, else a covariance. With problems or
        on the boundary a column ``note`` says so.
        """
        table = variance_table(self.solution)
        if self.problems:
            table[["estimate", "std_dev", "correlation"]] = np.nan
        notes = self.problems or self.singular
        return table.assign(note="; ".join(notes)) if notes else table

    @property
    def icc(self) -> pd.Series:
        """Share of each group's variance in all variance not explained, (groups,).

        On the latent scale for logit and ordered models, whose residual variance is π²/3.
        """
        if any(block.names != ("Intercept",) for block in self.solution.blocks):
            raise AnalysisError("The share of variance differs from one x to the next: no ICC.")
        if self.family == "poisson":
            raise AnalysisError("The residual variance of counts depends on their mean: no ICC.")
        found = [float(matrix[0, 0]) for matrix in self.solution.covariances]
        if self.problems:
            found = [np.nan] * len(found)
        residual = self.solution.residual if self.family == "ols" else _LATENT
        share = np.array(found) / (sum(found) + residual)
        return pd.Series(share, index=list(self.groups), name="icc")

    def random_effects(self, group: str | None = None, *, smallest: int = 2) -> pd.DataFrame:
        """The most probable effects of each group, shrunken to 0; columns are the effects.

        Groups of fewer than ``smallest`` rows are left out: their effect is their answer.
        """
        blocks = {block.group: place for place, block in enumerate(self.solution.blocks)}
        name = group or next(iter(blocks))
        if name not in blocks:
            raise AnalysisError(
                f"Nothing varies over '{name}'.{did_you_mean(name, blocks)} "
                f"Groups: {listing(blocks)}."
            )
        if smallest < 2:
            raise AnalysisError("'smallest' is 2 or more: the effect of one row is its answer.")
        block = self.solution.blocks[blocks[name]]
        modes = self.solution.modes[blocks[name]]
        if self.problems:
            modes = np.full_like(modes, np.nan)
        sizes = np.bincount(block.codes, minlength=len(block.labels))
        found = pd.DataFrame(modes, columns=list(block.names), index=block.labels)
        return found.rename_axis(index=name if block.labels.nlevels == 1 else None)[
            sizes >= smallest
        ]

    def __repr__(self) -> str:
        dropped = f" ({self.design.dropped:,} incomplete)" if self.design.dropped else ""
        groups = ", ".join(f"{count:,} groups of {name}" for name, count in self.groups.items())
        head = (
            f"mixed {self.family}: {self.formula}, random {self.random}\n"
            f"n = {self.n:,}{dropped}, {groups}, {self.method}"
        )
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        said = "".join(f"\n{remark}" for remark in self.singular)
        return f"{head}{said}\n{shown(self.table)}\n{shown(self.variances)}"
