"""Sessions as declarations: what changes from one to the next, what may happen, who leaves."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.terms import Alike, Spread, Term

__all__ = ["Event", "Hazard", "Sessions", "State"]


class Hazard(Part):
    """The chance that something happens at a session, if it has not ended before: a logit.

    ``trend`` is added for every session after the first. Paths from a state count as it stands
    at that session.
    """

    intercept: float
    trend: float = 0.0
    paths: dict[str, float] = Field(default_factory=dict)
    therapist: Spread | Alike = 0.0

    @property
    def terms(self) -> list[Term]:
        """The paths, parsed."""
        return [Term.parse(text, coefficient) for text, coefficient in self.paths.items()]


class State(Part):
    """A variable that changes from session to session: it grows, and events move it.

    ``growth`` is added each session; ``noise`` is the standard deviation of what a session's
    own reading of it adds, which is gone at the next one and makes nobody leave.
    """

    growth: float = 0.0
    noise: Spread = 0.0


class Event(Part):
    """Something that may happen at a session, and what it does to the states from the next one.

    It happens only to clients for whom every variable of ``requires`` is 1 (another event: had
    it already), once unless ``again``. ``effects`` are paths to states; ``T:timing[first]`` is
    what is added to the effect on T in that arm. From session to session the share ``lasts``
    of an effect is left.
    """

    label: str = ""
    hazard: Hazard
    requires: tuple[str, ...] = ()
    effects: dict[str, float] = Field(default_factory=dict)
    lasts: Annotated[float, Field(ge=0, le=1)] = 1.0
    again: bool = False

    @property
    def shifts(self) -> list[tuple[str, Term]]:
        """Each effect: the state it moves, and its size with what it depends on."""
        found = []
        for text, size in self.effects.items():
            (state, _), *depends = Term.parse(text, size).causes
            found.append((state, Term(causes=tuple(depends), coefficient=size)))
        return found


def _plain(states: Any) -> Any:
    """A list of names declares states that only events move."""
    return {name: {} for name in states} if isinstance(states, list | tuple) else states


class Sessions(Part):
    """How many sessions are planned, which variables change on the way, and what may happen.

    The model's later variables may name ``sessions`` (attended), ``until`` (the session after
    which they left, or the last), ``dropout``, each event (1 where it happened) and each state
    with ``_last``: as it stands at the end.
    """

    planned: PositiveInt
    states: Annotated[dict[str, State], BeforeValidator(_plain)] = Field(default_factory=dict)
    dropout: Hazard
    events: dict[str, Event] = Field(default_factory=dict)
    no_show: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _moves_states_only(self) -> Self:
        for name, event in self.events.items():
            for state in sorted({state for state, _ in event.shifts} - set(self.states)):
                raise ValueError(
                    f"event '{name}' has an effect on '{state}', which is not among the 'states'"
                )
        return self

    @property
    def terms(self) -> list[Term]:
        """Every path into a hazard, and what the effects of events depend on."""
        hazards = [self.dropout, *(event.hazard for event in self.events.values())]
        shifts = [term for event in self.events.values() for _, term in event.shifts]
        return [*(term for hazard in hazards for term in hazard.terms), *shifts]

    @property
    def causes(self) -> set[str]:
        """The variables that must be known before the first session."""
        named = {name for term in self.terms for name in term.names}
        asked = {name for event in self.events.values() for name in event.requires}
        return (named | asked | set(self.states)) - set(self.events)

    @property
    def results(self) -> tuple[str, ...]:
        """The variables that are known after the last session."""
        last = (f"{state}_last" for state in self.states)
        return ("sessions", "until", "dropout", *self.events, *last)
