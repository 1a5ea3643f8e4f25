"""From a design and what varies over which groups to estimates, for every family."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.models.formula import Design
from confstudy.models.mixed.deviance import Deviance
from confstudy.models.mixed.glmm import fit_integrated, fit_without
from confstudy.models.mixed.linear import DegreesName, Method, fit_linear
from confstudy.models.mixed.moments import linear_moments
from confstudy.models.mixed.outcomes import outcome_of
from confstudy.models.mixed.random import Block
from confstudy.models.mixed.solution import Solution

__all__ = ["Problem"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Problem:
    """What is to be solved, but for the effects that vary.

    Attributes
    ----------
    weights
        (n,) or None.
    """

    family: str
    design: Design
    weights: Floats | None
    method: Method
    degrees: DegreesName
    nodes: int

    def solve(self, blocks: tuple[Block, ...]) -> Solution:
        """Estimate the model with these random effects."""
        outcome, terms = self._outcome()
        design = self.design
        if self.family == "ols":
            return fit_linear(
                design.matrix, outcome, blocks, terms,
                method=self.method, degrees=self.degrees, weights=self.weights,
            )  # fmt: skip
        return fit_integrated(
            self.family, design.matrix, outcome, blocks, terms,
            nodes=self.nodes, weights=self.weights, offset=design.offset,
        )  # fmt: skip

    def deviance_without(self, blocks: tuple[Block, ...]) -> float:
        """The deviance without any random effect, comparable with that of ``blocks``."""
        outcome, _ = self._outcome()
        if self.family == "ols":
            moments = linear_moments(self.design.matrix, outcome, blocks, self.weights)
            none = np.zeros(sum(len(block.rows) for block in blocks))
            return Deviance(moments, self.method == "REML").profiled(none)[0]
        said = outcome_of(
            self.family, self.design.matrix, outcome, self.weights, self.design.offset
        )
        return -2 * fit_without(said)[2]

    def _outcome(self) -> tuple[Floats, tuple[str, ...]]:
        """The outcome as it is modelled, and the names of the coefficients."""
        design = self.design
        if self.family == "ols":
            offset = 0.0 if design.offset is None else design.offset
            return design.outcome - offset, design.terms
        if self.family != "ordered":
            return design.outcome, design.terms
        ranks, ranked = np.unique(design.outcome, return_inverse=True)
        names = [design.levels[int(r)] if design.levels else f"{r:g}" for r in ranks]
        cuts = (f"{low} | {high}" for low, high in itertools.pairwise(names))
        return ranked.astype(float), (*design.terms, *cuts)
