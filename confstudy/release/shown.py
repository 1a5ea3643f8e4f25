"""A fit as a table for readers, and what is said of one that cannot be compared."""

from __future__ import annotations

from typing import Any

import pandas as pd

from confstudy.models.fit import Fit
from confstudy.release.cell import of_model
from confstudy.release.decision import Decision
from confstudy.release.html import model_table
from confstudy.survey.survey import Survey
from confstudy.words import term_labels

__all__ = ["coefficients", "uncompared"]


def uncompared(fit: Any) -> Decision:
    """What is decided about a model that is not compared with what left before."""
    if hasattr(fit, "studies"):
        return Decision("pass", "differencing", "it is of studies: no respondent stands behind it")
    why = "it does not say which respondents it used: see that no earlier one differs by a few"
    return Decision("review", "differencing", why)


def coefficients(fit: Any, survey: Survey) -> tuple[pd.DataFrame, str]:
    """The table that is shown of a fit, and the notes under it."""
    if not isinstance(fit, Fit):
        behind = of_model(fit)
        return fit.table, f"n = {behind[0].n:,}." if behind else ""
    labels = term_labels(fit, survey.codebook)
    ratio = fit.family.ratio.capitalize()
    shown = model_table(fit.table, labels, ratio=ratio, percent=fit.percent)
    notes = f"{fit.formula}; {fit.family.name}; n = {fit.n:,}; standard errors {fit.errors}"
    notes += f"; {fit.clusters} clusters" if fit.clusters else ""
    notes += f". Not to be used: {'; '.join(fit.problems)}." if fit.problems else "."
    return shown, notes
