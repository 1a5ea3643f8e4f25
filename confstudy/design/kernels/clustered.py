"""CR2 of a logit or probit: coefficients by the kernel, errors one replication at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.design.kernels.solved import FEW, Solved
from confstudy.models.estimate import Working
from confstudy.models.likelihood.binary import LINKS
from confstudy.models.robust import cr2

__all__ = ["with_cr2"]

Floats = NDArray[np.float64]
Groups = NDArray[np.intp]
Bools = NDArray[np.bool_]


def with_cr2(
    fitted: Solved,
    y: Floats,
    x: Floats,
    used: Bools,
    groups: Groups,
    contrast: Floats,
    link: str,
    *,
    always: bool,
) -> None:
    """Put CR2 covariances and their degrees of freedom in place, where there are few groups.

    Parameters
    ----------
    y, x, used, groups, contrast
        (R, n), (R, p, n), (R, n), (R, n) and (R, p): whose degrees of freedom are wanted.
    always
        Also with fifty groups or more.
    """
    for r in np.flatnonzero(fitted.fine):
        own = groups[r][used[r]]
        if not always and len(np.unique(own)) >= FEW:
            continue
        matrix = x[r][:, used[r]].T
        index = matrix @ fitted.coefficients[r]
        chance = LINKS[link].chance(index)
        variance, slope = chance * (1 - chance), LINKS[link].density(index)
        working = Working(
            slope[:, None] * matrix, y[r][used[r]] - chance, 1 / variance, variance
        )  # fmt: skip
        small = cr2(working, own)
        fitted.covariance[r] = small.covariance
        fitted.df[r] = small.degrees(contrast[r])
