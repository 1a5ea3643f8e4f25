"""Simulated surveys whose truth is known."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook
from confstudy.errors import IdentifiedData, StructureError, listing
from confstudy.simulate.measure.observe import observed, observed_frame
from confstudy.simulate.model.parts import read_part
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.truth import Truth, truth_of
from confstudy.simulate.model.world import World
from confstudy.simulate.questionnaire import questionnaire
from confstudy.simulate.request import Do, Model, Request, request
from confstudy.simulate.sample.chances import Mechanism, Values
from confstudy.simulate.sample.invited import Invited, grouping_variables, invite
from confstudy.simulate.sample.respondents import answered, may_be_skipped, skipped
from confstudy.simulate.sample.sampling import Sampling
from confstudy.simulate.sample.weights import Replication
from confstudy.survey.load import load_table
from confstudy.survey.read import RawTable
from confstudy.survey.survey import Survey

__all__ = ["Simulation", "as_complete", "simulate"]


@dataclass(frozen=True, repr=False)
class Simulation:
    """A simulated survey, the people who did not answer it, and the truth behind it.

    Attributes
    ----------
    request
        The model, the population, what was done in it, and the columns asked for.
    nonresponse, response_rate
        The mechanism, and the rate where one was asked for.
    everyone
        All clients' answers, complete, as they would stand in a file; one row a client. Where a
        sample was drawn, they are the population it was drawn from.
    answered
        Whether each client was asked and answered.
    skipped
        Column → whether each respondent skipped it.
    invited
        The sample, where one was drawn.
    """

    request: Request
    nonresponse: Mechanism
    response_rate: float | None
    everyone: pd.DataFrame
    answered: NDArray[np.bool_]
    skipped: dict[str, NDArray[np.bool_]]
    invited: Invited | None = None

    @property
    def structure(self) -> Structure:
        """The model."""
        return self.request.structure

    @property
    def population(self) -> Population:
        """The clients, their therapists and practices."""
        return self.request.population

    @cached_property
    def codebook(self) -> Codebook:
        """The questionnaire's codebook, with the number of clients invited and their sample."""
        return self.request.codebook if self.invited is None else self.invited.codebook

    @cached_property
    def file(self) -> pd.DataFrame:
        """What the respondents' file holds: their answers, without the items they skipped."""
        answers = self.everyone[self.answered].reset_index(drop=True)
        columns = {
            str(name): column.mask(self.skipped[str(name)]) if name in self.skipped else column
            for name, column in answers.items()
        }
        if self.invited is None:
            return pd.DataFrame(columns)
        came = self.answered[self.invited.sample.rows]
        design = self.invited.columns[came].reset_index(drop=True)
        return pd.concat([pd.DataFrame(columns), design], axis=1)

    @cached_property
    def survey(self) -> Survey:
        """The respondents' survey, through the same gate as any other."""
        try:
            return load_table(self._table(self.file), self.codebook)
        except IdentifiedData:
            raise StructureError(
                f"{len(self.file)} simulated respondents are too few to pass the load gate of "
                f"codebook '{self.codebook.name}': simulate more."
            ) from None

    @property
    def complete(self) -> Survey:
        """The survey had every client answered everything and nothing been suppressed."""
        return load_table(self._table(self.everyone), as_complete(self.request.codebook))

    def _table(self, frame: pd.DataFrame) -> RawTable:
        return RawTable(frame, self.structure.name, "not written", "simulated")

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """Session by session what happened to each respondent, as long as they came.

        Returns
        -------
        DataFrame
            ``row`` (of the file, from 0), ``session`` (from 1), ``attended``, ``last`` (left
            after it), one column an event, and each state of the model as that session read it.

        Raises
        ------
        StructureError
            The model declares no sessions.
        """
        world = World(self.structure, self.population)
        log = world.course(self.request.do).log
        row = np.cumsum(self.answered) - 1
        kept = log[self.answered[log["client"]]].reset_index(drop=True)
        return kept.assign(client=row[kept["client"]]).rename(columns={"client": "row"})

    @cached_property
    def truth(self) -> Truth:
        """What the model says of its own effects."""
        return truth_of(self.structure)

    @property
    def _assumed(self) -> str:
        count = len(self.structure.assumptions)
        return f"; {count} numbers are assumptions: see .structure.sources" if count else ""

    def __repr__(self) -> str:
        sampled = "" if self.invited is None else f"{len(self.invited.columns):,} sampled, "
        return (
            f"Simulation of '{self.structure.name}': {self.population.clients:,} clients of "
            f"{self.population.therapists:,} therapists, {sampled}{int(self.answered.sum()):,} "
            f"answered ({self.nonresponse}), seed {self.population.seed}{self._assumed}"
        )


def as_complete(codebook: Codebook) -> Codebook:
    """The codebook of simulated answers that are kept whole: nothing is suppressed."""
    open_gate = {"k": 1, "suppress": (), "reason": "simulated"}
    protection = codebook.protection.model_copy(update=open_gate)
    return codebook.model_copy(update={"protection": protection})


def simulate(
    model: Model = "therapy",
    *,
    clients: int = 1200,
    therapists: int | None = None,
    seed: int,
    nonresponse: Mechanism = "mcar",
    response_rate: float | None = None,
    sample: Sampling | str | Path | None = None,
    replicate: Replication | None = None,
    do: Do | None = None,
    columns: Collection[str] | None = None,
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
        ``mnar``: as the model declares, in ``therapy`` clients who perceive less privacy answer
        less; ``mcar``: the same rates, at random; ``mar``: what the model declares to depend on
        observed columns; ``none``: everybody answers everything.
    response_rate
        The share of clients who would answer, in place of the model's.
    sample
        A sampling design, or a YAML file of one: the clients are then the population, those it
        draws are asked, and the survey holds their design weights.
    replicate
        Replicate weights, in place of those the sampling design names.
    do
        Variable → the arm or number that everybody has, such as ``{"A": "absolute"}``.
    columns
        The columns and scales of the codebook that are asked; all if left out.

    Raises
    ------
    StructureError
        What cannot be simulated, and what can.

    Examples
    --------
    >>> import confstudy as cs
    >>> cs.simulate("therapy", clients=600, seed=1)
    Simulation of 'therapy': 600 clients of 30 therapists, ... answered (mcar), seed 1; ...
    """
    asked = request(model, clients, therapists, seed, do, columns)
    _require_mechanism(nonresponse, response_rate)
    sampling = _sampling(sample, replicate)
    structure, population = asked.structure, asked.population
    causes = structure.nonresponse.under(nonresponse).variables
    groups = grouping_variables(structure, sampling) if sampling is not None else set()
    values = asked.values({*causes, *groups})
    came = answered(structure, values, population.streams, nonresponse, response_rate)
    invited = None
    if sampling is not None:
        invited = invite(structure, asked.codebook, population, values, sampling)
        drawn = np.zeros(population.n, dtype=bool)
        drawn[invited.sample.rows] = True
        came &= drawn
    everyone = observed_frame(structure, population, values, asked.columns)
    gaps = _skipped(asked, values, nonresponse, np.flatnonzero(came), invited)
    return Simulation(asked, nonresponse, response_rate, everyone, came, gaps, invited)


def _require_mechanism(nonresponse: str, rate: float | None) -> None:
    if nonresponse not in get_args(Mechanism):
        raise StructureError(f"'nonresponse' is one of {listing(get_args(Mechanism))}.")
    if rate is not None and nonresponse == "none":
        raise StructureError("With nonresponse 'none' everybody answers: leave the rate out.")
    if rate is not None and not 0 < rate < 1:
        raise StructureError("A response rate is above 0 and below 1, such as 0.65.")


def _sampling(
    sample: Sampling | str | Path | None, replicate: Replication | None
) -> Sampling | None:
    if sample is None:
        if replicate is not None:
            raise StructureError("Replicate weights are of a sample: give 'sample' as well.")
        return None
    sampling = sample if isinstance(sample, Sampling) else read_part(Sampling, sample)
    return sampling if replicate is None else sampling.model_copy(update={"replicate": replicate})


def _skipped(
    asked: Request,
    values: Values,
    mechanism: Mechanism,
    rows: NDArray[np.intp],
    invited: Invited | None,
) -> dict[str, NDArray[np.bool_]]:
    """What respondents skip, which does not depend on how many of the columns are asked."""
    structure, population = asked.structure, asked.population
    items = may_be_skipped(structure, questionnaire(structure), mechanism)
    item = structure.nonresponse.under(mechanism).item
    answers: Values = {}
    if items and item is not None and item.by_answer:
        whole = replace(asked, columns=tuple(items)).values()
        coded = observed(structure, population, whole, items)
        answers = {name: column.codes[rows].astype(float) for name, column in coded.items()}
    mine = {name: value[rows] for name, value in values.items()}
    found = skipped(structure, items, mine, answers, population.streams, mechanism, rows)
    kept = set(items if asked.columns is None else asked.columns)
    if invited is not None:
        kept -= {invited.codebook.design.strata, invited.codebook.design.cluster}
    return {name: mask for name, mask in found.items() if name in kept}
