"""Designs: a model of the world, and how a study would draw, assign, measure and lose clients."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from pathlib import Path
from typing import Any, Self

import numpy as np
from pydantic import ValidationError

from confstudy.design.parts import Assigned, Reading, Unit, declared
from confstudy.errors import DeclarationError, StructureError, listing, unknown
from confstudy.simulate.model.alter import altered, numbers
from confstudy.simulate.model.names import UNITS
from confstudy.simulate.model.parts import read_part
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.repeated import Repeated, repeated
from confstudy.simulate.model.structure import Structure
from confstudy.simulate.sample.sampling import Sampling

__all__ = ["WEIGHT", "Design"]

#: The column of design weights, where a sample is drawn.
WEIGHT = "weight"


@dataclass(frozen=True, repr=False, eq=False, init=False)
class Design:
    """A study as it is planned; every method gives another design and changes nothing.

    Begin with ``Design(model, seed=…)``: 60 therapists with 20 clients each, of whom everybody
    is asked and answers.

    Attributes
    ----------
    structure
        The causal model; given as a bundled name, the path of a YAML file, or as it was read.
    seed
        0 or more; the same seed gives the same replications, on any number of workers.
    therapists, each
        How many, with how many clients each.
    measures
        Scales that the design declares itself, besides those of the model.
    unit, item
        Who does not answer at all, and which share of the items of scales is skipped.
    sampling
        A sampling design, for which the clients are the population.

    Examples
    --------
    >>> import confstudy as cs
    >>> planned = (cs.Design("therapy", seed=2026)
    ...     .population(therapists=30, clients=20)
    ...     .assign(A=cs.block_ra(["none", "conditional", "absolute"]))
    ...     .measure(privacy=cs.likert("P", items=6, points=5, reverse=[2, 5], alpha=0.85))
    ...     .missing(unit=cs.mnar("P", slope=0.4, rate=0.35)))
    >>> planned.n
    600
    """

    structure: Structure
    seed: int
    therapists: int
    each: float
    measures: Mapping[str, Reading]
    unit: Unit | None
    item: float
    sampling: Sampling | None

    def __init__(
        self,
        structure: str | Path | Structure = "therapy",
        seed: int = -1,
        therapists: int = 60,
        each: float = 20.0,
        measures: Mapping[str, Reading] | None = None,
        unit: Unit | None = None,
        item: float = 0.0,
        sampling: Sampling | None = None,
    ) -> None:
        if not isinstance(seed, int | np.integer) or seed < 0:
            raise DeclarationError("A design needs a seed, 0 or more: Design('therapy', seed=1).")
        given = {
            "structure": read_structure(structure), "seed": int(seed), "therapists": therapists,
            "each": float(each), "measures": dict(measures or {}), "unit": unit, "item": item,
            "sampling": sampling,
        }  # fmt: skip
        for name, value in given.items():
            object.__setattr__(self, name, value)

    @property
    def n(self) -> int:
        """Clients in all; with a sampling design, the population it is drawn from."""
        return max(1, round(self.therapists * self.each))

    def population(
        self,
        *,
        therapists: int | None = None,
        clients: float | None = None,
        n: int | None = None,
    ) -> Self:
        """How many therapists, with how many ``clients`` each; or ``n`` clients in all.

        With ``n`` alone the clients of each therapist stay as many, and therapists change.
        """
        each = self.each if clients is None else float(clients)
        if n is not None and therapists is not None:
            each = n / therapists
        elif n is not None:
            therapists = max(1, round(n / each))
            each = n / therapists
        therapists = self.therapists if therapists is None else therapists
        if therapists < 1 or each < 1:
            raise DeclarationError(
                "A design needs one therapist or more, each with one client or more."
            )
        return replace(self, therapists=therapists, each=each)

    def assign(self, **arms: Assigned) -> Self:
        """Give the arms of a variable out at random: ``assign(A=block_ra([…]))``."""
        content = self.structure.model_dump(exclude={"calibration"})
        for name, given in arms.items():
            self._known("Variables", name, self.structure.variables)
            _require(given, Assigned, name, "'complete_ra', 'block_ra' or 'cluster_ra'")
            node = content["variables"][name]
            node |= {"kind": "arm", "arms": given.arms, "within": given.by, "level": given.level}
        try:
            changed = Structure.model_validate(content)
        except ValidationError as failed:
            told = {e["msg"].removeprefix("Value error, ") for e in failed.errors()}
            raise StructureError(f"{'; '.join(sorted(told))}.") from None
        kept = changed.model_copy(update={"calibration": self.structure.calibration})
        return replace(self, structure=kept)

    def measure(self, **scales: Reading) -> Self:
        """Measure latent variables by scales: ``measure(privacy=likert("P", …))``."""
        for name, given in scales.items():
            _require(given, Reading, name, "'likert'")
            self._known("Variables", given.of, self.structure.variables)
        return replace(self, measures={**self.measures, **scales})

    def missing(self, *, unit: Unit | None = None, item: float | None = None) -> Self:
        """Who does not answer, and the share of the items of scales that are skipped."""
        if item is not None and not 0 <= item < 1:
            raise DeclarationError("The share of skipped items is 0 or more and below 1.")
        if unit is not None:
            _require(unit, Unit, "unit", "'mcar', 'mar' or 'mnar'")
        known = [*self.structure.variables, *self.structure.columns]
        for path in unit.paths if unit else ():
            self._known("Variables", path.split("[")[0].split(":")[0], known)
        return replace(
            self, unit=unit or self.unit, item=self.item if item is None else float(item)
        )

    def sample(self, sampling: Sampling | str | Path) -> Self:
        """Ask only a sample of the population, drawn by strata, clusters or size."""
        drawn = sampling if isinstance(sampling, Sampling) else read_part(Sampling, sampling)
        return replace(self, sampling=drawn)

    def vary(self, **changes: Any) -> Self:
        """The same design with other numbers.

        ``n``, ``therapists``, ``clients`` (of each therapist), ``seed``, ``rate`` (of not
        answering), ``item``; ``alpha_NAME`` of a scale that the design measures; or a number of
        the model by its place, in a mapping: ``vary(**{"variables.T.paths.P": 0.3})``, for
        short ``T.P``.
        """
        changed = self
        for name, value in changes.items():
            if not isinstance(value, Real) or not math.isfinite(value):
                raise DeclarationError(f"'{name}' is varied to a number.")
        sizes = {k: changes.pop(k) for k in ("therapists", "clients", "n") if k in changes}
        if sizes:
            changed = changed.population(**sizes)
        for name, value in changes.items():
            changed = changed._varied(name, value)
        return changed

    def _varied(self, name: str, value: Any) -> Self:
        if name == "seed":
            return replace(self, seed=int(value))
        if name == "item":
            return self.missing(item=value)
        if name == "rate":
            if self.unit is None:
                raise DeclarationError("Everybody answers in this design: declare 'missing' first.")
            return replace(self, unit=declared(Unit, **{**self.unit.model_dump(), "rate": value}))
        if name.removeprefix("alpha_") in self.measures and name.startswith("alpha_"):
            scale = name.removeprefix("alpha_")
            parts = {**self.measures[scale].model_dump(), "alpha": float(value)}
            given = declared(Reading, **parts)
            return replace(self, measures={**self.measures, scale: given})
        outcome, dot, cause = name.partition(".")
        place = f"variables.{outcome}.paths.{cause}"
        if dot and outcome in self.structure.variables:
            name = place
        if name not in numbers(self.structure) and not name.startswith("variables."):
            sizes = ["n", "therapists", "clients", "seed", "rate", "item"]
            own = [f"alpha_{scale}" for scale in self.measures]
            raise DeclarationError(
                unknown("Numbers", [name], [*sizes, *own, "OUTCOME.CAUSE"], "a design")
            )
        return replace(self, structure=altered(self.structure, {name: float(value)}))

    def people(self, first: int = 0, replications: int = 1) -> Repeated:
        """The clients of some replications."""
        return repeated(self.n, self.therapists, self.seed, first=first, replications=replications)

    def variable(self, name: str) -> str:
        """The variable that a column shows, or the name itself."""
        return self.structure.columns.get(name, name)

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything an analysis may name."""
        structure = self.structure
        results = structure.sessions.results if structure.sessions is not None else ()
        weight = (WEIGHT,) if self.sampling is not None else ()
        named = (*structure.columns, *structure.variables, *results, *structure.scales)
        return tuple(dict.fromkeys([*named, *self.measures, *UNITS, *weight]))

    @cached_property
    def key(self) -> str:
        """Equal for designs that give the same replications."""
        parts = {
            "structure": json.loads(self.structure.model_dump_json(exclude={"calibration"})),
            "size": [self.seed, self.therapists, self.each],
            "measures": {name: given.model_dump() for name, given in self.measures.items()},
            "unit": self.unit.model_dump() if self.unit else None,
            "item": self.item,
            "sampling": self.sampling.model_dump() if self.sampling else None,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Design) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def _known(self, what: str, name: str, among: Any) -> None:
        if name not in among:
            raise DeclarationError(unknown(what, [name], among, f"'{self.structure.name}'"))

    def __repr__(self) -> str:
        arms = [name for name, node in self.structure.variables.items() if node.arms]
        lost = f", {self.unit.rate:.0%} do not answer ({self.unit.mechanism})" if self.unit else ""
        sampled = ", sampled" if self.sampling is not None else ""
        scales = f", scales {listing(self.measures)}" if self.measures else ""
        of = f" of {self.therapists:,} therapists" if self.therapists > 1 else ""
        return (
            f"Design over '{self.structure.name}': {self.n:,} clients{of}"
            f"{sampled}, arms {listing(arms)}{scales}{lost}, seed {self.seed}"
        )


def _require(given: Any, kind: type, name: str, makers: str) -> None:
    if not isinstance(given, kind):
        raise DeclarationError(f"'{name}' is what {makers} gives, not a {type(given).__name__}.")
