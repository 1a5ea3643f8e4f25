"""What happens to each client of a structural model, also had something been otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtr
from scipy.stats import poisson

from confstudy.errors import StructureError, unknown
from confstudy.simulate.model.course import Course, course_of
from confstudy.simulate.model.node import Node
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.structure import SESSIONS, Structure
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

    def values(
        self, do: Mapping[str, Setting] | None = None, wanted: Collection[str] | None = None
    ) -> dict[str, Floats]:
        """Each variable's value for each client, in the world where ``do`` is set.

        Parameters
        ----------
        do
            Variable → an arm's name, a number, or one number a client.
        wanted
            The variables to be known; only they and their causes are worked out.
        """
        do = do or {}
        self._require(do)
        values: dict[str, Floats] = {}
        needed = self._needed(wanted, do)
        named = {*(wanted or ()), *self._causes(needed)}
        for name in needed:
            if name == SESSIONS:
                shows = wanted is None or "sessions" in named
                values |= self._course(values, do, readings=False, shows=shows).values
                continue
            node = self.structure.variables[name]
            values[name] = (
                self._set(name, node, do[name]) if name in do else self._drawn(name, node, values)
            )
        return values

    def _require(self, names: Iterable[str], *, results: bool = False) -> None:
        sessions = self.structure.sessions
        known = [*self.structure.variables]
        if sessions is not None:
            known += sessions.results if results else ("dropout", *sessions.events)
        strange = sorted(set(names) - set(known))
        if strange:
            raise StructureError(unknown("Variables", strange, known, f"'{self.structure.name}'"))

    def _needed(self, wanted: Collection[str] | None, do: Mapping[str, Setting]) -> list[str]:
        """The variables to be worked out, causes before effects."""
        if wanted is None:
            return list(self.structure.order)
        self._require(wanted, results=True)
        needed, order = set(wanted), list(self.structure.order)
        results = self.structure.sessions.results if self.structure.sessions is not None else ()
        for name in reversed(order):
            if name == SESSIONS and needed & set(results) and self.structure.sessions is not None:
                needed |= {SESSIONS, *self.structure.sessions.causes}
            elif name in needed and name not in do and name != SESSIONS:
                needed |= self.structure.variables[name].parents
        return [name for name in order if name in needed]

    def _causes(self, names: Iterable[str]) -> set[str]:
        nodes = self.structure.variables
        return {cause for name in names if name in nodes for cause in nodes[name].parents}

    def course(self, do: Mapping[str, Setting] | None = None) -> Course:
        """What happened to each client session by session, in the world where ``do`` is set.

        An event is done by the number of the session at which it happens, 0 for never.
        """
        if self.structure.sessions is None:
            raise StructureError(f"Model '{self.structure.name}' declares no 'sessions'.")
        return self._course(self.values(do, self.structure.sessions.causes), do or {})

    def _course(
        self,
        values: Mapping[str, Floats],
        do: Mapping[str, Setting],
        *,
        readings: bool = True,
        shows: bool = True,
    ) -> Course:
        sessions = self.structure.sessions
        if sessions is None:
            raise StructureError(f"Model '{self.structure.name}' declares no 'sessions'.")
        done = {
            name: float(np.asarray(do[name], dtype=float))
            for name in ("dropout", *sessions.events)
            if name in do
        }
        return course_of(
            sessions, values, self.population, self._product, done, readings=readings, shows=shows
        )

    def expected(self, name: str, values: Mapping[str, Floats]) -> Floats:
        """A variable's mean for each client, given its causes: a chance where it is binary.

        What is a therapist's or a practice's is as it was drawn.
        """
        node = self.structure.variables[name]
        if node.kind == "latent" or not node.paths or node.level != "client":
            return values[name]
        strength = self._latent(name, node, values, noise=False)
        if node.of is not None:
            return node.of * self._chance(node, strength)
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
            return _beyond(edges.tolist(), population.uniform(name, node.level))
        if node.share is not None:
            return (population.uniform(name, node.level) < node.share).astype(float)
        if node.kind == "count":
            return self._counted(name, node, values)
        latent = self._latent(name, node, values)
        if node.kind == "binary":
            return (latent > 0).astype(float)
        if node.kind == "ordinal":
            return _beyond(node.cuts, latent)
        return latent

    def _counted(self, name: str, node: Node, values: Mapping[str, Floats]) -> Floats:
        uniform = self.population.uniform(f"{name}:count", node.level)
        if node.of is None:
            drawn = poisson.ppf(uniform, np.exp(self._latent(name, node, values)))
            return np.asarray(drawn, dtype=float)
        chance = self._chance(node, self._systematic(name, node, values))
        number, sum_to = np.zeros(len(chance)), np.zeros(len(chance))
        for count in range(node.of):
            each = comb(node.of, count) * chance**count * (1 - chance) ** (node.of - count)
            sum_to += each
            number += uniform >= sum_to
        return number

    @staticmethod
    def _chance(node: Node, strength: Floats) -> Floats:
        return np.asarray(expit(strength) if node.link == "logit" else ndtr(strength))

    def _latent(
        self, name: str, node: Node, values: Mapping[str, Floats], *, noise: bool = True
    ) -> Floats:
        latent = self._systematic(name, node, values)
        if not noise:
            return latent
        own = self.population.normal(name, node.level)
        if node.link == "logit":
            # The same numbers, logistic instead of normal.
            own = logit(ndtr(own))
        own *= node.own
        own += latent
        return own

    def _systematic(self, name: str, node: Node, values: Mapping[str, Floats]) -> Floats:
        """What the paths and the effects of therapist and practice make of a variable."""
        latent = np.full(self.population.n, node.intercept)
        for term in node.terms:
            latent += term.coefficient * self._product(term, values)
        for level, spread in node.shared.items():
            latent += spread * self.population.normal(f"{name}:{level}", level)
        return latent

    def _product(self, term: Term, values: Mapping[str, Floats]) -> Floats:
        product: Floats = self._cause(*term.causes[0], values)
        for cause in term.causes[1:]:
            product = product * self._cause(*cause, values)
        return product

    def _cause(self, name: str, arm: str | None, values: Mapping[str, Floats]) -> Floats:
        if arm is None:
            return values[name]
        place = self.structure.variables[name].arms.index(arm)
        return np.asarray(values[name] == place, dtype=float)

    def _assigned(self, name: str, node: Node) -> Floats:
        """Arms in equal numbers (to one): among all, within each therapist, or to whole units."""
        population = self.population
        if node.level != "client" or not node.within:
            return population.dealt(name, node.level, len(node.arms))
        offset = population.uniform(f"{name}:offset", "therapist") * len(node.arms)
        place = population.places(name) + offset.astype(np.int32)
        return (place % len(node.arms)).astype(float)


def _beyond(cuts: Sequence[float], values: Floats) -> Floats:
    """How many cuts each value is beyond; comparing columns is faster than searching a cell."""
    count = np.zeros(len(values), dtype=np.int8)
    for cut in cuts:
        count += (values > cut).view(np.int8)
    return count.astype(float)
