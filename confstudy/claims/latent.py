"""A test of knowledge whose ability depends on covariates; for claims about what clients know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logsumexp

from confstudy.claims.sample import Theta
from confstudy.errors import AnalysisError

__all__ = ["regressed_ability"]

Floats = NDArray[np.float64]
# Evenly spaced nodes: with a step of .5 the sum is exact to about six digits.
_NODES = np.linspace(-5.5, 5.5, 23)
_LOG_PRIOR = -(_NODES**2) / 2 - np.log(np.exp(-(_NODES**2) / 2).sum())
_STEEP = 12.0


@dataclass(frozen=True, repr=False)
class _Answers:
    """What is known: right or wrong (n, k) with NaN where not answered, covariates (n, p)."""

    right: Floats
    asked: Floats
    covariates: Floats

    def likelihood(self, place: Floats) -> tuple[Floats, Floats]:
        """Log likelihood of each respondent (n,), and its derivatives (n, 2k + p)."""
        k = self.right.shape[1]
        level, slope, beta = place[:k], place[k : 2 * k], place[2 * k :]
        ability = (self.covariates @ beta)[:, None] + _NODES
        index = level[:, None] + slope[:, None] * ability[:, None, :]
        wrong = log_expit(-index)
        joint = np.einsum("nk,nkq->nq", self.right, index) + np.einsum(
            "nk,nkq->nq", self.asked, wrong
        )
        joint += _LOG_PRIOR
        total = logsumexp(joint, axis=1)
        given = np.exp(joint - total[:, None])
        rest = (self.right[:, :, None] - self.asked[:, :, None] * expit(index)) * given[:, None, :]
        by_level = rest.sum(axis=2)
        by_slope = np.einsum("nkq,nq->nk", rest, ability)
        by_beta = (by_level @ slope)[:, None] * self.covariates
        return total, np.hstack([by_level, by_slope, by_beta])


def regressed_ability(
    right: Floats, covariates: Floats, groups: NDArray[np.intp], names: Sequence[str]
) -> dict[str, Theta]:
    """How ability rises with covariates, in standard deviations of what they leave.

    Parameters
    ----------
    right
        (n, k): 1 where the answer is right, 0 where wrong, NaN where there is none.
    covariates
        (n, p), named by ``names``.
    groups
        (n,): 0 to G − 1; the replicates leave each out, by one step of Newton's method.

    Returns
    -------
    dict
        Name → slope.

    Raises
    ------
    AnalysisError
        All or none know an item, or the search finds no maximum.

    Notes
    -----
    Estimand: β in θ = xβ + ε, with ε standard normal and P(right) = logit⁻¹(d + aθ). Assumes:
    the two-parameter logistic model; items work alike whatever the covariates; missing answers
    are missing at random. Does not show: that the test measures knowledge.

    Mislevy (1984), estimating the mean of an ability without estimating anyone's.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> told = rng.integers(0, 2, 4000).astype(float)
    >>> ability = 0.5 * told + rng.normal(size=4000)
    >>> right = (rng.random((4000, 6)) < expit(ability)[:, None]).astype(float)
    >>> found = regressed_ability(right, told[:, None], np.arange(4000) % 50, ["told"])
    >>> bool(abs(found["told"].value - 0.5) < 0.15)
    True
    """
    k = right.shape[1]
    answers = _Answers(np.nan_to_num(right), (~np.isnan(right)).astype(float), covariates)
    share = answers.right.sum(axis=0) / answers.asked.sum(axis=0)
    if not ((share > 0) & (share < 1)).all():
        raise AnalysisError("All or none know the answer to an item: leave it out of the test.")
    start = np.concatenate([np.log(share / (1 - share)), np.ones(k), np.zeros(len(names))])
    place, scores = _maximum(answers, start)
    count = int(groups.max()) + 1
    sums = np.stack([np.bincount(groups, column, count) for column in scores.T], axis=1)
    moves = np.linalg.solve(scores.T @ scores, sums.T).T * count / (count - 1)
    return {
        name: Theta(float(place[2 * k + at]), place[2 * k + at] - moves[:, 2 * k + at])
        for at, name in enumerate(names)
    }


def _maximum(answers: _Answers, place: Floats) -> tuple[Floats, Floats]:
    """The maximum by the method of Berndt, Hall, Hall & Hausman (1974), and the scores there."""
    k = answers.right.shape[1]
    value, scores = answers.likelihood(place)
    for _ in range(200):
        gradient = scores.sum(axis=0)
        step = np.linalg.lstsq(scores.T @ scores, gradient)[0]
        if gradient @ step < 1e-6:
            return place, scores
        for _ in range(30):
            new, new_scores = answers.likelihood(place + step)
            if new.sum() >= value.sum():
                break
            step = step / 2
        place, value, scores = place + step, new, new_scores
        if np.abs(place[k : 2 * k]).max() > _STEEP:
            break
    raise AnalysisError(
        f"The model of the test finds no maximum with {len(scores):,} respondents: ask more people."
    )
