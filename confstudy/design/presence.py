"""Who of a design's clients is asked and answers, and with which design weight."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from confstudy.design.declare import Design
from confstudy.design.reference import at_large
from confstudy.simulate.model.names import UNITS
from confstudy.simulate.model.repeated import Repeated
from confstudy.simulate.model.streams import Streams
from confstudy.simulate.sample.chances import chance_of, index_of, intercept_for
from confstudy.simulate.sample.sampling import draw_sample

__all__ = ["answering", "causes_of_answering", "numbered", "sampled"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def causes_of_answering(design: Design) -> set[str]:
    """The variables that decide who answers, and those that a sample is stratified by."""
    paths = design.unit.paths if design.unit else {}
    names = {name.strip() for path in paths for name in path.split(":")}
    if design.sampling is not None and design.sampling.strata:
        names.add(design.sampling.strata)
    return {design.variable(name.partition("[")[0]) for name in names} - set(UNITS)


def answering(design: Design, people: Repeated, values: Mapping[str, Floats]) -> Bools | None:
    """(R, n) whether a client answers; None where everybody does.

    The rate is met in the population at large, so that a replication does not depend on those
    that are drawn with it.
    """
    if design.unit is None:
        return None
    index = index_of(design.unit.paths, _named(design, values), people.n)
    chances = chance_of(_intercept(design) + index, "logit")
    return people.rows(people.uniform("responds")) < people.rows(chances)


def sampled(
    design: Design, people: Repeated, values: Mapping[str, Floats], levels: Mapping[str, Any]
) -> Floats | None:
    """(R, n) design weights, NaN for clients who are not drawn; None without a sample."""
    if design.sampling is None:
        return None
    strata = design.sampling.strata
    groups: dict[str, NDArray[Any]] = {name: numbered(people, name) for name in UNITS}
    if strata and strata not in UNITS:
        codes = people.rows(values[design.variable(strata)]).astype(np.intp)
        groups[strata] = np.array(levels[strata])[codes] if strata in levels else codes
    weight = np.full((people.replications, design.n), np.nan)
    for number in range(people.replications):
        own = {name: group[number] for name, group in groups.items()}
        streams = Streams(design.seed, people.replication + number)
        sample = draw_sample(design.sampling, own, streams)
        weight[number, sample.rows] = sample.weight
    return weight


def numbered(people: Repeated, name: str) -> NDArray[np.intp]:
    """(R, n) the therapist or the practice of each client, from 0 in every replication."""
    whole = people.therapist if name == "therapist" else people.practice
    units = people.units("therapist" if name == "therapist" else "practice")
    return whole.reshape(people.replications, -1) % (units // people.replications)


def _named(design: Design, values: Mapping[str, Floats]) -> dict[str, Floats]:
    """The values by the names that paths use: columns, and arms as 1 or 0."""
    found = dict(values)
    paths = design.unit.paths if design.unit else {}
    for name in {name.strip() for path in paths for name in path.split(":")}:
        source, bracket, arm = name.partition("[")
        variable = design.variable(source)
        found[name] = values[variable]
        if bracket:
            arms = design.structure.variables[variable].arms
            found[name] = (values[variable] == arms.index(arm.rstrip("]"))).astype(float)
    return found


@lru_cache(maxsize=64)
def _intercept(design: Design) -> float:
    if design.unit is None:
        return np.inf
    world = at_large(design)
    causes = causes_of_answering(design)
    values = world.values(wanted=causes) if causes else {}
    index = index_of(design.unit.paths, _named(design, values), world.population.n)
    return intercept_for(1 - design.unit.rate, index)
