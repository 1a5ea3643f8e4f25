"""Laplace's approximation where effects vary over several grouping factors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from confstudy.models.mixed.outcomes import Outcome
from confstudy.models.mixed.random import Block

__all__ = ["Laplace"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Laplace:
    """Minus twice the log-likelihood by Laplace's approximation, nested or crossed factors.

    All random effects u (q,) share one mode and one curvature A (q, q); the gradient goes
    through both.
    """

    outcome: Outcome
    blocks: tuple[Block, ...]
    _last: dict[str, Floats] = field(default_factory=dict)

    def deviance(self, parameters: Floats) -> tuple[float, Floats]:
        """The deviance at (γ, θ) and its exact gradient."""
        none, size = np.full(len(parameters), np.nan), self.outcome.size
        if not np.isfinite(parameters).all() or np.abs(parameters[size:]).max() > 1e3:
            return np.inf, none
        gamma, factors = self.split(parameters)
        constant, slope, _ = self.outcome.between(gamma)
        found = self._mode(gamma, factors) if np.isfinite(constant) else None
        if found is None:
            return np.inf, none
        mode, height, curvature = found
        sign, logs = np.linalg.slogdet(curvature)
        if sign <= 0:
            return np.inf, none
        fixed, turned = self._gradient(gamma, factors, mode, np.asarray(np.linalg.inv(curvature)))
        gradient = np.concatenate([fixed + slope, *turned])
        return -2 * (height - logs / 2 + constant), -2 * gradient

    def split(self, parameters: Floats) -> tuple[Floats, list[Floats]]:
        """Fixed parameters and the relative factors."""
        size = self.outcome.size
        cuts = np.cumsum([len(block.rows) for block in self.blocks])[:-1]
        parts = np.split(parameters[size:], cuts)
        factors = [block.factor(part) for block, part in zip(self.blocks, parts, strict=True)]
        return parameters[:size], factors

    def modes(self, parameters: Floats) -> list[Floats]:
        """Spherical modes (G, k) of each block."""
        found = self._mode(*self.split(parameters))
        whole = np.full(sum(self._sizes), np.nan) if found is None else found[0]
        return self._apart(whole)

    @property
    def _sizes(self) -> list[int]:
        return [len(block.labels) * len(block.names) for block in self.blocks]

    def _apart(self, columns: Floats) -> list[Floats]:
        parts = np.split(columns, np.cumsum(self._sizes)[:-1], axis=-1)
        return [
            part.reshape(*part.shape[:-1], len(block.labels), -1)
            for block, part in zip(self.blocks, parts, strict=True)
        ]

    def _spread(self, factors: list[Floats]) -> Floats:
        """ZΛ, (n, q)."""
        rows = np.arange(len(self.blocks[0].codes))
        parts = []
        for block, factor in zip(self.blocks, factors, strict=True):
            part = np.zeros((len(rows), len(block.labels), len(block.names)))
            part[rows, block.codes] = block.matrix @ factor
            parts.append(part.reshape(len(rows), -1))
        return np.hstack(parts)

    def _mode(self, gamma: Floats, factors: list[Floats]) -> tuple[Floats, float, Floats] | None:
        """Mode, height and curvature of the log integrand, by Newton's method."""
        effects = self._spread(factors)
        bases = [piece.index(gamma) for piece in self.outcome.pieces]
        mode = self._last.get("mode", np.zeros(effects.shape[1]))
        here = self._height(bases, effects, mode)
        if not np.isfinite(here[0]):
            mode = np.zeros(effects.shape[1])
            here = self._height(bases, effects, mode)
        for _ in range(100):
            step = np.linalg.solve(here[2], here[1])
            if not np.isfinite(step).all():
                return None
            if np.abs(step).max() < 1e-8:
                mode = mode + step
                self._last["mode"] = mode
                height, _, curvature = self._height(bases, effects, mode)
                return mode, height, curvature
            share = 1.0
            tried = self._height(bases, effects, mode + step)
            while not tried[0] >= here[0] - 1e-9 * (1 + abs(here[0])) and share > 1e-9:
                share /= 2
                tried = self._height(bases, effects, mode + share * step)
            mode, here = mode + share * step, tried
        return None

    def _height(
        self, bases: list[Floats], effects: Floats, mode: Floats
    ) -> tuple[float, Floats, Floats]:
        shift = effects @ mode
        value, (slope, bend) = 0.0, np.zeros((2, len(shift)))
        for piece, base in zip(self.outcome.pieces, bases, strict=True):
            index = base + piece.sign * shift
            part, first = piece.value(index)
            value, slope = value + float(part.sum()), slope + piece.sign * first
            bend = bend - piece.curves(index)[0]
        curvature = (effects.T * bend) @ effects + np.eye(len(mode))
        return value - float(mode @ mode) / 2, effects.T @ slope - mode, curvature

    def _gradient(
        self, gamma: Floats, factors: list[Floats], mode: Floats, inverse: Floats
    ) -> tuple[Floats, list[Floats]]:
        """The gradient in γ and in each block's factor."""
        effects, pieces = self._spread(factors), self.outcome.pieces
        shift = effects @ mode
        firsts, curves = [], []
        for piece in pieces:
            index = piece.index(gamma) + piece.sign * shift
            firsts.append(piece.value(index)[1])
            curves.append(piece.curves(index))
        slope, bend, third = np.zeros((3, len(shift)))
        for piece, first, (second, cubic) in zip(pieces, firsts, curves, strict=True):
            slope = slope + piece.sign * first
            bend, third = bend + second, third + piece.sign * cubic
        tilted = -effects @ inverse / 2
        spread = (tilted * effects).sum(axis=1)
        moved = -inverse @ (effects.T @ (spread * third))
        along = effects @ moved
        fixed = np.zeros(len(gamma))
        for piece, first, (second, cubic) in zip(pieces, firsts, curves, strict=True):
            fixed += piece.matrix.T @ (first - spread * cubic + along * piece.sign * second)
        weight = along * bend - spread * third + slope
        rows, turned = np.arange(len(shift)), []
        for block, tilt, at, drift in zip(
            self.blocks, self._apart(tilted), self._apart(mode), self._apart(moved), strict=True
        ):
            own = -2 * bend[:, None] * tilt[rows, block.codes] + weight[:, None] * at[block.codes]
            own += slope[:, None] * drift[block.codes]
            turned.append((block.matrix.T @ own)[block.rows, block.columns])
        return fixed, turned
