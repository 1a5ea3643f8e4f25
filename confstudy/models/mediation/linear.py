"""Products of coefficients along every path of a linear mediation model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from confstudy.models.mediation.stages import Fitted

__all__ = ["LinearPaths"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, repr=False)
class LinearPaths:
    """Effects of a linear model as products along its arrows (Wright 1934).

    Attributes
    ----------
    mediators
        Their names, in causal order.
    exposed
        For each equation (mediators, then outcome), the (p,) change of a row of its model
        matrix when the exposure goes from the one value to the other.
    moves
        ``(equation, mediator)`` → (p,) change of the equation's row with one unit more of the
        mediator; pairs without an arrow are left out.
    prefix
        Stands before every name, such as ``within ``.
    """

    mediators: tuple[str, ...]
    exposed: Sequence[Floats]
    moves: Mapping[tuple[int, int], Floats]
    prefix: str = ""

    @property
    def routes(self) -> list[tuple[int, ...]]:
        """The chains of mediators that the effect can take."""
        last, found = len(self.mediators), []
        for length in range(1, last + 1):
            for chain in combinations(range(last), length):
                steps = zip((*chain[1:], last), chain, strict=True)
                if all(step in self.moves for step in steps):
                    found.append(chain)
        return found

    @property
    def names(self) -> list[str]:
        """What :meth:`effects` returns, column by column."""
        several = len(self.routes) > 1
        paths = [" → ".join(self.mediators[i] for i in chain) for chain in self.routes]
        each = [f"indirect: {path}" for path in paths] if several else []
        rows = ["total", "direct", "indirect", *each, "proportion"]
        return [self.prefix + row for row in rows]

    def effects(self, fits: Sequence[Fitted]) -> Floats:
        """(B, effects) of B samples."""
        last = len(self.mediators)
        into = [fit.coefficients @ move for fit, move in zip(fits, self.exposed, strict=True)]
        along = {
            (to, start): fits[to].coefficients @ move for (to, start), move in self.moves.items()
        }
        products = []
        for chain in self.routes:
            product = into[chain[0]]
            for to, start in zip((*chain[1:], last), chain, strict=True):
                product = product * along[to, start]
            products.append(product)
        indirect, direct = np.sum(products, axis=0), into[last]
        total = direct + indirect
        each = products if len(products) > 1 else []
        with np.errstate(divide="ignore", invalid="ignore"):
            share = indirect / total
        return np.column_stack([total, direct, indirect, *each, share])
