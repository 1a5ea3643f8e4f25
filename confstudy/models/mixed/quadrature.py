"""Adaptive Gauss-Hermite quadrature over the random effects of every group at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from confstudy.models.mixed.outcomes import Outcome
from confstudy.models.mixed.random import Block

__all__ = ["Integrated", "integrated", "node_grid"]

Floats = NDArray[np.float64]


def node_grid(nodes: int, k: int) -> tuple[Floats, Floats]:
    """Nodes (J, k) and weights (J,) of the standard normal distribution in k dimensions.

    >>> points, weights = node_grid(3, 1)
    >>> float((weights * points[:, 0] ** 4).sum().round(12))
    3.0
    """
    points, weights = hermegauss(int(nodes))
    weights = weights / weights.sum()
    grid = np.stack(np.meshgrid(*[points] * k, indexing="ij"), axis=-1).reshape(-1, k)
    mass = np.stack(np.meshgrid(*[weights] * k, indexing="ij"), axis=-1).reshape(-1, k)
    return grid, mass.prod(axis=1)


@dataclass(frozen=True, repr=False)
class _Modes:
    """Where each group's integrand is highest, (G, k), and how sharply: A (G, k, k)."""

    modes: Floats
    curvature: Floats
    found: bool


@dataclass(frozen=True, repr=False)
class Integrated:
    """Minus twice the log-likelihood with the random effects integrated out.

    The rule of Liu and Pierce (1994): nodes are placed around each group's mode and spread by
    its curvature; one node is Laplace's approximation. The
    gradient is that of the approximation itself, through modes and curvatures.

    Attributes
    ----------
    outcome
        Its rows sorted by group.
    starts
        (G,): the first row of each group.
    points, mass
        (J, k) nodes and (J,) weights.
    """

    outcome: Outcome
    given: Block
    block: Block
    starts: NDArray[np.intp]
    points: Floats
    mass: Floats
    _last: dict[str, Floats] = field(default_factory=dict)

    def deviance(self, parameters: Floats) -> tuple[float, Floats]:
        """The deviance at (γ, θ) and its exact gradient."""
        none = np.full(len(parameters), np.nan)
        gamma, (factor,) = self.split(parameters)
        if not np.isfinite(parameters).all() or np.abs(parameters[self.outcome.size :]).max() > 1e3:
            return np.inf, none
        constant, slope, _ = self.outcome.between(gamma)
        if not np.isfinite(constant):
            return np.inf, none
        found = self._modes(gamma, factor)
        if not found.found:
            return np.inf, none
        value, pulled, turned = self._integrate(gamma, factor, found)
        gradient = np.concatenate([pulled + slope, turned[self.block.rows, self.block.columns]])
        return -2 * (value + constant), -2 * gradient

    @property
    def blocks(self) -> tuple[Block, ...]:
        """The block as it was given."""
        return (self.given,)

    def split(self, parameters: Floats) -> tuple[Floats, list[Floats]]:
        """Fixed parameters and the relative factor."""
        size = self.outcome.size
        return parameters[:size], [self.block.factor(parameters[size:])]

    def modes(self, parameters: Floats) -> list[Floats]:
        """Spherical modes (G, k)."""
        gamma, (factor,) = self.split(parameters)
        return [self._modes(gamma, factor).modes]

    def _modes(self, gamma: Floats, factor: Floats) -> _Modes:
        """Newton's method in every group at once, with halved steps where one goes too far."""
        effects = self.block.matrix @ factor
        bases = [piece.index(gamma) for piece in self.outcome.pieces]
        modes = self._last.get("modes", np.zeros((len(self.starts), effects.shape[1])))
        height, slope, bend = self._heights(bases, effects, modes)
        if not np.isfinite(height).all():
            modes = np.zeros_like(modes)
            height, slope, bend = self._heights(bases, effects, modes)
        for _ in range(100):
            step = np.linalg.solve(bend, slope[..., None])[..., 0]
            if not np.isfinite(step).all():
                return _Modes(modes, bend, found=False)
            size = np.abs(step).max(axis=1)
            if size.max() < 1e-8:
                # A step of this size squares to nothing: it is taken without another look.
                modes = modes + step
                break
            share = np.ones(len(step))
            for _ in range(40):
                tried, slope_, bend_ = self._heights(bases, effects, modes + share[:, None] * step)
                worse = ~(tried >= height - 1e-9 * (1 + np.abs(height)))
                if not worse.any():
                    break
                share[worse] /= 2
            modes, height, slope, bend = modes + share[:, None] * step, tried, slope_, bend_
        else:
            return _Modes(modes, bend, found=False)
        self._last["modes"] = modes
        _, _, bend = self._heights(bases, effects, modes)
        return _Modes(modes, bend, found=True)

    def _sum(self, rows: Floats) -> Floats:
        return np.add.reduceat(rows, self.starts, axis=0)

    def _heights(
        self, bases: list[Floats], effects: Floats, modes: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """The log integrand of each group, its slope and minus its curvature at the modes."""
        shift = (effects * modes[self.block.codes]).sum(axis=1)
        value, slope, bend = np.zeros((3, len(shift)))
        for piece, base in zip(self.outcome.pieces, bases, strict=True):
            index = base + piece.sign * shift
            part, first = piece.value(index)
            value, slope = value + part, slope + piece.sign * first
            bend = bend - piece.curves(index)[0]
        height = self._sum(value) - (modes**2).sum(axis=1) / 2
        gradient = self._sum(slope[:, None] * effects) - modes
        products = effects[:, :, None] * effects[:, None, :] * bend[:, None, None]
        return height, gradient, self._sum(products) + np.eye(effects.shape[1])

    def _integrate(
        self, gamma: Floats, factor: Floats, found: _Modes
    ) -> tuple[float, Floats, Floats]:
        """Log-likelihood without constants, its gradient in γ and in the factor."""
        pieces, codes, z = self.outcome.pieces, self.block.codes, self.block.matrix
        effects = z @ factor
        lower = np.linalg.cholesky(found.curvature)
        inverse = np.linalg.inv(lower)
        scattered = found.modes[:, None, :] + self.points @ inverse
        shift = np.einsum("ik,ijk->ij", effects, scattered[codes])
        parts = [p.value(p.index(gamma)[:, None] + p.sign * shift) for p in pieces]
        height = self._sum(_total(part for part, _ in parts))
        height = height - (scattered**2).sum(axis=2) / 2 + (self.points**2).sum(axis=1) / 2
        height = height + np.log(self.mass)
        top = height.max(axis=1)
        share = np.exp(height - top[:, None])
        total = share.sum(axis=1)
        share /= total[:, None]
        logs = np.log(np.diagonal(lower, axis1=1, axis2=2)).sum()
        value = float((top + np.log(total)).sum() - logs)
        each = share[codes]
        slope = _total(p.sign * first for p, (_, first) in zip(pieces, parts, strict=True))
        towards = np.einsum("ij,ij,ijk->ik", each, slope, scattered[codes])
        pull = self._sum(slope[:, :, None] * effects[:, None, :]) - scattered
        drift = np.einsum("gj,gjk->gk", share, pull)
        bend = np.einsum("gj,jb,gja->gba", share, self.points, pull @ inverse.transpose(0, 2, 1))
        curved = _half_triangle(bend) + np.eye(bend.shape[1]) / 2
        tilt = -inverse.transpose(0, 2, 1) @ curved @ inverse
        tilt = (tilt + tilt.transpose(0, 2, 1)) / 2
        means = [(each * first).sum(axis=1) for _, first in parts]
        fixed, turned = self._through_modes(gamma, factor, found, tilt, drift, means)
        return value, fixed, turned + z.T @ towards

    def _through_modes(
        self,
        gamma: Floats,
        factor: Floats,
        found: _Modes,
        tilt: Floats,
        drift: Floats,
        means: list[Floats],
    ) -> tuple[Floats, Floats]:
        """Add what moves modes and curvatures: ``tilt`` and ``drift`` are the pulls on them."""
        pieces, codes, z = self.outcome.pieces, self.block.codes, self.block.matrix
        effects = z @ factor
        modes = found.modes[codes]
        shift = (effects * modes).sum(axis=1)
        indices = [p.index(gamma) + p.sign * shift for p in pieces]
        curves = [p.curves(index) for p, index in zip(pieces, indices, strict=True)]
        slope = _total(p.sign * p.value(i)[1] for p, i in zip(pieces, indices, strict=True))
        bend = _total(second for second, _ in curves)
        third = _total(p.sign * c[1] for p, c in zip(pieces, curves, strict=True))
        tilted = np.einsum("iab,ib->ia", tilt[codes], effects)
        spread = (tilted * effects).sum(axis=1)
        pulled = drift - self._sum((spread * third)[:, None] * effects)
        moved = np.linalg.solve(found.curvature, pulled[..., None])[..., 0][codes]
        along = (effects * moved).sum(axis=1)
        fixed = np.zeros(len(gamma))
        for piece, mean, (second, cubic) in zip(pieces, means, curves, strict=True):
            fixed += piece.matrix.T @ (mean - spread * cubic + along * piece.sign * second)
        weight = (along * bend - spread * third)[:, None]
        rows = -2 * bend[:, None] * tilted + weight * modes
        return fixed, z.T @ (rows + slope[:, None] * moved)


def integrated(said: Outcome, block: Block, nodes: int) -> Integrated:
    """The quadrature of an outcome whose effects vary over one grouping factor."""
    order = np.argsort(block.codes, kind="stable")
    rows = replace(block, codes=block.codes[order], matrix=block.matrix[order])
    starts = np.searchsorted(rows.codes, np.arange(len(block.labels)))
    points, mass = node_grid(nodes, len(block.names))
    return Integrated(said.reordered(order), block, rows, starts, points, mass)


def _total(parts: Iterable[Floats]) -> Floats:
    return reduce(np.add, parts)


def _half_triangle(matrix: Floats) -> Floats:
    """The lower triangles with halved diagonals."""
    return np.tril(matrix) - np.eye(matrix.shape[1]) * matrix / 2
