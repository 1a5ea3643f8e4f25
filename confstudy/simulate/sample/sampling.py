"""Probability samples of clients in practices: strata, stages, unequal and exact chances."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BeforeValidator, PositiveInt, model_validator

from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.weights import Replication

__all__ = ["Sample", "Sampling", "Stage", "draw_sample"]

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]
Name = Annotated[str, BeforeValidator(str)]


class Stage(Part):
    """One stage of a sample: which units, how many in each unit of the stage before.

    Parameters
    ----------
    unit
        A grouping of the frame, or ``client``.
    take
        How many in each stratum (first stage) or in each unit chosen before; all, where there
        are not as many. In the first stage also stratum → how many.
    chance
        ``equal``, or ``size``: in proportion to the number of clients.
    """

    unit: str
    take: PositiveInt | dict[Name, PositiveInt]
    chance: Literal["equal", "size"] = "equal"


class Sampling(Part):
    """A sampling design: strata, one stage or more, the largest units first, and replicates.

    Examples
    --------
    >>> Sampling(stages=[{"unit": "practice", "take": 10}, {"unit": "client", "take": 5}]).units
    ['practice', 'client']
    """

    strata: str = ""
    stages: tuple[Stage, ...]
    replicate: Replication | None = None

    @property
    def units(self) -> list[str]:
        """What is drawn, stage by stage."""
        return [stage.unit for stage in self.stages]

    @model_validator(mode="after")
    def _says_how_many(self) -> Self:
        if not self.stages:
            raise ValueError("a sampling design has one stage or more")
        if len(set(self.units)) < len(self.units):
            raise ValueError("each stage samples another unit, the largest first")
        by_stratum = [isinstance(stage.take, dict) for stage in self.stages]
        if any(by_stratum[1:]) or (by_stratum[0] and not self.strata):
            raise ValueError("'take' by stratum needs 'strata', and is for the first stage only")
        return self


@dataclass(frozen=True, eq=False, repr=False)
class Sample:
    """The clients a design chose.

    Attributes
    ----------
    rows
        The clients' rows in the frame, ascending, shape ``(n,)``.
    chance
        Their inclusion probabilities, exact, shape ``(n,)``.
    stratum, cluster
        Codes of their stratum and of their unit of the first stage, shape ``(n,)``.
    """

    rows: Codes
    chance: Floats
    stratum: Codes
    cluster: Codes

    @property
    def weight(self) -> Floats:
        """The design weights, one over the chance (Horvitz & Thompson 1952)."""
        return 1 / self.chance

    def __repr__(self) -> str:
        return f"Sample of {len(self.rows):,} clients, weights sum to {self.weight.sum():,.1f}"


def draw_sample(
    sampling: Sampling,
    groups: Mapping[str, NDArray[Any]],
    streams: Streams,
    *,
    column: str = "sample",
) -> Sample:
    """Draw clients from a population by the declared strata and stages.

    Every stage draws systematically from its units in random order, on the running total of
    their chances (Madow 1949): the number taken is fixed and each unit's chance is met exactly.
    With equal chances this is simple random sampling. A unit whose chance in proportion to
    size would pass 1 is taken with certainty, and the rest share what is left.

    Parameters
    ----------
    groups
        Grouping → the group of each client, shape ``(clients,)``; ``client`` needs none.
    column
        Names the random numbers.

    Raises
    ------
    StructureError
        When strata, units or the strata of ``take`` are not in the frame, or a unit lies in
        two units of the stage before.

    Notes
    -----
    Horvitz & Thompson (1952), JASA 47, 663. Madow (1949), Annals of Mathematical Statistics
    20, 333. Practices drawn by size and a fixed number of clients in each give equal weights.

    Examples
    --------
    >>> frame = {"practice": np.repeat(np.arange(8), [5, 10, 15, 20, 5, 10, 15, 20])}
    >>> design = Sampling(stages=(Stage(unit="practice", take=2, chance="size"),
    ...                           Stage(unit="client", take=5)))
    >>> draw_sample(design, frame, Streams(1))
    Sample of 10 clients, weights sum to 100.0
    """
    known = _known(sampling, groups)
    names, stratum = _strata(sampling, known)
    parent, above = stratum, sampling.strata or "stratum"
    n = len(parent)
    chance, kept, cluster = np.ones(n), np.ones(n, dtype=bool), None
    for stage in sampling.stages:
        unit = _coded(known[stage.unit])[0]
        of = _parents(unit, parent, stage.unit, above)
        size = np.bincount(unit) if stage.chance == "size" else np.ones(len(of))
        chances = _chances(of, size.astype(float), _takes(stage, names, int(parent.max()) + 1))
        keys = streams.uniform(f"{column}:{stage.unit}", len(of))
        starts = streams.uniform(f"{column}:{stage.unit}:start", int(parent.max()) + 1)
        kept &= _systematic(of, chances, keys, starts)[unit]
        chance *= chances[unit]
        cluster = unit if cluster is None else cluster
        parent, above = unit, stage.unit
    rows = np.flatnonzero(kept)
    first = stratum if cluster is None else cluster
    return Sample(rows, chance[rows], stratum[rows], first[rows])


def _coded(group: NDArray[Any]) -> tuple[Codes, list[str]]:
    codes, names = pd.factorize(group, sort=True, use_na_sentinel=False)
    return np.asarray(codes), [str(name) for name in names]


def _known(sampling: Sampling, groups: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    if not groups or len({len(group) for group in groups.values()}) != 1:
        raise StructureError("A frame has one grouping or more, each with one group a client.")
    known = {"client": np.arange(len(next(iter(groups.values())))), **groups}
    named = [*([sampling.strata] if sampling.strata else []), *(s.unit for s in sampling.stages)]
    absent = [name for name in named if name not in known]
    if absent:
        raise StructureError(unknown("Groupings", absent, known, "the frame"))
    return known


def _strata(sampling: Sampling, known: Mapping[str, NDArray[Any]]) -> tuple[list[str], Codes]:
    if not sampling.strata:
        return [""], np.zeros(len(known["client"]), dtype=np.intp)
    codes, named = _coded(known[sampling.strata])
    take = sampling.stages[0].take
    if isinstance(take, dict) and set(take) != set(named):
        raise StructureError(
            f"'take' names every stratum of '{sampling.strata}' once: {listing(named)}."
        )
    return named, codes


def _takes(stage: Stage, names: list[str], parents: int) -> Floats:
    if isinstance(stage.take, dict):
        return np.array([stage.take[name] for name in names], dtype=float)
    return np.full(parents, float(stage.take))


def _parents(unit: Codes, parent: Codes, name: str, above: str) -> Codes:
    of = parent[np.unique(unit, return_index=True)[1]]
    if (of[unit] != parent).any():
        raise StructureError(
            f"A '{name}' lies in more than one '{above}', so it cannot be drawn within them. Give "
            f"each '{name}' one '{above}', or change the order of the stages."
        )
    return np.asarray(of)


def _chances(parent: Codes, size: Floats, take: Floats) -> Floats:
    """Each unit's chance within its parent, in proportion to size; at most 1."""
    certain = np.zeros(len(size), dtype=bool)
    while True:
        left = take - np.bincount(parent, certain, minlength=len(take))
        total = np.bincount(parent, np.where(certain, 0, size), minlength=len(take))
        share = left / np.where(total > 0, total, 1)
        chance = np.where(certain, 1.0, share[parent] * size)
        sure = ~certain & (chance >= 1 - 1e-12)
        if not sure.any():
            return chance
        certain |= sure


def _systematic(parent: Codes, chance: Floats, keys: Floats, starts: Floats) -> NDArray[np.bool_]:
    """Which units are chosen: those where the running total of chances passes an integer."""
    order = np.lexsort((keys, parent))
    running, of = np.cumsum(chance[order]), parent[order]
    first = np.concatenate([[True], of[1:] != of[:-1]])
    before = np.maximum.accumulate(np.where(first, running - chance[order], 0.0))
    passed = np.floor(np.round(running - before, 9) + starts[of])
    earlier = np.where(first, 0, np.concatenate([[0.0], passed[:-1]]))
    chosen = np.empty(len(parent), dtype=bool)
    chosen[order] = passed > earlier
    return chosen
