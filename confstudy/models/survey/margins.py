"""Weights brought to the known sizes of groups: post-stratification and raking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing, unknown
from confstudy.models.formula import Data, as_frame
from confstudy.models.survey.calibrate import reweighted
from confstudy.models.survey.design import AnyDesign, sample_of
from confstudy.models.survey.sample import Sample

__all__ = ["poststratify", "rake"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Totals = Mapping[Any, float]
_CLOSE = 1e-12
_STEPS = 500


def poststratify(
    data: Data, by: str | Sequence[str], totals: Totals, design: AnyDesign = None
) -> Sample:
    """Weights that sum to the known size of each group of the population.

    Parameters
    ----------
    by
        A column, or several whose combinations are the groups.
    totals
        People in each group: by level, or by a tuple of levels.
    data, design
        As :func:`confstudy.models.survey.estimates.survey_mean`; every respondent needs a group.

    Returns
    -------
    Sample
        To be given as ``design``; its variances know that the totals are known.

    Notes
    -----
    Estimand: none of its own; weights for other estimates.
    Assumes: within groups, those who answered are like those who did not.
    Does not show: nonresponse within groups.
    Source: Holt & Smith (1979), JRSS A 142, 33; variances by residuals from the group means.

    Examples
    --------
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"arm": ["a", "a", "b", "b"], "y": [1.0, 2, 3, 4]})
    >>> poststratify(frame, "arm", {"a": 30, "b": 70}, SurveyDesign()).full
    array([15., 15., 35., 35.])
    """
    names = [by] if isinstance(by, str) else list(by)
    sample, frame = sample_of(data, design), as_frame(data)
    keys = _keys(frame, names)
    codes, wanted = _coded(keys, totals, " and ".join(names))

    def scaled(weights: Floats) -> Floats:
        return weights * (wanted / _sums(codes, weights, len(wanted)).T).T[codes]

    def residual(values: Floats) -> Floats:
        sums, people = (_sums(codes, part, len(wanted)) for part in (values, made.full[:, None]))
        return np.asarray(values - made.full[:, None] * (sums / people)[codes])

    made = reweighted(sample, scaled, residual)
    return made


def rake(data: Data, margins: Mapping[str, Totals], design: AnyDesign = None) -> Sample:
    """Weights that sum to the known size of each level of several variables.

    Parameters
    ----------
    margins
        For each column, people at each of its levels; all must sum to the same population.
    data, design
        As :func:`poststratify`.

    Returns
    -------
    Sample
        To be given as ``design``.

    Raises
    ------
    AnalysisError
        Margins that contradict each other or the sample.

    Notes
    -----
    Estimand: none of its own; weights for other estimates.
    Assumes: that who answered depends on the margins, not on their combinations.
    Does not show: nonresponse that the margins do not explain.
    Source: Deming & Stephan (1940), Annals of Mathematical Statistics 11, 427. Variances use
    residuals from the unweighted additive fit of the margins, as R's survey (``rake``).

    Examples
    --------
    >>> from confstudy.models.survey.design import SurveyDesign
    >>> frame = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1]})
    >>> raked = rake(frame, {"a": {0: 40, 1: 60}, "b": {0: 50, 1: 50}}, SurveyDesign())
    >>> raked.full
    array([20., 20., 30., 30.])
    """
    sample, frame = sample_of(data, design), as_frame(data)
    if not margins:
        raise AnalysisError("'margins' names no column: give each with the totals of its levels.")
    coded = [_coded(_keys(frame, [name]), totals, name) for name, totals in margins.items()]
    sums = [wanted.sum() for _, wanted in coded]
    if not np.allclose(sums, sums[0], rtol=1e-8):
        raise AnalysisError("The margins sum to different populations: bring them to one.")

    def raked(weights: Floats) -> Floats:
        for _ in range(_STEPS):
            worst = 0.0
            for codes, wanted in coded:
                change = wanted[:, None] / _sums(codes, weights, len(wanted))
                weights, worst = weights * change[codes], max(worst, np.abs(change - 1).max())
            if worst < _CLOSE:
                return weights
            if not np.isfinite(worst):
                break
        raise AnalysisError("Raking has not converged: the margins contradict the sample.")

    rows = sample.full > 0
    dummies = [np.eye(len(wanted))[codes[rows]] for codes, wanted in coded]
    basis = np.linalg.svd(np.hstack(dummies), full_matrices=False)
    space = basis[0][:, basis[1] > 1e-10 * basis[1][0]]

    def residual(values: Floats) -> Floats:
        plain = values[rows] / made.full[rows, None]
        left = np.zeros_like(values)
        left[rows] = made.full[rows, None] * (plain - space @ (space.T @ plain))
        return left

    made = reweighted(sample, raked, residual)
    return made


def _keys(frame: pd.DataFrame, names: list[str]) -> list[Any]:
    absent = [name for name in names if name not in frame]
    if absent or not names:
        raise AnalysisError(unknown("Columns", absent, map(str, frame.columns), "the data"))
    missing = int(frame[names].isna().any(axis=1).sum())
    if missing:
        raise AnalysisError(
            f"{missing:,} respondents have no {listing(names)}: their group is not known."
        )
    groups = list(frame[names].itertuples(index=False, name=None))
    return [group[0] for group in groups] if len(names) == 1 else groups


def _coded(keys: list[Any], totals: Totals, name: str) -> tuple[Codes, Floats]:
    levels = pd.Index(list(totals.keys()), dtype=object, tupleize_cols=False)
    codes: Codes = np.asarray(levels.get_indexer(pd.Index(keys, dtype=object, tupleize_cols=False)))
    if (codes < 0).any():
        raise AnalysisError(
            f"{int((codes < 0).sum()):,} respondents are at levels of '{name}' without a total."
        )
    wanted = np.array(list(totals.values()), dtype=float)
    if not ((wanted > 0) & np.isfinite(wanted)).all():
        raise AnalysisError(f"The totals of '{name}' are numbers above 0.")
    empty = np.bincount(codes, minlength=len(wanted)) == 0
    if empty.any():
        raise AnalysisError(f"{int(empty.sum())} levels of '{name}' have a total and nobody there.")
    return codes, wanted


def _sums(codes: Codes, values: Floats, count: int) -> Floats:
    """(groups, p) sums of (N, p) values."""
    return np.stack([np.bincount(codes, column, count) for column in values.T], axis=1)
