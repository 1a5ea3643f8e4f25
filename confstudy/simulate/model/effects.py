"""Answers to queries: which worlds each compares, and the mean of what differs in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.codebook.read import read_codebook
from confstudy.errors import StructureError
from confstudy.simulate.measure.items import expected_mean, solve
from confstudy.simulate.model.exact import exact_answer
from confstudy.simulate.model.query import NATURAL, NEVER, Query
from confstudy.simulate.model.reach import Reach
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.world import World
from confstudy.simulate.model.worlds import NATURALLY, Possible, Taken, Worlds

__all__ = ["Answer", "answers", "clustered_error"]

Floats = NDArray[np.float64]
#: Half the step of a rate of change: where all is smooth, and where somebody may cross a cut.
_STEP, _WIDE = 1e-3, 0.1


@dataclass(frozen=True)
class Answer:
    """The value of an effect, its Monte Carlo standard error, 0 where it is exact."""

    value: float
    mcse: float
    exact: bool


def answers(world: World, queries: Sequence[Query]) -> list[Answer]:
    """Answer each query, by coefficients where all is linear, else over the world's clients.

    Chances stand in for what is drawn last, so that only the clients' differences add error,
    unless the query asks about those whom that very draw has sorted.
    """
    found: dict[int, Answer] = {}
    plans: dict[int, _Plan] = {}
    for number, query in enumerate(queries):
        value = exact_answer(world.structure, query)
        if value is None:
            plans[number] = _Plan(world.structure, query)
        else:
            found[number] = Answer(round(value, 12), 0.0, True)
    # Neighbours share worlds, which can then be forgotten the sooner.
    order = sorted(plans, key=lambda number: (plans[number].key, number))
    worlds = Worlds(world, [plans[number].wanted for number in order])
    for turn, number in enumerate(order):
        found[number] = plans[number].answer(world, worlds)
        worlds.forget(turn)
    return [found[number] for number in range(len(queries))]


class _Plan:
    """The worlds a query compares, with the sign of each."""

    def __init__(self, structure: Structure, query: Query) -> None:
        self.structure, self.query = structure, query
        reach = Reach.of(structure.variables, structure.sessions)
        given = {*query.given, *([query.cause] if query.treated else [])}
        #: Sorted by what is drawn of the effect or after it: its chance would not do.
        self.drawn = bool(given & reach.below([query.effect]))
        scales = structure.scales
        end = scales[query.effect].of if query.effect in scales else query.effect
        between = reach.below([query.cause]) & reach.above([end])
        rough = between - {query.cause} - (set() if self.drawn else {query.effect})
        nodes = structure.variables
        smooth = all(name in nodes and nodes[name].kind == "latent" for name in rough)
        known = query.effect in {*nodes, *scales}
        self.half = _STEP if smooth and known else _WIDE
        self.compared = [part for sign, base in self._bases() for part in self._pair(sign, base)]
        self.key = query.cause, sorted(self._sides), sorted(query.by.items())

    @property
    def _by_chance(self) -> bool:
        """Whether the outcome's mean given its causes stands in for the outcome."""
        node = self.structure.variables.get(self.query.effect)
        if node is None or self._latent or self.drawn:
            return False
        return bool(node.paths) and node.level == "client"

    @property
    def _latent(self) -> bool:
        node = self.structure.variables.get(self.query.effect)
        return node is not None and node.kind == "latent"

    @property
    def _sides(self) -> Sequence[str]:
        return self.query.contrast.get(self.query.cause, ())

    @property
    def wanted(self) -> dict[Possible, set[str]]:
        """The worlds, with the names wanted of each."""
        query, nodes = self.query, self.structure.variables
        names = {query.effect}
        if query.effect in self.structure.scales:
            names = {self.structure.scales[query.effect].of}
        elif query.effect in nodes and self._by_chance:
            names = nodes[query.effect].parents
        wanted = {possible: set(names) for _, possible in self.compared}
        sorted_by = {*query.given, *([query.cause] if query.treated else [])}
        if query.step and query.unit == "sd":
            sorted_by |= {query.step, *([query.effect] if self._latent else [])}
        if sorted_by:
            wanted[NATURALLY] = wanted.get(NATURALLY, set()) | sorted_by
        return wanted

    def _bases(self) -> Iterator[tuple[int, Possible]]:
        if not self.query.by:
            yield 1, NATURALLY
        for name, (one, other) in self.query.by.items():
            yield 1, NATURALLY.do(name, self._setting(name, one))
            yield -1, NATURALLY.do(name, self._setting(name, other))

    def _pair(self, sign: int, base: Possible) -> list[tuple[int, Possible]]:
        query, cause = self.query, self.query.cause
        if query.step:
            upper, lower = (
                base.do(cause, Taken(base, cause, move)) for move in (self.half, -self.half)
            )
            reference = base
        else:
            one, other = self._sides or (NATURAL, "0")
            upper, lower = self._side(base, one), self._side(base, other)
            reference = lower
        if query.direct:
            upper, lower = (side.take(query.through, reference) for side in (upper, lower))
        elif query.through:
            upper, lower = (reference.take(query.through, side) for side in (upper, lower))
        for name in query.path:
            upper, lower = (reference.take([name], side) for side in (upper, lower))
        return [(sign, upper), (-sign, lower)]

    def _side(self, base: Possible, side: str) -> Possible:
        cause = self.query.cause
        natural = side == NATURAL and NATURAL not in self._arms(cause)
        return base if natural else base.do(cause, self._setting(cause, side))

    def _arms(self, name: str) -> tuple[str, ...]:
        node = self.structure.variables.get(name)
        return node.arms if node is not None else ()

    def _setting(self, name: str, side: str) -> str | float:
        if self._arms(name) or side == NATURAL:
            return side
        return 0.0 if side == NEVER else float(side)

    def answer(self, world: World, worlds: Worlds) -> Answer:
        """The mean of the differences between the worlds, and its error."""
        change = np.zeros(world.population.n)
        for sign, possible in self.compared:
            change += sign * self._mean(world, worlds.values(possible))
        inside = self._inside(worlds)
        spread: Floats | float = 0.0
        if self.query.step:
            change /= 2 * self.half
        if self.query.step and self.query.unit == "sd":
            scale, spread = self._standard(worlds.values(NATURALLY))
            change *= scale
        if inside is None:
            mean = float(change.mean())
            influence = change - mean
        else:
            mean = float(change[inside].mean())
            influence = inside * (change - mean) / inside.mean()
        mcse = clustered_error(world, influence + mean * spread)
        # More digits than the Monte Carlo error would only differ between processors.
        return Answer(round(mean, 6), round(mcse, 6), False)

    def _mean(self, world: World, values: Mapping[str, Floats]) -> Floats:
        name = self.query.effect
        if name in self.structure.scales:
            measure = self.structure.scales[name]
            scale = read_codebook(self.structure.codebook).scales[name]
            solved = solve(measure, scale.items, scale.points[1] - scale.points[0] + 1)
            return expected_mean(values[measure.of], solved, scale.points)
        return world.expected(name, values) if self._by_chance else values[name]

    def _inside(self, worlds: Worlds) -> NDArray[np.bool_] | None:
        given: dict[str, str] = dict(self.query.given)
        if self.query.treated:
            given[self.query.treated] = "1"
        if not given:
            return None
        natural = worlds.values(NATURALLY)
        inside = np.ones(len(next(iter(natural.values()))), dtype=bool)
        for name, level in given.items():
            arms = self._arms(name)
            inside &= natural[name] == (arms.index(level) if arms else self._setting(name, level))
        if not inside.any():
            words = ", ".join(f"{name} = {level}" for name, level in given.items())
            raise StructureError(
                f"No client in the simulated population has {words}: name another level, or ask "
                "for more clients."
            )
        return inside

    def _standard(self, natural: Mapping[str, Floats]) -> tuple[float, Floats]:
        """One standard deviation in units of the outcome's, and what its estimation adds."""
        cause = natural[self.query.step]
        if not self._latent:
            return float(cause.std()), _log_sd(cause)
        effect = natural[self.query.effect]
        return float(cause.std() / effect.std()), _log_sd(cause) - _log_sd(effect)


def _log_sd(values: Floats) -> Floats:
    """How much each client moves the logarithm of the standard deviation."""
    return np.asarray((((values - values.mean()) / values.std()) ** 2 - 1) / 2)


def clustered_error(world: World, influence: Floats) -> float:
    """Monte Carlo standard error of a mean; clients of one practice may be alike."""
    sums = np.bincount(world.population.practice, weights=influence - influence.mean())
    return float(np.sqrt((sums**2).sum()) / len(influence))
