"""A sample drawn from a simulated population, and how its codebook declares the design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Codebook, SampleDesign, Variable
from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.sample.chances import Values
from confstudy.simulate.sample.sampling import Codes, Sample, Sampling, draw_sample
from confstudy.simulate.sample.weights import ReplicateWeights, replicate_weights

__all__ = ["Invited", "grouping_variables", "invite"]

#: More replicates than this are columns that no program takes.
_MOST = 1_000
_UNITS = ("practice", "therapist", "client")
Part = Literal["strata", "cluster"]


@dataclass(frozen=True, eq=False, repr=False)
class Invited:
    """The clients a design chose, and what their file and its codebook hold of it.

    Attributes
    ----------
    sampling
        The design, with the replicates that were made.
    sample
        Who was chosen, with their chances.
    columns
        One row a sampled client: stratum and cluster, where no column of the questionnaire
        shows them, ``weight``, and the replicate weights ``weight_1`` and on.
    codebook
        The questionnaire's, with these columns and the design.
    """

    sampling: Sampling
    sample: Sample
    columns: pd.DataFrame
    codebook: Codebook


def grouping_variables(structure: Structure, sampling: Sampling) -> set[str]:
    """The variables of the model whose levels are strata or units.

    Raises
    ------
    StructureError
        When a grouping is neither a unit of the population nor a variable with levels.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> design = Sampling(strata="region", stages=[{"unit": "client", "take": 50}])
    >>> grouping_variables(read_structure("therapy"), design)
    {'region'}
    """
    named = {*sampling.units, sampling.strata} - {*_UNITS, ""}
    levelled = [name for name, node in structure.variables.items() if node.levels]
    strange = sorted(named - set(levelled))
    if strange:
        where = f"the units and the variables with levels of model '{structure.name}'"
        raise StructureError(unknown("Groupings", strange, [*_UNITS, *levelled], where))
    return named


def invite(
    structure: Structure,
    codebook: Codebook,
    population: Population,
    values: Values,
    sampling: Sampling,
) -> Invited:
    """Draw the sample of a survey from a population, with its design weights.

    The weight is one over the client's chance to be drawn: it is not adjusted for those who
    do not answer, nor calibrated to totals. Replicates leave out or repeat whole units of the
    first stage; where strata differ in their number of units, the codebook declares one
    multiplier a replicate. Where clients are drawn directly, the cluster stays what the
    questionnaire's codebook says it is.

    Parameters
    ----------
    codebook
        Of the questionnaire.
    values
        Variable → one value a client, for the :func:`grouping_variables`.

    Raises
    ------
    StructureError
        When the design does not fit the population, its replicates are too many, or the
        questionnaire has other columns of these names.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> from confstudy.simulate.questionnaire import questionnaire
    >>> therapy, people = read_structure("therapy"), Population(2000, 100, seed=1)
    >>> design = Sampling(stages=[{"unit": "practice", "take": 4}])
    >>> found = invite(therapy, questionnaire(therapy, ["arm"]), people, {}, design)
    >>> len(found.columns), list(found.columns), found.codebook.design.cluster
    (400, ['practice', 'weight'], 'practice')
    """
    shown = _Shown(structure, codebook, population, values)
    groups = {name: shown.codes(name) for name in sampling.units if name != "client"}
    if sampling.strata:
        groups[sampling.strata] = shown.words(sampling.strata)
    # Clients need a grouping to be counted by, even where none is drawn.
    groups.setdefault("therapist", population.therapist)
    sample = draw_sample(sampling, groups, population.streams)
    replicates = _replicates(sampling, sample, population)
    parts: dict[Part, str] = {"strata": sampling.strata, "cluster": sampling.units[0]}
    parts = {part: name for part, name in parts.items() if name not in ("", "client")}
    design = {part: shown.column(name) for part, name in parts.items()}
    added = {
        column: shown.words(parts[part], sample.rows)
        for part, column in design.items()
        if column not in codebook.kept
    }
    frame = pd.DataFrame({**added, "weight": sample.weight})
    if replicates is not None:
        frame = pd.concat([frame, replicates.table()], axis=1)
    declared = SampleDesign(
        weight="weight",
        strata=design.get("strata", ""),
        cluster=design.get("cluster", codebook.design.cluster),
        replicates=replicates.declared() if replicates is not None else None,
    )
    labels = {column: shown.label(parts[part]) for part, column in design.items()}
    asked = codebook.fieldwork.model_copy(update={"invited": len(frame)})
    book = _declared(codebook, declared, labels).model_copy(update={"fieldwork": asked})
    return Invited(sampling, sample, frame, book)


@dataclass(frozen=True)
class _Shown:
    """The groups of a population: their codes, their names, the column that shows them."""

    structure: Structure
    codebook: Codebook
    population: Population
    values: Values

    def codes(self, name: str) -> Codes:
        """(clients,) the group of each client."""
        if name == "practice":
            return self.population.practice
        return self.population.therapist if name == "therapist" else self.values[name].astype(int)

    def words(self, name: str, rows: Codes | slice = slice(None)) -> Codes:
        """The names of the clients' groups."""
        codes = self.codes(name)
        return np.array(self._names(name, int(codes.max(initial=0)) + 1))[codes[rows]]

    def column(self, name: str) -> str:
        """The column of the questionnaire that shows the groups, or the name of a new one."""
        for column, source in self.structure.columns.items():
            if source == name and column in self.codebook.kept:
                return column
        own = self.codebook.design.cluster
        return own if name == "therapist" and own not in self.structure.columns and own else name

    def label(self, name: str) -> str:
        """What the groups are, for the codebook."""
        node = self.structure.variables.get(name)
        return (node.label if node is not None else "") or name.capitalize()

    def _names(self, name: str, count: int) -> list[str]:
        if name in ("practice", "therapist"):
            return [f"{name[0].upper()}{j + 1:0{len(str(count))}d}" for j in range(count)]
        column, node = self.column(name), self.structure.variables[name]
        known = self.codebook.kept.get(column)
        named = node.arms or (known.categories if known is not None else ())
        return list(named) or [str(level) for level in range(node.levels)]


def _replicates(
    sampling: Sampling, sample: Sample, population: Population
) -> ReplicateWeights | None:
    replication = sampling.replicate
    if replication is None:
        return None
    count = replication.replicates or len(np.unique(sample.cluster))
    if count > _MOST:
        raise StructureError(
            f"{replication.method} would make about {count:,} replicate weights, one for each "
            f"'{sampling.units[0]}' drawn; {_MOST:,} are the most. Use 'method: bootstrap' with "
            "'replicates', or draw practices or therapists first."
        )
    return replicate_weights(
        replication, sample.weight, sample.cluster, sample.stratum, population.streams
    )


def _declared(codebook: Codebook, design: SampleDesign, labels: dict[str, str]) -> Codebook:
    """The codebook with the columns of a design; those it groups by are never suppressed."""
    variables = dict(codebook.variables)
    weights = design.replicates.weights if design.replicates else ()
    taken = [name for name in ("weight", *weights) if name in variables]
    taken += [name for name in labels if name in variables and variables[name].drop]
    if taken:
        raise StructureError(
            f"The questionnaire has columns {listing(taken)} already, which a sample's weights "
            f"and groups are called: rename them in codebook '{codebook.name}'."
        )
    parts: dict[Part, str] = {"strata": design.strata, "cluster": design.cluster}
    for part, name in parts.items():
        if name in labels:
            found = variables.get(name) or Variable(label=labels[name], type="code")
            roles = tuple(dict.fromkeys([*found.role, part]))
            variables[name] = found.model_copy(update={"role": roles})
    variables["weight"] = Variable(label="Design weight", type="numeric", role=("weight",))
    for number, name in enumerate(weights, start=1):
        label = f"Replicate weight {number}"
        variables[name] = Variable(label=label, type="numeric", role=("replicate_weight",))
    may = tuple(name for name in codebook.protection.suppress if name not in labels)
    protection = codebook.protection.model_copy(update={"suppress": may})
    changed = {"variables": variables, "design": design, "protection": protection}
    return codebook.model_copy(update=changed)
