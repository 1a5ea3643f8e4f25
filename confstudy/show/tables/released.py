"""Whether a model's table may leave: the check of models, for every kind of fit."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd

from confstudy.models.fit import Fit
from confstudy.release.counts import check_count
from confstudy.release.decision import Decision, worst
from confstudy.release.fits import check_model
from confstudy.show.tables.source import Model

__all__ = ["check_source"]

_COUNTS = ("poisson", "negbin", "zip", "zinb", "hurdle_poisson", "hurdle_negbin")


def check_source(model: Model) -> Decision:
    """Decide on the coefficients of a model, as :func:`confstudy.release.fits.check_model` does.

    A mean of counts is a mean of numbers: its levels are not cells, but who has none of what is
    counted, and who has some, are. Of times, those with and without the event are the cells. Of
    person-periods, respondents are counted, not their periods. Of pooled fits, each is checked.
    """
    fits = getattr(model.fit, "fits", ()) or (model.inner,)
    return worst(_one(model, fit) for fit in fits)


def _one(model: Model, fit: Any) -> Decision:
    decisions = [check_count(model.n)]
    if model.family == "cox":
        decisions += _cells(fit.events, fit.n - fit.events)
        decisions.append(_checked(fit, "ols", fit.design))
    elif model.family in _COUNTS:
        none = int((fit.design.outcome == 0).sum())
        decisions += _cells(none, len(fit.design.outcome) - none)
        decisions += [_checked(fit, "ols", part) for part in _parts(fit.design)]
    elif hasattr(model.fit, "respondents"):
        decisions.append(_checked(fit, model.family, fit.design))
        decisions.append(_checked(fit, model.family, _people(fit.design)))
    else:
        decisions.append(_checked(fit, model.family, fit.design))
    return worst(decisions)


def _checked(fit: Any, family: str, design: Any) -> Decision:
    seen = SimpleNamespace(
        n=len(design.outcome),
        terms=fit.terms,
        family=SimpleNamespace(name=family),
        design=design,
    )
    return check_model(cast("Fit", seen))


def _cells(*counts: int) -> list[Decision]:
    return [check_count(count) for count in counts if count]


def _parts(design: Any) -> list[Any]:
    """The design of the counts and, where there is one, that of the zeros."""
    if not design.split:
        return [design]
    return [
        replace(design, matrix=design.matrix[:, part], terms=design.terms[part])
        for part in (slice(design.split), slice(design.split, None))
    ]


def _people(design: Any) -> Any:
    """One row a respondent: the first one's predictors, and whether the event ever happened."""
    people = design.frame.index
    first = ~people.duplicated()
    ever = pd.Series(design.outcome, index=people).groupby(level=0, sort=False).max().to_numpy()
    keep = [place for place, term in enumerate(design.terms) if not re.search(r"\bperiod\b", term)]
    return replace(
        design,
        outcome=ever,
        matrix=design.matrix[np.ix_(first, keep)],
        terms=tuple(design.terms[place] for place in keep),
        frame=design.frame.loc[first].drop(columns="period", errors="ignore"),
    )
