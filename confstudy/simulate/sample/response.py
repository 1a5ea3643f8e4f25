"""Who answers: unit nonresponse by a logit, item nonresponse at random."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from confstudy.simulate.model.streams import Streams
from confstudy.simulate.model.structure import Nonresponse

__all__ = ["Mechanism", "responds", "skips"]

Floats = NDArray[np.float64]
#: ``mnar``: as the model says; ``mcar``: the same rate for everybody; ``none``: all answer.
Mechanism = Literal["mnar", "mcar", "none"]


def responds(
    nonresponse: Nonresponse, values: Mapping[str, Floats], seed: int, mechanism: Mechanism
) -> NDArray[np.bool_]:
    """Whether each client answers the survey at all."""
    n = len(next(iter(values.values())))
    if mechanism == "none":
        return np.ones(n, dtype=bool)
    unit = nonresponse.unit
    logit = np.full(n, unit.intercept)
    for name, slope in unit.paths.items():
        logit += slope * values[name]
    chance = expit(logit)
    if mechanism == "mcar":
        chance = np.full(n, chance.mean())
    return np.asarray(Streams(seed).uniform("responds", n) < chance)


def skips(nonresponse: Nonresponse, column: str, n: int, seed: int) -> NDArray[np.bool_]:
    """Whether each client skips one item."""
    return np.asarray(Streams(seed).uniform(f"{column}:skips", n) < nonresponse.item)
