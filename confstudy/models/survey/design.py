"""How respondents came into the sample, in the names of columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, did_you_mean, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.survey.linearized import Lonely, Stage
from confstudy.models.survey.replicates import METHODS, Centre, default_multipliers
from confstudy.models.survey.sample import DesignCovariance, Estimated, Refit, Sample
from confstudy.survey.survey import Survey

__all__ = ["AnyDesign", "SurveyDesign", "sample_of"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
_LONELY = ("fail", "adjust", "average", "certainty")


@dataclass(frozen=True, repr=False)
class SurveyDesign:
    """A sample design: weights, and strata with clusters or replicate weights.

    Parameters
    ----------
    weights
        Column of design weights; without it everybody weighs the same.
    strata, clusters
        Column of strata; column of first-stage clusters, or a tuple of columns, one a stage.
        Clusters of one name in two strata are two. Without clusters respondents were drawn.
    fpc
        Column (one a stage) of what finite population correction needs: how many clusters
        the stratum has, or the share that was drawn. Without it clusters count as drawn with
        replacement, and only the first stage matters.
    replicates
        Columns of replicate weights; strata and clusters are then not used.
    method, multipliers, fay
        Of the replicates: ``JK1``, ``JKn``, ``BRR``, ``Fay``, ``bootstrap`` or ``other``; what
        each squared deviation counts, one number or one a replicate; the share Fay's method
        keeps.
    centre
        Deviations of replicates are taken from the ``estimate`` (default; as SAS, Stata and
        the manuals of public-use files) or from the replicates' ``mean`` (default of R's
        survey, there ``mse=FALSE``).
    df
        Degrees of freedom, where they are declared: they are then used as they are.
    lonely
        What a stratum with one cluster adds: ``fail``, ``adjust``, ``average``, ``certainty``.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4, 9], "practice": [1, 1, 2, 3], "w": [1.0, 2, 2, 1]})
    >>> design = SurveyDesign(weights="w", clusters="practice")
    >>> design.on(frame)
    Sample: 4 respondents; Taylor linearization, 1 strata, 3 clusters
    """

    weights: str = ""
    strata: str = ""
    clusters: str | tuple[str, ...] = ()
    fpc: str | tuple[str, ...] = ()
    replicates: tuple[str, ...] = ()
    method: str = "other"
    multipliers: float | tuple[float, ...] | None = None
    fay: float = 0.0
    centre: Centre = "estimate"
    df: float | None = None
    lonely: Lonely = "fail"

    def __post_init__(self) -> None:
        for name in ("clusters", "fpc", "replicates"):
            given = getattr(self, name)
            parts = (given,) if isinstance(given, str) else tuple(given or ())
            object.__setattr__(self, name, tuple(part for part in parts if part))
        if self.multipliers is not None and not np.isscalar(self.multipliers):
            object.__setattr__(self, "multipliers", tuple(np.ravel(self.multipliers).tolist()))
        for name, allowed in (
            ("lonely", _LONELY),
            ("method", METHODS),
            ("centre", ("estimate", "mean")),
        ):
            value = getattr(self, name)
            if value not in allowed:
                hint = did_you_mean(str(value), allowed)
                raise AnalysisError(f"'{name}' is one of {listing(allowed)}.{hint}")
        if len(self.fpc) > max(1, len(self.clusters)):
            raise AnalysisError("'fpc' has more columns than 'clusters' has stages.")
        if self.df is not None and not self.df > 0:
            raise AnalysisError("'df' is greater than 0.")

    def __repr__(self) -> str:
        parts: dict[str, object] = {"weights": self.weights, "strata": self.strata}
        parts |= {"clusters": self.clusters, "fpc": self.fpc}
        if self.replicates:
            parts = {"weights": self.weights, "method": self.method}
            parts["replicates"] = f"{self.replicates[0]} … {self.replicates[-1]}"
        shown = ", ".join(f"{name}={value!r}" for name, value in parts.items() if value)
        return f"SurveyDesign({shown})"

    @classmethod
    def of(cls, survey: Survey, *, replicates: bool = True) -> Self:
        """The design a survey's codebook declares, by its replicate weights where it has them.

        Parameters
        ----------
        survey
            With ``design`` in its codebook.
        replicates
            Whether to use replicate weights, if there are any, rather than strata and clusters.
        """
        declared = survey.design
        if not (declared.weight or declared.strata or declared.cluster or declared.replicates):
            raise AnalysisError(
                f"The codebook '{survey.codebook.name}' declares no sample design: add 'design', "
                "or give a SurveyDesign."
            )
        found = declared.replicates
        if found is not None and replicates:
            return cls(
                weights=declared.weight,
                replicates=found.weights,
                method=found.method,
                multipliers=found.each,
                df=found.df,
            )
        return cls(weights=declared.weight, strata=declared.strata, clusters=declared.cluster or ())

    def on(self, data: Data) -> Sample:
        """The sample that this design gave: all rows of the data with their weights.

        Raises
        ------
        AnalysisError
            Unknown columns; weights that are missing or negative; strata, clusters or
            population sizes that are missing or contradict each other.
        """
        frame = as_frame(data)
        named = [self.weights, self.strata, *self.clusters, *self.fpc, *self.replicates]
        absent = [name for name in named if name and name not in frame]
        if absent:
            raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
        full = _numbers(frame, [self.weights])[:, 0] if self.weights else np.ones(len(frame))
        if not full.sum() > 0:
            raise AnalysisError(f"The weights '{self.weights}' are all zero.")
        replicated, multipliers = None, None
        if self.replicates:
            replicated = _numbers(frame, self.replicates)
            multipliers = self._multipliers()
        return Sample(
            full=full,
            rows=np.ones(len(frame), dtype=bool),
            stages=() if self.replicates else self._stages(frame),
            replicated=replicated,
            multipliers=multipliers,
            centre=self.centre,
            lonely=self.lonely,
            declared_df=self.df,
            method=self.method if self.method != "other" else "replicates",
        )

    def covariance(
        self, estimate: Estimated, refit: Refit | None, data: Data, used: NDArray[np.bool_]
    ) -> DesignCovariance:
        """The covariance of a model fitted to the rows ``used`` (N,) of the data.

        See :meth:`Sample.covariance`.
        """
        return self.on(data).within(used).covariance(estimate, refit)

    def _multipliers(self) -> Floats:
        count = len(self.replicates)
        if self.multipliers is None:
            return default_multipliers(self.method, count, self.fay)
        try:
            given = np.asarray(self.multipliers, dtype=float)
        except (TypeError, ValueError):
            raise AnalysisError("Multipliers are numbers, one or one a replicate.") from None
        if given.ndim and len(given) != count:
            raise AnalysisError(f"{count} replicates have {len(given)} multipliers.")
        if not (np.isfinite(given).all() and (given >= 0).all() and (given > 0).any()):
            raise AnalysisError("Multipliers are numbers of 0 or more, not all of them 0.")
        return np.broadcast_to(given, (count,)).copy()

    def _stages(self, frame: pd.DataFrame) -> tuple[Stage, ...]:
        strata = _codes(frame, self.strata) if self.strata else np.zeros(len(frame), dtype=np.intp)
        columns = [_codes(frame, name) for name in self.clusters] or [np.arange(len(frame))]
        sizes: Sequence[str] = (*self.fpc, *[""] * (len(columns) - len(self.fpc)))
        stages = []
        for column, size in zip(columns, sizes, strict=True):
            clusters = _pairs(strata, column)
            first = np.unique(clusters, return_index=True)[1]
            fraction = _fraction(frame, size, strata, clusters) if size else np.zeros(len(first))
            stages.append(Stage(clusters, strata[first], fraction))
            strata = clusters
        return tuple(stages)


AnyDesign = SurveyDesign | Sample | None


def sample_of(data: Data, design: AnyDesign) -> Sample:
    """The sample of the data: by the design given, or by the one the survey declares."""
    if design is None:
        if not isinstance(data, Survey):
            raise AnalysisError("A frame has no declared design: give design=SurveyDesign(…).")
        design = SurveyDesign.of(data)
    if not isinstance(design, SurveyDesign | Sample):
        raise AnalysisError("'design' is a SurveyDesign(weights=…) or the Sample it gives.")
    return design.on(data)


def _numbers(frame: pd.DataFrame, names: Sequence[str]) -> Floats:
    try:
        values = frame[list(names)].to_numpy(dtype=float, na_value=np.nan)
    except (TypeError, ValueError):
        raise AnalysisError(f"Weights are numbers; {listing(names)} are not.") from None
    wrong = int((~np.isfinite(values)).any(axis=1).sum())
    if wrong:
        raise AnalysisError(f"{wrong:,} respondents have no weight in {listing(names, 4)}.")
    if (values < 0).any():
        raise AnalysisError(f"Weights are 0 or more; some in {listing(names, 4)} are negative.")
    return values


def _codes(frame: pd.DataFrame, name: str) -> Codes:
    codes: Codes = np.asarray(pd.factorize(frame[name], sort=False)[0])
    missing = int((codes < 0).sum())
    if missing:
        raise AnalysisError(f"{missing:,} respondents have no '{name}', which the design needs.")
    return codes


def _pairs(outer: Codes, inner: Codes) -> Codes:
    """Codes of the pairs that occur."""
    found = np.unique(outer.astype(np.int64) * (int(inner.max()) + 1) + inner, return_inverse=True)
    return np.asarray(found[1], dtype=np.intp)


def _fraction(frame: pd.DataFrame, name: str, strata: Codes, clusters: Codes) -> Floats:
    """(C,) the share of a stratum's clusters that was drawn."""
    given = _numbers(frame, [name])[:, 0]
    first = np.unique(clusters, return_index=True)[1]
    of, value = strata[first], given[first]
    lowest = np.full(int(of.max()) + 1, np.inf)
    np.minimum.at(lowest, strata, given)
    if not np.allclose(lowest[strata], given, rtol=1e-10):
        raise AnalysisError(f"'{name}' is not the same throughout a stratum.")
    drawn = np.bincount(of)[of]
    fraction: Floats = np.where(value <= 1, value, drawn / np.where(value > 0, value, 1))
    if (fraction > 1 + 1e-10).any() or (fraction <= 0).any():
        raise AnalysisError(f"'{name}' says of some strata that they have fewer than were drawn.")
    return np.minimum(fraction, 1.0)
