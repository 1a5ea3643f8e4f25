"""What is drawn: a model, how many people, what is held fixed, which columns."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from confstudy.codebook.schema import Codebook
from confstudy.errors import StructureError, listing
from confstudy.simulate.measure.observe import shown_by
from confstudy.simulate.model.population import Population
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.model.world import World
from confstudy.simulate.questionnaire import questionnaire
from confstudy.simulate.sample.chances import Values

__all__ = ["Do", "Model", "Request", "request"]

Model = str | Path | Structure
Do = Mapping[str, str | float]


@dataclass(frozen=True)
class Request:
    """A model over a population, what is done in it, and the columns that are asked for.

    Attributes
    ----------
    do
        Variable → the arm or number it has for everybody.
    columns
        The columns of the questionnaire; None for all.
    """

    structure: Structure
    population: Population
    do: dict[str, str | float] = field(default_factory=dict)
    columns: tuple[str, ...] | None = None

    @property
    def held(self) -> list[str]:
        """What is done, each as ``NAME=VALUE``."""
        values = {n: v if isinstance(v, str) else f"{v:g}" for n, v in self.do.items()}
        return [f"{name}={value}" for name, value in values.items()]

    @property
    def codebook(self) -> Codebook:
        """The questionnaire, with how many were invited and where the answers come from."""
        declared = questionnaire(self.structure, self.columns)
        mode = f"simulated: {self.structure.name}, seed {self.population.seed}"
        if self.do:
            mode += f", {', '.join(self.held)} for everybody"
        fieldwork = declared.fieldwork.model_copy(
            update={"invited": self.population.clients, "mode": mode}
        )
        return declared.model_copy(update={"fieldwork": fieldwork})

    def values(self, others: Collection[str] = ()) -> Values:
        """The variables that the columns and ``others`` need, in the world of ``do``."""
        wanted = shown_by(self.structure, self.columns) | set(others)
        return World(self.structure, self.population).values(self.do, wanted or None)

    def over(self, population: Population) -> Request:
        """The same of another population, such as a window of this one."""
        return replace(self, population=population)


def request(
    model: Model,
    clients: int,
    therapists: int | None,
    seed: int,
    do: Do | None = None,
    columns: Collection[str] | None = None,
) -> Request:
    """Check what is asked for, before anything is drawn.

    Raises
    ------
    StructureError
        When the numbers, what is done or the columns cannot be.

    Examples
    --------
    >>> short = request("therapy", 600, None, 1, {"A": "absolute"}, ["arm", "privacy"])
    >>> short.population.therapists, len(short.columns)
    (30, 8)
    """
    if clients < 1 or seed < 0:
        raise StructureError("A simulation needs at least one client and a seed of 0 or more.")
    therapists = max(1, clients // 20) if therapists is None else therapists
    if not 1 <= therapists <= clients:
        raise StructureError(f"{clients} clients cannot be spread over {therapists} therapists.")
    if isinstance(columns, str):
        raise StructureError(f"'columns' is a list of names, such as ['{columns}'].")
    structure = read_structure(model)
    held = {name: _setting(structure, name, value) for name, value in (do or {}).items()}
    # A world of one client refuses names and arms that the model does not know.
    World(structure, Population(1, 1, seed)).values(held, set(held) & set(structure.variables))
    asked = None if columns is None else tuple(questionnaire(structure, columns).kept)
    return Request(structure, Population(clients, therapists, seed), held, asked)


def _setting(structure: Structure, name: str, value: str | float) -> str | float:
    """An arm's name as it is; any other setting as a number that the variable can have."""
    node = structure.variables.get(name)
    if isinstance(value, str) and node is not None and node.arms:
        return value
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise StructureError(f"'{name}' is set to a number; only arms have names.") from None
    levels = node.levels if node is not None else 0
    if levels and number not in range(levels):
        names = f", or one of {listing(node.arms)}" if node is not None and node.arms else ""
        raise StructureError(f"'{name}' is set to a whole number from 0 to {levels - 1}{names}.")
    if not math.isfinite(number):
        raise StructureError(f"'{name}' is set to a finite number.")
    return number
