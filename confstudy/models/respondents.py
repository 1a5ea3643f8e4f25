"""Who a model is fitted to, and how much each counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.families import Family
from confstudy.models.formula import Data, Design, as_frame, build_design, split_formula
from confstudy.models.survey.design import sample_of
from confstudy.models.survey.sample import Sample

__all__ = ["Respondents", "case_weights"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Respondents:
    """The rows a model uses, their weights (n,), and the sample they come from, if declared."""

    design: Design
    weights: Floats | None
    sample: Sample | None

    @classmethod
    def of(
        cls,
        formula: str,
        data: Data,
        family: Family,
        design: Any,
        cluster: str | None,
        cov: str | None,
        weights: str | None,
        offset: str | None,
        inflate: str | None,
        missing: str,
    ) -> Respondents:
        """Evaluate the formula where every value it needs is there."""
        if missing not in ("drop", "fail"):
            raise AnalysisError(f"missing='{missing}' is not known: it is 'drop' or 'fail'.")
        counts, zeros = _parts(formula, family, inflate)
        sample = None
        if design is not None and design is not False:
            if cluster or cov or weights:
                raise AnalysisError("A sample design brings its own weights and standard errors.")
            declared = design is True or design == "declared"
            sample = sample_of(data, None if declared else design)
        frame = as_frame(data)
        domain = np.ones(len(frame), dtype=bool) if sample is None else sample.rows
        built = build_design(
            counts,
            frame if domain.all() else frame.loc[domain],
            intercept=family.intercept,
            also=tuple(name for name in (cluster, weights) if name),
            offset=offset or "",
            zeros=zeros,
        )
        if missing == "fail" and built.dropped:
            raise AnalysisError(
                f"{built.dropped:,} rows lack a value and missing='fail': use missing='drop', or "
                "impute."
            )
        built = replace(built, formula=formula)
        if sample is None:
            found = cls(built, case_weights(built, weights) if weights else None, None)
        else:
            rows = domain.copy()
            rows[domain] = built.used
            within = sample.within(rows)
            found = cls(built, within.domain_weights, within)
        family.check(found.counted)
        return found

    @property
    def counted(self) -> Design:
        """The rows that weigh something, of which the outcome is checked."""
        if self.weights is None:
            return self.design
        some = self.weights > 0
        return replace(self.design, outcome=self.design.outcome[some])


def _parts(formula: str, family: Family, inflate: str | None) -> tuple[str, str | None]:
    """The formula of the counts, and the right side of the part for zeros."""
    if not family.zeros:
        if inflate is not None:
            raise AnalysisError(f"A {family.name} model has no part for zeros: no 'inflate'.")
        return formula, None
    counts, zeros = split_formula(formula)
    if inflate is not None:
        if zeros:
            raise AnalysisError("Give the part for zeros behind the bar or as 'inflate', not both.")
        zeros = inflate.partition("~")[2] if "~" in inflate else inflate
    return counts, zeros.strip() or counts.partition("~")[2].strip()


def case_weights(design: Design, name: str) -> Floats:
    """The weights (n,) in a column of the design's frame.

    Raises
    ------
    AnalysisError
        Weights that are no numbers, infinite, negative, or all 0.

    Examples
    --------
    >>> from confstudy.models.formula import build_design
    >>> frame = pd.DataFrame({"y": [1.0, 2, 4], "x": [0, 1, 1], "w": [1, 0, 2]})
    >>> case_weights(build_design("y ~ x", frame, also=("w",)), "w").tolist()
    [1.0, 0.0, 2.0]
    """
    column = design.frame[name]
    if not pd.api.types.is_numeric_dtype(column):
        raise AnalysisError(f"The weights '{name}' are not numbers.")
    weights = column.to_numpy(dtype=float)
    if not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise AnalysisError(f"Weights are finite, 0 or more, and not all 0; '{name}' are not.")
    return weights
