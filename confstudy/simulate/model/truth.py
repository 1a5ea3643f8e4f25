"""What a structural model says of its own effects, by intervening in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.read import read_codebook
from confstudy.errors import StructureError, unknown
from confstudy.simulate.measure.items import expected_mean, solve
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.structure import Query, Structure
from confstudy.simulate.model.world import World

__all__ = ["Estimand", "Truth", "truth_of"]

Floats = NDArray[np.float64]
_POPULATION = Population(clients=200_000, therapists=10_000, seed=20_260_101)
_STEP = 1e-3


@dataclass(frozen=True)
class Estimand:
    """One effect in the model: how large, with which Monte Carlo standard error."""

    name: str
    claim: str
    estimand: str
    value: float
    mcse: float


@dataclass(frozen=True)
class Truth:
    """The estimands a model declares, with their values."""

    model: str
    estimands: tuple[Estimand, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row an estimand: name, claim, estimand, value, mcse."""
        return pd.DataFrame([asdict(estimand) for estimand in self.estimands])

    def __getitem__(self, name: str) -> float:
        values = {estimand.name: estimand.value for estimand in self.estimands}
        if name not in values:
            raise StructureError(unknown("Estimands", [name], values, f"model '{self.model}'"))
        return values[name]


def truth_of(structure: Structure) -> Truth:
    """Answer every estimand a model declares, as a mean over 200,000 clients' outcomes.

    Each client is followed through the worlds of the question with the same background;
    chances stand in for binary outcomes, so only the clients' differences add error.
    """
    return _answered(structure.model_dump_json())


@lru_cache(maxsize=8)
def _answered(declared: str) -> Truth:
    structure = Structure.model_validate_json(declared)
    world = World(structure, _POPULATION)
    found = []
    for name, query in structure.estimands.items():
        change, influence = _stepped(world, query) if query.step else _contrasted(world, query)
        mean, mcse = float(change.mean()), _error(influence)
        # More digits than the Monte Carlo error would only differ between processors.
        found.append(Estimand(name, query.claim, _words(query), round(mean, 6), round(mcse, 6)))
    return Truth(structure.name, tuple(found))


def _error(influence: Floats) -> float:
    """Monte Carlo standard error of a mean; clients of one therapist may be alike."""
    sums = np.bincount(_POPULATION.therapist, weights=influence - influence.mean())
    return float(np.sqrt((sums**2).sum()) / len(influence))


def _stepped(world: World, query: Query) -> tuple[Floats, Floats]:
    natural = world.values()
    cause = natural[query.step]
    upper = _mean(world, query.effect, world.values({query.step: cause + _STEP}))
    lower = _mean(world, query.effect, world.values({query.step: cause - _STEP}))
    node = world.structure.variables.get(query.effect)
    latent = node is not None and node.kind == "latent"
    unit = natural[query.effect].std() if latent else 1.0
    change = (upper - lower) / (2 * _STEP) * cause.std() / unit
    # The standard deviations are estimated as well: d log SD of each client.
    spread = _log_sd(cause) - (_log_sd(natural[query.effect]) if latent else 0.0)
    return change, change + change.mean() * spread


def _log_sd(values: Floats) -> Floats:
    return np.asarray((((values - values.mean()) / values.std()) ** 2 - 1) / 2)


def _contrasted(world: World, query: Query) -> tuple[Floats, Floats]:
    ((arm, (one, other)),) = query.contrast.items()
    reference = world.values({arm: other})
    moved = world.values({arm: one})
    if query.path:
        mediator = query.path[0]
        values = moved[mediator]
        for name in query.path[1:]:
            values = world.values({arm: other, mediator: values})[name]
            mediator = name
        moved = world.values({arm: other, mediator: values})
    change = _mean(world, query.effect, moved) - _mean(world, query.effect, reference)
    return change, change


def _mean(world: World, name: str, values: dict[str, Floats]) -> Floats:
    if name not in world.structure.scales:
        return world.expected(name, values)
    measure = world.structure.scales[name]
    scale = read_codebook(world.structure.codebook).scales[name]
    solved = solve(measure, scale.items, scale.points[1] - scale.points[0] + 1)
    return expected_mean(values[measure.of], solved, scale.points)


def _words(query: Query) -> str:
    if query.step:
        return f"change of {query.effect} as do({query.step}) rises by one SD"
    ((arm, (one, other)),) = query.contrast.items()
    through = f" along {' → '.join([arm, *query.path, query.effect])}" if query.path else ""
    return f"{query.effect} under do({arm} = {one}) less do({arm} = {other}){through}"
