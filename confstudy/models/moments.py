"""Covariances without measurement error, and what follows from them, group by group left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["Latent", "Moments", "moments"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Latent:
    """A variable that no scale measures, seen in three or more columns.

    Attributes
    ----------
    indicators
        Columns that have nothing in common but the variable, once ``given`` is held fixed.
    given
        Columns measured without error that act on the variable and on its indicators too.
    """

    indicators: tuple[str, ...]
    given: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class Moments:
    """Covariances of what the columns would say without error.

    Attributes
    ----------
    names
        p variables.
    total
        (1 + groups, p, p): of all respondents, then with each group left out once.
    within
        The same, of differences from the group's mean only.
    """

    names: tuple[str, ...]
    total: Floats
    within: Floats

    def slope(
        self, outcome: str, cause: str, given: Sequence[str] = (), *, within: bool = False
    ) -> Floats:
        """(1 + groups,): the linear slope of an outcome on a cause, others held fixed."""
        predictors = self._places([cause, *given])
        matrix = self.within if within else self.total
        inner = matrix[:, predictors[:, None], predictors]
        outer = matrix[:, predictors, self.names.index(outcome)]
        _require_truth(inner)
        return np.asarray(np.linalg.solve(inner, outer[:, :, None])[:, 0, 0])

    def sd(self, name: str, given: Sequence[str] = ()) -> Floats:
        """(1 + groups,): the true standard deviation, or what is left of it given others."""
        places = self._places([name, *given])
        inner = self.total[:, places[:, None], places]
        _require_truth(inner)
        return np.asarray(np.linalg.inv(inner)[:, 0, 0] ** -0.5)

    def _places(self, names: Sequence[str]) -> NDArray[np.intp]:
        return np.array([self.names.index(name) for name in names])


def moments(
    columns: Mapping[str, Floats],
    errors: Mapping[str, float],
    groups: NDArray[np.intp],
    latent: Mapping[str, Latent] | None = None,
) -> Moments:
    """Covariances corrected for measurement error; use them for paths by way of several scales.

    Parameters
    ----------
    columns
        Name → (n,).
    errors
        Name → variance of its measurement error; a column that is not named has none.
    groups
        (n,): 0 to G − 1; left out one by one to learn how uncertain a result is. Rows of one
        group may be absent.
    latent
        Name → the columns it is seen in. It becomes the sum of its standardised indicators,
        whose error is estimated anew whenever a group is left out.

    Raises
    ------
    AnalysisError
        There are fewer than two groups, or indicators that do not go together.

    Notes
    -----
    A latent variable's share of an indicator is Spearman's (1904): the products of its
    correlations with pairs of the others, over those pairs' correlations.

    Estimand: covariances of the variables themselves. Assumes: errors unrelated to each other
    and to everything else, reliabilities known. Does not show: effects, unless what is held
    fixed blocks every other path.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> true = rng.normal(size=20_000)
    >>> seen = {name: true + rng.normal(size=true.size) for name in "abc"}
    >>> found = moments(
    ...     {**seen, "y": 2 * true}, {}, np.arange(true.size) % 50,
    ...     {"x": Latent(("a", "b", "c"))},
    ... )
    >>> slope = found.slope("y", "x") * found.sd("x")
    >>> slope.shape, bool(abs(slope[0] - 2) < 0.05)
    ((51,), True)
    """
    count = int(groups.max()) + 1
    if count < 2:
        raise AnalysisError("Groups are left out one by one: there must be two or more.")
    latent = latent or {}
    names = (*columns, *latent)
    data = np.column_stack([*columns.values(), *(_sum(columns, one) for one in latent.values())])
    total, within = _covariances(data - data.mean(axis=0), groups, count)
    error = np.zeros((count + 1, len(names)))
    error[:, : len(columns)] = [errors.get(name, 0.0) for name in columns]
    for name, one in latent.items():
        raw = Moments(names, total, within)
        error[:, names.index(name)] = _latent_error(raw, columns, one)
    error = error[:, :, None] * np.eye(len(names))
    return Moments(names, total - error, within - error)


def _sum(columns: Mapping[str, Floats], one: Latent) -> Floats:
    parts = [columns[name] / columns[name].std() for name in one.indicators]
    return np.asarray(np.sum(parts, axis=0))


def _covariances(data: Floats, groups: NDArray[np.intp], count: int) -> tuple[Floats, Floats]:
    order = np.argsort(groups, kind="stable")
    size = np.bincount(groups, minlength=count).astype(float)
    parts = np.split(data[order], np.cumsum(size[:-1]).astype(int))
    products = np.stack([part.T @ part for part in parts])
    sums = np.stack([part.sum(axis=0) for part in parts])
    centres = sums / np.maximum(size, 1)[:, None]
    inner = products - size[:, None, None] * centres[:, :, None] * centres[:, None, :]
    n, first, second = _left_out(size), _left_out(sums), _left_out(products)
    between = first[:, :, None] * first[:, None, :] / n[:, None, None]
    total = (second - between) / (n - 1)[:, None, None]
    free = _left_out(np.maximum(size - 1, 0))
    return total, _left_out(inner) / np.maximum(free, 1)[:, None, None]


def _left_out(parts: Floats) -> Floats:
    """The sum over all groups, then without each of them."""
    total = parts.sum(axis=0, keepdims=True)
    return np.concatenate([total, total - parts])


def _latent_error(raw: Moments, columns: Mapping[str, Floats], one: Latent) -> Floats:
    """The error variance of the sum of standardised indicators."""
    places, held = raw._places(one.indicators), raw._places(one.given) if one.given else None
    matrix = raw.total[:, places[:, None], places]
    if held is not None:
        across = raw.total[:, places[:, None], held]
        inner = raw.total[:, held[:, None], held]
        matrix = matrix - across @ np.linalg.solve(inner, across.transpose(0, 2, 1))
    scale = np.array([columns[name].std() for name in one.indicators])
    matrix = matrix / scale[:, None] / scale
    own = np.diagonal(matrix, axis1=1, axis2=2)
    apart = matrix - own[:, :, None] * np.eye(len(places))
    if np.any(apart.sum(axis=2) <= 0):
        raise AnalysisError("The columns that are to measure one variable do not go together.")
    # Ordered pairs of the others: those with the indicator, and those among themselves.
    through = apart.sum(axis=2) ** 2 - (apart**2).sum(axis=2)
    among = apart.sum(axis=(1, 2))[:, None] - 2 * apart.sum(axis=2)
    return np.asarray((own - through / among).sum(axis=1))


def _require_truth(inner: Floats) -> None:
    if np.linalg.eigvalsh(inner).min() <= 0:
        raise AnalysisError(
            "The scales are too unreliable for a correction: error outweighs truth."
        )
