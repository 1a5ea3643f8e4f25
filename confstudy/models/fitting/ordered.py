"""Cumulative link models: proportional odds, and ordered probit."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from confstudy.models.estimate import Estimate
from confstudy.models.fitting.judge import covariance_of, judged
from confstudy.models.fitting.peers import ordered_peer
from confstudy.models.formula import Design
from confstudy.models.likelihood.index import IndexModel, maximise
from confstudy.models.likelihood.ordered import chances, cumulative_matrices, ordered_kernel
from confstudy.models.separation import ordered_is_separated

__all__ = ["OrderedModel", "level_names"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OrderedModel:
    """A cumulative link model (McCullagh 1980); slopes first, thresholds last."""

    link: Literal["logit", "probit"]

    def fit(
        self, design: Design, weights: Floats | None = None, start: Floats | None = None
    ) -> Estimate:
        """Maximum likelihood; the covariance is of the observed information."""
        rank = np.unique(design.outcome, return_inverse=True)[1]
        model = self.model(design, weights)
        maximum = maximise(model, self.start(design, model) if start is None else start)
        thresholds = [f"{low} | {high}" for low, high in itertools.pairwise(level_names(design))]
        terms = (*design.terms, *thresholds)
        used = model.weights > 0
        problems = judged(
            model,
            maximum,
            terms,
            lambda: ordered_is_separated(
                design.matrix[used], np.unique(rank[used], return_inverse=True)[1]
            ),
        )
        peer = ordered_peer(design, self.link, maximum.coefficients) if weights is None else None
        return Estimate(
            peer, terms, maximum.coefficients, covariance_of(maximum.information), problems,
            maximum.scores, maximum.information, maximum.value,
        )  # fmt: skip

    def model(
        self, design: Design, weights: Floats | None = None, free: list[int] | None = None
    ) -> IndexModel:
        """The likelihood; the columns ``free`` have a slope at every threshold, put last."""
        rank = np.unique(design.outcome, return_inverse=True)[1]
        weight = np.ones(len(rank)) if weights is None else weights
        places = free or []
        same = np.delete(design.matrix, places, axis=1)
        matrices = cumulative_matrices(same, rank, design.matrix[:, places] if places else None)
        offsets = None if design.offset is None else np.stack([-design.offset] * 2)
        return IndexModel(ordered_kernel(rank, self.link), matrices, weight, offsets)

    def start(self, design: Design, model: IndexModel) -> Floats:
        """No slopes, and the thresholds that give everybody's shares."""
        rank = np.unique(design.outcome, return_inverse=True)[1]
        counts = np.bincount(rank, model.weights) + 1e-3 * model.weights.mean()
        below = (np.cumsum(counts) / counts.sum())[:-1]
        quantile = logit if self.link == "logit" else ndtri
        found = np.zeros(model.matrices[0].shape[1])
        slopes = design.matrix.shape[1]
        found[slopes : slopes + len(below)] = quantile(below)
        return found

    def predict(self, coefficients: Floats, matrix: Floats, offset: Floats | None = None) -> Floats:
        """The chance of each level, (n, levels)."""
        if offset is None:
            return chances(coefficients, matrix, self.link)
        slopes = matrix.shape[1]
        longer = np.insert(coefficients, slopes, 1.0)
        return chances(longer, np.column_stack([matrix, offset]), self.link)


def level_names(design: Design) -> list[str]:
    """The labels of the levels that occur."""
    ranks = np.unique(design.outcome)
    return [design.levels[int(r)] if design.levels else f"{r:g}" for r in ranks]
