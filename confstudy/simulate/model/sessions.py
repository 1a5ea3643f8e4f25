"""Therapy session by session: events that move trust, and who leaves when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, PositiveInt, model_validator
from scipy.special import expit

from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.terms import Alike, Spread, Term

__all__ = ["Course", "Event", "Hazard", "Sessions", "course_of"]

Floats = NDArray[np.float64]
Product = Callable[[Term, Mapping[str, Floats]], Floats]


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


class Event(Part):
    """Something that may happen at a session, and what it does to the states from the next one.

    It happens only to clients for whom every variable of ``requires`` is 1 (another event: had
    it already), once unless ``again``. From session to session the share ``lasts`` of its
    effect is left.
    """

    label: str = ""
    hazard: Hazard
    requires: tuple[str, ...] = ()
    effects: dict[str, float] = Field(default_factory=dict)
    lasts: Annotated[float, Field(ge=0, le=1)] = 1.0
    again: bool = False


class Sessions(Part):
    """How many sessions are planned, which variables change on the way, and what may happen.

    The model's later variables may name ``sessions`` (attended), ``dropout``, each event (1 where
    it happened) and each state with ``_last``: as it stands at the end.
    """

    planned: PositiveInt
    states: tuple[str, ...] = ()
    dropout: Hazard
    events: dict[str, Event] = Field(default_factory=dict)
    no_show: Annotated[float, Field(ge=0, lt=1)] = 0.0

    @model_validator(mode="after")
    def _moves_states_only(self) -> Self:
        for name, event in self.events.items():
            for state in sorted(set(event.effects) - set(self.states)):
                raise ValueError(
                    f"event '{name}' has an effect on '{state}', which is not among the 'states'"
                )
        return self

    @property
    def causes(self) -> set[str]:
        """The variables that must be known before the first session."""
        hazards = [self.dropout, *(event.hazard for event in self.events.values())]
        named = {name for hazard in hazards for term in hazard.terms for name in term.names}
        asked = {name for event in self.events.values() for name in event.requires}
        return (named | asked | set(self.states)) - set(self.events)

    @property
    def results(self) -> tuple[str, ...]:
        """The variables that are known after the last session."""
        return ("sessions", "dropout", *self.events, *(f"{state}_last" for state in self.states))


@dataclass(frozen=True, repr=False)
class Course:
    """What happened to each client.

    Attributes
    ----------
    left
        (n,) the session after which the client dropped out; 0 for who stayed to the end.
    happened
        Event → (n,) the session of its first occurrence; 0 where it did not happen.
    attended
        (n, planned) whether the client came to the session.
    states
        State → (n, planned) its value at each session; NaN after the client left.
    last
        State → (n,) its value at the end.
    """

    left: NDArray[np.intp]
    happened: dict[str, NDArray[np.intp]]
    attended: NDArray[np.bool_]
    states: dict[str, Floats]
    last: dict[str, Floats]

    @property
    def values(self) -> dict[str, Floats]:
        """The results as variables of the model."""
        return {
            "sessions": self.attended.sum(axis=1).astype(float),
            "dropout": (self.left > 0).astype(float),
            **{name: (session > 0).astype(float) for name, session in self.happened.items()},
            **{f"{name}_last": value for name, value in self.last.items()},
        }

    @property
    def log(self) -> pd.DataFrame:
        """One row a client and session, until they left: what happened, how the states stood."""
        n, planned = self.attended.shape
        client, session = np.divmod(np.arange(n * planned), planned)
        session = session + 1
        inside = (self.left[client] == 0) | (session <= self.left[client])
        columns = {
            "client": client,
            "session": session,
            "attended": self.attended.ravel(),
            "last": session == self.left[client],
            **{name: found[client] == session for name, found in self.happened.items()},
            **{name: value.ravel() for name, value in self.states.items()},
        }
        return pd.DataFrame({name: column[inside] for name, column in columns.items()})


def course_of(
    sessions: Sessions,
    values: Mapping[str, Floats],
    population: Population,
    product: Product,
    do: Mapping[str, float],
) -> Course:
    """Follow every client through the sessions.

    Parameters
    ----------
    values
        The model's variables before the first session.
    product
        The product of a path's causes, as the model computes it.
    do
        Event → the session at which it is made to happen, 0 for never; ``dropout`` → the
        session after which everybody leaves, 0 for nobody.
    """
    n, planned = population.n, sessions.planned
    walk = _Walk(sessions, dict(values), population, product, do)
    attended = np.zeros((n, planned), dtype=bool)
    states = {name: np.full((n, planned), np.nan) for name in sessions.states}
    for session in range(1, planned + 1):
        inside = walk.left == 0
        shows = population.uniform(f"no-show:{session}") >= sessions.no_show
        attended[:, session - 1] = inside & shows
        for name in sessions.states:
            states[name][inside, session - 1] = walk.now[name][inside]
        walk.step(session, inside)
    last = {name: walk.now[name] for name in sessions.states}
    return Course(walk.left, walk.happened, attended, states, last)


class _Walk:
    """The clients between two sessions: who has left, what has happened, how states stand."""

    def __init__(
        self,
        sessions: Sessions,
        values: dict[str, Floats],
        population: Population,
        product: Product,
        do: Mapping[str, float],
    ) -> None:
        self.sessions, self.now, self.population = sessions, values, population
        self.product, self.do = product, do
        self.start = {name: values[name] for name in sessions.states}
        self.left = np.zeros(population.n, dtype=np.intp)
        self.happened = {name: np.zeros(population.n, dtype=np.intp) for name in sessions.events}
        self.shift = {
            (name, state): np.zeros(population.n)
            for name, event in sessions.events.items()
            for state in event.effects
        }

    def step(self, session: int, inside: NDArray[np.bool_]) -> None:
        """One session: what happens in it, who leaves after it, what it leaves behind."""
        leaves = inside & self._occurs("dropout", self.sessions.dropout, session)
        now = {
            name: inside & self._may(name, event) & self._occurs(name, event.hazard, session)
            for name, event in self.sessions.events.items()
        }
        self.left[leaves] = session
        for name, event in self.sessions.events.items():
            first = now[name] & (self.happened[name] == 0)
            self.happened[name][first] = session
            for state, effect in event.effects.items():
                self.shift[name, state] = self.shift[name, state] * event.lasts + effect * now[name]
        for state, start in self.start.items():
            moved = [shift for (_, other), shift in self.shift.items() if other == state]
            self.now[state] = start + sum(moved, np.zeros(len(start)))

    def _may(self, name: str, event: Event) -> NDArray[np.bool_]:
        may = np.ones(self.population.n, dtype=bool)
        if not event.again:
            may &= self.happened[name] == 0
        for other in event.requires:
            had = self.happened[other] > 0 if other in self.happened else self.now[other] == 1
            may &= had
        return may

    def _occurs(self, name: str, hazard: Hazard, session: int) -> NDArray[np.bool_]:
        if name in self.do:
            return np.full(self.population.n, self.do[name] == session)
        logit = np.full(self.population.n, hazard.intercept + hazard.trend * (session - 1))
        values = self.now | {
            event: (found > 0).astype(float) for event, found in self.happened.items()
        }
        for term in hazard.terms:
            logit += term.coefficient * self.product(term, values)
        effect = hazard.therapist
        spread = effect.spread(1.0) if isinstance(effect, Alike) else effect
        if spread:
            logit += spread * self.population.normal(f"{name}:therapist", "therapist")
        chance = self.population.uniform(f"{name}:{session}")
        return np.asarray(chance < expit(logit))
