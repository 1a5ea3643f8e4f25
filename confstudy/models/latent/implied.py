"""The means and covariances a model implies, and how they change with its parameters.

In the notation of McArdle and McDonald (1984): every variable v = A v + u, with covariance S
and means m of u; B = (I − A)⁻¹ gives the covariance B S B' and the means B m, of which the
observed rows are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.models.latent.specify import Parameter, Specification

__all__ = ["GroupModel", "Model", "Moments", "build_model"]

Floats = NDArray[np.float64]
Array = NDArray[Any]


@dataclass(frozen=True, repr=False)
class Moments:
    """Means (p,) and covariance (p, p) of the observed variables."""

    mean: Array
    covariance: Array


@dataclass(frozen=True, repr=False)
class GroupModel:
    """The matrices of one group: fixed entries, and where free ones go.

    Attributes
    ----------
    directed, symmetric, intercepts
        A (v, v), S (v, v) and m (v,), holding what is fixed.
    places
        For A, S and m: rows, columns and positions among the parameters.
    """

    observed: int
    directed: Floats
    symmetric: Floats
    intercepts: Floats
    places: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]

    def matrices(self, parameters: Array) -> tuple[Array, Array, Array]:
        """A, S and m at parameters (q,)."""
        kind = parameters.dtype
        a, s, m = (x.astype(kind) for x in (self.directed, self.symmetric, self.intercepts))
        arrows, curves, levels = self.places
        a[arrows[0], arrows[1]] = parameters[arrows[2]]
        s[curves[0], curves[1]] = parameters[curves[2]]
        s[curves[1], curves[0]] = parameters[curves[2]]
        m[levels[0]] = parameters[levels[2]]
        return a, s, m

    def everything(self, parameters: Array) -> tuple[Array, Moments]:
        """B, and the moments of all variables, latent ones last."""
        a, s, m = self.matrices(parameters)
        b = np.linalg.inv(np.eye(len(a)) - a)
        return b, Moments(b @ m, b @ s @ b.T)

    def moments(self, parameters: Array) -> Moments:
        """The moments of the observed variables."""
        full = self.everything(parameters)[1]
        p = self.observed
        return Moments(full.mean[:p], full.covariance[:p, :p])

    def gradient(self, parameters: Array, by_mean: Array, by_covariance: Array) -> Array:
        """(q,) from derivatives by the observed means (p,) and covariance (p, p)."""
        b, full = self.everything(parameters)
        down = b[: self.observed].T
        inner = down @ by_covariance @ b[: self.observed]
        means = down @ by_mean
        to_a = 2 * down @ by_covariance @ full.covariance[: self.observed]
        to_a = to_a + np.outer(means, full.mean)
        to_s = 2 * inner - np.diag(np.diag(inner))
        arrows, curves, levels = self.places
        result = np.zeros(len(parameters), dtype=to_a.dtype)
        np.add.at(result, arrows[2], to_a[arrows[0], arrows[1]])
        np.add.at(result, curves[2], to_s[curves[0], curves[1]])
        np.add.at(result, levels[2], means[levels[0]])
        return result

    def derivatives(self, parameters: Floats) -> tuple[Floats, Floats]:
        """Derivatives of the means (q, p) and of the covariance (q, p, p)."""
        b, full = self.everything(parameters)
        p, q = self.observed, len(parameters)
        by_mean, by_covariance = np.zeros((q, p)), np.zeros((q, p, p))
        down = b[:p]
        (rows, columns, place), curves, levels = self.places
        half = down.T[rows][:, :, None] * full.covariance[columns, :p][:, None, :]
        np.add.at(by_covariance, place, half + half.transpose(0, 2, 1))
        np.add.at(by_mean, place, down.T[rows] * full.mean[columns, None])
        rows, columns, place = curves
        half = down.T[rows][:, :, None] * down.T[columns][:, None, :]
        twice = half + half.transpose(0, 2, 1)
        np.add.at(by_covariance, place, np.where((rows == columns)[:, None, None], half, twice))
        np.add.at(by_mean, levels[2], down.T[levels[0]])
        return by_mean, by_covariance


@dataclass(frozen=True, repr=False)
class Model:
    """A model with its parameters numbered.

    Attributes
    ----------
    positions
        For each parameter of the specification its place among the free ones, or −1.
    names
        (q,) of the free ones: label or term.
    """

    specification: Specification
    variables: tuple[str, ...]
    groups: tuple[GroupModel, ...]
    positions: tuple[int, ...]
    names: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many free parameters there are."""
        return len(self.names)

    def value_of(self, which: int, parameters: Array, sample: tuple[Moments, ...]) -> Any:
        """A parameter of the specification: estimated, held, or the sample's."""
        one, place = self.specification.parameters[which], self.positions[which]
        if place >= 0:
            return parameters[place]
        return _held(one, self.variables, sample[one.group])


def build_model(specification: Specification, sample: tuple[Moments, ...]) -> Model:
    """Number the free parameters and fill in what is held.

    Parameters
    ----------
    sample
        Moments of the observed variables in each group, in the order of the roles.
    """
    roles = specification.roles
    variables = (*roles.observed, *roles.latent)
    slots: dict[object, int] = {}
    names, positions = [], []
    for one in specification.parameters:
        if not one.free:
            positions.append(-1)
            continue
        key = one.label or (one.group, one.term)
        if key not in slots:
            slots[key] = len(slots)
            several = specification.groups > 1 and not one.label
            name = one.term if not several else f"{one.term} (group {one.group + 1})"
            names.append(one.label if one.label and not one.label.startswith(".") else name)
        positions.append(slots[key])
    groups = tuple(
        _group(specification, variables, positions, group, sample[group])
        for group in range(specification.groups)
    )
    return Model(specification, variables, groups, tuple(positions), tuple(names))


def _held(one: Parameter, variables: tuple[str, ...], sample: Moments) -> float:
    if not one.sample:
        return float(one.value or 0.0)
    row = variables.index(one.left)
    if one.right == "1":
        return float(sample.mean[row])
    return float(sample.covariance[row, variables.index(one.right)])


def _group(
    specification: Specification,
    variables: tuple[str, ...],
    positions: list[int],
    group: int,
    sample: Moments,
) -> GroupModel:
    size = len(variables)
    a, s, m = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    places: list[list[tuple[int, int, int]]] = [[], [], []]
    index = {name: position for position, name in enumerate(variables)}
    for one, place in zip(specification.parameters, positions, strict=True):
        if one.group != group:
            continue
        row, column = index[one.left], index.get(one.right, 0)
        which = 2 if one.right == "1" else 1 if one.operator == "~~" else 0
        if one.operator == "=~":
            row, column = column, row
        if place >= 0:
            places[which].append((row, column, place))
            continue
        held = _held(one, variables, sample)
        if which == 2:
            m[row] = held
        elif which == 1:
            s[row, column] = s[column, row] = held
        else:
            a[row, column] = held
    found = tuple(np.array(each, dtype=np.intp).reshape(-1, 3).T for each in places)
    return GroupModel(len(specification.roles.observed), a, s, m, (found[0], found[1], found[2]))
