"""What effects need of a fitted model, whichever kind it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError
from confstudy.models.effects.outputs import Outputs, outputs_of
from confstudy.models.families import family_named
from confstudy.models.fit import Fit
from confstudy.models.formula import Design

__all__ = ["Model", "model_of"]

Floats = NDArray[np.float64]
_PLAIN = ("nonrobust", "HC0", "HC1", "HC2", "HC3")
_TYPICAL = "for groups whose random effects are 0, not the average over groups"
_WILD = "errors and df of CR1: the wild bootstrap is of coefficients only"


@dataclass(frozen=True, repr=False)
class Model:
    """A fitted model as effects see it.

    Attributes
    ----------
    coefficients, covariance
        (p,) and (p, p).
    df
        Degrees of freedom of a contrast (p,) of the coefficients.
    outputs
        What it predicts, and how.
    weights
        (n,) or None.
    errors
        The kind of standard errors, in words.
    remark
        What must be known of its predictions, or "".
    fit
        The fit itself.
    """

    name: str
    design: Design
    coefficients: Floats
    covariance: Floats
    df: Callable[[Floats], float]
    outputs: Outputs
    weights: Floats | None
    errors: str
    remark: str
    level: float
    fit: Any

    @property
    def formula(self) -> str:
        """The formula as it was given."""
        return self.design.formula

    @property
    def predictors(self) -> list[str]:
        """The variables on the right of the formula, in the order of their terms."""
        spec = self.design.spec
        specs = [getattr(spec, part) for part in ("counts", "zeros") if hasattr(spec, part)]
        names = {str(name) for one in specs or [spec] for name in one.required_variables}
        return sorted(
            names & set(map(str, self.design.frame)), key=lambda one: (self.formula.find(one), one)
        )

    @property
    def designed(self) -> bool:
        """Whether the errors are by a sample design."""
        own = isinstance(self.fit, Fit) and self.fit.clusters is None
        return own and self.errors not in _PLAIN

    @property
    def people(self) -> Floats:
        """(n,) respondents a row stands for: whole case weights count people, others do not."""
        if self.weights is None:
            return np.ones(len(self.design.frame))
        whole = bool((self.weights == np.round(self.weights)).all())
        if whole and not self.designed:
            return self.weights
        return (self.weights > 0).astype(float)

    def matrix(self, frame: pd.DataFrame) -> Floats:
        """The model matrix (n, p) of other values of the predictors."""
        with np.errstate(all="ignore"):
            built = self.design.matrix_for(frame)
        names = list(self.design.spec.column_names)
        kept = [place for place, name in enumerate(names) if name in self.design.terms]
        return built[:, kept]


def model_of(fit: Any, scale: str, *, cumulative: bool) -> Model:
    """A fit, a mixed model, estimating equations, or anything shaped alike, as a model.

    Anything else needs ``coefficients``, ``covariance``, ``design``, ``df`` and a ``family``
    (or its name), or a ``predict`` that takes coefficients and model-matrix rows.
    """
    absent = [name for name in ("coefficients", "covariance", "design") if not hasattr(fit, name)]
    if absent:
        raise AnalysisError(
            f"Effects need a fitted model, as cs.fit makes it; this has no {absent[0]}."
        )
    problems = tuple(getattr(fit, "problems", ()))
    if problems:
        raise AnalysisError(f"'{fit.design.formula}' has no effects: {'; '.join(problems)}.")
    own = isinstance(fit, Fit)
    family = getattr(fit, "family", None)
    if isinstance(family, str):
        family = family_named(family).bound(fit.design)
    name = getattr(family, "name", type(fit).__name__)
    return Model(
        name=name,
        design=fit.design,
        coefficients=np.asarray(fit.coefficients, dtype=float),
        covariance=np.asarray(fit.covariance, dtype=float),
        df=fit.uncertainty.df if own else _degrees(fit),
        outputs=outputs_of(fit, family, scale, cumulative=cumulative),
        weights=fit.weights if own else None,
        errors=fit.errors if own else str(getattr(fit, "errors", "of the fit")),
        remark=_remark(fit, scale),
        level=float(getattr(fit, "level", 0.95)),
        fit=fit,
    )


def _remark(fit: Any, scale: str) -> str:
    if isinstance(fit, Fit):
        return _WILD if fit.uncertainty.wild is not None else ""
    varied = hasattr(fit, "random") and getattr(fit, "family", "ols") != "ols"
    return _TYPICAL if varied and scale == "response" else ""


def _degrees(fit: Any) -> Callable[[Floats], float]:
    """The smallest degrees of freedom of the coefficients that a contrast touches."""
    solution = getattr(fit, "solution", None)
    given = getattr(fit, "df", None) if solution is None else solution.df
    size = len(fit.coefficients)
    each = np.full(size, np.inf) if given is None else np.broadcast_to(given, size).astype(float)

    def degrees(contrast: Floats) -> float:
        moved = np.abs(contrast) > 1e-9 * np.abs(contrast).max(initial=0)
        return float(each[moved].min(initial=np.inf))

    return degrees
