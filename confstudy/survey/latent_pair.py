"""The correlation behind one table of two ordered items, and how uncertain it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import ndtr, ndtri

from confstudy.survey.bivariate import cells

__all__ = ["Pair", "by_likelihood", "in_two_steps"]

Floats = NDArray[np.float64]
_LIMIT = 0.9999


@dataclass(frozen=True)
class Pair:
    """A latent correlation with its standard error; ``problem`` says why there is none."""

    correlation: float
    std_error: float
    problem: str = ""


def in_two_steps(table: Floats, squares: Floats) -> Pair:
    """The most likely correlation where thresholds follow from each item's own shares.

    Parameters
    ----------
    table
        (I + 1, J + 1): summed weights; the last row and column are those who left out the one
        or the other item.
    squares
        The same, of squared weights.

    Notes
    -----
    Olsson (1979). The standard error comes from the estimating equations of thresholds and
    correlation together, so it allows for thresholds that are estimated.
    """
    both = table[:-1, :-1]
    a, b = _thresholds(table[:-1].sum(axis=1)), _thresholds(table[:, :-1].sum(axis=0))

    def slope(r: float) -> float:
        chance, by_r, *_ = cells(a, b, r)
        return float((both * by_r / chance).sum())

    problem = _no_answer(both)
    if problem:
        return Pair(np.nan, np.nan, problem)
    side = 1.0 if slope(0.0) > 0 else -1.0
    # Outwards from 0: near ±1 the chances of rare cells are below the computer's accuracy.
    ends = [0.0, *(side * np.tanh(np.arange(0.25, np.arctanh(_LIMIT), 0.25)))]
    past = next((j for j, end in enumerate(ends) if j and side * slope(end) < 0), None)
    if past is None:
        return Pair(np.nan, np.nan, _RUNS)
    low, high = sorted((ends[past - 1], ends[past]))
    r = float(optimize.brentq(slope, low, high, xtol=1e-14)) if slope(0.0) else 0.0
    equations, sensitivity = _stacked(a, b, r, table)
    spread = np.einsum("ijp,ijq,ij->pq", equations, equations, squares)
    row = np.linalg.solve(sensitivity.T, np.eye(len(sensitivity))[0])
    return Pair(r, float(np.sqrt(row @ spread @ row)))


def by_likelihood(table: Floats, squares: Floats, robust: bool) -> Pair:
    """Correlation and thresholds that are most likely together, of those who answered both.

    ``robust`` takes the sandwich of weighted scores for the standard error, else the inverse
    of the observed information counts.
    """
    both, squared = table[:-1, :-1], squares[:-1, :-1]
    kept = np.ix_(both.sum(axis=1) > 0, both.sum(axis=0) > 0)
    both, squared = both[kept], squared[kept]
    first = in_two_steps(np.pad(both, (0, 1)), np.pad(squared, (0, 1)))
    if first.problem:
        return first
    a, b = _thresholds(both.sum(axis=1)), _thresholds(both.sum(axis=0))
    place = np.concatenate([[first.correlation], a, b])

    def parts(x: Floats) -> tuple[Floats, Floats]:
        rows, columns = np.split(x[1:], [len(a)])
        chance, by_r, by_a, by_b = cells(rows, columns, float(x[0]))
        return chance, np.concatenate([by_r[None], by_a, by_b]) / chance

    found = _scoring(parts, both, place, len(a))
    if found is None:
        return Pair(np.nan, np.nan, "the likelihood has no maximum that could be found")
    information = _observed(parts, both, found)
    if np.linalg.eigvalsh(information)[0] <= 0:
        return Pair(np.nan, np.nan, "the information is singular")
    covariance = np.linalg.inv(information)
    if robust:
        _, scores = parts(found)
        covariance = covariance @ np.einsum("pij,qij,ij->pq", scores, scores, squared) @ covariance
    return Pair(float(found[0]), float(np.sqrt(covariance[0, 0])))


_RUNS = "the correlation runs to its limit: some combinations of answers never occur"
_Parts = Callable[[Floats], tuple[Floats, Floats]]


def _no_answer(both: Floats) -> str:
    if ((both > 0).any(axis=1).sum() < 2) or ((both > 0).any(axis=0).sum() < 2):
        return "nobody answered both, or all who did answered one of them alike"
    return ""


def _thresholds(counts: Floats) -> Floats:
    share = counts.cumsum()[:-1] / counts.sum()
    return np.asarray(ndtri(share))


def _stacked(a: Floats, b: Floats, r: float, table: Floats) -> tuple[Floats, Floats]:
    """Each cell's estimating equations (I + 1, J + 1, p), and minus their expected slope."""
    chance, by_r, by_a, by_b = cells(a, b, r)
    n, p = len(a), 1 + len(a) + len(b)
    equations = np.zeros((*table.shape, p))
    equations[:-1, :-1, 0] = by_r / chance
    for i, cut in enumerate(a):
        equations[:-1, :, 1 + i] = ((np.arange(n + 1) <= i) - ndtr(cut))[:, None]
    for j, cut in enumerate(b):
        equations[:, :-1, 1 + n + j] = (np.arange(len(b) + 1) <= j) - ndtr(cut)
    cuts = np.concatenate([a, b])
    asked = np.repeat([table[:-1].sum(), table[:, :-1].sum()], [n, len(b)])
    sensitivity = np.diag([0.0, *(asked * np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi))])
    slopes = np.concatenate([by_r[None], by_a, by_b])
    sensitivity[0] = table[:-1, :-1].sum() * (slopes * by_r / chance).sum(axis=(1, 2))
    return equations, sensitivity


def _scoring(parts: _Parts, table: Floats, place: Floats, split: int) -> Floats | None:
    """Fisher's scoring with halved steps; None where it does not come to rest."""
    n = table.sum()
    chance, scores = parts(place)
    value = float((table * np.log(chance)).sum())
    for _ in range(100):
        gradient = (scores * table).sum(axis=(1, 2))
        step = np.linalg.solve(n * np.einsum("pij,qij,ij->pq", scores, scores, chance), gradient)
        if abs(gradient @ step) < 1e-16 * n:
            return place
        for _ in range(30):
            tried = place + step
            cuts = np.split(tried[1:], [split])
            if abs(tried[0]) < _LIMIT and all((np.diff(cut) > 0).all() for cut in cuts):
                new_chance, new_scores = parts(tried)
                new = float((table * np.log(new_chance)).sum())
                if new >= value - 1e-12 * abs(value):
                    break
            step = step / 2
        else:
            return None
        place, value, chance, scores = tried, new, new_chance, new_scores
    return None


def _observed(parts: _Parts, table: Floats, place: Floats) -> Floats:
    """Minus the Hessian: differences of the exact gradient."""
    size = 1e-5
    rows = [
        (parts(place - size * e)[1] - parts(place + size * e)[1]) * table / (2 * size)
        for e in np.eye(len(place))
    ]
    hessian = np.array([row.sum(axis=(1, 2)) for row in rows])
    return np.asarray((hessian + hessian.T) / 2)
