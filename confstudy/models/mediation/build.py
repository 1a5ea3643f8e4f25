"""From data and a request to equations on the same complete rows, and their effects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, unknown
from confstudy.models.formula import Data, Design, as_frame, build_design
from confstudy.models.mediation.equations import Engine, engine_of, equation, kept, paths_of
from confstudy.models.mediation.exposure import Contrast, contrast_of
from confstudy.models.mediation.outcomes import Coded, coded
from confstudy.models.mediation.request import Request, quoted
from confstudy.models.mediation.stages import Stage
from confstudy.models.mediation.within import within_between

__all__ = ["Model", "build"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Model:
    """Equations, effects and who stands behind them.

    Attributes
    ----------
    pattern
        (n,): which of the u patterns of covariates a respondent has.
    weights
        (n,), of mean 1.
    groups
        (n,): 0 to G − 1, or nothing.
    outcome
        What the effects are on, in words.
    used
        The rows of the data behind it, by their index.
    """

    stages: tuple[Stage, ...]
    engine: Engine
    contrast: Contrast
    pattern: NDArray[np.intp]
    weights: Floats
    groups: NDArray[np.intp] | None
    dropped: int
    smallest: int
    outcome: str
    used: pd.Index[Any]

    @property
    def n(self) -> int:
        """Respondents used."""
        return len(self.weights)


def build(request: Request, data: Data) -> Model:
    """Build all equations; rows that lack a value of any variable are left out."""
    frame = _numbers_for_truth(as_frame(data), request.roles)
    exposed = frame.dropna(subset=list(request.roles))[request.exposure]
    if len(exposed) and (exposed == exposed.iloc[0]).all():
        raise AnalysisError(f"Everybody has the same '{request.exposure}': nothing to compare.")
    designs = [
        build_design(request.formula(e), frame, also=request.roles)
        for e in range(len(request.mediators) + 1)
    ]
    weights = _weights(designs[0].frame, request.weights)
    families = (*request.mediator_families, request.family)
    codes = [coded(design, family) for design, family in zip(designs, families, strict=True)]
    stages = tuple(
        _stage(design, code, weights) for design, code in zip(designs, codes, strict=True)
    )
    contrast = contrast_of(designs[0].frame[request.exposure], request.exposure, request.levels)
    pattern, first = _patterns(designs[-1], request, frame)
    rows = designs[-1].frame.iloc[first]
    equations = [
        equation(e, designs[e], codes[e], rows, contrast, request) for e in range(len(designs))
    ]
    groups = _groups(designs[0].frame, request.cluster)
    engine: Engine = engine_of(request, equations, codes[-1])
    if request.within and groups is not None:
        stages, engine = within_between(
            stages, paths_of(request, equations), groups, request.cluster
        )
    return Model(
        stages=stages,
        engine=engine,
        contrast=contrast,
        pattern=pattern,
        weights=weights,
        groups=groups,
        dropped=designs[0].dropped,
        smallest=_smallest(designs, codes, contrast, request),
        outcome=codes[-1].said(request.at_least),
        used=designs[0].frame.index,
    )


def _numbers_for_truth(frame: pd.DataFrame, roles: Sequence[str]) -> pd.DataFrame:
    absent = [name for name in roles if name not in frame.columns]
    if absent:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    changed: dict[str, Any] = {}
    for name in roles:
        column = frame[name].infer_objects()
        if pd.api.types.is_bool_dtype(column):
            changed[name] = column.to_numpy(dtype=float, na_value=np.nan)
        elif not pd.api.types.is_numeric_dtype(column) and not isinstance(
            column.dtype, pd.CategoricalDtype
        ):
            changed[name] = pd.Series(pd.Categorical(column), index=frame.index)
        else:
            changed[name] = column
    return frame.assign(**changed)


def _weights(frame: pd.DataFrame, name: str | None) -> Floats:
    if name is None:
        return np.ones(len(frame))
    if not pd.api.types.is_numeric_dtype(frame[name]):
        raise AnalysisError(f"The weights '{name}' are not numbers.")
    weights = frame[name].to_numpy(dtype=float)
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        raise AnalysisError(f"The weights '{name}' must all be above 0.")
    return np.asarray(weights / weights.mean())


def _groups(frame: pd.DataFrame, name: str | None) -> NDArray[np.intp] | None:
    if name is None:
        return None
    groups = pd.factorize(frame[name])[0]
    if groups.max() < 1:
        raise AnalysisError(f"'{name}' has one group only: clustered errors need two or more.")
    return groups


def _stage(design: Design, code: Coded, weights: Floats) -> Stage:
    keep = kept(design, code)
    terms = (*(design.terms[i] for i in keep), *code.thresholds)
    return Stage(
        design.name,
        code.family,
        design.matrix[:, keep],
        code.outcome,
        terms,
        len(code.values) if code.family == "ordered" else 0,
        weights,
    )


def _patterns(
    design: Design, request: Request, frame: pd.DataFrame
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Which rows share all covariates, and the first row of each kind."""
    names = _covariates(request, frame)
    if not names:
        return np.zeros(len(design.frame), dtype=np.intp), np.zeros(1, dtype=np.intp)
    grouped = design.frame.reset_index(drop=True).groupby(names, observed=True, sort=False)
    pattern = np.asarray(grouped.ngroup(), dtype=np.intp)
    _, first = np.unique(pattern, return_index=True)
    return pattern, np.asarray(first, dtype=np.intp)


def _smallest(
    designs: Sequence[Design], codes: Sequence[Coded], contrast: Contrast, request: Request
) -> int:
    """The fewest respondents behind the numbers: a level's, or degrees of freedom."""
    frame = designs[-1].frame.drop(columns=[request.cluster] if request.cluster else [])
    found = [contrast.smallest]
    found += [
        len(code.outcome) - design.matrix.shape[1]
        for code, design in zip(codes, designs, strict=True)
    ]
    for code in codes:
        if code.family in ("logit", "probit", "ordered"):
            found.append(int(np.unique(code.outcome, return_counts=True)[1].min()))
    for name in frame.select_dtypes("category"):
        found.append(int(frame[name].value_counts().min()))
    return min(found)


def _covariates(request: Request, frame: pd.DataFrame) -> list[str]:
    """The variables the covariates name."""
    if not request.covariates:
        return []
    right, found = " + ".join(request.covariates), set()
    for left in (request.outcome, request.exposure):
        design = build_design(f"{quoted(left)} ~ {right}", frame)
        found |= {str(name) for name in design.frame} - {left}
    double = sorted({request.exposure, *request.mediators, request.outcome} & found)
    if double:
        raise AnalysisError(f"{double[0]} has another role and cannot be a covariate too.")
    return sorted(found)
