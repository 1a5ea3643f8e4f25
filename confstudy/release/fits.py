"""Fitted models: a coefficient that few respondents decide is nearly their answer."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from confstudy.models.survival.cox import split_left
from confstudy.models.survival.times import happened
from confstudy.release.decision import Decision, Rules, worst
from confstudy.release.designs import Modelled, judged, top_share

__all__ = ["check_model", "check_vector"]

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
_COUNTING = ("n", "observed", "events")
_COUNTS = ("poisson", "negbin", "zip", "zinb", "hurdle_poisson", "hurdle_negbin")


def check_model(fit: Any, rules: Rules | None = None) -> Decision:
    """Decide on a model's coefficients, whatever kind of fit it is.

    Fails with few residual degrees of freedom, a rare level of the outcome, fewer than ten
    respondents who decide a coefficient or a combination of coefficients (a level, a cell of an
    interaction, the far end of a spline, an indicator with noise), a model so full that it
    repeats a table with a small cell, and a fit so good that predictors tell the outcome. A
    check that cannot be made fails as ``unchecked``.

    Parameters
    ----------
    fit
        Anything :func:`confstudy.fit` and its neighbours return. Of pooled fits each is checked;
        of person-periods, respondents are counted. Fits that do not keep their respondents
        are decided on the counts they hold, mostly as ``review``.
    rules
        Other limits.

    Notes
    -----
    Formulas are not read: what matters is whether the columns' span holds a vector that is 0 but
    for a few respondents, since their outcomes then follow from the coefficients, however these
    are coded. With Q an orthonormal basis and S a set of respondents, that is an eigenvalue near
    1 of Q_S Q_Sᵀ, of which leverage is the case of one respondent.

    Examples
    --------
    >>> import confstudy as cs
    >>> scores = cs.score(cs.load("data_synthetic/therapy.parquet"))
    >>> check_model(cs.fit("alliance ~ privacy", scores)).status
    'pass'
    """
    try:
        with np.errstate(all="ignore"):
            return worst(_decided(fit, rules or Rules()))
    except Exception:  # Whatever went wrong, its message may hold data and nothing may leave.
        return Decision("fail", "unchecked", "what stands behind it could not be checked")


def check_vector(values: ArrayLike, n: int, rules: Rules | None = None) -> Decision:
    """Decide on residuals, fitted values, influence, predictions or random effects.

    One number a respondent never leaves, nor one a cluster of few; a person must see that
    clusters are large where there are fewer numbers.

    Parameters
    ----------
    values
        The numbers.
    n
        How many respondents they were worked out from.

    Examples
    --------
    >>> check_vector(np.zeros(400), 400).status, check_vector(np.zeros(12), 400).status
    ('fail', 'review')
    """
    if np.size(values) * (rules or Rules()).threshold > n:
        return Decision("fail", "records", "it has a number for each respondent, or for a few")
    return Decision("review", "records", "see that each number stands for ten respondents or more")


def _decided(fit: Any, rules: Rules) -> list[Decision]:
    fits = getattr(fit, "fits", None)
    if fits:
        return [check_model(one, rules) for one in getattr(fits, "values", lambda: fits)()]
    if hasattr(fit, "plain"):
        return _decided(fit.plain, rules)
    if hasattr(fit, "released"):
        return [Decision("fail", "records", "it holds respondents' own times: use cs.plot")]
    if hasattr(fit, "studies"):
        return [Decision("review", "studies", "see that its estimates are of studies")]
    if hasattr(fit, "respondents"):
        whole = _views(fit.fit)
        found = [said for view in (*whole, _people(whole[0])) for said in judged(view, rules)]
    elif hasattr(fit, "design"):
        found = [said for view in _views(fit) for said in judged(view, rules)]
        found += _offset_decides(fit, rules) + _clusters(fit, rules)
    else:
        return _without_design(fit, rules)
    return found or [Decision("pass", "model", "no coefficient is decided by a few respondents")]


def _views(fit: Any) -> list[Modelled]:
    design = fit.design
    given = getattr(fit, "family", "cox" if hasattr(fit, "hazard_ratios") else "")
    family = str(getattr(given, "name", given))
    weights = getattr(fit, "weights", getattr(getattr(fit, "problem", None), "weights", None))
    weights = np.ones(len(design.outcome)) if weights is None else np.asarray(weights, dtype=float)
    some = weights > 0
    outcome = np.asarray(design.outcome, dtype=float)[some]
    frame = design.frame.loc[some]
    levels: Integers | None = None
    if family == "cox":
        event = split_left(fit.formula)[2]
        levels = happened(frame[event], event).astype(np.intp)
    elif family in _COUNTS or getattr(getattr(fit, "question", None), "items", None):
        levels = (outcome > 0).astype(np.intp)
    elif family != "ols" or len(np.unique(outcome)) == 2:
        levels = pd.factorize(outcome)[0].astype(np.intp)
    split = getattr(design, "split", 0) or design.matrix.shape[1]
    view = Modelled(
        matrix=design.matrix[some][:, :split],
        names=tuple(design.terms[:split]),
        frame=frame.drop(columns=design.name, errors="ignore"),
        outcome=outcome,
        levels=levels,
        who=pd.factorize(frame.index)[0].astype(np.intp),
        weights=weights[some],
        spent=len(getattr(fit, "terms", design.terms)),
        offset=None if design.offset is None else design.offset[some],
        alone=family == "cox" or family in _COUNTS,
        rate=family in _COUNTS,
        ordered=family.startswith("ordered"),
    )
    if split == design.matrix.shape[1]:
        return [view]
    zeros = replace(view, matrix=design.matrix[some][:, split:], names=tuple(design.terms[split:]))
    return [view, zeros]


def _people(view: Modelled) -> Modelled:
    """One row a respondent: the first one's predictors, and whether the event ever happened."""
    _, first = np.unique(view.who, return_index=True)
    ever = np.asarray(pd.Series(view.outcome).groupby(view.who).max(), dtype=float)
    keep = [place for place, name in enumerate(view.names) if not re.search(r"\bperiod\b", name)]
    return replace(
        view,
        matrix=view.matrix[first][:, keep],
        names=tuple(view.names[place] for place in keep),
        frame=view.frame.iloc[first].drop(columns="period", errors="ignore"),
        outcome=ever,
        levels=ever.astype(np.intp),
        who=view.who[first],
        weights=view.weights[first],
        offset=None if view.offset is None else view.offset[first],
        alone=True,
    )


def _offset_decides(fit: Any, rules: Rules) -> list[Decision]:
    """With an offset, nearly all information may come from a few respondents."""
    family: Any = getattr(fit, "family", None)
    if fit.design.offset is None or not hasattr(family, "predict") or fit.problems:
        return []
    fitted = np.asarray(family.predict(fit.coefficients, fit.design.matrix))
    if family.name == "ols" or fitted.size != len(fitted):
        return []
    fitted = fitted.ravel()
    information = fitted * (1 - fitted) if family.chance else fitted
    if top_share(information, rules) > rules.dominance[1]:
        return [Decision("fail", "dominance", "the offset leaves a few respondents to decide")]
    return []


def _clusters(fit: Any, rules: Rules) -> list[Decision]:
    """Small clusters may be respondents with several rows each; a person must say."""
    blocks = getattr(getattr(fit, "solution", None), "blocks", ())
    codes = [np.asarray(block.codes) for block in blocks]
    if isinstance(getattr(fit, "cluster", None), str):
        codes.append(pd.factorize(fit.design.frame[fit.cluster])[0])
    if hasattr(fit, "hazard_ratios") and split_left(fit.formula)[0] is not None:
        return [Decision("review", "cells", "several rows a respondent: see whom each level holds")]
    weights = getattr(getattr(fit, "problem", None), "weights", None)
    some = slice(None) if weights is None else np.asarray(weights) > 0
    for groups in codes:
        if len(np.unique(groups)) * rules.threshold > len(groups):
            views = (replace(view, who=groups[some]) for view in _views(fit))
            found = [decided for view in views for decided in judged(view, rules)]
            if found:
                why = f"were its clusters respondents, {found[0].reason}: see that they are not"
                return [Decision("review", found[0].rule, why)]
    return []


def _without_design(fit: Any, rules: Rules) -> list[Decision]:
    """Decide on the counts that a fit holds, where it does not keep its respondents."""
    table = fit.table
    frames = [table, *(getattr(fit, name) for name in ("means",) if hasattr(fit, name))]
    named = [frame[name] for frame in frames for name in _COUNTING if name in frame]
    single = [getattr(fit, name) for name in ("n", "events", "smallest") if hasattr(fit, name)]
    counts = np.concatenate([np.ravel(np.asarray(part, dtype=float)) for part in [*named, *single]])
    if not len(counts):
        return [Decision("review", "unchecked", "nothing says how many stand behind its numbers")]
    if ((counts > 0) & (counts < rules.threshold)).any():
        return [Decision("fail", "threshold", "a number in it stands for fewer than 10")]
    spent = int(table["std_error"].notna().sum()) if "std_error" in table else 1
    if hasattr(fit, "measures") and fit.n - spent < rules.df:
        return [Decision("fail", "residual df", f"{fit.n - spent} degrees of freedom are left")]
    kind = str(getattr(fit, "kind", ""))
    if kind.startswith("proportion"):
        return [_shares(fit, rules)]
    if hasattr(fit, "smallest") or hasattr(fit, "technique"):
        return [Decision("pass", "model", f"every cell has {rules.threshold} respondents or more")]
    return [
        Decision(
            "review", "unchecked", "it does not keep its respondents: see that no level is rare"
        )
    ]


def _shares(fit: Any, rules: Rules) -> Decision:
    """Estimated shares of a population: who has a level, and who has not, are cells."""
    cells = np.asarray(fit.n) * np.array([fit.estimates, 1 - np.asarray(fit.estimates)])
    known = cells[np.isfinite(cells)]
    if (known < 0.5).any():
        return Decision("fail", "class disclosure", "everybody in a group answered alike")
    if (known < rules.threshold - 0.5).any():
        return Decision("fail", "threshold", "a share in it stands for fewer than 10")
    return Decision("pass", "threshold", "every share in it stands for 10 or more")
