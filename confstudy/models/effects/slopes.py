"""How the model matrix moves with a variable, whatever transforms the formula makes of it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.errors import AnalysisError

__all__ = ["STENCIL", "direction", "step_along"]

Floats = NDArray[np.float64]
Matrix = Callable[[pd.DataFrame], Floats]

#: Places and weights of the five-point rule: exact to the fourth power of the step.
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))
_FORWARD = np.array([-25 / 12, 4, -3, 4 / 3, -1 / 4])
_CENTRAL = np.array([1 / 12, -2 / 3, 0, 2 / 3, -1 / 12])
_RULES = {-2: -_FORWARD[::-1], 0: _CENTRAL, 2: _FORWARD}


def direction(matrix: Matrix, frame: pd.DataFrame, variable: str, observed: Floats) -> Floats:
    """Derivative (n, p) of the model matrix by a variable.

    The step is a thousandth of the variable's standard deviation, and smaller for respondents
    where that is too coarse; it stays within the range observed, so that logs and splines hold.

    Parameters
    ----------
    matrix
        Gives the model matrix of a frame.
    observed
        The variable's values in the data the model was fitted to.
    """
    values = frame[variable].to_numpy(dtype=float)
    step = np.full(len(values), 1e-3 * float(observed.std()))
    low = np.minimum(values, observed.min())
    high = np.maximum(values, observed.max())
    plain = matrix(frame)
    slope = np.full(plain.shape, np.nan)
    rough = np.ones(len(values), dtype=bool)
    for _ in range(7):
        before = slope.copy()
        slope[rough] = _derivative(matrix, frame, variable, step, low, high)[rough]
        size = np.abs(slope).max(axis=1) + 1e-300
        with np.errstate(invalid="ignore"):
            change = np.abs(slope - before).max(axis=1) / size
        rough &= ~(change < 1e-9)
        if not rough.any():
            break
        step = np.where(rough, step / 4, step)
    _require_smooth(slope, variable, rough & ~(change < 1e-5))
    return slope


def _derivative(
    matrix: Matrix,
    frame: pd.DataFrame,
    variable: str,
    step: Floats,
    low: Floats,
    high: Floats,
) -> Floats:
    values = frame[variable].to_numpy(dtype=float)
    side = np.where(values - 2 * step < low, 2, np.where(values + 2 * step > high, -2, 0))
    total: Floats = np.zeros(1)
    for place in range(5):
        moved = values + (side + place - 2) * step
        weight = np.array([_RULES[one][place] for one in side])
        moved_matrix = matrix(frame.assign(**{variable: moved}))
        total = total + (weight / step)[:, None] * moved_matrix
    return total


def _require_smooth(slope: Floats, variable: str, rough: NDArray[np.bool_]) -> None:
    if rough.any() or not np.isfinite(slope).all() or not np.abs(slope).max() > 0:
        raise AnalysisError(
            f"The model does not change smoothly with '{variable}': use kind='contrast'."
        )


def step_along(slope: Floats, fitted: Floats) -> Floats:
    """How far (n,) to go along a direction so that no column moves more than a thousandth.

    Parameters
    ----------
    slope
        (n, p) the direction.
    fitted
        The matrix the model was fitted to, whose columns say what is far.
    """
    spread, most = fitted.std(axis=0), np.abs(fitted).max(axis=0)
    scale = np.where(spread > 1e-9 * most, spread, np.maximum(most, 1e-12))
    furthest = (np.abs(slope) / scale).max(axis=1)
    return np.asarray(1e-3 / np.where(furthest > 0, furthest, 1.0))
