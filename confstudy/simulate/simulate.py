"""Simulated surveys whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.read import read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.errors import IdentifiedData, StructureError, listing
from confstudy.simulate.measure.observe import observed_frame
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.truth import Truth, truth_of
from confstudy.simulate.model.world import World
from confstudy.simulate.sample.response import Mechanism, responds, skips
from confstudy.survey.load import load_table
from confstudy.survey.read import RawTable
from confstudy.survey.survey import Survey

__all__ = ["Simulation", "simulate"]

_MECHANISMS = ("mnar", "mcar", "none")


@dataclass(frozen=True, repr=False)
class Simulation:
    """A simulated survey, the people who did not answer it, and the truth behind it.

    Attributes
    ----------
    everyone
        All clients' answers, complete, as they would stand in a file; one row a client.
    answered
        Whether each client answered.
    """

    structure: Structure
    population: Population
    nonresponse: Mechanism
    everyone: pd.DataFrame
    answered: NDArray[np.bool_]

    @cached_property
    def codebook(self) -> Codebook:
        """The model's codebook, with the number of clients invited."""
        declared = read_codebook(self.structure.codebook)
        mode = f"simulated: {self.structure.name}, seed {self.population.seed}"
        fieldwork = declared.fieldwork.model_copy(
            update={"invited": self.population.clients, "mode": mode}
        )
        return declared.model_copy(update={"fieldwork": fieldwork})

    @cached_property
    def file(self) -> pd.DataFrame:
        """What the respondents' file holds: their answers, without the items they skipped."""
        columns = {}
        items = {item for scale in self.codebook.scales.values() for item in scale.items}
        for name, column in self.everyone.items():
            if name in items and self.nonresponse != "none":
                n, seed = self.population.clients, self.population.seed
                column = column.mask(skips(self.structure.nonresponse, str(name), n, seed))
            columns[str(name)] = column
        return pd.DataFrame(columns)[self.answered].reset_index(drop=True)

    @cached_property
    def survey(self) -> Survey:
        """The respondents' survey, through the same gate as any other."""
        raw = RawTable(self.file, self.structure.name, "not written", "simulated")
        try:
            return load_table(raw, self.codebook)
        except IdentifiedData:
            raise StructureError(
                f"{len(self.file)} simulated respondents are too few to pass the load gate of "
                f"codebook '{self.codebook.name}': simulate more."
            ) from None

    @property
    def complete(self) -> Survey:
        """The survey had every client answered everything and nothing been suppressed."""
        open_gate = {"k": 1, "suppress": (), "reason": "simulated"}
        protection = self.codebook.protection.model_copy(update=open_gate)
        codebook = self.codebook.model_copy(update={"protection": protection})
        return load_table(
            RawTable(self.everyone, self.structure.name, "not written", "simulated"), codebook
        )

    @cached_property
    def truth(self) -> Truth:
        """What the model says of its own effects."""
        return truth_of(self.structure)

    @property
    def _assumed(self) -> str:
        count = len(self.structure.assumptions)
        return f"; {count} numbers are assumptions: see .structure.sources" if count else ""

    def __repr__(self) -> str:
        return (
            f"Simulation of '{self.structure.name}': {self.population.clients:,} clients of "
            f"{self.population.therapists:,} therapists, {int(self.answered.sum()):,} answered "
            f"({self.nonresponse}), seed {self.population.seed}{self._assumed}"
        )


def simulate(
    model: str | Structure = "therapy",
    *,
    clients: int = 1200,
    therapists: int | None = None,
    seed: int,
    nonresponse: Mechanism = "mcar",
) -> Simulation:
    """Draw a survey from a structural model; use it to teach, to plan and to test analyses.

    Parameters
    ----------
    model
        A bundled name, the path of a YAML file, or a Structure.
    clients, therapists
        How many; 20 clients a therapist unless said otherwise.
    seed
        The same seed gives the same survey.
    nonresponse
        ``mcar``: some do not answer, at random; ``mnar``: the same rate, but clients who
        perceive less privacy answer less; ``none``: everybody answers everything.

    Examples
    --------
    >>> import confstudy as cs
    >>> cs.simulate("therapy", clients=600, seed=1)
    Simulation of 'therapy': 600 clients of 30 therapists, 403 answered (mcar), seed 1; 16 numbers \
are assumptions: see .structure.sources
    """
    if clients < 1 or seed < 0:
        raise StructureError("A simulation needs at least one client and a seed of 0 or more.")
    if nonresponse not in _MECHANISMS:
        raise StructureError(f"'nonresponse' is one of {listing(_MECHANISMS)}.")
    structure = read_structure(model)
    therapists = max(1, clients // 20) if therapists is None else therapists
    if not 1 <= therapists <= clients:
        raise StructureError(f"{clients} clients cannot be spread over {therapists} therapists.")
    population = Population(clients, therapists, seed)
    values = World(structure, population).values()
    answered = responds(structure.nonresponse, values, seed, nonresponse)
    everyone = observed_frame(structure, population, values)
    return Simulation(structure, population, nonresponse, everyone, answered)
