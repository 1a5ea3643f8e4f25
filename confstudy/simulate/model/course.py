"""Therapy session by session: events that move trust, and who leaves when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from confstudy.simulate.model.population import Population
from confstudy.simulate.model.sessions import Event, Hazard, Sessions
from confstudy.simulate.model.terms import Alike, Term

__all__ = ["Course", "course_of"]

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Product = Callable[[Term, Mapping[str, Floats]], Floats]


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
        planned = self.attended.shape[1]
        return {
            "sessions": self.attended.sum(axis=1).astype(float),
            "until": np.where(self.left > 0, self.left, planned).astype(float),
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
    *,
    readings: bool = True,
    shows: bool = True,
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
    readings, shows
        Whether the states at each session and the no-shows are wanted.
    """
    n, planned = population.n, sessions.planned
    walk = _Walk(sessions, dict(values), population, product, do)
    attended = np.zeros((n, planned), dtype=bool)
    states = {name: np.full((n, planned), np.nan) for name in sessions.states if readings}
    for session in range(1, planned + 1):
        inside = walk.left == 0
        attended[:, session - 1] = inside
        if sessions.no_show and shows:
            uniform = population.uniform(f"no-show:{session}")
            attended[:, session - 1] &= uniform >= sessions.no_show
        for name, read in states.items():
            noise = sessions.states[name].noise
            own = noise * population.normal(f"{name}:{session}") if noise else 0.0
            read[:, session - 1] = np.where(inside, walk.now[name] + own, np.nan)
        walk.step(session, inside)
    last = {name: walk.now[name] for name in sessions.states}
    return Course(walk.left, walk.happened, attended, states, last)


class _Walk:
    """The clients between two sessions: who has left, what has happened, how states stand.

    What happens once is timed by one random number a client: it happens at the session where
    the chance of having been spared so far falls below it.
    """

    def __init__(
        self,
        sessions: Sessions,
        values: dict[str, Floats],
        population: Population,
        product: Product,
        do: Mapping[str, float],
    ) -> None:
        self.sessions, self.now, self.population = sessions, values, population
        self.product, self.do, n = product, do, population.n
        self.start = {name: values[name] for name in sessions.states}
        self.left = np.zeros(n, dtype=np.intp)
        self.happened = {name: np.zeros(n, dtype=np.intp) for name in sessions.events}
        self.hazards = {"dropout": sessions.dropout}
        self.hazards |= {name: event.hazard for name, event in sessions.events.items()}
        self.varying = {*sessions.states, *sessions.events}
        self.fixed = {
            name: self._fixed(name, hazard)
            for name, hazard in self.hazards.items()
            if name not in do
        }
        self.fate = {name: population.uniform(name) for name in self.fixed}
        self.spared = {name: np.ones(n) for name in self.fixed}
        self.when = {name: self._when(name, event) for name, event in sessions.events.items()}
        self.shifts = {
            name: [(state, self._size(term)) for state, term in event.shifts]
            for name, event in sessions.events.items()
        }
        self.moved = {
            (state, event.lasts): np.zeros(n)
            for event in sessions.events.values()
            for state, _ in event.shifts
        }

    def step(self, session: int, inside: NDArray[np.bool_]) -> None:
        """One session: what happens in it, who leaves after it, what it leaves behind."""
        now = {
            name: self._whom(name, event, session, inside)
            for name, event in self.sessions.events.items()
        }
        self.left[self._leaves(session, inside)] = session
        for (_, lasts), moved in self.moved.items():
            if lasts < 1:
                moved *= lasts
        for name, event in self.sessions.events.items():
            rows = now[name]
            self.happened[name][rows[self.happened[name][rows] == 0]] = session
            for state, size in self.shifts[name]:
                self.moved[state, event.lasts][rows] += size[rows]
        for name, declared in self.sessions.states.items():
            self.now[name] = self.start[name] + declared.growth * session
            for (state, _), shift in self.moved.items():
                if state == name:
                    self.now[name] += shift

    def _when(self, name: str, event: Event) -> NDArray[np.intp] | None:
        """(n,) the session of what depends on nothing that changes on the way; 0 for never."""
        n, known = self.population.n, set(event.requires).isdisjoint(self.happened)
        if name in self.do:
            when = np.full(n, int(self.do[name]))
        elif known and not event.again and not event.hazard.trend and not self._moving(name):
            # The first session t with (1 − h)^t ≤ fate.
            spared = np.log1p(-expit(self.fixed[name]))
            with np.errstate(divide="ignore"):
                waits = np.ceil(np.log(self.fate[name]) / spared)
            when = np.where(waits <= self.sessions.planned, waits, 0).astype(np.intp)
        else:
            return None
        for other in event.requires:
            if other not in self.happened:
                when[self.now[other] != 1] = 0
        return when

    def _whom(self, name: str, event: Event, session: int, inside: NDArray[np.bool_]) -> Rows:
        """The rows of those to whom an event happens at a session."""
        when = self.when[name]
        may = inside.copy() if when is None else inside & (when == session)
        if not event.again:
            may &= self.happened[name] == 0
        for other in event.requires:
            if other in self.happened:
                may &= self.happened[other] > 0
            elif when is None:
                may &= self.now[other] == 1
        rows = np.flatnonzero(may)
        if when is not None:
            return rows
        chance = expit(self._index(name, session)[rows])
        if event.again:
            befalls = self.population.uniform(f"{name}:{session}")[rows] < chance
        else:
            befalls = self._befalls(name, rows, chance)
        return np.asarray(rows[befalls])

    def _leaves(self, session: int, inside: NDArray[np.bool_]) -> Rows:
        rows: Rows = np.flatnonzero(inside)
        if "dropout" in self.do:
            return rows if self.do["dropout"] == session else rows[:0]
        chance = expit(self._index("dropout", session)[rows])
        return rows[self._befalls("dropout", rows, chance)]

    def _befalls(self, name: str, rows: Rows, chance: Floats) -> NDArray[np.bool_]:
        spared = self.spared[name][rows] * (1 - chance)
        self.spared[name][rows] = spared
        return np.asarray(spared <= self.fate[name][rows])

    def _moving(self, name: str) -> list[Term]:
        """The paths into a hazard whose causes change on the way."""
        return [term for term in self.hazards[name].terms if self.varying & set(term.names)]

    def _index(self, name: str, session: int) -> Floats:
        """The logit of the chance at this session."""
        index = self.fixed[name] + self.hazards[name].trend * (session - 1)
        for term in self._moving(name):
            happened: dict[str, Floats] = {
                event: (self.happened[event] > 0).astype(float)
                for event in term.names
                if event in self.happened
            }
            index += term.coefficient * self.product(term, {**self.now, **happened})
        return index

    def _fixed(self, name: str, hazard: Hazard) -> Floats:
        """What of a hazard's logit is the same at every session."""
        index = np.full(self.population.n, hazard.intercept)
        for term in hazard.terms:
            if not self.varying & set(term.names):
                index += term.coefficient * self.product(term, self.now)
        effect = hazard.therapist
        spread = effect.spread(1.0) if isinstance(effect, Alike) else effect
        if spread:
            index += spread * self.population.normal(f"{name}:therapist", "therapist")
        return index

    def _size(self, term: Term) -> Floats:
        """(n,) the size of an event's effect on each client."""
        if not term.causes:
            return np.full(self.population.n, term.coefficient)
        return np.asarray(term.coefficient * self.product(term, self.now))
