"""What happens to each client of a structural model, also had something been otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from confstudy.errors import StructureError, unknown
from confstudy.simulate.streams import Streams
from confstudy.simulate.structure import Node, Structure, Term

__all__ = ["Population", "World"]

Floats = NDArray[np.float64]
Setting = str | float | Floats


@dataclass(frozen=True)
class Population:
    """How many clients, how many therapists, which seed."""

    clients: int
    therapists: int
    seed: int

    @property
    def therapist(self) -> NDArray[np.intp]:
        """The therapist of each client: neighbours share one, caseloads differ by one at most."""
        return (np.arange(self.clients) * self.therapists // self.clients).astype(np.intp)


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
        strange = sorted(set(do) - set(self.structure.variables))
        if strange:
            known = self.structure.variables
            raise StructureError(unknown("Variables", strange, known, f"'{self.structure.name}'"))
        values: dict[str, Floats] = {}
        for name in self.structure.order:
            node = self.structure.variables[name]
            values[name] = (
                self._set(name, node, do[name]) if name in do else self._drawn(name, node, values)
            )
        return values

    def expected(self, name: str, values: Mapping[str, Floats]) -> Floats:
        """A variable's mean for each client, given its causes: a chance where it is binary."""
        node = self.structure.variables[name]
        if node.kind == "latent" or not node.paths:
            return values[name]
        strength = self._latent(name, node, values, noise=False)
        cuts = np.array(node.cuts) if node.kind == "ordinal" else np.zeros(1)
        return np.asarray(ndtr((strength[:, None] - cuts) / node.noise).sum(axis=1))

    def _set(self, name: str, node: Node, setting: Setting) -> Floats:
        if isinstance(setting, str):
            if setting not in node.arms:
                raise StructureError(
                    unknown(f"Arms of '{name}'", [setting], node.arms, "the model")
                )
            setting = float(node.arms.index(setting))
        return np.broadcast_to(np.asarray(setting, dtype=float), self.population.clients)

    def _drawn(self, name: str, node: Node, values: Mapping[str, Floats]) -> Floats:
        n, streams = self.population.clients, Streams(self.population.seed)
        if node.kind == "arm":
            return self._assigned(name, node)
        if node.kind == "category":
            return np.searchsorted(np.cumsum(node.shares[:-1]), streams.uniform(name, n)).astype(
                float
            )
        if node.share is not None:
            return (streams.uniform(name, n) < node.share).astype(float)
        latent = self._latent(name, node, values)
        if node.kind == "binary":
            return (latent > 0).astype(float)
        if node.kind == "ordinal":
            return np.searchsorted(node.cuts, latent).astype(float)
        return latent

    def _latent(
        self, name: str, node: Node, values: Mapping[str, Floats], *, noise: bool = True
    ) -> Floats:
        n, streams = self.population.clients, Streams(self.population.seed)
        latent = np.full(n, node.intercept)
        for term in node.terms:
            latent += term.coefficient * self._product(term, values)
        if node.level == "therapist":
            own = streams.normal(name, self.population.therapists)
            return latent + node.noise * own[self.population.therapist]
        if node.therapist:
            effects = streams.normal(f"{name}:therapist", self.population.therapists)
            latent += node.therapist * effects[self.population.therapist]
        return latent + node.noise * streams.normal(name, n) if noise else latent

    def _product(self, term: Term, values: Mapping[str, Floats]) -> Floats:
        product = np.ones(self.population.clients)
        for name, arm in term.causes:
            if arm is None:
                product = product * values[name]
            else:
                product = product * (values[name] == self.structure.variables[name].arms.index(arm))
        return product

    def _assigned(self, name: str, node: Node) -> Floats:
        """Arms in equal numbers (to one), within each therapist where the model says so."""
        population = self.population
        keys = Streams(population.seed).uniform(name, population.clients)
        block = population.therapist if node.within else np.zeros(population.clients, dtype=np.intp)
        order = np.lexsort((keys, block))
        starts = np.searchsorted(block[order], np.arange(block.max() + 1))
        place = np.empty(population.clients, dtype=np.intp)
        place[order] = np.arange(population.clients) - starts[block[order]]
        offset = Streams(population.seed).uniform(f"{name}:offset", int(block.max()) + 1)
        shifted = place + (offset * len(node.arms)).astype(np.intp)[block]
        return (shifted % len(node.arms)).astype(float)
