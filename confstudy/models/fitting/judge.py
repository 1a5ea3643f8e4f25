"""Whether a maximum of a likelihood can be believed, and if not, why."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from confstudy.errors import listing
from confstudy.models.likelihood.index import IndexModel, Maximum, inverse

__all__ = ["SINGULAR", "covariance_of", "judged"]

Floats = NDArray[np.float64]
SINGULAR = "singular Hessian: the data do not determine all coefficients"
_STOPPED = "not converged: no maximum of the likelihood was reached"
_SEPARATED = "separation: the predictors tell some outcomes without error"


def covariance_of(information: Floats) -> Floats:
    """The inverse of the information; missing numbers where it has none."""
    try:
        return inverse(information)
    except np.linalg.LinAlgError:
        return np.full(information.shape, np.nan)


def judged(
    model: IndexModel,
    maximum: Maximum,
    terms: Sequence[str],
    separated: Callable[[], bool] | None = None,
    blame: Callable[[int], str] | None = None,
) -> tuple[str, ...]:
    """Why a maximum cannot be believed; nothing when it can.

    Parameters
    ----------
    separated
        Looks for separation; asked where an outcome seems certain or the likelihood is flat.
    blame
        What it means that the likelihood is flat in the coefficient of this place, or "".
    """
    covariance = covariance_of(maximum.information)
    scale = max(float(model.weights.mean()), np.finfo(float).tiny)
    problem, flat = "", []
    if np.isnan(covariance).any():
        problem, flat = _singular(maximum.information, terms), list(range(len(terms)))
    elif maximum.decrement > 1e-8 * scale:
        problem, flat = _STOPPED, list(range(len(terms)))
    else:
        flat = _flat(model, maximum, covariance, scale)
        if flat:
            problem = f"not determined: the likelihood is flat in {listing(np.take(terms, flat))}"
    if separated is not None and (problem or _certain(model, maximum)) and separated():
        return (_SEPARATED,)
    said = [blame(place) for place in flat] if blame is not None else []
    named = [words for words in said if words]
    return (named[0],) if named else (problem,) if problem else ()


def _singular(information: Floats, terms: Sequence[str]) -> str:
    """Name the coefficients that a singular information leaves open."""
    if not np.isfinite(information).all():
        return SINGULAR
    scale = np.sqrt(np.abs(np.diag(information)))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    weak = (np.abs(vectors[:, values < 1e-10 * max(values[-1], 1e-300)]) > 1e-3).any(axis=1)
    if not weak.any() or weak.all():
        return SINGULAR
    named = [term for term, open_ in zip(terms, weak, strict=True) if open_]
    return f"singular Hessian: the data do not determine {listing(named)}"


def _certain(model: IndexModel, maximum: Maximum) -> bool:
    """Whether somebody's outcome had a chance of nearly 1."""
    with np.errstate(all="ignore"):
        rows = model.kernel(model.indices(maximum.coefficients))[0][model.weights > 0]
    return not np.isfinite(rows).all() or bool(rows.max() > -1e-8)


def _flat(model: IndexModel, maximum: Maximum, covariance: Floats, scale: float) -> list[int]:
    """The coefficients that can run away without any loss of likelihood."""
    used = model.weights > 0
    found = []
    for place, variance in enumerate(np.diag(covariance)):
        direction = covariance[place] / np.sqrt(variance)
        reach = max(float(np.abs(matrix[used] @ direction).max()) for matrix in model.matrices)
        if reach < 5:
            continue
        far = direction * min(10.0, 30 / reach)
        losses = [
            maximum.value - model.at(maximum.coefficients + sign * far).value for sign in (-1, 1)
        ]
        if min(loss for loss in (*losses, np.inf) if not np.isnan(loss)) < 1e-6 * scale:
            found.append(place)
    return found
