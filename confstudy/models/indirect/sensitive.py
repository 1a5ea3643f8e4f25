"""Regression with a sensitive, indirectly asked trait as the outcome."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from confstudy.errors import AnalysisError
from confstudy.models.families import FAMILIES, Family
from confstudy.models.fit import Fit, FitWarning, fit
from confstudy.models.formula import Data, Design
from confstudy.models.indirect.models import DeviceModel, ListModel, chance
from confstudy.models.indirect.people import as_zero_one, read_people
from confstudy.models.indirect.questions import items_of
from confstudy.models.indirect.result import Sensitive
from confstudy.models.indirect.squares import SquaresModel
from confstudy.models.respondents import Respondents
from confstudy.models.uncertainty import Covariance, chosen_covariance, uncertainty, under_design

__all__ = ["Errors", "concluded", "sensitive"]

Errors = Literal["nonrobust", "HC0", "HC1", "CR0", "CR1"]


def sensitive(
    formula: str,
    data: Data,
    question: Any,
    *,
    treatment: str | None = None,
    method: Literal["ml", "nls", "linear"] = "ml",
    constrained: bool = True,
    design: Any = None,
    cluster: str | None = None,
    cov: Errors | None = None,
    weights: str | None = None,
    level: float = 0.95,
) -> Fit:
    """Fit a logit of a sensitive trait to answers that do not tell it.

    Parameters
    ----------
    formula
        ``answer ~ predictors``. The answer is yes (1, or the second level) or no; for a list
        experiment, the count.
    data
        A survey, scores or a frame; one row a respondent.
    question
        ``crosswise(p=…)``, ``warner(p=…)``, ``forced(yes=…, no=…)``, ``unrelated(p=…,
        share=…)``, ``ItemList(items=…)``, or the simulator's declaration of the question.
    treatment
        For a list experiment, the column that tells who had the sensitive item.
    method
        For a list experiment. ``ml``: maximum likelihood; ``nls``: nonlinear least squares in
        two steps, which asks less of the counts; ``linear``: differences in means, least
        squares of the count on predictors × treatment with HC2 errors.
    constrained
        Whether the harmless count is the same for those with and without the trait (``ml``).
    design, cluster, weights, level
        As for :func:`confstudy.fit`.
    cov
        ``nonrobust`` (the default: the observed Hessian, as RRreg), ``HC0``, ``HC1``; with a
        cluster ``CR0`` or ``CR1``.

    Returns
    -------
    Sensitive
        A :class:`Fit` with ``.table`` and ``.prevalence``. A list's harmless items stand in
        rows ``count: …``. With ``method="linear"``, the :class:`Fit` of the counts: rows with
        the treatment are of the trait.

    Raises
    ------
    AnalysisError
        Answers that the question does not allow, a missing ``treatment``, collinear columns.

    Warns
    -----
    FitWarning
        The answers do not determine the model; its table then holds no numbers.

    Notes
    -----
    Estimand: log odds ratios of the trait in the population the respondents stand for.
    Assumes: all follow the instructions and answer truthfully under them; the chances of the
    device are known; for lists, that the sensitive item changes no other answer, and (``ml``)
    that harmless items are alike and independent given the predictors.
    Does not show: who bears the trait; whether people complied (a share who ignore the
    crosswise instructions pulls the prevalence towards one half).

    Warner (1965) and Scheers and Dayton (1988) for devices; Heck and Moshagen (2018) for
    RRreg; Imai (2011) and Blair and Imai (2012) for lists.

    Examples
    --------
    >>> import pandas as pd
    >>> from confstudy.models.indirect.questions import crosswise
    >>> rows = pd.DataFrame({"said": [1, 0] * 20 + [0] * 20, "group": ["a"] * 30 + ["b"] * 30})
    >>> found = sensitive("said ~ 1", rows, crosswise(p=0.25))
    >>> round(float(found.prevalence["estimate"].iloc[0]), 3)
    0.833
    """
    if not 0 < level < 1:
        raise AnalysisError(f"'level' lies between 0 and 1, such as .95; {level:g} does not.")
    items = items_of(question)
    chosen_covariance(cov, cluster)
    if items is None and (treatment is not None or method != "ml"):
        raise AnalysisError("'treatment' and other methods than 'ml' are for list experiments.")
    if items is not None and treatment is None:
        raise AnalysisError("A list experiment needs 'treatment': who had the sensitive item.")
    if method not in ("ml", "nls", "linear"):
        raise AnalysisError(f"method='{method}' is not known: it is 'ml', 'nls' or 'linear'.")
    if method == "linear" and treatment is not None:
        return _linear(formula, data, treatment, design, cluster, cov, weights, level)
    model = _model(question, items, treatment, method, constrained)
    name = formula.partition("~")[0].strip()
    people = read_people(
        formula,
        data,
        model.check,
        coded=(treatment,) if treatment else (name,),
        also=(cluster,) if cluster else (),
        design=design,
        weights=weights,
    )
    words = f"{question.technique}" + (f" by {method}" if items is not None else "")
    family = _family(model.fit, "a trait asked about indirectly")
    return concluded(people, family, question, words, cov, cluster, level)


def concluded(
    people: Respondents,
    family: Family,
    question: Any,
    words: str,
    cov: str | None,
    cluster: str | None,
    level: float,
    *,
    trait: bool = True,
) -> Sensitive:
    """Fit a family to respondents, find its standard errors and say what is wrong."""
    used = people.design
    if people.sample is not None and (cov or cluster):
        raise AnalysisError("A sample design brings its own standard errors.")
    with np.errstate(all="ignore"):
        estimate = family.fit(used, people.weights)
        found = (
            uncertainty(
                family, used, estimate, cov, cluster, level=level, seed=0, weights=people.weights
            )
            if people.sample is None
            else under_design(family, used, estimate, people.sample)
        )
    fitted = Sensitive(family, used, estimate, found, people.weights, level, question, words, trait)
    if fitted.problems:
        warnings.warn(f"'{used.formula}': {'; '.join(fitted.problems)}.", FitWarning, stacklevel=3)
    return fitted


def _family(fitter: Callable[..., Any], outcome: str) -> Family:
    return replace(
        FAMILIES["logit"], outcome=outcome, check=_anything, fit=fitter, predict=chance, many=None
    )


def _anything(_: Design) -> None:
    """What can be answered was checked before."""


def _model(
    question: Any, items: int | None, treatment: str | None, method: str, constrained: bool
) -> DeviceModel | ListModel | SquaresModel:
    if items is None or treatment is None:
        return DeviceModel(question.device)
    if method == "nls":
        return SquaresModel(items, treatment)
    return ListModel(items, treatment, constrained)


def _linear(
    formula: str,
    data: Data,
    treatment: str,
    design: Any,
    cluster: str | None,
    cov: Errors | None,
    weights: str | None,
    level: float,
) -> Fit:
    """Least squares of the count on treatment and its products with the predictors."""
    left, _, right = (side.strip() for side in formula.partition("~"))
    if isinstance(data, pd.DataFrame) and treatment in data.columns:
        data = data.assign(**{treatment: as_zero_one(data[treatment])})
    plain = right in ("1", "")
    made = f"{left} ~ {treatment}" if plain else f"{left} ~ {treatment} * ({right})"
    kind: Covariance | None = cov or (None if cluster or design else "HC2")
    return fit(made, data, design=design, cluster=cluster, cov=kind, weights=weights, level=level)
