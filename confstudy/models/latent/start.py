"""Where a search begins: each latent variable as the first component of its indicators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.models.latent.implied import Model, Moments
from confstudy.models.latent.specify import Parameter, Roles

__all__ = ["starts"]

Floats = NDArray[np.float64]


def starts(model: Model, sample: tuple[Moments, ...]) -> Floats:
    """(q,) starts; those that the text gives come first."""
    roles = model.specification.roles
    result = np.full(model.size, np.nan)
    guesses = [_components(model, sample[group], group) for group in range(len(sample))]
    for one, place in zip(model.specification.parameters, model.positions, strict=True):
        if place < 0 or not np.isnan(result[place]):
            continue
        result[place] = (
            one.start
            if one.start is not None
            else _guess(one, roles, sample[one.group], guesses[one.group])
        )
    return result


def _guess(
    one: Parameter, roles: Roles, sample: Moments, components: dict[tuple[str, str], float]
) -> float:
    if one.operator == "=~":
        return components.get((one.left, one.right), 1.0)
    if one.right == "1":
        seen = one.left in roles.observed
        return float(sample.mean[roles.observed.index(one.left)]) if seen else 0.0
    if one.operator == "~":
        return 0.0
    if one.left in roles.latent:
        return components.get((one.left, one.left), 0.5) if one.left == one.right else 0.0
    row = roles.observed.index(one.left)
    if one.left == one.right:
        share = 0.5 if one.left in roles.indicators else 1.0
        return float(share * sample.covariance[row, row])
    if one.left in roles.exposures and one.right in roles.exposures:
        return float(sample.covariance[row, roles.observed.index(one.right)])
    return 0.0


def _components(model: Model, sample: Moments, group: int) -> dict[tuple[str, str], float]:
    """Loadings and variances of each latent variable, on the scale its model gives it."""
    roles = model.specification.roles
    own = [p for p in model.specification.parameters if p.group == group]
    found: dict[tuple[str, str], float] = {}
    for name in roles.latent:
        loadings = [p for p in own if p.operator == "=~" and p.left == name]
        seen = [p for p in loadings if p.right in roles.observed]
        if not seen:
            continue
        rows = [roles.observed.index(p.right) for p in seen]
        block = sample.covariance[np.ix_(rows, rows)]
        size = np.sqrt(np.diag(block))
        values, vectors = np.linalg.eigh(block / np.outer(size, size))
        first = vectors[:, -1] * np.sqrt(max(values[-1] * 0.6, 0.1)) * size
        anchor = next((i for i, p in enumerate(seen) if p.value), None)
        unit = 1.0 if anchor is None else first[anchor] / (seen[anchor].value or 1.0)
        if abs(unit) < 0.1 * abs(first).max():
            unit = 0.3 * abs(first).max() * (np.sign(unit) or 1.0)
        if anchor is None and first[0] < 0:
            unit = -1.0
        found |= {(name, p.right): float(x / unit) for p, x in zip(seen, first, strict=True)}
        found[name, name] = float(unit**2) if anchor is not None else 1.0
    return found
