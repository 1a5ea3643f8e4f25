"""What the arrows of a structural model imply: descendants, and what to adjust for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet
from itertools import combinations

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.reach import Reach
from confstudy.simulate.model.structure import Structure

__all__ = ["adjustment_sets", "descendants", "is_valid_adjustment"]

Neighbours = dict[str, set[str]]
#: More minimal sets than anybody reads: the search stops here.
_MOST = 500


def descendants(structure: Structure, name: str) -> set[str]:
    """The variables that a variable has an effect on, itself left out.

    >>> from confstudy.simulate.model.read import read_structure
    >>> sorted(descendants(read_structure("therapy"), "K") & {"P", "T", "O", "S", "U"})
    ['O', 'P', 'T']
    """
    return _reach(structure, [name]).below([name]) - {name}


def is_valid_adjustment(
    structure: Structure, cause: str, effect: str, given: Collection[str]
) -> bool:
    """Whether adjusting for ``given`` identifies the total effect (Pearl's back-door criterion).

    Nothing in it may be an effect of the cause, and it must block every path into the cause.
    """
    reach = _reach(structure, [cause, effect, *given])
    if set(given) & (reach.below([cause]) | {effect}):
        return False
    moral = _moral(_without_effects(reach, cause), [cause, effect, *given])
    return effect not in _part(moral, cause, set(given))


def adjustment_sets(
    structure: Structure, cause: str, effect: str, observed: Iterable[str] | None = None
) -> list[tuple[str, ...]]:
    """The minimal sets of variables that identify the total effect of a cause.

    Parameters
    ----------
    cause, effect
        Variables of the model.
    observed
        What can be adjusted for; every variable unless said otherwise.

    Returns
    -------
    list
        The smaller first; ``[()]`` where nothing is needed, ``[]`` where none of the observed
        variables suffices. The first 500 found, where there are more.

    Notes
    -----
    Minimal separators of the moral graph of the ancestors, without the arrows out of the cause
    (van der Zander, Liśkiewicz & Textor 2014), listed as by Shen & Liang (1997).

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> adjustment_sets(read_structure("therapy"), "P", "T")[:2]
    [('training', 'S', 'R'), ('S', 'W', 'R')]
    """
    known = set(structure.variables) if observed is None else set(observed)
    reach = _reach(structure, [cause, effect, *known])
    allowed = known - reach.below([cause]) - {effect}
    graph = _moral(_without_effects(reach, cause), [cause, effect])
    for name in set(graph) - allowed - {cause, effect}:
        _pass_through(graph, name)
    if effect in graph[cause]:
        return []
    order = {name: place for place, name in enumerate(structure.order)}
    found = [
        tuple(sorted(given, key=order.__getitem__)) for given in _separators(graph, cause, effect)
    ]
    return sorted(found, key=lambda given: (len(given), [order[name] for name in given]))


def _separators(graph: Neighbours, one: str, other: str) -> set[frozenset[str]]:
    """The minimal sets that part two vertices; ``{∅}`` where nothing joins them."""
    first = _border(graph, _part(graph, other, graph[one] | {one}))
    found, waiting = {first}, [first]
    while waiting and len(found) < _MOST:
        given = waiting.pop(0)
        for name in sorted(given - graph[other]):
            beyond = _part(graph, other, given | graph[name])
            # Only what also touches the side of the first vertex is needed.
            near = _part(graph, one, _border(graph, beyond))
            following = _border(graph, near) & _border(graph, beyond)
            if following not in found:
                found.add(following)
                waiting.append(following)
    return found


def _part(graph: Neighbours, start: str, without: AbstractSet[str]) -> set[str]:
    """What is joined to a vertex when others are taken away."""
    reached, waiting = {start}, [start]
    while waiting:
        more = graph[waiting.pop()] - reached - without
        reached |= more
        waiting += more
    return reached


def _border(graph: Neighbours, part: set[str]) -> frozenset[str]:
    return frozenset({name for member in part for name in graph[member]} - part)


def _pass_through(graph: Neighbours, name: str) -> None:
    """Take away what cannot be adjusted for: whatever it joined stays joined."""
    around = graph.pop(name)
    for neighbour in around:
        graph[neighbour] |= around - {neighbour}
        graph[neighbour].discard(name)


def _without_effects(reach: Reach, cause: str) -> Reach:
    """Without the arrows out of the cause, only back-door paths are left."""
    return Reach({name: causes - {cause} for name, causes in reach.parents.items()})


def _moral(reach: Reach, names: Collection[str]) -> Neighbours:
    """The ancestors of the names, parents of a child married, arrows without direction."""
    graph: Neighbours = {name: set() for name in reach.above(names)}
    for name in graph:
        for left, right in combinations([*reach.parents.get(name, ()), name], 2):
            graph[left].add(right)
            graph[right].add(left)
    return graph


def _reach(structure: Structure, names: Iterable[str]) -> Reach:
    reach = Reach.of(structure.variables, structure.sessions)
    strange = sorted(set(names) - set(reach.parents))
    if strange:
        where = f"model '{structure.name}'"
        raise StructureError(unknown("Variables", strange, structure.variables, where))
    return reach
