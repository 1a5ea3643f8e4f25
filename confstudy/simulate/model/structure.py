"""Structural models as declarations: variables, the paths into them, what each adds itself."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Literal, Self

import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from confstudy.errors import did_you_mean, listing
from confstudy.simulate.measure.items import Likert
from confstudy.simulate.measure.styles import Styles
from confstudy.simulate.model.calibration import Calibration, calibration_table
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.population import Level
from confstudy.simulate.model.sessions import Sessions
from confstudy.simulate.model.terms import Alike, Spread, Term

__all__ = [
    "Alike",
    "Measure",
    "Node",
    "Nonresponse",
    "Query",
    "Structure",
    "Term",
    "UnitNonresponse",
]

#: The place of the sessions among the variables.
SESSIONS = "(sessions)"
Share = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, BeforeValidator(str)]


class Node(Part):
    """One variable: what kind it is, the paths into it, what it adds itself.

    A ``count`` is Poisson with the exponential of its paths as mean, more spread where it has
    noise. A binary or ordinal variable cuts a latent one with normal noise (``link: probit``)
    or with logistic noise of scale 1 (``link: logit``). An ``arm`` is assigned in equal
    numbers: among all, ``within`` each therapist, or to whole units of its ``level``.
    """

    label: str = ""
    level: Level = "client"
    kind: Literal["latent", "binary", "ordinal", "count", "category", "arm"] = "latent"
    link: Literal["probit", "logit"] = "probit"
    intercept: float = 0.0
    paths: dict[str, float] = Field(default_factory=dict)
    therapist: Spread | Alike = 0.0
    practice: Spread | Alike = 0.0
    noise: Spread = 0.0
    share: Share | None = None
    shares: tuple[Share, ...] = ()
    cuts: tuple[float, ...] = ()
    arms: tuple[Name, ...] = ()
    within: Literal["", "therapist"] = ""

    @property
    def terms(self) -> list[Term]:
        """The paths, parsed."""
        return [Term.parse(text, coefficient) for text, coefficient in self.paths.items()]

    @property
    def levels(self) -> int:
        """How many values it takes; none is counted where it is latent."""
        counts = {
            "arm": len(self.arms),
            "category": len(self.shares),
            "ordinal": len(self.cuts) + 1,
        }
        return 2 if self.kind == "binary" else counts.get(self.kind, 0)

    @property
    def own(self) -> float:
        """The scale of the noise: the declared one, or 1 where it is logistic."""
        return 1.0 if self.link == "logit" else self.noise

    @property
    def shared(self) -> dict[Level, float]:
        """The standard deviations of the effects of therapist and practice."""
        declared: dict[Level, float | Alike] = {
            "therapist": self.therapist,
            "practice": self.practice,
        }
        spreads: dict[Level, float] = {
            level: effect.spread(self.noise) if isinstance(effect, Alike) else effect
            for level, effect in declared.items()
        }
        return {level: spread for level, spread in spreads.items() if spread}

    @property
    def parents(self) -> set[str]:
        """The variables that point here."""
        return {name for term in self.terms for name in term.names}

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "arm" and len(self.arms) < 2:
            raise ValueError("an arm needs two 'arms' or more")
        if self.kind == "category" and abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the 'shares' of a category sum to 1, not {sum(self.shares):g}")
        if self.kind == "ordinal" and not self.cuts:
            raise ValueError("an ordinal variable needs 'cuts'")
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("'cuts' go up")
        if self.link == "logit" and self.kind not in ("binary", "ordinal"):
            raise ValueError("only a binary or ordinal variable has 'link: logit'")
        if self.link == "logit" and self.noise:
            raise ValueError("with 'link: logit' the noise is logistic: leave 'noise' out")
        if self.kind in ("binary", "ordinal") and self.paths and not self.own:
            raise ValueError("a variable that is cut needs 'noise' above 0, or 'link: logit'")
        if self.level != "client" and self.shared:
            raise ValueError(f"a {self.level}'s variable has no effect of therapist or practice")
        if self.kind == "binary" and (self.share is None) == (not self.paths):
            raise ValueError("a binary variable needs either a 'share' or 'paths'")
        return self


class Measure(Likert):
    """A scale of the codebook as the reflection of a latent variable.

    Its items have the declared α on as many points as the codebook gives them; ``cuts`` or
    ``shares`` say how common each answer is, ``items`` what is different for one of them.
    """

    of: str


class UnitNonresponse(Part):
    """Who answers at all: a logit of latent variables. No paths means completely at random."""

    intercept: float
    paths: dict[str, float] = Field(default_factory=dict)


class Nonresponse(Part):
    """Who answers, and the share of items that respondents skip at random."""

    unit: UnitNonresponse
    item: Annotated[float, Field(ge=0, lt=1)] = 0.0


class Query(Part):
    """An effect the model is asked for: of a contrast, of a step, or along one path.

    ``effect: Y`` with ``contrast: {A: [a, b]}`` is the mean of Y under do(A = a) less that
    under do(A = b); with ``path: [P, T]`` only what runs A → P → T → Y. ``effect: Y`` with
    ``step: X`` is the mean rate of change of Y in X, for one standard deviation of X and
    in standard deviations of Y where Y is latent.
    """

    effect: str
    claim: str = ""
    contrast: dict[str, tuple[Name, Name]] = Field(default_factory=dict)
    path: tuple[str, ...] = ()
    step: str = ""

    @model_validator(mode="after")
    def _asks_one_thing(self) -> Self:
        if bool(self.step) == (len(self.contrast) == 1):
            raise ValueError("an effect needs either a 'step' or a 'contrast' of one variable")
        return self

    @property
    def names(self) -> set[str]:
        """The variables the query names, besides the effect."""
        return {*self.contrast, *self.path, *([self.step] if self.step else [])}


class Structure(Part):
    """A structural causal model, how it is observed, and what may be asked of it."""

    name: str
    title: str = ""
    codebook: str
    variables: dict[str, Node]
    scales: dict[str, Measure] = Field(default_factory=dict)
    columns: dict[str, str] = Field(default_factory=dict)
    styles: Styles = Styles()
    sessions: Sessions | None = None
    nonresponse: Nonresponse
    estimands: dict[str, Query] = Field(default_factory=dict)
    calibration: tuple[Calibration, ...] = Field(default=(), init=False)

    @property
    def sources(self) -> pd.DataFrame:
        """Where the numbers come from: place, value, source, verified, note."""
        return calibration_table(self.calibration)

    @property
    def assumptions(self) -> tuple[Calibration, ...]:
        """The numbers whose source nobody has verified."""
        return tuple(entry for entry in self.calibration if not entry.verified)

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        if self.sessions is not None:
            self._require(self.sessions.causes, "the sessions")
        for name, node in self.variables.items():
            self._require(node.parents - self._later, f"variable '{name}'")
            for term in node.terms:
                self._require_arms(term, name)
            self._require_level(name, node)
        self._require({measure.of for measure in self.scales.values()}, "the scales")
        self._require(set(self.columns.values()), "the columns")
        self._require(set(self.nonresponse.unit.paths), "the nonresponse")
        for name, query in self.estimands.items():
            self._require(query.names, f"estimand '{name}'")
            if query.effect not in self.scales:
                self._require({query.effect}, f"estimand '{name}'")
        try:
            tuple(self.order)
        except CycleError as cycle:
            ring = " → ".join(reversed(cycle.args[1]))
            raise ValueError(f"the paths run in a circle: {ring}") from None
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
                raise ValueError(
                    f"variable '{where}': '{name}' has no arm '{arm}', only {listing(arms)}"
                )
            if arm is None and arms:
                raise ValueError(
                    f"variable '{where}': name an arm of '{name}', such as {name}[{arms[-1]}]"
                )
