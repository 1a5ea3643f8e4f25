"""List experiments by nonlinear least squares in two steps (Imai 2011)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from confstudy.models.estimate import Estimate
from confstudy.models.fitting.judge import SINGULAR
from confstudy.models.formula import Design
from confstudy.models.indirect.models import ListModel, two_steps

__all__ = ["SquaresModel"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SquaresModel:
    """The harmless count from the short lists; what the long lists have more, from the trait."""

    items: int
    long: str

    def check(self, design: Design) -> None:
        """As of the maximum likelihood model."""
        ListModel(self.items, self.long).check(design)

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Both steps, with the covariance of both together (a sandwich)."""
        x, y = design.matrix, design.outcome
        long = design.frame[self.long].to_numpy(dtype=float)
        weight = np.ones(len(y)) if weights is None else weights
        harmless, sensitive = two_steps(design, long, weight, self.items, start)
        h, g = expit(x @ harmless), expit(x @ sensitive)
        by_h, by_g = self.items * h * (1 - h), g * (1 - g)
        least = np.where(long == 1, (y - self.items * h - g) * by_g, 0.0)
        less = np.where(long == 0, (y - self.items * h) * by_h, 0.0)
        moments = np.hstack([(weight * part)[:, None] * x for part in (least, less)])

        def crossed(part: Floats) -> Floats:
            return np.asarray(x.T @ ((weight * part)[:, None] * x))

        slopes = np.block(
            [
                [crossed(by_g**2 * long), crossed(by_g * by_h * long)],
                [np.zeros((x.shape[1],) * 2), crossed(by_h**2 * (1 - long))],
            ]
        )
        coefficients = np.concatenate([sensitive, harmless])
        terms = design.terms + tuple(f"count: {term}" for term in design.terms)
        missing = np.full(slopes.shape, np.nan)
        try:
            bread = np.linalg.inv(slopes)
            covariance = bread @ (moments.T @ moments) @ bread.T
            information: Floats = np.asarray(np.linalg.inv(covariance))
            scores = moments @ bread.T @ information
        except np.linalg.LinAlgError:
            return Estimate(None, terms, coefficients, missing, (SINGULAR,), moments, slopes)
        problems = _problems(moments, slopes, x @ sensitive, covariance)
        return Estimate(None, terms, coefficients, covariance, problems, scores, information)


def _problems(
    moments: Floats, slopes: Floats, index: Floats, covariance: Floats
) -> tuple[str, ...]:
    """Judge by what another step would change, and by chances that have run to 0 or 1."""
    if not np.isfinite(covariance).all() or np.linalg.cond(slopes) > 1e14:
        return (SINGULAR,)
    step = np.linalg.solve(slopes, moments.sum(axis=0))
    if float(step @ np.linalg.solve(covariance, step)) > 1e-6:
        return ("not converged: no least sum of squares was reached",)
    if float(np.abs(index).min()) > 12:
        return ("the counts are as if no respondent, or every one, had the trait",)
    return ()
