"""Effects that follow from coefficients alone, because everything on the way is linear."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise

from confstudy.simulate.model.query import NATURAL, Query
from confstudy.simulate.model.reach import Reach
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.terms import Term

__all__ = ["exact_answer"]

Sides = Mapping[str, tuple[str | float, str | float]]


def exact_answer(structure: Structure, query: Query) -> float | None:
    """The answer as a sum of products of coefficients, the same for every client.

    Returns
    -------
    float or None
        None where an interaction or a variable that is not latent lies on the way, where
        standard deviations enter, or where the cause is an event or is as it happens.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> query = Query(effect="T", contrast={"A": ("absolute", "none")})
    >>> round(exact_answer(read_structure("therapy"), query), 3)
    0.505
    """
    cause = query.cause
    sides = query.contrast.get(cause, ("1", "0"))
    standard = bool(query.step) and query.unit == "sd"
    ends = {cause, query.effect, *query.by}
    if standard or NATURAL in sides or not ends <= set(structure.variables):
        return None
    if not query.by:
        return _Linear(structure, query, {}).answer()
    ((name, (one, other)),) = query.by.items()
    upper = _Linear(structure, query, {name: _twice(structure, name, one)}).answer()
    lower = _Linear(structure, query, {name: _twice(structure, name, other)}).answer()
    return None if upper is None or lower is None else upper - lower


def _twice(structure: Structure, name: str, side: str) -> tuple[str | float, str | float]:
    level = _level(structure, name, side)
    return level, level


def _level(structure: Structure, name: str, side: str) -> str | float:
    return side if structure.variables[name].arms else float(side)


class _Linear:
    """How far each variable moves between the two sides, in the mean of everybody.

    ``sides`` holds what is set on both; of other variables only their change is known.
    """

    def __init__(self, structure: Structure, query: Query, held: Sides) -> None:
        self.structure, self.query = structure, query
        self.reach = Reach.of(structure.variables, structure.sessions)
        self.sides = dict(held)
        self.changes: dict[str, float] = {}
        if query.step:
            self.changes[query.cause] = 1.0
        else:
            one, other = query.contrast.get(query.cause, ("1", "0"))
            level = structure, query.cause
            self.sides[query.cause] = (_level(*level, one), _level(*level, other))

    def answer(self) -> float | None:
        """The change of the effect, by the paths that the query asks for."""
        query = self.query
        if query.path:
            return self._along([query.cause, *query.path, query.effect])
        total = self._change(query.cause, query.effect)
        if not query.through or total is None:
            return total
        direct = self._change(query.cause, query.effect, frozenset(query.through))
        if direct is None or query.direct:
            return direct
        return total - direct

    def _along(self, names: list[str]) -> float | None:
        for name, after in pairwise(names):
            change = self._change(name, after)
            if change is None:
                return None
            # Off the path everything stays where the reference has it.
            self.sides = {held: (side, side) for held, (_, side) in self.sides.items()}
            self.changes = {after: change}
        return self.changes[names[-1]]

    def _change(
        self, cause: str, effect: str, held: AbstractSet[str] = frozenset()
    ) -> float | None:
        between = self.reach.below([cause]) & self.reach.above([effect])
        if not between <= set(self.structure.variables):
            return None
        changes = dict(self.changes)
        for name in self.structure.order:
            if name in between - held - set(self.sides) - set(self.changes):
                change = self._moved(name, self.sides, changes)
                if change is None:
                    return None
                changes[name] = change
        return changes.get(effect, 0.0)

    def _moved(self, name: str, sides: Sides, changes: Mapping[str, float]) -> float | None:
        node = self.structure.variables[name]
        parts = [_part(term, sides, changes) for term in node.terms]
        if all(part == 0 for part in parts):
            return 0.0
        if node.kind != "latent" or None in parts:
            return None
        return sum(part for part in parts if part is not None)


def _part(term: Term, sides: Sides, changes: Mapping[str, float]) -> float | None:
    """How much one path adds to the change; None where that differs between clients."""
    if not term.coefficient:
        return 0.0
    upper = lower = 1.0
    free: list[str] = []
    for name, arm in term.causes:
        if name not in sides:
            free.append(name)
            continue
        one, other = (side if arm is None else float(side == arm) for side in sides[name])
        upper, lower = upper * float(one), lower * float(other)
    moved = [name for name in free if changes.get(name)]
    if not free:
        return term.coefficient * (upper - lower)
    if upper == lower and (not moved or upper == 0):
        return 0.0
    if upper == lower and len(free) == 1:
        return term.coefficient * upper * changes[free[0]]
    return None
