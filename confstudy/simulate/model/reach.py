"""What a variable can move and what can move it, the sessions and their events included."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Reach"]


class _Caused(Protocol):
    @property
    def parents(self) -> set[str]: ...


class _Followed(Protocol):
    @property
    def causes(self) -> set[str]: ...

    @property
    def events(self) -> Mapping[str, object]: ...

    @property
    def results(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class Reach:
    """The arrows of a model. Whatever enters the sessions may move all that comes of them."""

    parents: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, variables: Mapping[str, _Caused], sessions: _Followed | None) -> Reach:
        """The arrows among the variables and what comes of the sessions."""
        parents = {name: frozenset(node.parents) for name, node in variables.items()}
        if sessions is not None:
            causes = frozenset({*sessions.causes, "dropout", *sessions.events})
            parents |= {name: causes - {name} for name in sessions.results}
        return cls(parents)

    def above(self, names: Collection[str]) -> set[str]:
        """The names and everything that has an effect on one of them.

        >>> from confstudy.simulate.model.read import read_structure
        >>> therapy = read_structure("therapy")
        >>> sorted(Reach.of(therapy.variables, therapy.sessions).above(["F"]))
        ['F', 'S']
        """
        found = set(names)
        waiting = list(found)
        while waiting:
            more = self.parents.get(waiting.pop(), frozenset()) - found
            found |= more
            waiting += more
        return found

    def below(self, names: Collection[str]) -> set[str]:
        """The names and everything that one of them has an effect on."""
        found: set[str] = set()
        more = set(names)
        while more:
            found |= more
            more = {name for name, causes in self.parents.items() if causes & more} - found
        return found
