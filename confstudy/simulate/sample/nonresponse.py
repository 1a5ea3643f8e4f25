"""The chance to answer at all, and the chance to skip an item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

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
    names_of,
)

__all__ = ["Response", "Skips", "responds", "response_chances", "skip_chances", "skips"]

Bools = NDArray[np.bool_]
Kind = tuple[str, float]


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
    columns
        Columns that may be skipped besides the items of scales.
    """

    rates: dict[str, Share] = Field(default_factory=dict)
    sensitivity: dict[str, float] = Field(default_factory=dict)
    slope: float = 1.0
    columns: tuple[str, ...] = ()

    @property
    def by_answer(self) -> bool:
        """Whether the chance depends on the answer that would have been given."""
        return any("self" in names_of(path) for path in self.paths)

    @model_validator(mode="after")
    def _has_one_level(self) -> Self:
        if self.rate is not None and self.intercept is not None:
            raise ValueError("give either the 'rate' to be met or the 'intercept'")
        if self.rate is None and self.intercept is None and not self.rates:
            raise ValueError("give the 'rate' to be met, the 'rates' of items or the 'intercept'")
        return self


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
    response: Response,
    values: Values,
    streams: Streams,
    column: str = "responds",
    *,
    evenly: bool = False,
) -> Bools:
    """Whether each client answers the survey, shape ``(n,)``.

    ``evenly`` gives everybody the mean chance.

    Examples
    --------
    >>> privacy = np.linspace(-2, 2, 5)
    >>> responds(Response(intercept=40, paths={"P": 1}), {"P": privacy}, Streams(1)).all()
    np.True_
    """
    chances = response_chances(response, values)
    if evenly and chances.size:
        chances = np.full(len(chances), chances.mean())
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
    # Items whose chances are the same for the same clients are computed once.
    kinds = {item: (item if skipping.by_answer else "", _tilt(skipping, item)) for item in items}
    index = {}
    for item, kind in kinds.items():
        if kind not in index:
            index[kind] = _item_index(skipping, item, values, answers or {})
    together = Counter(kinds[item] for item in items if item not in skipping.rates)
    common = _common_level(skipping, together, index) if together else 0.0
    levels = dict.fromkeys(items, common)
    for item, own in skipping.rates.items():
        levels[item] = intercept_for(own, index[kinds[item]], skipping.link)
    return {item: chance_of(levels[item] + index[kinds[item]], skipping.link) for item in items}


def skips(
    skipping: Skips,
    items: Sequence[str],
    values: Values,
    streams: Streams,
    answers: Values | None = None,
    *,
    rows: NDArray[np.intp] | None = None,
    evenly: bool = False,
) -> dict[str, Bools]:
    """Whether each client skips each item: item → shape ``(n,)``.

    Parameters
    ----------
    skipping, items, values, answers
        As in :func:`skip_chances`.
    rows
        Which rows of the population the clients are, ascending, shape ``(n,)``; the first n
        if left out. A client's random numbers belong to the row.
    evenly
        Give everybody the mean chance of the item.

    Examples
    --------
    >>> found = skips(Skips(rate=0.5), ["mood"], {"P": np.zeros(1000)}, Streams(1))
    >>> bool(abs(found["mood"].mean() - 0.5) < 0.07)
    True
    """
    rows = np.arange(_length(values)) if rows is None else rows
    if not rows.size:
        return {item: np.zeros(0, dtype=bool) for item in items}
    first, stop = int(rows[0]), int(rows[-1]) + 1
    found = {}
    for item, chances in skip_chances(skipping, items, values, answers).items():
        keys = streams.uniform(f"{item}:skips", stop - first, first)[rows - first]
        found[item] = np.asarray(keys < (chances.mean() if evenly else chances))
    return found


def _length(values: Values) -> int:
    lengths = {len(value) for value in values.values()}
    if len(lengths) != 1:
        raise StructureError(
            "A population has one variable or more, each with one value a client; given were "
            f"{listing(values)}."
        )
    return lengths.pop()


def _tilt(skipping: Skips, item: str) -> float:
    return skipping.slope * skipping.sensitivity.get(item, 0.0)


def _item_index(skipping: Skips, item: str, values: Values, answers: Values) -> Floats:
    own = {"self": answers[item]} if item in answers else {}
    index = index_of(skipping.paths, {**values, **own}, _length(values))
    return index + _tilt(skipping, item)


def _common_level(
    skipping: Skips, together: Mapping[Kind, int], index: Mapping[Kind, Floats]
) -> float:
    """The intercept of the items that have no rate of their own."""

    def solve(rate: float) -> float:
        parts = [index[kind] for kind in together]
        counts = np.repeat([float(count) for count in together.values()], len(parts[0]))
        return intercept_for(rate, np.concatenate(parts), skipping.link, counts / counts.sum())

    return skipping.level(solve)
