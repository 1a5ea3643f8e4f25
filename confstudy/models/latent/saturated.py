"""Means and covariances without a model: sums of complete data, EM of incomplete ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.models.latent.implied import Moments
from confstudy.models.latent.likelihood import GroupData, Likelihood, Saturated
from confstudy.models.latent.search import maximise

__all__ = ["Unrestricted", "unrestricted"]

Floats = NDArray[np.float64]
_POLISHED = 150


@dataclass(frozen=True, repr=False)
class Unrestricted:
    """The moments that fit a group best, their log-likelihood, and whether they were found."""

    moments: Moments
    log_likelihood: float
    converged: bool


def unrestricted(data: GroupData) -> Unrestricted:
    """Maximum likelihood of all means and covariances (Orchard and Woodbury 1972)."""
    p = data.answers.shape[1]
    if len(data.patterns) == 1 and len(data.patterns[0].seen) == p:
        moments = Moments(data.patterns[0].mean, data.patterns[0].covariance)
        return Unrestricted(moments, _value(data, moments), True)
    shares, values = data.weights[:, None] * ~np.isnan(data.answers), np.nan_to_num(data.answers)
    mean = (shares * values).sum(axis=0) / shares.sum(axis=0)
    spread = (shares * (values - mean) ** 2).sum(axis=0) / shares.sum(axis=0)
    moments, converged = _climb(data, Moments(mean, np.diag(spread)))
    converged = converged and not _apart(data)
    if converged and p * (p + 3) // 2 <= _POLISHED:
        free = Saturated(moments, np.zeros(0, dtype=np.intp), True)
        likelihood = Likelihood((free,), (data,), True)
        found = maximise(likelihood, free.at_sample, 20)
        moments = free.moments(found.parameters)
    return Unrestricted(moments, _value(data, moments), converged)


def _apart(data: GroupData) -> bool:
    """Whether two columns are never answered by the same row."""
    seen = (~np.isnan(data.answers)).astype(float)
    return bool((seen.T @ seen == 0).any())


def _value(data: GroupData, moments: Moments) -> float:
    free = Saturated(moments, np.zeros(0, dtype=np.intp), True)
    return Likelihood((free,), (data,), True).value(free.at_sample)


def _climb(data: GroupData, moments: Moments, most: int = 5000) -> tuple[Moments, bool]:
    scale = np.sqrt(np.diag(moments.covariance))
    for _ in range(most):
        new = _step(data, moments)
        change = np.abs((new.covariance - moments.covariance) / np.outer(scale, scale)).max()
        change = max(change, np.abs((new.mean - moments.mean) / scale).max())
        moments = new
        if change < 1e-11:
            return moments, True
    return moments, bool(change < 1e-6)


def _step(data: GroupData, moments: Moments) -> Moments:
    """One step of EM: expected sums given the moments, moments of the sums."""
    p = len(moments.mean)
    sums, products = np.zeros(p), np.zeros((p, p))
    for pattern in data.patterns:
        seen = pattern.seen
        gone = np.setdiff1d(np.arange(p), seen)
        block = moments.covariance[np.ix_(seen, seen)]
        slope = np.zeros((p, len(seen)))
        slope[seen] = np.eye(len(seen))
        slope[gone] = np.linalg.lstsq(block, moments.covariance[seen][:, gone])[0].T
        filled = moments.mean + slope @ (pattern.mean - moments.mean[seen])
        rest = np.zeros((p, p))
        rest[np.ix_(gone, gone)] = (
            moments.covariance[np.ix_(gone, gone)]
            - slope[gone] @ moments.covariance[np.ix_(seen, gone)]
        )
        spread = slope @ pattern.covariance @ slope.T + rest
        sums += pattern.size * filled
        products += pattern.size * (spread + np.outer(filled, filled))
    mean = sums / data.size
    covariance = products / data.size - np.outer(mean, mean)
    return Moments(mean, (covariance + covariance.T) / 2)
