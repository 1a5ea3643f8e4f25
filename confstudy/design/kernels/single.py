"""One replication by the package's own fits: what no kernel covers, or none could settle."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.design.batch import Batch
from confstudy.design.drawing import frame_of
from confstudy.design.kernels.contrast import Levels
from confstudy.errors import AnalysisError
from confstudy.models.effects.effects import effects
from confstudy.models.fit import fit
from confstudy.models.mixed.fit import mixed
from confstudy.models.survey.design import SurveyDesign

__all__ = ["Request", "single"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Request:
    """A model and what is wanted of it; see :func:`confstudy.design.answers.spec`.

    Attributes
    ----------
    weights
        Term → weight: the combination of coefficients that is the estimate.
    also
        Columns that a client needs beside those of the model.
    averaged
        Cause and its two levels, or the cause alone for a slope, where an average effect is
        wanted instead.
    design
        The sample design that weights and errors come from.
    """

    formula: str
    family: str
    cluster: str | None
    cov: str | None
    random: str | None
    weights: Mapping[str, float]
    levels: Levels
    also: tuple[str, ...] = ()
    averaged: tuple[str, Any] | None = None
    design: SurveyDesign | None = None


def single(request: Request, batch: Batch, place: int) -> tuple[float, float, float, int, str]:
    """Estimate, standard error, df, respondents used, and why there is none."""
    frame = frame_of(batch, place)
    if request.also:
        frame = frame.dropna(subset=list(request.also))
    outcome = request.formula.partition("~")[0].strip()
    if request.family.startswith("ordered") and outcome in batch.levels:
        frame[outcome] = frame[outcome].cat.as_ordered()
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            fitted = _fitted(request, frame)
            if fitted.problems:
                return _none(len(fitted.design.outcome), "; ".join(fitted.problems))
            return _asked(request, fitted)
    except AnalysisError as failed:
        return _none(0, _first_sentence(str(failed)))
    except np.linalg.LinAlgError:
        return _none(0, "singular: the data do not determine all coefficients")


def _none(n: int, why: str) -> tuple[float, float, float, int, str]:
    return np.nan, np.nan, np.nan, n, why


def _first_sentence(words: str) -> str:
    return re.split(r"(?<=[^.\d])[.:] ", words)[0].rstrip(".")


def _fitted(request: Request, frame: pd.DataFrame) -> Any:
    family: Any = request.family
    if request.random is not None:
        return mixed(request.formula, frame, request.random, family)
    cov: Any = request.cov
    errors = {"cluster": request.cluster, "cov": cov, "design": request.design}
    return fit(request.formula, frame, family, **errors)


def _asked(request: Request, fitted: Any) -> tuple[float, float, float, int, str]:
    n = len(fitted.design.outcome)
    if request.averaged is not None:
        return _averaged(request, fitted, n)
    absent = [term for term in request.weights if term not in fitted.terms]
    absent += [name for name in _without_reference(request, fitted) if not absent]
    if absent:
        return _none(n, f"'{absent[0]}' is not determined: nobody has one of its levels")
    c = np.array([request.weights.get(term, 0.0) for term in fitted.terms])
    variance = float(c @ fitted.covariance @ c)
    return float(c @ fitted.coefficients), variance**0.5, _degrees(request, fitted, c), n, ""


def _without_reference(request: Request, fitted: Any) -> list[str]:
    """The categories of the terms asked for whose first level nobody has."""
    found = []
    for name in {match for term in request.weights for match in re.findall(r"(\w+)\[T\.", term)}:
        there = fitted.design.frame[name].cat.categories
        if there[0] != request.levels[name][0]:
            found.append(name)
    return found


def _degrees(request: Request, fitted: Any, c: Floats) -> float:
    if request.random is None:
        of: Callable[[Floats], float] = fitted.uncertainty.df
        return float(of(c))
    return float(np.min(fitted.solution.df[c != 0]))


def _averaged(request: Request, fitted: Any, n: int) -> tuple[float, float, float, int, str]:
    """The average effect on a chance or a mean; on the expected place of an ordered outcome."""
    name, sides = request.averaged or ("", None)
    if sides is None:
        found = effects(fitted, name, kind="slope")
    else:
        found = effects(fitted, name, kind="contrast", levels=(sides[1], sides[0]))
    table = found.table
    if found.problems:
        return _none(n, "; ".join(found.problems))
    outcome = request.levels.get(fitted.design.name)
    words = table["level"].astype(str).tolist()
    c = np.ones(len(table))
    if len(table) > 1:
        c = np.array([outcome.index(word) if outcome else float(word) for word in words])
    variance = float(c @ np.asarray(found.covariance) @ c)
    return float(c @ table["estimate"]), variance**0.5, float(table["df"].min()), n, ""
