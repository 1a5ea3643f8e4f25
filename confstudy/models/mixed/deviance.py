"""The deviance of a linear mixed model and its exact gradient."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.models.mixed.moments import Moments

__all__ = ["Deviance", "Solved"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Solved:
    """The penalised least-squares problem solved for one value of the relative factor.

    Attributes
    ----------
    factors
        The relative factor of each block.
    inner, mixed, turned
        D (G, k, k) = Λ'Z'ZΛ + 1 of the first block, D⁻¹H and ZW with the other blocks' factors,
        (G, k, m), where H = Λ'ZW.
    schur
        (m, m): the other columns after the first block is eliminated.
    """

    factors: list[Floats]
    inner: Floats
    mixed: Floats
    turned: Floats
    schur: Floats


@dataclass(frozen=True, repr=False)
class Deviance:
    """Minus twice the (restricted) log-likelihood of a linear mixed model.

    The first block is eliminated a group at a time; of what is left, the determinants of three
    nested corners (random effects; with the predictors; with the outcome) give the deviance as
    in Bates, Mächler, Bolker and Walker (2015, section 3.4).
    """

    moments: Moments
    reml: bool

    @property
    def freedom(self) -> int:
        """n, or n − p for restricted likelihood."""
        return self.moments.n - self.reml * self.moments.predictors

    def profiled(self, theta: Floats) -> tuple[float, Floats]:
        """The deviance with σ at its best, and its gradient in θ."""
        value, gradient, _ = self._value(theta, None)
        return value, gradient

    def full(self, parameters: Floats) -> tuple[float, Floats]:
        """The deviance at (θ, log σ), σ in units of the outcome, and its gradient."""
        log_sigma = parameters[-1] - np.log(self.moments.unit)
        value, gradient, share = self._value(parameters[:-1], log_sigma)
        return value, np.append(gradient, 2 * (self.freedom - share))

    def solve(self, theta: Floats) -> Solved:
        """Eliminate the first block."""
        m = self.moments
        factors = m.factors(theta)
        turned = self._turn(m.cross, factors)
        lower = factors[0].T
        half = lower @ turned
        inner = lower @ m.inner @ factors[0] + np.eye(len(lower))
        mixed = np.linalg.solve(inner, half)
        width = len(m.outer)
        outer = self._turn(self._turn(m.outer, factors).T, factors)
        schur = outer - half.reshape(-1, width).T @ mixed.reshape(-1, width)
        schur[np.diag_indices(m.others)] += 1
        return Solved(factors, inner, np.asarray(mixed), turned, (schur + schur.T) / 2)

    def _turn(self, columns: Floats, factors: list[Floats]) -> Floats:
        """Multiply the columns of the other blocks by their factors."""
        if len(factors) == 1:
            return columns
        turned, start = columns.copy(), 0
        for block, factor in zip(self.moments.blocks[1:], factors[1:], strict=True):
            groups, k = len(block.labels), len(block.names)
            end = start + groups * k
            part = columns[..., start:end].reshape(*columns.shape[:-1], groups, k)
            turned[..., start:end] = (part @ factor).reshape(*columns.shape[:-1], -1)
            start = end
        return turned

    def _value(self, theta: Floats, log_sigma: float | None) -> tuple[float, Floats, float]:
        """Deviance, gradient in θ, and r²/σ² (n or n − p where σ is profiled out)."""
        m, none = self.moments, np.full(len(theta), np.nan)
        if not np.isfinite(theta).all() or np.abs(theta).max() > 1e6:
            return np.inf, none, np.nan
        solved = self.solve(theta)
        try:
            pivots = np.log(np.diag(np.linalg.cholesky(solved.schur)))
        except np.linalg.LinAlgError:
            return np.inf, none, np.nan
        inner = float(np.linalg.slogdet(solved.inner)[1].sum())
        corner = 2 * float(pivots[: -1 if self.reml else m.others].sum())
        constant = self.freedom * np.log(2 * np.pi) - m.log_weights
        if self.reml:
            constant += 2 * float(np.log(np.abs(np.diag(m.basis))).sum())
        scale = 2 * float(np.log(m.unit))
        if log_sigma is None:
            share = float(self.freedom)
            fitted = share * (1 + 2 * float(pivots[-1]) - np.log(share) + scale)
        else:
            share = float(np.exp(2 * (pivots[-1] - log_sigma)))
            fitted = share + self.freedom * (2 * log_sigma + scale)
        return inner + corner + fitted + constant, self._gradient(solved, share), share

    def _gradient(self, solved: Solved, share: float) -> Floats:
        """Differentiate the determinants backwards to the factors."""
        m, width = self.moments, len(self.moments.outer)
        without = np.zeros((width, width))
        without[:-1, :-1] = np.linalg.inv(solved.schur[:-1, :-1])
        pull = share * (np.linalg.inv(solved.schur) - without)
        if self.reml:
            pull += without
        elif m.others:
            pull[: m.others, : m.others] += np.linalg.inv(solved.schur[: m.others, : m.others])
        pulled = solved.mixed @ pull
        spread = np.linalg.inv(solved.inner) + pulled @ solved.mixed.transpose(0, 2, 1)
        first = m.inner @ solved.factors[0] @ spread - solved.turned @ pulled.transpose(0, 2, 1)
        block = m.blocks[0]
        found = [2 * first.sum(axis=0)[block.rows, block.columns]]
        if m.others:
            flat = (solved.factors[0].T @ m.cross).reshape(-1, width)
            left = self._turn(m.outer, solved.factors) - flat.T @ solved.mixed.reshape(-1, width)
            found += self._other_gradients(left @ pull)
        return np.concatenate(found)

    def _other_gradients(self, product: Floats) -> list[Floats]:
        found, start = [], 0
        for block in self.moments.blocks[1:]:
            groups, k = len(block.labels), len(block.names)
            end = start + groups * k
            part = product[start:end, start:end].reshape(groups, k, groups, k)
            diagonal = np.einsum("gagb->ab", part)
            found.append(2 * diagonal[block.rows, block.columns])
            start = end
        return found
