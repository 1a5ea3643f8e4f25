"""All numbers of one quantity as sets over atoms, and the tables they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from confstudy.release.differencing.bits import atoms, stacked
from confstudy.release.differencing.published import Published
from confstudy.release.differencing.span import Array, Span, shared, span_of

__all__ = ["Number", "System", "Tables", "numbers", "system_of", "tables_of"]


@dataclass(frozen=True, repr=False, eq=False)
class Number:
    """A published number, whether it is new, and its table's place among all tables."""

    published: Published
    new: bool
    table: int

    @property
    def of(self) -> frozenset[str]:
        """The variables it is of."""
        return frozenset(self.published.of)


def numbers(new: Sequence[Published], old: Sequence[Published]) -> list[Number]:
    """New and old numbers with their tables; one output has a table for each set of variables."""
    keys: dict[tuple[object, ...], int] = {}
    made = []
    for fresh, group in ((True, new), (False, old)):
        for one in group:
            key = (fresh, one.table, one.output, one.at, frozenset(one.of))
            made.append(Number(one, fresh, keys.setdefault(key, len(keys))))
    return made


@dataclass(frozen=True, repr=False)
class Tables:
    """Which respondents each table could have shown.

    Attributes
    ----------
    universe
        (tables, bytes) who is in a table, shown or not.
    comparable
        (tables, respondents) who is in it or is not left out for want of an answer.

    Notes
    -----
    A respondent who skipped ``concealment`` is missing from every table of it. Subtracting such
    a table from one of ``arm`` alone shows how many skipped, which says nothing that was
    answered; and if it counted, hardly two tables of a survey could be published. So a
    respondent is comparable in a table if they are in it, or if other tables show that they
    answered all of its variables: then something else (a later date, a filter) keeps them out,
    and a difference is theirs.
    """

    universe: NDArray[np.uint8]
    comparable: NDArray[np.bool_]


def tables_of(listed: Sequence[Number], width: int) -> Tables:
    """The tables of all numbers, of any quantity."""
    count = 1 + max((number.table for number in listed), default=-1)
    universe = np.zeros((count, width), dtype=np.uint8)
    variables: dict[int, frozenset[str]] = {}
    for number in listed:
        members = number.published.members
        universe[number.table, : len(members)] |= members
        variables[number.table] = number.of
    answered: dict[str, NDArray[np.uint8]] = {}
    for table, names in variables.items():
        for name in names:
            answered[name] = answered.get(name, np.uint8(0)) | universe[table]
    comparable = universe.copy()
    for table, names in variables.items():
        everything = np.full(width, 255, dtype=np.uint8)
        for name in names:
            everything &= answered[name]
        comparable[table] |= everything
    return Tables(universe, np.unpackbits(comparable, axis=1).astype(bool))


@dataclass(frozen=True, repr=False)
class System:
    """The known numbers of one quantity, equal sets of respondents once.

    Attributes
    ----------
    behind
        For each set, the numbers that have it.
    rows, sizes, atom
        (sets, atoms) of 0 and 1; respondents in each atom; the atom of each respondent.
    old
        (sets,) which were known before.
    hidden, packed
        The suppressed numbers of the quantity, and (hidden, bytes) who is in them.
    """

    behind: list[list[Number]]
    rows: Array
    sizes: Array
    atom: NDArray[np.int64]
    old: NDArray[np.bool_]
    hidden: list[Number]
    packed: NDArray[np.uint8]

    @cached_property
    def common(self) -> Array:
        """(sets, sets) how many respondents two sets have in common."""
        return shared(self.rows, self.sizes)

    def span(self, among: NDArray[np.bool_]) -> Span:
        """What follows from some of the sets."""
        return span_of(self.rows, self.sizes, among, self.common)

    def over_atoms(self, packed: NDArray[np.uint8]) -> tuple[Array, NDArray[np.bool_]]:
        """Sets as rows over atoms, and which of them are made of whole atoms."""
        vectors = np.zeros((len(packed), len(self.sizes)))
        whole = np.zeros(len(packed), dtype=bool)
        for place, row in enumerate(packed):
            inside = self.atom[np.flatnonzero(np.unpackbits(row))]
            counts = np.bincount(inside[inside >= 0], minlength=len(self.sizes))
            vectors[place] = counts > 0
            whole[place] = bool(
                (inside >= 0).all() and ((counts == 0) | (counts == self.sizes)).all()
            )
        return vectors, whole


def system_of(listed: Sequence[Number], quantity: str, width: int) -> System:
    """What is known of one quantity; a total's or mean's respondents are a count, too."""
    own = [number for number in listed if number.published.quantity == quantity]
    known = [number for number in own if number.published.known]
    if quantity == "count":
        known += [_counted(number) for number in listed if _counts(number)]
    behind: dict[bytes, list[Number]] = {}
    for number in known:
        if number.published.n:
            behind.setdefault(number.published.members.tobytes().rstrip(b"\0"), []).append(number)
    packed = stacked([group[0].published.members for group in behind.values()], width)
    matrix, sizes, atom = atoms(packed) if behind else _nobody(width)
    hidden = [one for one in own if not one.published.shown and one.published.n]
    return System(
        list(behind.values()),
        matrix.astype(float),
        sizes.astype(float),
        atom,
        np.array([not all(one.new for one in group) for group in behind.values()], dtype=bool),
        hidden,
        stacked([number.published.members for number in hidden], width),
    )


def _nobody(
    width: int,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    empty = np.empty(0, dtype=np.int64)
    return np.empty((0, 0), dtype=np.uint8), empty, np.full(8 * width, -1, dtype=np.int64)


def _counts(number: Number) -> bool:
    return number.published.known and number.published.quantity.startswith(("total:", "mean:"))


def _counted(number: Number) -> Number:
    return replace(number, published=replace(number.published, quantity="count"))
