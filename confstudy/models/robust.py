"""Sandwich covariances: HC0 to HC3, CR0 and CR1, and CR2 with its degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.models.estimate import LOG_THETA, Estimate, Working

__all__ = ["Small", "cluster_covariance", "cr2", "hc_covariance", "leverages"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]


def hc_covariance(estimate: Estimate, kind: str) -> Floats:
    """HC0 to HC3 (MacKinnon and White 1985), as R's sandwich has them.

    Parameters
    ----------
    estimate
        For ``HC2`` and ``HC3`` one that has ``working``, whose leverages h they use.
    kind
        ``HC0``; ``HC1``, times n / (n − p), log θ not counted; ``HC2`` and ``HC3``, scores
        divided by the square root of 1 − h, and by 1 − h.
    """
    scores, bread = estimate.scores, estimate.covariance
    n, p = len(scores), _counted(estimate)
    if kind in ("HC2", "HC3") and estimate.working is not None:
        left = 1 - leverages(estimate.working)
        scores = scores / (np.sqrt(left) if kind == "HC2" else left)[:, None]
    factor = n / (n - p) if kind == "HC1" else 1.0
    return np.asarray(factor * bread @ (scores.T @ scores) @ bread)


def _counted(estimate: Estimate) -> int:
    """How many coefficients there are beside a dispersion."""
    return len(estimate.terms) - (estimate.terms[-1] == LOG_THETA)


def leverages(working: Working) -> Floats:
    """How much each respondent (n,) determines the own prediction: from 0 to 1."""
    weighted = np.sqrt(working.weight)[:, None] * working.gradient
    orthonormal = np.linalg.qr(weighted)[0]
    return np.asarray((orthonormal**2).sum(axis=1))


def cluster_covariance(estimate: Estimate, groups: Groups, kind: str = "CR1") -> Floats:
    """The sandwich over clusters: ``CR0``, or ``CR1`` with G / (G − 1) × (n − 1) / (n − p).

    Parameters
    ----------
    groups
        (n,): 0 to G − 1.
    """
    n, p = len(estimate.scores), _counted(estimate)
    count = int(groups.max()) + 1
    totals = np.zeros((count, estimate.scores.shape[1]))
    np.add.at(totals, groups, estimate.scores)
    factor = count / (count - 1) * (n - 1) / (n - p) if kind == "CR1" else 1.0
    bread = estimate.covariance
    return np.asarray(factor * bread @ (totals.T @ totals) @ bread)


@dataclass(frozen=True, repr=False)
class Small:
    """A bias-reduced cluster covariance, and the degrees of freedom of any contrast with it.

    Attributes
    ----------
    covariance
        (p, p).
    own, along, across
        (G, p, p): what each cluster adds to the variance of a contrast and to its moments.
    bread, middle
        (p, p).
    """

    covariance: Floats
    own: Floats
    along: Floats
    across: Floats
    bread: Floats
    middle: Floats

    def degrees(self, contrast: Floats) -> float:
        """Satterthwaite degrees of freedom of a contrast (p,) (Bell and McCaffrey 2002)."""
        own = np.einsum("p,gpq,q->g", contrast, self.own, contrast)
        along, across = self.along @ contrast, self.across @ contrast
        cross = along @ self.bread @ across.T
        products = np.diag(own) - cross - cross.T + along @ self.middle @ along.T
        total = float((products**2).sum())
        return float(np.trace(products) ** 2 / total) if total > 0 else float("nan")


def cr2(working: Working, groups: Groups) -> Small:
    """CR2: a cluster sandwich with residuals adjusted so that it is unbiased under the model.

    Parameters
    ----------
    working
        The mean as a weighted regression.
    groups
        (n,): 0 to G − 1.

    Notes
    -----
    Pustejovsky and Tipton (2018), Journal of Business & Economic Statistics 36, 672; the
    working model of the variance is the likelihood's own (ols: the same for everybody).
    """
    used = working.weight > 0
    gradient, residual, weight, target = (
        part[used] for part in (working.gradient, working.residual, working.weight, working.target)
    )
    groups = np.unique(groups[used], return_inverse=True)[1]
    bread: Floats = np.asarray(np.linalg.inv(gradient.T @ (weight[:, None] * gradient)))
    both = weight * target
    inner = gradient.T @ ((weight * both)[:, None] * gradient)
    middle: Floats = np.asarray(bread @ inner @ bread)
    plain = np.ptp(weight) == 0 and np.ptp(target) == 0
    order = np.argsort(groups, kind="stable")
    cuts = np.flatnonzero(np.diff(groups[order])) + 1
    own, along, across, sums = [], [], [], []
    for rows in np.split(order, cuts):
        part = gradient[rows]
        adjusted = (
            _even(part, bread * weight[0])
            if plain
            else _adjusted(part, weight[rows], target[rows], bread, middle)
        )
        own.append(adjusted.T @ (target[rows, None] * adjusted))
        along.append(part.T @ adjusted)
        across.append(part.T @ (both[rows, None] * adjusted))
        sums.append(adjusted.T @ residual[rows])
    total = np.stack(sums)
    return Small(total.T @ total, np.stack(own), np.stack(along), np.stack(across), bread, middle)


def _adjusted(
    part: Floats, weight: Floats, target: Floats, bread: Floats, middle: Floats
) -> Floats:
    """What a cluster's residuals are multiplied by, adjusted: (rows, p)."""
    root = np.sqrt(target)
    hat = part @ bread @ (part * (weight * target)[:, None]).T
    left = np.diag(target) - hat - hat.T + part @ middle @ part.T
    values, vectors = np.linalg.eigh(root[:, None] * left * root)
    kept = values > 1e-11 * float(target.max()) ** 2
    power = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    half = (vectors * power) @ (vectors.T @ ((root * weight)[:, None] * part @ bread))
    return np.asarray(root[:, None] * half)


def _even(part: Floats, bread: Floats) -> Floats:
    """The same where all weights and variances are alike: a cluster's hat matrix has rank p."""
    lower = np.linalg.cholesky(bread)
    left, size, right = np.linalg.svd(part @ lower, full_matrices=False)
    rest = 1 - size**2
    kept = rest > 1e-11
    power = np.where(kept, 1 / np.sqrt(np.where(kept, rest, 1.0)), 0.0)
    return np.asarray((left * (power * size)) @ right @ lower.T)
