"""What a fitted Cox model says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.formula import Design
from confstudy.models.survival.concordance import concordance
from confstudy.models.survival.maximise import Maximum
from confstudy.models.survival.partial import Risks, Ties
from confstudy.models.survival.proportional import Clock, clock_of, proportional_hazards
from confstudy.models.table import coefficient_table, shown

__all__ = ["CoxFit", "standardised"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class CoxFit:
    """A fitted Cox model.

    Attributes
    ----------
    coefficients, covariance
        (p,) log hazard ratios and their (p, p) covariance, in the order of ``terms``.
    naive
        (p, p): the covariance if the model holds, the inverse of the information.
    scores
        (n, p): weighted score residuals.
    log_likelihood, null
        The log partial likelihood at the estimate, and at 0.
    problems
        Why the numbers cannot be believed; empty when they can.
    """

    formula: str
    design: Design
    risks: Risks
    times: tuple[Floats, Floats]
    maximum: Maximum
    terms: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    naive: Floats
    scores: Floats
    df: float
    errors: str
    clusters: int | None
    strata: tuple[str, ...]
    ties: Ties
    dropped: int
    problems: tuple[str, ...]
    level: float = 0.95

    @property
    def n(self) -> int:
        """Rows used."""
        return len(self.risks.weight)

    @property
    def events(self) -> int:
        """Events seen."""
        return len(self.risks.dead)

    @property
    def converged(self) -> bool:
        """Whether the numbers can be believed."""
        return not self.problems

    @property
    def log_likelihood(self) -> float:
        """The log partial likelihood at the estimate."""
        return self.maximum.at.value

    @property
    def null(self) -> float:
        """The log partial likelihood with all coefficients 0."""
        return self.maximum.null

    @property
    def table(self) -> pd.DataFrame:
        """Log hazard ratios, with the columns every fit has.

        Where the fit cannot be believed, everything but the term is missing and ``note`` says why.
        """
        return coefficient_table(
            self.terms, self.coefficients, self.covariance, self.df, self.level, self.problems
        )

    @property
    def hazard_ratios(self) -> pd.DataFrame:
        """``term, ratio, conf_low, conf_high``: above 1 the event comes sooner."""
        table = self.table[["term", "estimate", "conf_low", "conf_high"]]
        ratios = table.rename(columns={"estimate": "ratio"})
        ratios.iloc[:, 1:] = np.exp(ratios.iloc[:, 1:])
        return ratios

    @property
    def concordance(self) -> float:
        """Harrell's C, within strata."""
        self._require()
        return concordance(self.risks, self.design.matrix @ self.coefficients)

    def baseline(self, at: Literal["zero", "mean"] = "mean") -> pd.DataFrame:
        """The baseline hazard with the predictors 0, or at their means.

        One row a stratum and time of an event: ``stratum, time, hazard, cumulative_hazard,
        survival``. These are respondents' own times: for use in the analysis.
        """
        self._require()
        if at not in ("zero", "mean"):
            raise AnalysisError(
                f"'{at}' is no place of a baseline.{did_you_mean(at, ('zero', 'mean'))} "
                f"There are: {listing(('zero', 'mean'))}."
            )
        centre = np.average(self.design.matrix, axis=0, weights=self.risks.weight)
        shift = 0.0 if at == "mean" else float(centre @ self.coefficients)
        hazard = self.risks.summed(self.maximum.at.steps[:, None])[:, 0] * np.exp(-shift)
        table = pd.DataFrame(
            {
                "stratum": [self.strata[place] for place in self.risks.stratum],
                "time": self.risks.time,
                "hazard": hazard,
            }
        )
        sums = table.groupby("stratum", sort=False)["hazard"].cumsum()
        return table.assign(cumulative_hazard=sums, survival=np.exp(-sums))

    def proportional_hazards(self, clock: Clock = "km") -> pd.DataFrame:
        """Test whether coefficients change with time: ``term, statistic, df, p_value``.

        ``clock`` is ``km`` (1 less the share still there), ``identity``, ``log`` or ``rank``
        (among all rows' times).
        A small p-value speaks against proportional hazards. Grambsch and Therneau (1994).
        """
        self._require()
        entry, time = self.times
        ticks = clock_of(clock, self.risks, time, entry)
        matrix = standardised(self.design.matrix, self.risks.weight)[0]
        return proportional_hazards(self.risks, matrix, self.maximum.at, self.terms, ticks)

    def _require(self) -> None:
        if self.problems:
            raise AnalysisError(f"'{self.formula}' cannot be used: {'; '.join(self.problems)}.")

    def __repr__(self) -> str:
        used = f"n = {self.n:,}, {self.events:,} events" + (
            f" ({self.dropped:,} incomplete)" if self.dropped else ""
        )
        groups = f", {self.clusters} clusters" if self.clusters else ""
        strata = f", {len(self.strata)} strata" if len(self.strata) > 1 else ""
        head = f"cox: {self.formula}\n{used}{strata}{groups}, {self.ties} ties, "
        head += f"standard errors {self.errors}"
        if self.problems:
            return f"{head}\nNOT TO BE USED: {'; '.join(self.problems)}"
        return f"{head}\n{shown(self.table)}"


def standardised(matrix: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """The columns centred and scaled to variance 1, and the scales."""
    centred = matrix - np.average(matrix, axis=0, weights=weight)
    scale = np.sqrt(np.average(centred**2, axis=0, weights=weight))
    return centred / np.where(scale > 0, scale, 1), np.where(scale > 0, scale, 1)
