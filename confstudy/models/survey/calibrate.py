"""Weights brought to known totals of any variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.survey.design import AnyDesign, sample_of
from confstudy.models.survey.domains import columns_of
from confstudy.models.survey.sample import Sample

__all__ = ["calibrate", "reweighted"]

Floats = NDArray[np.float64]


def calibrate(
    data: Data,
    totals: Mapping[str, float],
    design: AnyDesign = None,
    *,
    kind: Literal["linear", "raking"] = "linear",
) -> Sample:
    """Weights that reproduce known totals of any variables, changed as little as possible.

    Parameters
    ----------
    totals
        The population's total of ``Intercept`` (its size), of numbers (``age``) and of levels
        (``region[north]``).
    kind
        ``linear`` (generalised regression) or ``raking`` (always above 0).
    data, design
        As :func:`confstudy.models.survey.estimates.survey_mean`.

    Returns
    -------
    Sample
        To be given as ``design``.

    Raises
    ------
    AnalysisError
        Unknown or collinear terms, no solution, weights below 0.

    Notes
    -----
    Estimand: none of its own; weights for other estimates.
    Assumes: that the variables with known totals explain who answered.
    Does not show: nonresponse they do not explain.
    Source: Deville & Särndal (1992), JASA 87, 376.

    Examples
    --------
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"age": [20.0, 30, 40, 50]})
    >>> calibrate(frame, {"Intercept": 4, "age": 144}, SurveyDesign()).full.round(3)
    array([0.88, 0.96, 1.04, 1.12])
    """
    if kind not in ("linear", "raking"):
        raise AnalysisError("'kind' is 'linear' or 'raking'.")
    sample, frame = sample_of(data, design), as_frame(data)
    matrix = _matrix(frame, list(totals))
    try:
        wanted = np.array(list(totals.values()), dtype=float)
    except (TypeError, ValueError):
        raise AnalysisError(f"The totals of {listing(totals)} are not all numbers.") from None
    base = sample.full
    gram = matrix.T @ (base[:, None] * matrix)
    if np.linalg.matrix_rank(gram) < len(wanted):
        raise AnalysisError(f"The totals {listing(totals)} are collinear: leave one of them out.")

    def made_to_fit(weights: Floats) -> Floats:
        columns = [_calibrated(matrix, column, wanted, kind) for column in weights.T]
        return np.stack(columns, axis=1)

    def residual(values: Floats) -> Floats:
        plain = np.divide(
            values, made.full[:, None], out=np.zeros_like(values), where=made.full[:, None] > 0
        )
        slopes = np.linalg.solve(gram, matrix.T @ (base[:, None] * plain))
        return np.asarray(made.full[:, None] * (plain - matrix @ slopes))

    made = reweighted(sample, made_to_fit, residual)
    return made


def reweighted(
    sample: Sample, change: Callable[[Floats], Floats], residual: Callable[[Floats], Floats]
) -> Sample:
    """The sample with its weights, and every replicate's, changed.

    Parameters
    ----------
    change
        Takes (N, R) weights and gives (N, R) new ones.
    residual
        What is left of (N, p) weighted values once the totals are known.

    Raises
    ------
    AnalysisError
        A group has no weight.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        full = change(sample.full[:, None])[:, 0]
        replicated = None if sample.replicated is None else change(sample.replicated)
    lost = not np.isfinite(full).all() or (
        replicated is not None and not np.isfinite(replicated).all()
    )
    if lost:
        raise AnalysisError("A group has no weight in the sample or in a replicate: join groups.")
    adjustments = (*sample.adjustments, residual)
    return replace(sample, full=full, replicated=replicated, adjustments=adjustments)


def _matrix(frame: pd.DataFrame, terms: list[str]) -> Floats:
    columns = []
    for term in terms:
        name = term.split("[")[0] if term not in frame else term
        if term == "Intercept":
            columns.append(np.ones(len(frame)))
            continue
        if name not in frame:
            known = ["Intercept", *map(str, frame.columns)]
            raise AnalysisError(unknown("Terms", [term], known, "the data"))
        if frame[name].isna().any():
            raise AnalysisError(f"'{name}' is missing for some: nothing says what they add.")
        names, values = columns_of(frame, name)
        if term not in names:
            raise AnalysisError(f"'{term}' is no level of '{name}'; write 'column[level]'.")
        columns.append(values[:, names.index(term)])
    if not columns:
        raise AnalysisError("'totals' is empty: name what the population's totals are of.")
    return np.stack(columns, axis=1)


def _calibrated(matrix: Floats, weights: Floats, wanted: Floats, kind: str) -> Floats:
    """Newton's method for the multipliers; one step where the change is linear."""
    multipliers, found = np.zeros(len(wanted)), weights
    try:
        for _ in range(1 if kind == "linear" else 50):
            information = matrix.T @ (found[:, None] * matrix)
            step: Floats = np.asarray(np.linalg.solve(information, wanted - matrix.T @ found))
            if kind == "linear":
                found = weights * (1 + matrix @ step)
                break
            multipliers, found = _downhill(matrix, weights, wanted, multipliers, step)
            if np.allclose(matrix.T @ found, wanted, rtol=1e-12, atol=0):
                break
    except np.linalg.LinAlgError:
        found = np.full_like(weights, np.nan)
    if not np.allclose(matrix.T @ found, wanted, rtol=1e-8, atol=1e-8):
        raise AnalysisError("No weights reach these totals: they contradict the sample.")
    if (found < 0).any():
        raise AnalysisError("The totals ask for weights below 0: use kind='raking'.")
    return found


def _downhill(
    matrix: Floats, weights: Floats, wanted: Floats, multipliers: Floats, step: Floats
) -> tuple[Floats, Floats]:
    """The step, halved until what raking minimises does not grow; with its weights."""

    def at(place: Floats) -> tuple[Floats, float]:
        with np.errstate(over="ignore", invalid="ignore"):
            found = weights * np.exp(matrix @ place)
            return found, float(found.sum() - wanted @ place)

    found, least = at(multipliers)
    for _ in range(40):
        trial, value = at(multipliers + step)
        if value <= least + 1e-12 * abs(least):
            return multipliers + step, trial
        step = step / 2
    return multipliers, found
