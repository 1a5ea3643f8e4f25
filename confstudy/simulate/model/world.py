"""What happens to each client of a structural model, also had something been otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr
from scipy.stats import poisson

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.sessions import Course, course_of
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.model.structure import SESSIONS, Node, Structure
from confstudy.simulate.model.terms import Term

__all__ = ["World"]

Floats = NDArray[np.float64]
Setting = str | float | Floats


@dataclass(frozen=True)
class World:
    """A structural model over a population.

    The same population gives every client the same background in every world, so that two
    worlds differ by what is *done* in them alone: their difference, client by client, is a
    difference of potential outcomes.
    """

    structure: Structure
    population: Population

    def values(self, do: Mapping[str, Setting] | None = None) -> dict[str, Floats]:
        """Each variable's value for each client, in the world where ``do`` is set.

        Parameters
        ----------
        do
            Variable → an arm's name, a number, or one number a client.
        """
        do = do or {}
        sessions = self.structure.sessions
        events = {"dropout", *sessions.events} if sessions is not None else set()
        strange = sorted(set(do) - set(self.structure.variables) - events)
        if strange:
            known = [*self.structure.variables, *sorted(events)]
            raise StructureError(unknown("Variables", strange, known, f"'{self.structure.name}'"))
        values: dict[str, Floats] = {}
        for name in self.structure.order:
            if name == SESSIONS:
                values |= self._course(values, do).values
                continue
            node = self.structure.variables[name]
            values[name] = (
                self._set(name, node, do[name]) if name in do else self._drawn(name, node, values)
            )
        return values

    def course(self, do: Mapping[str, Setting] | None = None) -> Course:
        """What happened to each client session by session, in the world where ``do`` is set.

        An event is done by the number of the session at which it happens, 0 for never.
        """
        if self.structure.sessions is None:
            raise StructureError(f"Model '{self.structure.name}' declares no 'sessions'.")
        return self._course(self.values(do), do or {})

    def _course(self, values: Mapping[str, Floats], do: Mapping[str, Setting]) -> Course:
        sessions = self.structure.sessions
        if sessions is None:
            raise StructureError(f"Model '{self.structure.name}' declares no 'sessions'.")
        done = {
            name: float(np.asarray(do[name], dtype=float))
            for name in ("dropout", *sessions.events)
            if name in do
        }
        return course_of(sessions, values, self.population, self._product, done)

    def expected(self, name: str, values: Mapping[str, Floats]) -> Floats:
        """A variable's mean for each client, given its causes: a chance where it is binary."""
        node = self.structure.variables[name]
        if node.kind == "latent" or not node.paths:
            return values[name]
        strength = self._latent(name, node, values, noise=False)
        if node.kind == "count":
            return np.asarray(np.exp(strength + node.noise**2 / 2))
        cuts = np.array(node.cuts) if node.kind == "ordinal" else np.zeros(1)
        beyond = expit if node.link == "logit" else ndtr
        return np.asarray(beyond((strength[:, None] - cuts) / node.own).sum(axis=1))

    def _set(self, name: str, node: Node, setting: Setting) -> Floats:
        if isinstance(setting, str):
            if setting not in node.arms:
                raise StructureError(
                    unknown(f"Arms of '{name}'", [setting], node.arms, "the model")
                )
            setting = float(node.arms.index(setting))
        return np.broadcast_to(np.asarray(setting, dtype=float), self.population.n)

    def _drawn(self, name: str, node: Node, values: Mapping[str, Floats]) -> Floats:
        population = self.population
        if node.kind == "arm":
            return self._assigned(name, node)
        if node.kind == "category":
            edges = np.cumsum(node.shares[:-1])
            return np.searchsorted(edges, population.uniform(name, node.level)).astype(float)
        if node.share is not None:
            return (population.uniform(name, node.level) < node.share).astype(float)
        if node.kind == "count":
            mean = np.exp(self._latent(name, node, values))
            drawn = poisson.ppf(population.uniform(f"{name}:count", node.level), mean)
            return np.asarray(drawn, dtype=float)
        latent = self._latent(name, node, values)
        if node.kind == "binary":
            return (latent > 0).astype(float)
        if node.kind == "ordinal":
            return np.searchsorted(node.cuts, latent).astype(float)
        return latent

    def _latent(
        self, name: str, node: Node, values: Mapping[str, Floats], *, noise: bool = True
    ) -> Floats:
        latent = self._systematic(name, node, values)
        if not noise and node.level == "client":
            return latent
        own = self.population.normal(name, node.level)
        if node.link == "logit":
            # The same numbers, logistic instead of normal.
            own = logit(ndtr(own))
        return latent + node.own * own

    def _systematic(self, name: str, node: Node, values: Mapping[str, Floats]) -> Floats:
        """What the paths and the effects of therapist and practice make of a variable."""
        latent = np.full(self.population.n, node.intercept)
        for term in node.terms:
            latent += term.coefficient * self._product(term, values)
        for level, spread in node.shared.items():
            latent += spread * self.population.normal(f"{name}:{level}", level)
        return latent

    def _product(self, term: Term, values: Mapping[str, Floats]) -> Floats:
        product = np.ones(self.population.n)
        for name, arm in term.causes:
            if arm is None:
                product = product * values[name]
            else:
                product = product * (values[name] == self.structure.variables[name].arms.index(arm))
        return product

    def _assigned(self, name: str, node: Node) -> Floats:
        """Arms in equal numbers (to one): among all, within each therapist, or by unit."""
        population = self.population
        if node.level != "client":
            return self._by_unit(name, node)
        if not node.within:
            return _over_everybody(population.seed, population.clients, name, len(node.arms))[
                population.first : population.stop
            ]
        keys = population.uniform(name)
        block = population.therapist
        order = np.lexsort((keys, block))
        starts = np.searchsorted(block[order], block[order])
        place = np.empty(population.n, dtype=np.intp)
        place[order] = np.arange(population.n) - starts
        offset = population.uniform(f"{name}:offset", "therapist")
        return ((place + (offset * len(node.arms)).astype(np.intp)) % len(node.arms)).astype(float)

    def _by_unit(self, name: str, node: Node) -> Floats:
        """Whole therapists or practices in an arm: a cluster-randomized trial."""
        unit = self.population.unit(node.level)
        practices = self.population.practices or max(1, self.population.therapists // 5)
        units = self.population.therapists if node.level == "therapist" else practices
        return _over_everybody(self.population.seed, units, name, len(node.arms))[unit]


@lru_cache(maxsize=8)
def _over_everybody(seed: int, n: int, name: str, arms: int) -> Floats:
    """Arms of n units in equal numbers: their ranks by a random key, from a random start."""
    streams = Streams(seed)
    place = np.empty(n, dtype=np.intp)
    place[np.argsort(streams.uniform(name, n), kind="stable")] = np.arange(n)
    offset = int(streams.uniform(f"{name}:offset", 1)[0] * arms)
    return ((place + offset) % arms).astype(float)
