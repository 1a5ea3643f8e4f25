"""What readers can work out by adding and subtracting the numbers they were given."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.linalg.lapack import dpstrf

__all__ = ["Span", "shared", "span_of"]

_INDEPENDENT, _INSIDE, _ZERO = 1e-10, 1e-7, 1e-6
_DENOMINATOR = 10_000
Array = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class Span:
    """The row space of sets of respondents over their atoms.

    Attributes
    ----------
    rows
        (sets, atoms) of 0 and 1.
    sizes
        (atoms,) respondents in each.
    common
        (sets, sets) respondents that two sets have in common.
    chosen
        Sets that no combination of the other chosen ones gives, and that give all others.
    norms, factor
        The length of each chosen set, and the Cholesky factor of their scaled inner products.
    """

    rows: Array
    sizes: Array
    common: Array
    chosen: NDArray[np.int64]
    norms: Array
    factor: Array

    def coordinates(self, vectors: Array) -> Array:
        """(rank, k) orthonormal coordinates of the projections of (k, atoms) vectors."""
        some = np.flatnonzero(vectors.any(axis=0))
        held = self.rows[np.ix_(self.chosen, some)] * self.sizes[some]
        return self._solved(held @ vectors[:, some].T / self.norms[:, None])

    def units(self, atoms: NDArray[np.bool_]) -> Array:
        """(rank, k) coordinates of single atoms, each scaled to length one."""
        held = self.rows[np.ix_(self.chosen, np.flatnonzero(atoms))] / self.norms[:, None]
        return self._solved(held * np.sqrt(self.sizes[atoms]))

    def contains(self, vectors: Array) -> NDArray[np.bool_]:
        """(k,) which of (k, atoms) vectors are combinations of the sets."""
        length = (vectors**2) @ self.sizes
        if not len(self.chosen) or not len(vectors):
            return np.asarray(length == 0)
        within = (self.coordinates(vectors) ** 2).sum(axis=0)
        return np.asarray(length - within <= _INSIDE * np.maximum(length, 1))

    def combination(self, vector: Array) -> NDArray[np.int64]:
        """The sets that add up to a vector with whole or rational factors, checked exactly.

        Returns
        -------
        ndarray
            Their places; none where the exact check fails: then it was rounding.
        """
        inner = self.coordinates(vector[None, :])
        raw = solve_triangular(self.factor, inner, lower=True, trans="T").ravel() / self.norms
        used = np.abs(raw) > _ZERO
        factors = [Fraction(float(x)).limit_denominator(_DENOMINATOR) for x in raw[used]]
        common = lcm(*(factor.denominator for factor in factors)) if factors else 1
        whole = [int(factor * common) for factor in factors]
        if max(map(abs, [common, *whole])) > 2**40:
            return np.empty(0, dtype=np.int64)
        places = self.chosen[used]
        total = np.array(whole, dtype=np.int64) @ self.rows[places].astype(np.int64)
        exact = np.array_equal(total, common * vector.astype(np.int64))
        return places if exact else np.empty(0, dtype=np.int64)

    def _solved(self, right: Array) -> Array:
        found = solve_triangular(self.factor, right, lower=True, check_finite=False)
        return np.asarray(found, dtype=np.float64)


def shared(rows: Array, sizes: Array) -> Array:
    """(sets, sets) how many respondents two sets have in common.

    >>> shared(np.array([[1.0, 1], [0, 1]]), np.array([4.0, 20])).tolist()
    [[24.0, 20.0], [20.0, 20.0]]
    """
    # Whole numbers up to 2²⁴ are exact in four bytes, which halves the time.
    kind = np.float32 if sizes.sum() < 2**24 else np.float64
    narrow = rows.astype(kind)
    return np.asarray((narrow * sizes.astype(kind)) @ narrow.T, dtype=np.float64)


def span_of(rows: Array, sizes: Array, among: NDArray[np.bool_], common: Array) -> Span:
    """The row space of some of the sets; those without respondents do not count.

    Parameters
    ----------
    rows
        (sets, atoms) of 0 and 1.
    sizes
        (atoms,) respondents in each.
    among
        (sets,) which of the sets readers have.
    common
        (sets, sets) of :func:`shared`.

    Examples
    --------
    >>> rows, sizes = np.array([[1.0, 1, 1], [0, 1, 1], [1, 0, 0]]), np.array([4.0, 20, 30])
    >>> span = span_of(rows, sizes, np.ones(3, dtype=bool), shared(rows, sizes))
    >>> len(span.chosen), span.contains(np.eye(3)).tolist()
    (2, [True, False, False])

    Notes
    -----
    Inner products count common respondents, so they are exact. A Cholesky factor with pivoting
    finds independent sets; what it says of a vector is checked in whole numbers afterwards.
    """
    some = np.flatnonzero(among & (common.diagonal() > 0))
    norms = np.sqrt(common.diagonal()[some])
    scaled = common[np.ix_(some, some)] / np.outer(norms, norms)
    if not len(some):
        return Span(rows, sizes, common, some, norms, scaled)
    factor, pivots, rank, _ = dpstrf(scaled, tol=_INDEPENDENT, lower=1)
    order = pivots[:rank] - 1
    lower = np.tril(factor[:rank, :rank])
    return Span(rows, sizes, common, some[order], norms[order], lower)
