"""Generalized linear models of a mean: logit, probit, cloglog, poisson."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from confstudy.models.estimate import Estimate, Working
from confstudy.models.fitting.judge import covariance_of, judged
from confstudy.models.fitting.peers import mean_peer
from confstudy.models.formula import Design
from confstudy.models.likelihood.batched import fit_means
from confstudy.models.likelihood.binary import LINKS, binary_kernel
from confstudy.models.likelihood.counts import poisson_kernel
from confstudy.models.likelihood.index import IndexModel, maximise
from confstudy.models.separation import counts_are_separated, is_separated

__all__ = ["MeanModel"]

Floats = NDArray[np.float64]
MeanName = Literal["logit", "probit", "cloglog", "poisson"]


@dataclass(frozen=True)
class MeanModel:
    """A generalized linear model, by its name."""

    name: MeanName

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Maximum likelihood; the covariance is of the expected information, as in R's glm."""
        model = self.model(design, weights)
        maximum = maximise(model, self.start(design, weights) if start is None else start)
        working = self._working(design, model, maximum.coefficients)
        gradient = working.gradient
        with np.errstate(invalid="ignore", over="ignore"):
            information = gradient.T @ (working.weight[:, None] * gradient)
        return Estimate(
            result=mean_peer(self.name, design, weights, maximum.coefficients),
            terms=design.terms,
            coefficients=maximum.coefficients,
            covariance=covariance_of(information),
            problems=judged(model, maximum, design.terms, self._separated(design, model)),
            scores=maximum.scores,
            information=information,
            log_likelihood=maximum.value,
            working=working,
        )

    def many(self, design: Design, weights: Floats, start: Floats) -> Floats:
        """Coefficients (R, p) under each of many weights (n, R); missing where not reached."""
        return fit_means(self._mean, design.matrix, design.outcome, design.offset, weights, start)

    def model(self, design: Design, weights: Floats | None = None) -> IndexModel:
        """The likelihood."""
        outcome = design.outcome
        kernel = (
            poisson_kernel(outcome)
            if self.name == "poisson"
            else binary_kernel(outcome, LINKS[self.name])
        )
        weight = np.ones(len(outcome)) if weights is None else weights
        offsets = None if design.offset is None else design.offset[None]
        return IndexModel(kernel, (design.matrix,), weight, offsets)

    def predict(self, coefficients: Floats, matrix: Floats, offset: Floats | None = None) -> Floats:
        """The chance of a 1, or the mean count, (n, 1)."""
        index = matrix @ coefficients
        return self._mean(index if offset is None else index + offset)[0][:, None]

    def _mean(self, index: Floats) -> tuple[Floats, Floats, Floats]:
        """Mean, its derivative by the index, and the variance that goes with it."""
        if self.name == "poisson":
            mean = np.exp(index)
            return mean, mean, mean
        link = LINKS[self.name]
        chance = link.chance(index)
        variance = chance * (1 - chance)
        return chance, variance if self.name == "logit" else link.density(index), variance

    def start(self, design: Design, weights: Floats | None = None) -> Floats:
        """A place to start from: the mean for everybody."""
        found = np.zeros(design.matrix.shape[1])
        if "Intercept" not in design.terms or self.name not in ("poisson", "cloglog"):
            return found
        share = float(np.average(design.outcome, weights=weights))
        offset = 0.0 if design.offset is None else float(design.offset.mean())
        rate = share if self.name == "poisson" else -np.log1p(-min(share, 0.999))
        found[design.terms.index("Intercept")] = np.log(max(rate, 1e-3)) - offset
        return found

    def _working(self, design: Design, model: IndexModel, coefficients: Floats) -> Working:
        with np.errstate(all="ignore"):
            mean, slope, variance = self._mean(model.indices(coefficients)[0])
            weight = np.where(variance > 0, model.weights / variance, 0.0)
            target = np.where(model.weights > 0, variance / model.weights, 0.0)
        gradient = slope[:, None] * design.matrix
        return Working(gradient, design.outcome - mean, weight, target)

    def _separated(self, design: Design, model: IndexModel) -> Callable[[], bool]:
        used = model.weights > 0
        test = counts_are_separated if self.name == "poisson" else is_separated
        return lambda: test(design.matrix[used], design.outcome[used])
