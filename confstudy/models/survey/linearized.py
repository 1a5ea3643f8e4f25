"""The design variance of a total by Taylor linearization, stage by stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["Lonely", "Stage", "total_covariance"]

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]
Lonely = Literal["fail", "adjust", "average", "certainty"]


@dataclass(frozen=True, eq=False, repr=False)
class Stage:
    """One stage of sampling.

    Attributes
    ----------
    clusters
        (n,) the cluster of each respondent, 0 to C − 1; no cluster is in two strata.
    strata
        (C,) the stratum of each cluster, 0 to H − 1.
    fraction
        (C,) the share of the stratum's clusters that is in the sample; zeros where they count
        as drawn with replacement.
    """

    clusters: Codes
    strata: Codes
    fraction: Floats

    def totals(self, values: Floats) -> Floats:
        """(C, p) sums of (n, p) values over the respondents of each cluster."""
        count = len(self.strata)
        columns = [np.bincount(self.clusters, column, count) for column in values.T]
        return np.stack(columns, axis=1) if columns else np.zeros((count, 0))


def total_covariance(values: Floats, stages: Sequence[Stage], lonely: Lonely = "fail") -> Floats:
    """The covariance of the column sums of ``values`` over samples the design could have given.

    Parameters
    ----------
    values
        (n, p) weighted values, such as the influence of each respondent on p estimates; zero
        for respondents outside the domain.
    stages
        The stages of sampling. Later ones count where the first has a sampling fraction.
    lonely
        What a stratum with one cluster adds: ``fail`` refuses; ``adjust`` measures it from the
        mean of all clusters; ``average`` gives it what other strata have on average;
        ``certainty`` takes it as sure to be in the sample, so that it adds nothing.

    Returns
    -------
    (p, p) array.

    Raises
    ------
    AnalysisError
        A stratum has one cluster and ``lonely`` is ``fail``.

    Notes
    -----
    Woodruff (1971), JASA 66, 411; Särndal, Swensson & Wretman (1992), Model Assisted Survey
    Sampling, 4.3.

    Examples
    --------
    >>> y = np.array([[1.0], [2.0], [4.0], [9.0]])
    >>> alone = Stage(np.arange(4), np.zeros(4, dtype=int), np.zeros(4))
    >>> total_covariance(y, [alone]).round(6), round(float(4 * y.var(ddof=1)), 6)
    (array([[50.666667]]), 50.666667)
    """
    if not stages:
        return np.zeros((values.shape[1], values.shape[1]))
    first, *later = stages
    covariance = _between(first, values, lonely)
    if later and first.fraction.any():
        share = np.sqrt(first.fraction)[first.clusters]
        covariance = covariance + total_covariance(values * share[:, None], later, lonely)
    return covariance


def _between(stage: Stage, values: Floats, lonely: Lonely) -> Floats:
    """Between the clusters of each stratum."""
    totals = stage.totals(values)
    counts = np.bincount(stage.strata)
    number = counts[stage.strata].astype(float)
    sums = Stage(stage.strata, np.arange(len(counts)), np.zeros(len(counts))).totals(totals)
    deviation = totals - sums[stage.strata] / number[:, None]
    factor = (1 - stage.fraction) * number / np.maximum(number - 1, 1)
    # A stratum taken whole is no sample, however few clusters it has.
    single = (number == 1) & (stage.fraction < 1)
    if single.any() and lonely == "fail":
        raise AnalysisError(
            f"{int(single.sum())} strata have one cluster, so that nothing says how it could "
            "have come out otherwise. Join strata, or choose how to count them: "
            "lonely='adjust', 'average' or 'certainty'."
        )
    if lonely == "adjust" and single.any():
        if len(totals) == 1:
            raise AnalysisError("The sample is one cluster: there is no mean of others to use.")
        deviation[single] = totals[single] - totals.mean(axis=0)
    covariance = (deviation * factor[:, None]).T @ deviation
    if lonely == "average" and single.any():
        strata = len(counts)
        if single.sum() == strata:
            raise AnalysisError("Every stratum has one cluster: there is no average to take.")
        covariance = covariance * strata / (strata - single.sum())
    return np.asarray(covariance)
