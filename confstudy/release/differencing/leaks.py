"""What new numbers give away together with those that left before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.release.differencing.bounds import bounded
from confstudy.release.differencing.empty import with_hidden_zeros
from confstudy.release.differencing.small import small_sets
from confstudy.release.differencing.span import Array
from confstudy.release.differencing.system import Number, System, Tables

__all__ = ["Leak", "leaks"]

_MOST = 100


@dataclass(frozen=True, repr=False, eq=False)
class Leak:
    """Numbers that together show a few respondents or a hidden count.

    Attributes
    ----------
    kind
        ``pair`` of two numbers, ``set`` of respondents, ``hidden`` count, or one ``bounded``.
    new, old
        The numbers it takes: the new ones, and those that left before.
    hidden
        The hidden number, if it is about one.
    """

    kind: str
    new: tuple[Number, ...]
    old: tuple[Number, ...]
    hidden: Number | None = None


def leaks(system: System, tables: Tables, threshold: int) -> Iterator[Leak]:
    """Every way found in which new numbers give something away that was not known before.

    Parameters
    ----------
    system
        The known and the suppressed numbers of one quantity.
    tables
        Who is comparable in which table.
    threshold
        Fewest respondents that may differ.
    """
    if not len(system.behind) or bool(system.old.all()):
        return
    for places in _pairs(system, tables, threshold):
        yield _leak("pair", system, places)
    for places in _shown(system, tables, threshold):
        yield _leak("set", system, places)
    if not system.hidden:
        return
    careful = with_hidden_zeros(system, tables)
    for number, places in _recovered(careful):
        yield _leak("hidden", careful, places, number)
    if system.hidden[0].published.quantity == "count":
        for number, places in bounded(careful, threshold):
            yield _leak("bounded", careful, places, number)


def _leak(
    kind: str, system: System, places: NDArray[np.int64], hidden: Number | None = None
) -> Leak:
    numbers = [number for place in places for number in system.behind[place]]
    fresh = [n for place in places if not system.old[place] for n in system.behind[place]]
    old = [number for number in numbers if not number.new]
    if hidden is not None:
        (fresh if hidden.new else old).append(hidden)
    return Leak(kind, tuple(fresh), tuple(old), hidden)


def _pairs(system: System, tables: Tables, threshold: int) -> Iterator[NDArray[np.int64]]:
    """Two sets of the same variables, at least one of them new, that differ by a few."""
    count = system.common.diagonal()
    apart = count[:, None] + count - 2 * system.common
    kinds = list({number.of for group in system.behind for number in group})
    of = np.array([[kind in {n.of for n in group} for kind in kinds] for group in system.behind])
    of = of.astype(float)
    same = of @ of.T > 0
    found = same & (apart > 0) & (apart < threshold) & ~np.logical_and.outer(system.old, system.old)
    for one, two in np.argwhere(np.triu(found, 1)):
        vector, places = system.rows[one] - system.rows[two], np.array([one, two])
        alike = {n.published.label for n in system.behind[one]} & {
            n.published.label for n in system.behind[two]
        }
        if alike or _meant(system, tables, places, vector):
            yield places


def _meant(
    system: System, tables: Tables, places: NDArray[np.int64], vector: NDArray[np.float64]
) -> bool:
    """Whether a difference is one of sets within sets, or of respondents who came or went.

    Groups by two variables that go together, such as those who told and those who consented,
    may differ by a few both ways in the same respondents: readers do not know who they are.
    """
    if (vector >= 0).all() or (vector <= 0).all():
        return True
    used = sorted({number.table for place in places for number in system.behind[place]})
    everywhere = np.bitwise_and.reduce(tables.universe[used], axis=0)
    inside = system.atom[np.flatnonzero(np.unpackbits(everywhere))]
    return not np.isin(np.flatnonzero(vector), inside).any()


def _recovered(system: System) -> Iterator[tuple[Number, NDArray[np.int64]]]:
    """Hidden numbers that follow exactly from known ones, and did not before."""
    vectors, whole = system.over_atoms(system.packed)
    now, before = system.span(np.ones(len(system.old), dtype=bool)), system.span(system.old)
    follows = whole & now.contains(vectors) & ~before.contains(vectors)
    for place in np.flatnonzero(follows):
        used = now.combination(vectors[place])
        if len(used):
            yield system.hidden[place], used


def _shown(system: System, tables: Tables, threshold: int) -> Iterator[NDArray[np.int64]]:
    """Small sets that follow from known numbers and say something of who is comparable."""
    before = system.span(system.old)
    if before.contains(system.rows[~system.old]).all():
        return
    everything = np.ones(len(system.old), dtype=bool)
    vectors = small_sets(system.span(everything), threshold).astype(float)
    vectors = vectors[~before.contains(vectors)]
    told = 0
    for view, places in _views(system, tables, vectors):
        seen = system.span(view)
        for vector in vectors[places][seen.contains(vectors[places])]:
            used = seen.combination(vector)
            if not len(used) or not _meant(system, tables, used, vector):
                continue
            told += 1
            if told > _MOST:
                # Which numbers it takes would take long to tell: all of them are held.
                yield np.flatnonzero(~system.old)
                return
            yield used


def _views(
    system: System, tables: Tables, vectors: Array
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """Sets from tables in which a respondent is comparable, and the vectors that hold such one."""
    membership = np.zeros((len(system.behind), len(tables.universe)), dtype=np.float32)
    for place, group in enumerate(system.behind):
        membership[place, [number.table for number in group]] = 1
    people = np.flatnonzero(np.isin(system.atom, np.flatnonzero(vectors.any(axis=0))))
    if not len(people):
        return
    patterns, kind = np.unique(tables.comparable[:, people], axis=1, return_inverse=True)
    views, merged = np.unique(membership @ patterns > 0, axis=1, return_inverse=True)
    kinds = merged.ravel()[kind.ravel()]
    for place, view in enumerate(views.T):
        holding = np.unique(system.atom[people[kinds == place]])
        yield view, (vectors[:, holding] != 0).any(axis=1)
