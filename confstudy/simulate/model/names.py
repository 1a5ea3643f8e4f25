"""Whether every name in a model is declared, and where one stands that is not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from confstudy.errors import did_you_mean, listing
from confstudy.simulate.model.sessions import Hazard
from confstudy.simulate.model.terms import Term

if TYPE_CHECKING:
    from confstudy.simulate.model.structure import Structure

__all__ = ["UNITS", "Misplaced", "Place", "require_names"]

Place = tuple[str, ...]
#: What a column may show besides variables: the number of each client's therapist or practice.
UNITS = ("therapist", "practice")
_WIDTH = {"client": 0, "therapist": 1, "practice": 2}


class Misplaced(ValueError):
    """What is wrong in a declaration, and at which place of it."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place = place


def require_names(structure: Structure) -> None:
    """Refuse names, arms and levels that the model does not have.

    Raises
    ------
    Misplaced
        With the first place that names something that is not there, and what there is.
    """
    for place, term, results in _terms(structure):
        _require_term(structure, place, term, results=results)
    for place, name in _measured(structure):
        _require(structure, place, name, [*structure.variables])
    known = [*structure.variables, *_results(structure), *UNITS]
    for column, name in structure.columns.items():
        _require(structure, ("columns", column), name, known)
    for name in structure.variables:
        _require_level(structure, name)
    for name, question in structure.questions.items():
        kind = structure.variables[question.of].kind
        if kind != "binary":
            raise Misplaced(
                ("questions", name, "of"),
                f"question '{name}' asks for '{question.of}', which is {kind}: name one that is "
                "binary",
            )


def _terms(structure: Structure) -> Iterator[tuple[Place, Term, bool]]:
    """Every path with its place, and whether it may name what comes of the sessions."""
    for name, node in structure.variables.items():
        for text, term in zip(node.paths, node.terms, strict=True):
            yield ("variables", name, "paths", text), term, True
    if structure.sessions is not None:
        hazards: dict[Place, Hazard] = {("sessions", "dropout"): structure.sessions.dropout}
        for name, event in structure.sessions.events.items():
            place: Place = ("sessions", "events", name)
            hazards[*place, "hazard"] = event.hazard
            for text, (_, term) in zip(event.effects, event.shifts, strict=True):
                yield (*place, "effects", text), term, False
        for above, hazard in hazards.items():
            for text, term in zip(hazard.paths, hazard.terms, strict=True):
                yield (*above, "paths", text), term, False
    for term in structure.nonresponse.terms:
        yield ("nonresponse",), term, True


def _measured(structure: Structure) -> Iterator[tuple[Place, str]]:
    """Every variable that is measured, required or followed, with the place that names it."""
    for name, scale in structure.scales.items():
        yield ("scales", name, "of"), scale.of
    for name, test in structure.tests.items():
        yield ("tests", name, "of"), test.of
    for name, question in structure.questions.items():
        yield ("questions", name, "of"), question.of
    if structure.sessions is not None:
        for state in structure.sessions.states:
            yield ("sessions", "states", state), state
        for name, event in structure.sessions.events.items():
            for other in event.requires:
                if other not in structure.sessions.events:
                    yield ("sessions", "events", name, "requires"), other


def _results(structure: Structure) -> tuple[str, ...]:
    return structure.sessions.results if structure.sessions is not None else ()


def _require(structure: Structure, place: Place, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name not in names:
        raise Misplaced(
            place,
            f"{_where(place)} names '{name}', which is not declared."
            f"{did_you_mean(name, names)} There are: {listing(structure.variables, most=30)}",
        )


def _where(place: Place) -> str:
    """A place in words: ``variable 'T'``, ``the sessions``."""
    return f"variable '{place[1]}'" if place[0] == "variables" else f"the {place[0]}"


def _require_term(structure: Structure, place: Place, term: Term, *, results: bool) -> None:
    known = [*structure.variables]
    if results:
        known += _results(structure)
    elif structure.sessions is not None:
        known += structure.sessions.events
    for name, arm in term.causes:
        _require(structure, place, name, known)
        node = structure.variables.get(name)
        arms = node.arms if node is not None else ()
        if arm is not None and arm not in arms:
            only = f", only {listing(arms)}" if arms else ", since it is no arm"
            raise Misplaced(place, f"{_where(place)}: '{name}' has no arm '{arm}'{only}")
        if arm is None and arms:
            raise Misplaced(
                place, f"{_where(place)}: name an arm of '{name}', such as {name}[{arms[-1]}]"
            )


def _require_level(structure: Structure, name: str) -> None:
    """What is a therapist's or a practice's own has no cause that differs within it."""
    node = structure.variables[name]
    for cause in sorted(node.parents):
        other = structure.variables.get(cause)
        below = other.level if other is not None else "client"
        if _WIDTH[below] < _WIDTH[node.level]:
            raise Misplaced(
                ("variables", name, "paths"),
                f"variable '{name}' is a {node.level}'s and cannot be caused by '{cause}', "
                f"which is a {below}'s",
            )
