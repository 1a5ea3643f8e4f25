"""Small sets of respondents that can be worked out from the numbers given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.blas import dger

from confstudy.release.differencing.span import Array, Span

__all__ = ["small_sets"]

_NEAR = 1e-6
_PAIRED = 60
Signed = NDArray[np.int8]


def small_sets(span: Span, threshold: int) -> Signed:
    """Sets, and signed differences of sets, of 1 to threshold − 1 respondents in a row space.

    Parameters
    ----------
    span
        The numbers given, over atoms.
    threshold
        Fewest respondents that may differ.

    Returns
    -------
    ndarray
        (k, atoms) of −1, 0 and 1: atoms, differences of two sets, and what else turns up.

    Examples
    --------
    >>> from confstudy.release.differencing.span import shared, span_of
    >>> rows, sizes = np.array([[1.0, 1, 1], [1, 0, 0], [0, 1, 0]]), np.array([20.0, 30, 4])
    >>> span = span_of(rows, sizes, np.ones(3, dtype=bool), shared(rows, sizes))
    >>> small_sets(span, 10).tolist()
    [[0, 0, 1]]

    Notes
    -----
    A set S in the row space is its own projection, so that each of its atoms a, by Cauchy and
    Schwarz, has a leverage of at least 1/|S| a respondent. Atoms below 1/(threshold − 1) are
    dropped until none is left to drop; if nothing remains, that proves that there is no such
    set. What remains is a small subspace, brought to reduced echelon form: an atom that can be
    worked out is one of its rows.
    """
    kept, basis = _light_part(span, threshold)
    if not basis.size:
        return np.zeros((0, len(span.sizes)), dtype=np.int8)
    echelon, pivots = _echelon(basis)
    sizes = span.sizes[kept]
    found = [echelon, _sums(echelon, sizes, threshold), _differences(span, kept, threshold)]
    candidates = np.concatenate(found)
    candidates = candidates[_signed(candidates, sizes, threshold)].round()
    inside = np.abs(candidates[:, pivots] @ echelon - candidates).max(axis=1, initial=0) < _NEAR
    unique = np.unique(_oriented(candidates[inside]).astype(np.int8), axis=0)
    full = np.zeros((len(unique), len(span.sizes)), dtype=np.int8)
    full[:, kept] = unique
    return full


def _light_part(span: Span, threshold: int) -> tuple[NDArray[np.int64], Array]:
    """Atoms that a small set may hold, and an orthonormal basis of what is known of them only."""
    light = span.sizes < threshold
    kept = np.flatnonzero(light)
    if not len(kept) or not len(span.chosen):
        return kept, np.empty((0, 0))
    coordinates = span.units(light)
    least = 1 / (threshold - 1) - _NEAR if threshold > 1 else np.inf
    while True:
        leverage = (coordinates**2).sum(axis=0) / span.sizes[kept]
        enough = leverage >= least
        kept, part = kept[enough], coordinates[:, enough]
        coordinates = _fixed(part)
        if not coordinates.size:
            return kept, coordinates
        leverage = (coordinates**2).sum(axis=0) / span.sizes[kept]
        if (leverage >= least).all():
            return kept, coordinates / np.sqrt(span.sizes[kept])


def _fixed(coordinates: Array) -> Array:
    """(d, k) the vectors over k atoms that the projection leaves as they are."""
    rank, count = coordinates.shape
    if not count:
        return np.empty((0, 0))
    if count <= rank:
        values, vectors = np.linalg.eigh(coordinates.T @ coordinates)
        return np.asarray(vectors[:, values > 1 - _NEAR].T)
    values, vectors = np.linalg.eigh(coordinates @ coordinates.T)
    return np.asarray(vectors[:, values > 1 - _NEAR].T @ coordinates)


def _echelon(basis: Array) -> tuple[Array, NDArray[np.int64]]:
    """Reduced row echelon form, and the columns of its pivots."""
    rows, pivots, at = np.array(basis, order="F"), list[int](), 0
    for column in range(rows.shape[1]):
        if at == len(rows):
            break
        best = at + int(np.argmax(np.abs(rows[at:, column])))
        if abs(rows[best, column]) < _NEAR:
            continue
        rows[[at, best]] = rows[[best, at]]
        rows[at] /= rows[at, column]
        factors = rows[:, column].copy()
        factors[at] = 0
        dger(-1.0, factors, rows[at].copy(), a=rows, overwrite_a=True)
        pivots.append(column)
        at += 1
    return rows[:at], np.array(pivots, dtype=np.int64)


def _sums(echelon: Array, sizes: Array, threshold: int) -> Array:
    """Sums and differences of two rows that are small sets."""
    if not 1 < len(echelon) <= _PAIRED:
        return np.empty((0, echelon.shape[1]))
    one, two = np.triu_indices(len(echelon), 1)
    both = np.concatenate([echelon[one] + echelon[two], echelon[one] - echelon[two]])
    return np.asarray(both[_signed(both, sizes, threshold)])


def _differences(span: Span, kept: NDArray[np.int64], threshold: int) -> Array:
    """What one set has and another lacks, and what two sets do not share, where it is little."""
    part, sizes = span.rows[:, kept], span.sizes[kept]
    lacking = span.common.diagonal()[:, None] - span.common
    held = part * sizes
    seen = (held.sum(axis=1)[:, None] - held @ part.T).round()
    little = (lacking > 0) & (lacking < threshold) & (lacking == seen)
    one, two = _distinct(part, little)
    sets = part[one] * (1 - part[two])
    apart = lacking + lacking.T
    first, second = _distinct(part, np.triu((apart > 0) & (apart < threshold), 1), signed=True)
    return np.asarray(np.concatenate([sets, part[first] - part[second]]))


def _distinct(
    part: Array, chosen: NDArray[np.bool_], *, signed: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """One pair of sets for each different difference."""
    marks = np.random.default_rng(0).integers(1, 2**40, part.shape[1]).astype(float)
    one, two = np.nonzero(chosen)
    values = part @ marks
    keys = values[one] - (values[two] if signed else ((part * marks) @ part.T)[one, two])
    _, first = np.unique(keys, return_index=True)
    return one[first], two[first]


def _signed(vectors: Array, sizes: Array, threshold: int) -> NDArray[np.bool_]:
    """Which vectors are −1, 0 and 1 on fewer than ``threshold`` respondents."""
    whole = np.abs(vectors - np.clip(vectors.round(), -1, 1)).max(axis=1, initial=0) < _NEAR
    weight = np.abs(vectors.round()) @ sizes
    return np.asarray(whole & (weight > 0) & (weight < threshold))


def _oriented(vectors: Array) -> Array:
    """Each vector or its negative, so that its first entry is positive."""
    first = np.argmax(vectors != 0, axis=1)
    return np.asarray(vectors * np.sign(vectors[np.arange(len(vectors)), first])[:, None])
