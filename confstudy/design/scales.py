"""Scores of the scales of a design: those of its model's questionnaire and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.read import read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.design.declare import Design
from confstudy.simulate.measure.items import Solved, expected_mean, solve
from confstudy.simulate.measure.styles import answers_of
from confstudy.simulate.model.population import Population

__all__ = ["Scale", "questionnaire_of", "scale_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Scale:
    """A scale, ready to be answered: the latent variable behind it, its items, its score."""

    of: str
    solved: Mapping[str, Solved]
    points: tuple[int, int]
    reverse: tuple[str, ...]
    total: bool
    least: float

    def scores(self, design: Design, people: Population, latent: Floats) -> Floats:
        """(n,) scores; NaN where too few items are answered, as ``cs.score`` has it."""
        answers = answers_of(
            latent,
            self.solved,
            self.points,
            self.reverse,
            design.structure.styles,
            people.streams,
        )
        ends, factor = sum(self.points), len(answers) if self.total else 1
        sums, count = np.zeros(len(latent)), np.zeros(len(latent))
        for item, given in answers.items():
            keyed = ends - given if item in self.reverse else given
            if not design.item:
                sums += keyed
                continue
            kept = people.uniform(f"{item}:skips") >= design.item
            sums += np.where(kept, keyed, 0)
            count += kept
        if not design.item:
            return np.asarray(factor * sums / len(answers))
        enough = count >= self.least * len(answers)
        return np.where(enough, factor * sums / np.maximum(count, 1), np.nan)

    def expected(self, latent: Floats) -> Floats:
        """(n,) the score to be expected, given the latent variable."""
        mean = expected_mean(latent, self.solved, self.points)
        return mean * len(self.solved) if self.total else mean


def scale_of(design: Design, name: str) -> Scale | None:
    """The scale of this name, if there is one; the design's own come first."""
    if name in design.measures:
        given = design.measures[name]
        items = [f"{name}_{number}" for number in range(1, given.number + 1)]
        solved = solve(given, items, given.points[1] - given.points[0] + 1)
        reverse = tuple(items[number - 1] for number in given.reverse)
        return Scale(given.of, solved, given.points, reverse, given.total, 0.5)
    if name not in design.structure.scales:
        return None
    measure = design.structure.scales[name]
    scale = questionnaire_of(design).scales[name]
    solved = solve(measure, scale.items, scale.points[1] - scale.points[0] + 1)
    reverse, total = tuple(scale.reverse), scale.score == "sum"
    return Scale(measure.of, solved, scale.points, reverse, total, scale.min_answered)


def questionnaire_of(design: Design) -> Codebook:
    """The codebook of the design's model."""
    return _codebook(design.structure.codebook)


@lru_cache(maxsize=16)
def _codebook(name: str) -> Codebook:
    return read_codebook(name)
