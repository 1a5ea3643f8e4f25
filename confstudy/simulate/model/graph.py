"""What the arrows of a structural model imply: descendants, adjustment sets, exact effects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import combinations, pairwise

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.structure import Structure

__all__ = ["adjustment_sets", "descendants", "exact_effect", "is_valid_adjustment"]

Arrows = Mapping[str, frozenset[str]]


def descendants(structure: Structure, name: str) -> set[str]:
    """The variables that a variable has an effect on, itself left out.

    >>> from confstudy.simulate.model.read import read_structure
    >>> sorted(descendants(read_structure("therapy"), "T"))
    ['D', 'N', 'O', 'R']
    """
    _require(structure, [name])
    return _reached(_children(_parents(structure)), [name]) - {name}


def is_valid_adjustment(
    structure: Structure, cause: str, effect: str, given: Collection[str]
) -> bool:
    """Whether adjusting for ``given`` identifies the total effect (Pearl's back-door criterion).

    Nothing in it may be an effect of the cause, and it must block every path into the cause.
    """
    _require(structure, [cause, effect, *given])
    if set(given) & (descendants(structure, cause) | {cause, effect}):
        return False
    parents = dict(_parents(structure))
    # Without the arrows out of the cause, only back-door paths are left.
    cut = {name: causes - {cause} for name, causes in parents.items()}
    return _separated(cut, cause, effect, set(given))


def adjustment_sets(
    structure: Structure, cause: str, effect: str, observed: Iterable[str] | None = None
) -> list[tuple[str, ...]]:
    """The smallest sets of variables that identify the total effect of a cause.

    Parameters
    ----------
    cause, effect
        Variables of the model.
    observed
        What can be adjusted for; every variable unless said otherwise.

    Returns
    -------
    list
        Minimal sets, the smaller first; ``[()]`` where nothing is needed, ``[]`` where none of
        the observed variables suffices.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> adjustment_sets(read_structure("therapy"), "P", "T")
    [('S',)]
    """
    _require(structure, [cause, effect])
    known = set(structure.variables) if observed is None else set(observed)
    _require(structure, known)
    parents = _parents(structure)
    # Only ancestors of the two can be in a minimal set (van der Zander et al. 2014).
    useful = _reached(parents, [cause, effect])
    allowed = useful & known - descendants(structure, cause) - {cause, effect}
    order = [name for name in structure.order if name in allowed]
    found: list[tuple[str, ...]] = []
    if not is_valid_adjustment(structure, cause, effect, order):
        return found
    for size in range(len(order) + 1):
        for given in combinations(order, size):
            smaller = any(set(other) <= set(given) for other in found)
            if not smaller and is_valid_adjustment(structure, cause, effect, given):
                found.append(given)
        if found and size >= len(found[0]) + 2:
            break
    return found


def exact_effect(
    structure: Structure, cause: str, effect: str, through: Iterable[str] | None = None
) -> float | None:
    """The effect of one more unit of a cause, by the products of the coefficients on its paths.

    Parameters
    ----------
    cause, effect
        Variables of the model.
    through
        Only the path by these variables, in order; all paths unless said otherwise.

    Returns
    -------
    float or None
        None where a path has an interaction or a variable that is not latent on it, so that
        no single number holds for everybody.
    """
    _require(structure, [cause, effect, *(through or ())])
    if through is not None:
        names = [cause, *through, effect]
        steps = [_step(structure, left, right) for left, right in pairwise(names)]
        return None if None in steps else _product([step for step in steps if step is not None])
    inside = descendants(structure, cause) & _reached(_parents(structure), [effect])
    if not inside <= set(structure.variables):
        return None
    total: dict[str, float] = {cause: 1.0}
    for name in structure.order:
        if name not in inside:
            continue
        total[name] = 0.0
        for parent in structure.variables[name].parents & set(total):
            step = _step(structure, parent, name)
            if step is None:
                return None
            total[name] += total[parent] * step
    return total.get(effect, 0.0)


def _step(structure: Structure, cause: str, effect: str) -> float | None:
    """The coefficient of one arrow, if it is one number for everybody."""
    node = structure.variables[effect]
    terms = [term for term in node.terms if cause in term.names]
    plain = node.kind == "latent" and all(term.causes == ((cause, None),) for term in terms)
    return sum(term.coefficient for term in terms) if plain else None


def _product(numbers: Iterable[float]) -> float:
    result = 1.0
    for number in numbers:
        result *= number
    return result


def _separated(parents: Arrows, one: str, other: str, given: set[str]) -> bool:
    """Whether two variables are d-separated: apart in the moral graph of their ancestors."""
    kept = _reached(parents, [one, other, *given])
    neighbours: dict[str, set[str]] = {name: set() for name in kept}
    for name in kept:
        married = [*parents[name], name]
        for left, right in combinations(married, 2):
            neighbours[left].add(right)
            neighbours[right].add(left)
    reached, waiting = {one}, [one]
    while waiting:
        for name in neighbours[waiting.pop()] - reached - given:
            reached.add(name)
            waiting.append(name)
    return other not in reached


def _parents(structure: Structure) -> Arrows:
    parents = {name: frozenset(node.parents) for name, node in structure.variables.items()}
    if structure.sessions is not None:
        causes = frozenset(structure.sessions.causes)
        parents |= dict.fromkeys(structure.sessions.results, causes)
    return parents


def _children(parents: Arrows) -> Arrows:
    return {
        name: frozenset(child for child, causes in parents.items() if name in causes)
        for name in parents
    }


def _reached(arrows: Arrows, start: Iterable[str]) -> set[str]:
    """Everything that is reached along the arrows, the start included."""
    reached = set(start)
    waiting = list(reached)
    while waiting:
        found = arrows[waiting.pop()] - reached
        reached |= found
        waiting += found
    return reached


def _require(structure: Structure, names: Iterable[str]) -> None:
    strange = sorted(set(names) - set(_parents(structure)))
    if strange:
        where = f"model '{structure.name}'"
        raise StructureError(unknown("Variables", strange, structure.variables, where))
