"""Structural models as declarations: variables, the paths into them, what each adds itself."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Self

import pandas as pd
from pydantic import Field, model_validator

from confstudy.simulate.measure.instruments import Asked, Measure, Rated, Tested
from confstudy.simulate.measure.styles import Styles
from confstudy.simulate.model.calibration import Calibration, calibration_table
from confstudy.simulate.model.inquiries import Belief, Component
from confstudy.simulate.model.names import Misplaced, require_names
from confstudy.simulate.model.node import Node
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.query import Query
from confstudy.simulate.model.sessions import Sessions
from confstudy.simulate.model.terms import Alike, Term
from confstudy.simulate.sample.missing import Nonresponse

__all__ = [
    "Alike",
    "Measure",
    "Node",
    "Nonresponse",
    "Query",
    "Structure",
    "Term",
]

#: The place of the sessions among the variables.
SESSIONS = "(sessions)"


class Structure(Part):
    """A structural causal model, how it is observed, and what may be asked of it.

    ``scales`` and ``tests`` measure latent variables by items, ``questions`` ask indirectly for
    a binary one, ``vignettes`` are rated, and ``columns`` show a variable, a result of the
    sessions, or the number of the ``therapist`` or ``practice`` as it is. ``transport`` is what
    the numbers measured on another population are multiplied by.
    """

    name: str
    title: str = ""
    codebook: str
    variables: dict[str, Node]
    scales: dict[str, Measure] = Field(default_factory=dict)
    tests: dict[str, Tested] = Field(default_factory=dict)
    questions: dict[str, Asked] = Field(default_factory=dict)
    vignettes: dict[str, Rated] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    styles: Styles = Styles()
    transport: dict[str, float] = Field(default_factory=dict)
    sessions: Sessions | None = None
    nonresponse: Nonresponse
    estimands: dict[str, Query] = Field(default_factory=dict)
    components: dict[str, Component] = Field(default_factory=dict)
    beliefs: dict[str, Belief] = Field(default_factory=dict)
    calibration: tuple[Calibration, ...] = Field(default=(), init=False)

    @property
    def sources(self) -> pd.DataFrame:
        """Where the numbers come from: place, value, source, verified, note."""
        return calibration_table(self.calibration)

    @property
    def assumptions(self) -> tuple[Calibration, ...]:
        """The numbers whose source nobody has verified."""
        return tuple(entry for entry in self.calibration if not entry.verified)

    def __repr__(self) -> str:
        events = f", {len(self.sessions.events)} events" if self.sessions is not None else ""
        asked = len(self.estimands) + len(self.components) + len(self.beliefs)
        sourced = f"{len(self.assumptions)} of {len(self.calibration)} sourced numbers"
        return (
            f"Model '{self.name}': {len(self.variables)} variables{events}, {asked} estimands; "
            f"{sourced} are assumptions: see .sources"
        )

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        require_names(self)
        try:
            tuple(self.order)
        except CycleError as cycle:
            ring = list(reversed(cycle.args[1]))
            place = ("variables", ring[1], "paths", ring[0])
            raise Misplaced(place, f"the paths run in a circle: {' → '.join(ring)}") from None
        return self

    @property
    def order(self) -> Iterable[str]:
        """The variables, causes before effects; the sessions stand among them as ``SESSIONS``."""
        graph = {name: sorted(node.parents) for name, node in self.variables.items()}
        if self.sessions is not None:
            graph |= {name: [SESSIONS] for name in self.sessions.results}
            graph[SESSIONS] = sorted(self.sessions.causes)
        order = TopologicalSorter(graph).static_order()
        return [name for name in order if name in self.variables or name == SESSIONS]
