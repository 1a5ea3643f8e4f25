"""A sample as its design gave it: weights, stages or replicates, and the domain looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.survey.linearized import Lonely, Stage, total_covariance
from confstudy.models.survey.replicates import Centre, rank_df, replicate_covariance

__all__ = ["DesignCovariance", "Estimated", "Refit", "Sample"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Refit = Callable[[Floats], Floats]
Adjust = Callable[[Floats], Floats]


class Estimated(Protocol):
    """What a design needs of a fitted model; see :class:`confstudy.models.estimate.Estimate`."""

    @property
    def coefficients(self) -> Floats:
        """(p,) numbers."""

    @property
    def scores(self) -> Floats:
        """(n, p) each respondent's weighted score."""

    @property
    def information(self) -> Floats:
        """(p, p) minus the Hessian of the weighted log-likelihood."""


class DesignCovariance(NamedTuple):
    """(p, p) covariance, degrees of freedom, and how they were found; all NaN if they were not."""

    covariance: Floats
    df: float
    words: str


@dataclass(frozen=True, eq=False, repr=False)
class Sample:
    """Respondents with their design, and the ones among them that are looked at.

    Attributes
    ----------
    full
        (N,) design weights of all respondents.
    rows
        (N,) true for the domain; the others keep their place in the design.
    stages
        The stages of sampling, for linearization.
    replicated, multipliers
        (N, R) replicate weights and (R,) what each squared deviation counts, or None.
    declared_df
        Degrees of freedom where they were declared.
    adjustments
        What calibration of the weights takes from (N, p) weighted values.
    """

    full: Floats
    rows: Bools
    stages: tuple[Stage, ...]
    replicated: Floats | None
    multipliers: Floats | None
    centre: Centre
    lonely: Lonely
    declared_df: float | None
    method: str
    adjustments: tuple[Adjust, ...] = ()

    @property
    def n(self) -> int:
        """Respondents looked at."""
        return int(self.rows.sum())

    @property
    def domain_weights(self) -> Floats:
        """(n,) weights of the respondents looked at."""
        return self.full[self.rows]

    @property
    def df(self) -> float:
        """Declared; or clusters less strata that have respondents in the domain; or rank − 1."""
        if self.declared_df is not None:
            return self.declared_df
        inside = self.rows & (self.full > 0)
        if self.replicated is not None:
            return float(rank_df(self.replicated[inside]))
        clusters = np.unique(self.stages[0].clusters[inside])
        return float(len(clusters) - len(np.unique(self.stages[0].strata[clusters])))

    @property
    def words(self) -> str:
        """How variances are found, for a table's note."""
        calibrated = ", calibrated weights" if self.adjustments else ""
        if self.multipliers is not None:
            size = np.unique(self.multipliers)
            each = f"{size[0]:.4g}" if len(size) == 1 else f"{size[0]:.3g} to {size[-1]:.3g}"
            about = "the estimate" if self.centre == "estimate" else "the replicates' mean"
            return (
                f"{self.method}, {len(self.multipliers)} replicate weights, multiplier {each}, "
                f"centred on {about}{calibrated}"
            )
        strata, lonely = self.stages[0].strata, ""
        if (np.bincount(strata) == 1).any():
            lonely = {
                "adjust": "; strata of one cluster measured from the mean of all",
                "average": "; strata of one cluster count as the others on average",
                "certainty": "; strata of one cluster taken as certain",
                "fail": "",
            }[self.lonely]
        return (
            f"Taylor linearization, {len(np.unique(strata))} strata, {len(strata)} clusters"
            f"{lonely}{calibrated}"
        )

    def on(self, data: Any) -> Sample:
        """The sample itself, if the data have as many rows."""
        frame = getattr(data, "frame", data)
        if len(frame) != len(self.full):
            raise AnalysisError(
                f"The design is of {len(self.full):,} respondents, the data have {len(frame):,}."
            )
        return self

    def weights(self, frame: pd.DataFrame) -> Floats:
        """(N,) design weights of all rows of the data."""
        return self.on(frame).full

    def within(self, rows: Bools) -> Sample:
        """The part of the domain for which ``rows`` (N,) is true; the design stays whole."""
        return replace(self, rows=self.rows & np.asarray(rows, dtype=bool))

    def spread(
        self, influence: Floats, estimate: Floats, statistic: Callable[[Floats], Floats]
    ) -> Floats:
        """(p, p) covariance of estimates.

        Parameters
        ----------
        influence
            (n, p) weighted influence of each respondent of the domain.
        estimate
            (p,) by the full weights.
        statistic
            Takes (n, R) weights and gives (R, p) estimates.
        """
        if self.replicated is None or self.multipliers is None:
            return self.linearized(influence)
        found = statistic(self.replicated[self.rows])
        return replicate_covariance(found, estimate, self.multipliers, self.centre)

    def linearized(self, influence: Floats) -> Floats:
        """(p, p) design covariance of the sum of (n, p) weighted values of the domain."""
        values = np.zeros((len(self.full), influence.shape[1]))
        values[self.rows] = influence
        for adjust in self.adjustments:
            values = adjust(values)
        return total_covariance(values, self.stages, self.lonely)

    def covariance(self, estimate: Estimated, refit: Refit | None = None) -> DesignCovariance:
        """The covariance of a fitted model's coefficients under the design.

        Parameters
        ----------
        estimate
            Fitted to the respondents of the domain with their weights: its ``scores`` have
            one row for each of them.
        refit
            Takes (n,) weights and gives (p,) coefficients, not a number where the fit fails;
            needed for replicate weights. A ``refit.many`` takes (n, R) weights at once and
            gives (R, p).

        Returns
        -------
        DesignCovariance
            Degrees of freedom: the declared ones, or the design's less the coefficients but
            one (as R's svyglm; thresholds count as one, as in svyolr); not a number if none
            are left.

        Notes
        -----
        Linearization: B' V B with B the inverse information and V the design covariance of
        the summed scores (Binder 1983, International Statistical Review 51, 279).
        """
        count = len(estimate.coefficients)
        df = self._error_df(count - _further_thresholds(getattr(estimate, "terms", ())))
        none = np.full((count, count), np.nan)
        if self.replicated is None or self.multipliers is None:
            try:
                influence = np.linalg.solve(estimate.information, estimate.scores.T).T
            except np.linalg.LinAlgError:
                influence = np.full((self.n, count), np.nan)
            if not np.isfinite(influence).all():
                return DesignCovariance(none, df, "none: the information is singular")
            return DesignCovariance(self.linearized(np.asarray(influence)), df, self.words)
        if refit is None:
            raise AnalysisError("Replicate weights need the model fitted to each: give 'refit'.")
        found = _refitted(refit, self.replicated[self.rows])
        failed = int((~np.isfinite(found).all(axis=1)).sum())
        if failed:
            words = f"none: the model could not be fitted to {failed} of {len(found)} replicates"
            return DesignCovariance(none, df, words)
        covariance = replicate_covariance(
            found, np.asarray(estimate.coefficients), self.multipliers, self.centre
        )
        return DesignCovariance(covariance, df, self.words)

    def _error_df(self, coefficients: int) -> float:
        if self.declared_df is not None:
            return self.declared_df
        left = self.df + 1 - coefficients
        return left if left >= 1 else float("nan")

    def __repr__(self) -> str:
        part = f" of {len(self.full):,}" if self.n < len(self.full) else ""
        return f"Sample: {self.n:,}{part} respondents; {self.words}"


def _further_thresholds(terms: tuple[str, ...]) -> int:
    """Thresholds beyond the first of an ordered model, whose last terms they are."""
    if "Intercept" in terms:
        return 0
    return max(0, sum(" | " in term and not term.endswith("]") for term in terms) - 1)


def _refitted(refit: Refit, weights: Floats) -> Floats:
    many = getattr(refit, "many", None)
    if many is not None:
        return np.asarray(many(weights))
    return np.stack([np.asarray(refit(column)) for column in weights.T])
