"""Random assignment to arms with exact balance: complete, in blocks, by clusters, crossed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, model_validator

from confstudy.codebook.words import as_list
from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams

__all__ = ["Assignment", "assign", "cross"]

Codes = NDArray[np.intp]
Groups = Mapping[str, NDArray[Any]]
Name = Annotated[str, BeforeValidator(str)]


class Assignment(Part):
    """How the arms of one variable are given out.

    Parameters
    ----------
    arms
        Two or more names.
    shares
        The share of each arm, with sum 1; equal shares where none are named.
    within
        Groupings whose every group is balanced by itself, the outermost first.
    cluster
        A grouping whose groups are assigned whole, such as ``therapist``.
    """

    arms: tuple[Name, ...]
    shares: tuple[Annotated[float, Field(gt=0, lt=1)], ...] = ()
    within: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    cluster: str = ""

    @model_validator(mode="after")
    def _can_be_given_out(self) -> Self:
        if len(self.arms) < 2 or len(set(self.arms)) < len(self.arms):
            raise ValueError("an assignment needs two 'arms' or more, each named once")
        if self.shares and len(self.shares) != len(self.arms):
            raise ValueError(f"'shares' names one share an arm: {len(self.arms)} of them")
        if self.shares and abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the 'shares' of the arms sum to 1, not {sum(self.shares):g}")
        if self.cluster in self.within:
            raise ValueError(f"'{self.cluster}' is assigned whole, so not balanced 'within'")
        return self


def assign(
    assignment: Assignment, column: str, n: int, streams: Streams, groups: Groups | None = None
) -> Codes:
    """Give each client an arm at random.

    Equal shares are dealt like cards, group after group: the arms differ by one at most in
    every group and over all. With unequal shares each arm has its share of every group, rounded
    up or down at random by one systematic draw, and totals stay near their shares.
    Every client has each arm with exactly its share as the chance.

    Parameters
    ----------
    column
        The name of the variable, which names its random numbers.
    n
        How many clients.
    groups
        Grouping → the group of each client, shape ``(n,)``, for ``within`` and ``cluster``.

    Returns
    -------
    ndarray of int, shape ``(n,)``
        The place of each client's arm among ``assignment.arms``.

    Raises
    ------
    StructureError
        When a grouping is not among ``groups``, has another length, or divides a cluster.

    Examples
    --------
    >>> declared = Assignment(arms=("none", "conditional", "absolute"), within="therapist")
    >>> therapist = np.repeat([0, 1], [6, 4])
    >>> arms = assign(declared, "A", 10, Streams(1), {"therapist": therapist})
    >>> np.bincount(arms[therapist == 0]), sorted(np.bincount(arms))
    (array([2, 2, 2]), [np.int64(3), np.int64(3), np.int64(4)])
    """
    found = _groups_of(assignment, n, groups or {})
    within = [found[name] for name in assignment.within]
    if not assignment.cluster:
        return _given(assignment, column, n, within, streams)
    cluster = found[assignment.cluster]
    count = int(cluster.max(initial=-1)) + 1
    first = np.unique(cluster, return_index=True)[1]
    for name, group in zip(assignment.within, within, strict=True):
        if (group[first][cluster] != group).any():
            raise StructureError(
                f"'{column}' is assigned by '{assignment.cluster}' within '{name}', but a group of "
                f"'{name}' divides a '{assignment.cluster}'. Leave out one of them."
            )
    outer = [group[first] for group in within]
    return _given(assignment, column, count, outer, streams)[cluster]


def cross(
    factors: Mapping[str, Assignment], n: int, streams: Streams, groups: Groups | None = None
) -> dict[str, Codes]:
    """Assign several variables, each within the arms of those before it: a factorial design.

    With equal shares all cells differ by one client at most, and so do the arms of each factor.

    Parameters
    ----------
    factors
        Variable → its assignment, in the order they are given out.
    n, groups
        As in :func:`assign`.

    Returns
    -------
    dict
        Variable → the place of each client's arm, shape ``(n,)``.

    Examples
    --------
    >>> two = Assignment(arms=("no", "yes"))
    >>> given = cross({"assurance": two, "reminder": two}, 10, Streams(1))
    >>> sorted(np.bincount(2 * given["assurance"] + given["reminder"]).tolist())
    [2, 2, 3, 3]
    """
    known = dict(groups or {})
    given: dict[str, Codes] = {}
    for name, assignment in factors.items():
        if name in known:
            raise StructureError(f"'{name}' is a grouping already; give the factor another name.")
        nested = assignment.model_copy(update={"within": (*assignment.within, *given)})
        given[name] = assign(nested, name, n, streams, {**known, **given})
    return given


def _groups_of(assignment: Assignment, n: int, groups: Groups) -> dict[str, Codes]:
    named = [*assignment.within, *([assignment.cluster] if assignment.cluster else [])]
    absent = [name for name in named if name not in groups]
    if absent:
        raise StructureError(unknown("Groupings", absent, groups, "the population"))
    short = [name for name in named if len(groups[name]) != n]
    if short:
        raise StructureError(f"Groupings that do not have one group a client: {listing(short)}.")
    return {name: _coded(groups[name]) for name in named}


def _coded(group: NDArray[Any]) -> Codes:
    """Groups as 0, 1, …; no answer is a group as well."""
    return np.asarray(pd.factorize(group, sort=True, use_na_sentinel=False)[0])


def _given(
    assignment: Assignment, column: str, n: int, within: list[Codes], streams: Streams
) -> Codes:
    block = _blocks(within, n, streams.uniform(f"{column}:blocks", _count(within[:1])))
    order = np.lexsort((streams.uniform(column, n), block))
    arms = np.argsort(streams.uniform(f"{column}:arms", len(assignment.arms)))
    given = np.empty(n, dtype=np.intp)
    if not assignment.shares:
        given[order] = arms[np.arange(n) % len(arms)]
        return given
    sizes = np.bincount(block)
    place = np.arange(n) - (np.cumsum(sizes) - sizes)[block[order]]
    start = streams.uniform(f"{column}:start", 1)
    limits = _limits(np.array(assignment.shares)[arms], sizes, start)
    given[order] = arms[(place[:, None] >= limits[block[order]]).sum(axis=1)]
    return given


def _count(groups: list[Codes]) -> int:
    return int(groups[0].max(initial=-1)) + 1 if groups else 0


def _blocks(within: list[Codes], n: int, keys: NDArray[np.float64]) -> Codes:
    """The innermost group of each client; the outermost groups come in random order."""
    code = np.zeros(n, dtype=np.intp)
    for depth, group in enumerate(within):
        inner = np.argsort(keys)[group] if depth == 0 else group
        code = code * (int(inner.max(initial=0)) + 1) + inner
        code = _coded(code)
    return code


def _limits(shares: NDArray[np.float64], sizes: Codes, start: NDArray[np.float64]) -> Codes:
    """Where in each group one arm ends and the next begins, shape ``(groups, arms - 1)``.

    Systematic rounding: the running total of expected counts plus a start in [0, 1), cut to an
    integer, gives every arm its expected count rounded up or down. The starts of groups of one
    size are evenly spaced, which keeps the totals balanced as well.
    """
    rank = np.argsort(np.argsort(sizes, kind="stable"))
    starts = (start + rank / max(len(sizes), 1)) % 1
    running = np.round(np.outer(sizes, np.cumsum(shares)[:-1]), 9)
    return np.floor(running + starts[:, None]).astype(np.intp)
