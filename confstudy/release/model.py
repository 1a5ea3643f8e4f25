"""Fitted models: few degrees of freedom or small cells would give single answers away."""

from __future__ import annotations

import numpy as np

from confstudy.models.fit import Fit
from confstudy.release.decision import THRESHOLD, Decision

__all__ = ["check_model"]


def check_model(fit: Fit) -> Decision:
    """Decide on a model's coefficients: residual df, outcome cells and dummy cells.

    Notes
    -----
    A coefficient that only a few respondents determine is nearly their answer: with a
    dummy's cell of one the fitted value is that respondent's outcome.
    """
    residual = fit.n - len(fit.terms)
    if residual < THRESHOLD:
        return Decision("fail", "residual df", f"{residual} degrees of freedom are left")
    if fit.family.name != "ols":
        smallest = int(np.unique(fit.design.outcome, return_counts=True)[1].min())
        if smallest < THRESHOLD:
            return Decision("fail", "outcome cells", "a level of the outcome has fewer than 10")
    for term, column in zip(fit.design.terms, fit.design.matrix.T, strict=True):
        levels, counts = np.unique(column, return_counts=True)
        if term != "Intercept" and len(levels) == 2 and counts.min() < THRESHOLD:
            return Decision("fail", "dummy cells", f"fewer than 10 respondents differ in '{term}'")
    return Decision("pass", "model", f"{residual:,} residual df, every cell {THRESHOLD} or more")
