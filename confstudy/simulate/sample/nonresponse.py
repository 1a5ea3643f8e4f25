"""Who answers, which items they skip, and when they leave for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt, model_validator

from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.chances import (
    Chance,
    Floats,
    Share,
    Values,
    chance_of,
    index_of,
    intercept_for,
    solved,
)

__all__ = [
    "Attrition",
    "Response",
    "Skips",
    "attended",
    "constant_hazard",
    "hazards",
    "responds",
    "response_chances",
    "skip_chances",
    "skips",
]

Bools = NDArray[np.bool_]


class Response(Chance):
    """Who answers at all: the share that does, or an intercept, and the paths into it."""


class Skips(Chance):
    """Which items respondents skip: logit(a − b P + c · sensitivity), with ``P: −b`` a path.

    Parameters
    ----------
    rate, intercept
        The share of all answers that is missing, or the intercept of an item of sensitivity 0.
        Neither is needed where every item has its own.
    rates
        Item → its own share that is missing, in place of the common level.
    sensitivity, slope
        Item → how sensitive it is, 0 where not named; c, the coefficient of it.
    paths
        As of :class:`Chance`; ``self`` is the answer that would have been given.
    """

    rates: dict[str, Share] = Field(default_factory=dict)
    sensitivity: dict[str, float] = Field(default_factory=dict)
    slope: float = 1.0

    @model_validator(mode="after")
    def _has_one_level(self) -> Self:
        if self.rate is not None and self.intercept is not None:
            raise ValueError("give either the 'rate' to be met or the 'intercept'")
        if self.rate is None and self.intercept is None and not self.rates:
            raise ValueError("give the 'rate' to be met, the 'rates' of items or the 'intercept'")
        return self


class Attrition(Chance):
    """When people leave for good: a discrete-time hazard before each session or wave.

    Parameters
    ----------
    occasions
        How many sessions or waves.
    rate, intercept
        The share that has left by the last one, or the intercept at the first.
    trend
        What each later occasion adds to the hazard's index.
    paths
        As of :class:`Chance`; a positive path makes people leave sooner.
    """

    occasions: PositiveInt
    trend: float = 0.0


def response_chances(response: Response, values: Values) -> Floats:
    """Each client's chance to answer, shape ``(n,)``; their mean is the rate, if one is given.

    Examples
    --------
    >>> privacy = np.linspace(-2, 2, 5)
    >>> chances = response_chances(Response(rate=0.65, paths={"P": 0.4}), {"P": privacy})
    >>> chances.round(3), round(chances.mean(), 12)
    (array([0.467, 0.566, 0.661, 0.744, 0.813]), np.float64(0.65))
    """
    return response.of(values, _length(values))


def responds(
    response: Response, values: Values, streams: Streams, column: str = "responds"
) -> Bools:
    """Whether each client answers the survey, shape ``(n,)``."""
    chances = response_chances(response, values)
    return np.asarray(streams.uniform(column, len(chances)) < chances)


def skip_chances(
    skipping: Skips, items: Sequence[str], values: Values, answers: Values | None = None
) -> dict[str, Floats]:
    """Each client's chance to skip each item.

    Parameters
    ----------
    items
        The items asked. Those under ``rates`` meet their own; all others together meet ``rate``.
    values
        Variable → one value a client.
    answers
        Item → the answer that would have been given, for the path ``self``.

    Returns
    -------
    dict
        Item → chances, shape ``(n,)``.

    Examples
    --------
    >>> skipping = Skips(rate=0.1, paths={"P": -0.5}, sensitivity={"harm": 1.5})
    >>> found = skip_chances(skipping, ["mood", "harm"], {"P": np.array([-1.0, 0.0, 1.0])})
    >>> {item: chances.round(3).tolist() for item, chances in found.items()}
    {'mood': [0.062, 0.038, 0.024], 'harm': [0.227, 0.151, 0.098]}
    """
    strange = sorted({*skipping.rates, *skipping.sensitivity} - set(items))
    if strange:
        raise StructureError(unknown("Items", strange, items, "the questionnaire"))
    n = _length(values)
    index = {item: _item_index(skipping, item, values, answers or {}, n) for item in items}
    together = [index[item] for item in items if item not in skipping.rates]
    common = 0.0
    if together:
        common = skipping.level(lambda rate: intercept_for(rate, np.stack(together), skipping.link))
    found = {}
    for item in items:
        own = skipping.rates.get(item)
        level = common if own is None else intercept_for(own, index[item], skipping.link)
        found[item] = chance_of(level + index[item], skipping.link)
    return found


def skips(
    skipping: Skips,
    items: Sequence[str],
    values: Values,
    streams: Streams,
    answers: Values | None = None,
) -> dict[str, Bools]:
    """Whether each client skips each item: item → shape ``(n,)``."""
    return {
        item: np.asarray(streams.uniform(f"{item}:skips", len(chances)) < chances)
        for item, chances in skip_chances(skipping, items, values, answers).items()
    }


def constant_hazard(rate: float, occasions: int) -> float:
    """The hazard that, alike at every occasion, makes this share leave by the last.

    >>> round(constant_hazard(0.197, 12), 6)
    0.018117
    """
    return 1 - float((1 - rate) ** (1 / occasions))


def hazards(attrition: Attrition, values: Values) -> Floats:
    """Each client's chance to leave before each occasion, having come to all earlier ones.

    Returns
    -------
    ndarray, shape ``(n, occasions)``
        With a ``rate``, the mean of one less the product of ``1 - hazard`` equals it.

    Examples
    --------
    >>> leaving = Attrition(occasions=12, rate=0.197, paths={"T": -0.54}, trend=-0.10)
    >>> found = hazards(leaving, {"T": np.linspace(-2, 2, 101)})
    >>> found.shape, round(1 - np.prod(1 - found, axis=1).mean(), 12)
    ((101, 12), np.float64(0.197))
    """
    steps = attrition.trend * np.arange(attrition.occasions)
    index = index_of(attrition.paths, values, _length(values))[:, None] + steps

    def solve(rate: float) -> float:
        def gap(intercept: float) -> float:
            staying = 1 - chance_of(intercept + index, attrition.link)
            return 1 - float(np.prod(staying, axis=1).mean()) - rate

        return solved(gap, constant_hazard(rate, attrition.occasions), index, attrition.link)

    return chance_of(attrition.level(solve) + index, attrition.link)


def attended(
    attrition: Attrition, values: Values, streams: Streams, column: str = "attended"
) -> NDArray[np.intp]:
    """How many occasions each client comes to before leaving for good, shape ``(n,)``.

    Client i is present at occasion t = 1, 2, … where ``attended[i] >= t``: once gone, always
    gone. Where an intercept is given, more occasions leave the earlier ones as they were.
    """
    staying = np.cumprod(1 - hazards(attrition, values), axis=1)
    keys = streams.uniform(column, len(staying))
    return np.asarray((keys[:, None] < staying).sum(axis=1))


def _length(values: Values) -> int:
    lengths = {len(value) for value in values.values()}
    if len(lengths) != 1:
        raise StructureError(
            "A population has one variable or more, each with one value a client; given were "
            f"{listing(values)}."
        )
    return lengths.pop()


def _item_index(skipping: Skips, item: str, values: Values, answers: Values, n: int) -> Floats:
    own = {"self": answers[item]} if item in answers else {}
    index = index_of(skipping.paths, {**values, **own}, n)
    return index + skipping.slope * skipping.sensitivity.get(item, 0.0)
