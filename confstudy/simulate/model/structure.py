"""Structural models as declarations: variables, the paths into them, what each adds itself."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Self

import pandas as pd
from pydantic import Field, model_validator

from confstudy.errors import did_you_mean, listing
from confstudy.simulate.measure.instruments import Asked, Measure, Rated, Tested
from confstudy.simulate.measure.styles import Styles
from confstudy.simulate.model.calibration import Calibration, calibration_table
from confstudy.simulate.model.inquiries import Belief, Component
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
#: What a column may show besides variables: the number of each client's therapist or practice.
UNITS = ("therapist", "practice")


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
        if self.sessions is not None:
            self._require(self.sessions.causes, "the sessions")
            for term in self.sessions.terms:
                self._require_arms(term, "the sessions")
        for name, node in self.variables.items():
            self._require(node.parents - self._later, f"variable '{name}'")
            for term in node.terms:
                self._require_arms(term, f"variable '{name}'")
            self._require_level(name, node)
        self._require_measured()
        for term in self.nonresponse.terms:
            self._require(set(term.names) - self._later, "the nonresponse")
            self._require_arms(term, "the nonresponse")
        try:
            tuple(self.order)
        except CycleError as cycle:
            ring = " → ".join(reversed(cycle.args[1]))
            raise ValueError(f"the paths run in a circle: {ring}") from None
        return self

    def _require_measured(self) -> None:
        """What is measured is declared."""
        self._require({measure.of for measure in self.scales.values()}, "the scales")
        self._require({test.of for test in self.tests.values()}, "the tests")
        self._require({question.of for question in self.questions.values()}, "the questions")
        shown = set(self.columns.values()) - self._later - set(UNITS)
        self._require(shown, "the columns")
        for name, question in self.questions.items():
            kind = self.variables[question.of].kind
            if kind != "binary":
                raise ValueError(f"question '{name}' asks for '{question.of}', which is {kind}")

    @property
    def order(self) -> Iterable[str]:
        """The variables, causes before effects; the sessions stand among them as ``SESSIONS``."""
        graph = {name: sorted(node.parents) for name, node in self.variables.items()}
        if self.sessions is not None:
            graph |= {name: [SESSIONS] for name in self.sessions.results}
            graph[SESSIONS] = sorted(self.sessions.causes)
        order = TopologicalSorter(graph).static_order()
        return [name for name in order if name in self.variables or name == SESSIONS]

    @property
    def _later(self) -> set[str]:
        return set(self.sessions.results) if self.sessions is not None else set()

    def _require(self, names: set[str], where: str) -> None:
        for name in sorted(names - set(self.variables)):
            hint = did_you_mean(name, self.variables)
            known = listing(self.variables, most=30)
            raise ValueError(
                f"{where} names '{name}', which is not declared.{hint} There are: {known}"
            )

    def _require_level(self, name: str, node: Node) -> None:
        """What is a therapist's or a practice's own has no cause that differs within it."""
        wider = {"client": 0, "therapist": 1, "practice": 2}
        for cause in sorted(node.parents):
            below = self.variables[cause].level if cause in self.variables else "client"
            if wider[below] < wider[node.level]:
                raise ValueError(
                    f"variable '{name}' is a {node.level}'s and cannot be caused by '{cause}', "
                    f"which is a {below}'s"
                )

    def _require_arms(self, term: Term, where: str) -> None:
        for name, arm in term.causes:
            arms = self.variables[name].arms if name in self.variables else ()
            if arm is not None and arm not in arms:
                only = f", only {listing(arms)}" if arms else ", since it is no arm"
                raise ValueError(f"{where}: '{name}' has no arm '{arm}'{only}")
            if arm is None and arms:
                raise ValueError(f"{where}: name an arm of '{name}', such as {name}[{arms[-1]}]")
