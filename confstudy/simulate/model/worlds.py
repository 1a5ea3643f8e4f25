"""Worlds in which something is done, also to what it would be in another of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from confstudy.simulate.model.node import Node
from confstudy.simulate.model.reach import Reach
from confstudy.simulate.model.world import World

__all__ = ["NATURALLY", "Possible", "Taken", "Worlds"]

Floats = NDArray[np.float64]
Wanted = Mapping["Possible", Collection[str]]


@dataclass(frozen=True)
class Possible:
    """A world, by what is done in it: a setting, or what a variable would be in another."""

    done: frozenset[tuple[str, str | float | Taken]] = frozenset()

    def do(self, name: str, setting: str | float | Taken) -> Possible:
        """The same world with one thing more done in it."""
        return Possible(self.done | {(name, setting)})

    def take(self, names: Iterable[str], other: Possible) -> Possible:
        """The same world with variables held at what they would be in the other.

        Held at what they are in it anyway, they make no other world.
        """
        if other == self:
            return self
        return Possible(self.done | {(name, Taken(other, name)) for name in names})

    @property
    def sources(self) -> set[tuple[Possible, str]]:
        """The worlds and variables this one takes from."""
        return {(how.world, how.name) for _, how in self.done if isinstance(how, Taken)}


@dataclass(frozen=True)
class Taken:
    """What a variable is for each client in a world, with a number added."""

    world: Possible
    name: str
    plus: float = 0.0


#: The world in which nothing is done.
NATURALLY = Possible()


class Worlds:
    """The worlds some questions need, each evaluated once, for what is wanted of it only.

    What nothing done in a world reaches is as it is naturally, and is not evaluated again.

    Parameters
    ----------
    asked
        For each question in turn, the worlds it looks at and the names it wants of each.
    """

    def __init__(self, world: World, asked: Sequence[Wanted]) -> None:
        self._world = world
        self._reach = Reach.of(world.structure.variables, world.structure.sessions)
        self._results = set(self._reach.parents) - set(world.structure.variables)
        self._after = _after_the_sessions(world, self._results)
        self._wanted: dict[Possible, set[str]] = defaultdict(set)
        self._last: dict[Possible, int] = {}
        self._kept: dict[Possible, dict[str, Floats]] = {}
        for number, wanted in enumerate(asked):
            for possible, names in wanted.items():
                self._want(possible, names, number)
        for possible in list(self._wanted):
            if possible != NATURALLY:
                self._wanted[NATURALLY] |= self._unmoved(possible)
        self._last[NATURALLY] = len(asked)

    def _want(self, possible: Possible, names: Collection[str], number: int) -> None:
        self._wanted[possible] |= set(names)
        self._last[possible] = max(number, self._last.get(possible, 0))
        for other, name in possible.sources:
            self._want(other, [name], number)

    def _unmoved(self, possible: Possible) -> set[str]:
        """What a world takes as it is naturally: what its moved variables need, or is wanted."""
        done = {name for name, _ in possible.done}
        moved = self._reach.below(done)
        wanted = self._wanted[possible]
        redone = self._reach.above(wanted) & moved - done
        needed = {cause for name in redone for cause in self._reach.parents[name]}
        return (needed | wanted) - moved

    def values(self, possible: Possible) -> Mapping[str, Floats]:
        """What is wanted of a world: name → one number a client."""
        if possible not in self._kept:
            self._kept[possible] = self._evaluated(possible)
        return self._kept[possible]

    def _evaluated(self, possible: Possible) -> dict[str, Floats]:
        wanted = self._wanted[possible]
        if possible == NATURALLY:
            found = self._world.values(wanted=wanted)
            return {name: found[name] for name in wanted}
        naturally = self.values(NATURALLY)
        unmoved = {name: naturally[name] for name in self._unmoved(possible)}
        do: dict[str, str | float | Floats] = dict(unmoved)
        for name, how in possible.done:
            do[name] = self._taken(how) if isinstance(how, Taken) else how
        world = self._after if self._results & set(unmoved) else self._world
        found = world.values(do, wanted=wanted - set(unmoved))
        return {name: unmoved[name] if name in unmoved else found[name] for name in wanted}

    def _taken(self, taken: Taken) -> Floats:
        return self.values(taken.world)[taken.name] + taken.plus

    def forget(self, number: int) -> None:
        """Drop the worlds that no question after this one needs."""
        for possible in [kept for kept in self._kept if self._last[kept] <= number]:
            del self._kept[possible]


def _after_the_sessions(world: World, results: Iterable[str]) -> World:
    """The model with what came of the sessions as plain variables, to be set."""
    variables = {**world.structure.variables, **{name: Node() for name in results}}
    structure = world.structure.model_copy(update={"sessions": None, "variables": variables})
    return replace(world, structure=structure)
