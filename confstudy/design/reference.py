"""What holds of a design's population at large, worked out once for all replications."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from confstudy.design.declare import Design
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.world import World

__all__ = ["at_large", "reference_of"]

_CLIENTS, _SEED = 100_000, 20_260_101


def at_large(design: Design) -> World:
    """100,000 clients of the design's model."""
    return World(design.structure, Population(_CLIENTS, _CLIENTS // 20, _SEED))


def reference_of(design: Design, name: str) -> str | float:
    """What a variable is held at where it is to have no effect: an arm's first, or its mean.

    >>> from confstudy.design.declare import Design
    >>> reference_of(Design("therapy", seed=1), "A")
    'none'
    """
    node = design.structure.variables.get(name)
    if node is not None and node.arms:
        return node.arms[0]
    return 0.0 if node is None or node.kind == "binary" else _mean(design, name)


@lru_cache(maxsize=64)
def _mean(design: Design, name: str) -> float:
    values: NDArray[np.float64] = at_large(design).values(wanted=[name])[name]
    return float(values.mean())
