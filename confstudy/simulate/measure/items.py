"""Scales as declarations: the α of their items, how each answers, and what solves for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from confstudy.errors import StructureError, unknown
from confstudy.simulate.measure.measurement import (
    cuts_for,
    cuts_of_shares,
    expected_score,
    loading_for,
    loadings_for,
)
from confstudy.simulate.model.parts import Part

__all__ = ["Item", "Likert", "Solved", "expected_mean", "solve"]

Floats = NDArray[np.float64]
Share = Annotated[float, Field(gt=0, lt=1)]


class Item(Part):
    """How an item answers: its loading against the others', and where its strength is cut.

    ``shares`` are those of the answers from low to high, keyed; ``cuts`` are on the scale of
    a standard normal. Without either, the cuts are equally spaced.
    """

    weight: Annotated[float, Field(gt=0)] = 1.0
    cuts: tuple[float, ...] = ()
    shares: tuple[Share, ...] = ()

    @model_validator(mode="after")
    def _is_cut_once(self) -> Self:
        if self.cuts and self.shares:
            raise ValueError("an item has 'cuts' or 'shares', not both")
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("'cuts' go up")
        if self.shares and abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the 'shares' of the answers sum to 1, not {sum(self.shares):g}")
        return self


class Likert(Item):
    """A scale: the α of its items, how they answer, and which of them answer otherwise."""

    alpha: Share
    items: dict[str, Item] = Field(default_factory=dict)


@dataclass(frozen=True)
class Solved:
    """One item, ready to be drawn: its loading and its cuts (points − 1,)."""

    loading: float
    cuts: Floats


def solve(scale: Likert, names: Sequence[str], points: int) -> dict[str, Solved]:
    """The loading and the cuts of each item of a scale, so that its α is the declared one.

    Parameters
    ----------
    scale
        As declared.
    names
        The scale's items, in order; keyed alike.
    points
        How many answers an item has.

    Examples
    --------
    >>> phq = Likert(alpha=0.89, shares=(0.6, 0.25, 0.1, 0.05), items={"q9": Item(weight=0.7)})
    >>> solved = solve(phq, [f"q{number}" for number in range(1, 10)], points=4)
    >>> round(solved["q1"].loading, 3), round(solved["q9"].loading, 3)
    (0.787, 0.551)
    """
    strange = [name for name in scale.items if name not in names]
    if strange:
        raise StructureError(unknown("Items", strange, names, "the scale"))
    if not scale.items and not scale.cuts and not scale.shares:
        loading = loading_for(scale.alpha, len(names), points)
        return {name: Solved(loading, cuts_for(points)) for name in names}
    own = [scale.items.get(name, Item(weight=scale.weight)) for name in names]
    cuts = [_cuts(item if item.cuts or item.shares else scale, points) for item in own]
    loadings = loadings_for(scale.alpha, cuts, [item.weight for item in own])
    drawn = zip(names, loadings, cuts, strict=True)
    return {name: Solved(float(loading), cut) for name, loading, cut in drawn}


def expected_mean(latent: Floats, solved: Mapping[str, Solved], points: tuple[int, int]) -> Floats:
    """The mean answer over the (keyed) items of a scale, given the latent."""
    each = [expected_score(latent, item.loading, points, item.cuts) for item in solved.values()]
    return np.asarray(sum(each) / len(each))


def _cuts(item: Item, points: int) -> Floats:
    if not item.cuts and not item.shares:
        return cuts_for(points)
    cuts = np.array(item.cuts) if item.cuts else cuts_of_shares(item.shares)
    if len(cuts) != points - 1:
        raise StructureError(
            f"An item of {points} points has {points - 1} cuts or {points} shares; "
            f"these make {len(cuts) + 1} points."
        )
    return cuts
