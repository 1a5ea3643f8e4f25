"""Logit, poisson and ordered mixed models by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError, listing
from confstudy.models.mixed.laplace import Laplace
from confstudy.models.mixed.outcomes import Outcome, outcome_of
from confstudy.models.mixed.quadrature import Integrated, integrated
from confstudy.models.mixed.random import Block
from confstudy.models.mixed.search import Minimum, find_minimum, pseudo_inverse
from confstudy.models.mixed.solution import Likelihood, Solution, boundary, split_modes
from confstudy.models.separation import counts_are_separated, is_separated, ordered_is_separated

__all__ = ["fit_integrated", "fit_without"]

Floats = NDArray[np.float64]
_SEPARATED = "separation: the predictors tell some outcomes without error"
_MOST_CELLS = 20_000_000
_UNIT = 0.3


def fit_integrated(
    family: str,
    matrix: Floats,
    outcome: Floats,
    blocks: tuple[Block, ...],
    terms: tuple[str, ...],
    *,
    nodes: int = 15,
    weights: Floats | None = None,
    offset: Floats | None = None,
) -> Solution:
    """Estimate a generalised mixed model from (n, p) predictors and an (n,) outcome.

    Notes
    -----
    The random effects are integrated out by adaptive Gauss-Hermite quadrature (Liu and Pierce
    1994; Pinheiro and Bates 1995) with ``nodes`` a dimension; 1 is Laplace's approximation, the
    only one for several grouping factors. Standard errors come from the full Hessian, variances
    included. ``weights`` count rows. An ordered outcome gives its coefficients first and its
    thresholds last.
    """
    _check(len(outcome), blocks, nodes, family)
    said = outcome_of(family, matrix, outcome, weights, offset)
    start, information, value = fit_without(said)
    problems = _separation(family, matrix, outcome, said, start, value)
    marginal = Laplace(said, blocks) if len(blocks) > 1 else integrated(said, blocks[0], nodes)
    if problems:
        size = said.size + sum(len(block.rows) for block in blocks)
        nothing = np.full(size, np.nan)
        nowhere = Minimum(nothing, np.nan, nothing, np.full((size, size), np.nan), problems)
        return _solution(_Scaled(marginal, start, np.eye(said.size)), nowhere, terms)
    scaled = _Scaled(marginal, start, np.linalg.inv(np.linalg.cholesky(information)).T)
    return _solution(scaled, _search(scaled), terms)


def _check(n: int, blocks: tuple[Block, ...], nodes: int, family: str) -> None:
    if nodes not in range(1, 26):
        raise AnalysisError(
            f"'nodes' is a whole number from 1 (Laplace) to 25; {nodes} is not. 15 is usual."
        )
    if len(blocks) > 1 and nodes > 1:
        raise AnalysisError(
            f"Effects vary over {listing(block.group for block in blocks)}: with several grouping "
            "factors only Laplace's approximation is offered. Say nodes=1."
        )
    effects = sum(len(block.labels) * len(block.names) for block in blocks)
    cells = n * (effects if len(blocks) > 1 else nodes ** len(blocks[0].names))
    if cells > _MOST_CELLS:
        raise AnalysisError(
            f"{nodes} nodes and {effects} random effects for {n} rows are too many: use fewer "
            "nodes (nodes=1 is Laplace's approximation), or let fewer effects vary."
        )
    for block in blocks:
        groups = len(block.labels)
        if groups * len(block.names) >= n and family != "poisson":
            raise AnalysisError(
                f"{groups} groups of '{block.group}' have as many effects as there are rows "
                f"({n}): what varies between groups cannot be told. Let fewer effects vary."
            )


def fit_without(said: Outcome) -> tuple[Floats, Floats, float]:
    """Estimate the model without random effects: parameters, information, log-likelihood.

    The value is not finite where Newton's method finds no maximum.
    """
    gamma = np.zeros(said.size)
    if said.cuts:
        gamma[: said.cuts] = np.linspace(-1.5, 1.5, said.cuts) if said.cuts > 1 else 0.0
    value, slope, information = _likelihood(said, gamma)
    for _ in range(60):
        try:
            step = np.linalg.solve(information, slope)
        except np.linalg.LinAlgError:
            break
        share, (tried, slope_, information_) = 1.0, _likelihood(said, gamma + step)
        while not tried >= value - 1e-9 * (1 + abs(value)) and share > 1e-9:
            share /= 2
            tried, slope_, information_ = _likelihood(said, gamma + share * step)
        gamma, value = gamma + share * step, tried
        gain = abs(float(slope @ step))
        slope, information = slope_, information_
        if gain < 1e-16 * (1 + abs(value)):
            return gamma, information, value
    return gamma, information, -np.inf


def _likelihood(said: Outcome, gamma: Floats) -> tuple[float, Floats, Floats]:
    value, slope, hessian = said.between(gamma)
    information = -hessian
    for piece in said.pieces:
        index = piece.index(gamma)
        part, first = piece.value(index)
        value += float(part.sum())
        slope = slope + piece.matrix.T @ first
        information = information - (piece.matrix.T * piece.curves(index)[0]) @ piece.matrix
    return value, slope, information


def _separation(
    family: str, matrix: Floats, outcome: Floats, said: Outcome, gamma: Floats, value: float
) -> tuple[str, ...]:
    extreme = max(float(np.abs(piece.index(gamma)).max()) for piece in said.pieces)
    if np.isfinite(value) and extreme < 10:
        return ()
    if family == "logit" and is_separated(matrix, outcome):
        return (_SEPARATED,)
    if family == "ordered" and ordered_is_separated(matrix, outcome.astype(np.intp)):
        return (_SEPARATED,)
    if family == "poisson" and counts_are_separated(matrix, outcome):
        return ("separation: some predictors occur with a count of 0 only",)
    return () if np.isfinite(value) else ("not converged: the likelihood has no maximum",)


@dataclass(frozen=True, repr=False)
class _Scaled:
    """The deviance in units of standard errors without random effects; θ in units of ``_UNIT``."""

    marginal: Integrated | Laplace
    start: Floats
    spread: Floats

    @property
    def blocks(self) -> tuple[Block, ...]:
        """What varies."""
        return self.marginal.blocks

    @property
    def diagonal(self) -> Floats:
        """1 for each θ on the diagonal of its factor, else 0."""
        found = [block.rows == block.columns for block in self.blocks]
        return np.concatenate(found).astype(float)

    @property
    def turn(self) -> Floats:
        """How a step in these units moves the parameters."""
        size, more = len(self.start), len(self.diagonal)
        turn = _UNIT * np.eye(size + more)
        turn[:size, :size] = self.spread
        return turn

    def out(self, point: Floats) -> Floats:
        """The parameters (γ, θ) at a point."""
        found = np.asarray(self.turn @ point)
        found[: len(self.start)] += self.start
        return found

    def deviance(self, point: Floats) -> tuple[float, Floats]:
        """The deviance and its gradient at a point."""
        value, gradient = self.marginal.deviance(self.out(point))
        return value, self.turn.T @ gradient


def _search(scaled: _Scaled) -> Minimum:
    size, diagonal = len(scaled.start), scaled.diagonal
    zeros = np.arange(size, size + len(diagonal))
    starts = [np.concatenate([np.zeros(size), far * diagonal]) for far in (1, 4)]
    return find_minimum(scaled.deviance, starts, zeros)


def _solution(scaled: _Scaled, minimum: Minimum, terms: tuple[str, ...]) -> Solution:
    marginal, blocks = scaled.marginal, scaled.blocks
    size, turn = len(scaled.start), scaled.turn
    problems = minimum.problems
    if not problems and np.linalg.eigvalsh(minimum.hessian[:size, :size]).min() < 1e-4:
        problems = ("singular Hessian: the data do not determine all coefficients",)
    parameters = scaled.out(minimum.point)
    gamma, factors = marginal.split(parameters)
    spread = 2 * turn @ pseudo_inverse(minimum.hessian) @ turn.T
    # Thresholds stand first among the parameters and last in the table.
    order = np.roll(np.arange(size), -marginal.outcome.cuts)
    modes = [np.full((len(block.labels), len(block.names)), np.nan) for block in blocks]
    if not problems:
        modes = marginal.modes(parameters)
    scales = [block.unscaled(factor) for block, factor in zip(blocks, factors, strict=True)]
    return Solution(
        terms=terms,
        coefficients=gamma[order],
        covariance=spread[np.ix_(order, order)],
        df=np.full(size, np.inf),
        blocks=blocks,
        covariances=tuple(scale @ scale.T for scale in scales),
        residual=np.nan,
        modes=tuple(split_modes(blocks, factors, modes)),
        deviance=minimum.value,
        parameters=len(parameters),
        problems=problems,
        singular=boundary(blocks, factors),
        likelihood=Likelihood(
            scaled.deviance, minimum.point, slice(size, None), _UNIT, residual=False
        ),
    )
