"""Fitted models: few degrees of freedom or small cells would give single answers away."""

from __future__ import annotations

import re
from itertools import combinations

import numpy as np
import pandas as pd

from confstudy.models.fit import Fit
from confstudy.models.formula import Design
from confstudy.release.decision import THRESHOLD, Decision

__all__ = ["check_model", "smallest_cell"]

#: Families of counts.
_COUNTS = ("poisson", "negbin", "zip", "zinb", "hurdle_poisson", "hurdle_negbin")


def check_model(fit: Fit) -> Decision:
    """Decide on a model's coefficients.

    Fails with fewer than ten residual degrees of freedom, a level of the outcome or of a
    predictor (the reference included), or a combination of levels that interact, with fewer
    than ten respondents, one respondent who decides a coefficient (leverage over .9), or a
    model so full that it repeats a table with a cell under ten.

    Notes
    -----
    A coefficient that only a few respondents determine is nearly their answer: the intercept
    of a group of one is that respondent's outcome.
    """
    design = fit.design
    residual = fit.n - len(fit.terms)
    if residual < THRESHOLD:
        return Decision("fail", "residual df", f"{residual} degrees of freedom are left")
    outcome = pd.Series(design.outcome)
    if fit.family.name in _COUNTS:
        # A mean of counts is one of numbers; who has none and who has some are cells.
        outcome = (outcome > 0).astype(float)
    if _counts_outcomes(fit) and _fewest(outcome) < THRESHOLD:
        return Decision("fail", "outcome cells", "a level of the outcome has fewer than 10")
    categories = _categories(design)
    for names in [*((name,) for name in categories), *_interacting(fit, categories)]:
        if smallest_cell(design.frame, names) < THRESHOLD:
            what = " × ".join(names)
            return Decision("fail", "cells", f"a level of {what} has fewer than 10 respondents")
    thin = _thin_part(design)
    if thin:
        return Decision("fail", "cells", f"a value of {thin} has fewer than 10 respondents")
    if _leverage(design) > 0.9:
        return Decision("fail", "leverage", "one respondent decides a coefficient")
    if _repeats_a_table(fit):
        return Decision("fail", "saturated", "it repeats a table that has a cell under 10")
    return Decision("pass", "model", f"{residual:,} residual df, every cell {THRESHOLD} or more")


def smallest_cell(frame: pd.DataFrame, names: tuple[str, ...]) -> int:
    """The smallest number of respondents in a combination of levels that occurs."""
    return int(frame.groupby(list(names), observed=True).size().min())


def _counts_outcomes(fit: Fit) -> bool:
    """Whether the model tells how many had each outcome, as means of 0 and 1 do too."""
    return fit.family.name != "ols" or len(np.unique(fit.design.outcome)) == 2


def _fewest(values: pd.Series[float]) -> int:
    return int(values.value_counts().min())


def _categories(design: Design) -> list[str]:
    """Predictors that enter as categories: few levels, or C(…)."""
    return [
        str(name)
        for name, column in design.frame.items()
        if name != design.name
        and re.search(rf"\b{re.escape(str(name))}\b", design.formula)
        and (
            isinstance(column.dtype, pd.CategoricalDtype)
            or not pd.api.types.is_numeric_dtype(column)
            or column.nunique() == 2
            or re.search(rf"\bC\(\s*{re.escape(str(name))}\s*[,)]", design.formula)
        )
    ]


def _interacting(fit: Fit, categories: list[str]) -> list[tuple[str, ...]]:
    """Categories that stand in one interaction."""
    sets = {
        tuple(name for name in categories if re.search(rf"\b{re.escape(name)}\b", term))
        for term in fit.design.terms
        if ":" in term
    }
    pairs = {part for names in sets for part in combinations(names, 2)}
    return sorted(pairs | {names for names in sets if len(names) > 2})


def _thin_part(design: Design) -> str:
    """A part of the formula, such as I(age > 90), that sets few respondents apart, if any.

    Its columns have hardly more patterns than there are columns, as those of a category have.
    """
    parts: dict[str, list[int]] = {}
    for place, term in enumerate(design.terms):
        parts.setdefault(re.sub(r"\[[^\]]*\]", "", term), []).append(place)
    for part, places in parts.items():
        _, counts = np.unique(design.matrix[:, places], axis=0, return_counts=True)
        if 1 < len(counts) <= len(places) + 1 and counts.min() < THRESHOLD:
            return part
    return ""


def _leverage(design: Design) -> float:
    orthonormal, _ = np.linalg.qr(design.matrix)
    return float((orthonormal**2).sum(axis=1).max())


def _repeats_a_table(fit: Fit) -> bool:
    """Whether there are as many coefficients as free cells of a table, and a cell is small."""
    _, pattern = np.unique(fit.design.matrix.round(10), axis=0, return_inverse=True)
    counted = _counts_outcomes(fit)
    levels = len(np.unique(fit.design.outcome)) if counted else 2
    if len(fit.terms) < (int(pattern.max()) + 1) * (levels - 1):
        return False
    cells = pd.DataFrame({"pattern": pattern.ravel()})
    if counted:
        cells["outcome"] = fit.design.outcome
    return smallest_cell(cells, tuple(cells.columns)) < THRESHOLD
