"""What may be asked of a model: which effect, through what, for whom."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationInfo, model_validator

from confstudy.errors import did_you_mean, listing
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.reach import Reach

__all__ = ["NATURAL", "NEVER", "Query"]

#: A side of a contrast: as things happen, and an event that is kept from happening.
NATURAL, NEVER = "natural", "never"
Name = Annotated[str, BeforeValidator(str)]
Pair = dict[str, tuple[Name, Name]]


class Query(Part):
    """An effect the model is asked for, defined by potential outcomes (Pearl 2001).

    It names one cause: ``contrast: {A: [a, b]}`` is the mean of Y under do(A = a) less that
    under do(A = b), where a side may be ``natural`` (nothing is done) and, for an event, the
    number of a session or ``never``. ``treated: X`` is the mean of Y as things happen less
    that had X never happened, among those to whom X happened. ``step: X`` is the mean rate of
    change of Y in X, for one standard deviation of X and in standard deviations of Y where Y
    is latent; with ``unit: one`` for a change by 1 and in Y's own units.

    It may take the effect apart. ``path: [P, T]`` keeps only what runs X → P → T → Y, by
    whatever lies between two of these.
    ``through: [M]`` is the natural indirect effect Y(b, M(a)) − Y(b, M(b)), by every path that
    meets one of the mediators; with ``direct: true`` the natural direct effect
    Y(a, M(b)) − Y(b, M(b)). Both hold the rest at the reference b, so the total effect is the
    direct effect and the indirect one *at a*, Y(a, M(a)) − Y(a, M(b)). For a step the
    reference is what happens naturally, and the two sum to the total effect.

    ``given: {E: 1}`` asks it among those who naturally have that value. ``by: {Z: [u, v]}`` is
    the effect under do(Z = u) less that under do(Z = v): an interaction on the additive scale.
    """

    effect: str
    claim: str = ""
    contrast: Pair = Field(default_factory=dict)
    treated: str = ""
    step: str = ""
    unit: Literal["sd", "one"] = "sd"
    path: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    direct: bool = False
    given: dict[str, Name] = Field(default_factory=dict)
    by: Pair = Field(default_factory=dict)

    @property
    def cause(self) -> str:
        """The variable or event whose effect it is."""
        return self.step or self.treated or next(iter(self.contrast))

    @property
    def names(self) -> set[str]:
        """The variables the query names, besides the effect."""
        return {self.cause, *self.path, *self.through, *self.given, *self.by}

    @model_validator(mode="after")
    def _asks_one_thing(self, info: ValidationInfo) -> Self:
        if bool(self.step) + bool(self.treated) + bool(self.contrast) != 1 or (
            self.contrast and len(self.contrast) != 1
        ):
            raise ValueError(
                "an effect needs either a 'step' or a 'contrast' of one variable, or 'treated'"
            )
        if self.path and self.through:
            raise ValueError(
                "'path' is one path and 'through' all paths by its variables: leave one out"
            )
        if self.direct and not self.through:
            raise ValueError("'direct' needs 'through': the mediators that the effect leaves out")
        if self.unit != "sd" and not self.step:
            raise ValueError("'unit' belongs to 'step': leave it out")
        self._sides_differ()
        if self.effect == self.cause:
            raise ValueError(f"'{self.cause}' is both cause and effect: name another 'effect'")
        inner = {*self.path, *self.through}
        for name in sorted(inner & {self.cause, self.effect, *self.by}):
            raise ValueError(
                f"'{name}' is the cause, the effect or set by 'by', and no mediator: leave it out"
            )
        known = info.context or info.data
        if known and "variables" in known:
            _Known(known).require(self)
        return self

    def _sides_differ(self) -> None:
        if len(self.by) > 1:
            raise ValueError("'by' takes one variable with two levels, such as {A: [full, none]}")
        if self.cause in self.by:
            raise ValueError(f"'by' names the cause '{self.cause}': name another variable")
        for name, (one, other) in (self.contrast | self.by).items():
            if one == other:
                raise ValueError(f"'{name}' is {one} on both sides: name two levels")


class _Known:
    """The names a query may use, from the part of the model that is declared before it."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        self.nodes = declared["variables"]
        self.scales = declared.get("scales") or {}
        sessions = declared.get("sessions")
        self.events = ("dropout", *sessions.events) if sessions is not None else ()
        self.results = tuple(sessions.results) if sessions is not None else ()
        self.reach = Reach.of(self.nodes, sessions)

    def require(self, query: Query) -> None:
        """Raise ValueError where the query asks what the model cannot answer."""
        self._named("effect", query.effect, [*self.nodes, *self.results, *self.scales])
        self._cause(query)
        for name, sides in (query.contrast | query.by).items():
            for side in sides:
                if name in query.by or side != NATURAL:
                    self._level(name, side)
        for name, value in query.given.items():
            self._named("given", name, [*self.nodes, *self.results])
            if name.endswith("_last") or self._kind(name) == "latent":
                raise ValueError(
                    f"'given' takes single values, which '{name}' does not have: name a binary, "
                    "ordinal or arm variable"
                )
            self._level(name, value)
        self._mediators(query)

    def _cause(self, query: Query) -> None:
        field = "step" if query.step else "treated" if query.treated else "contrast"
        self._named(field, query.cause, [*self.nodes, *self.events])
        for name in query.by:
            self._named("by", name, [*self.nodes, *self.events])
        kind = self._kind(query.cause)
        if query.step and kind in ("event", "arm", "category", "binary"):
            raise ValueError(
                f"'step' needs a variable that rises by degrees, and '{query.cause}' is one of "
                f"kind {kind}: use 'contrast'"
            )
        if query.treated and kind not in ("event", "binary"):
            raise ValueError(
                f"'treated' needs an event or a binary variable, and '{query.cause}' is one of "
                f"kind {kind}: use 'contrast' with 'given'"
            )

    def _mediators(self, query: Query) -> None:
        field = "path" if query.path else "through"
        measured = self.scales.get(query.effect)
        end = measured.of if measured is not None else query.effect
        between = sorted(
            self.reach.below([query.cause])
            & self.reach.above([end])
            & set(self.nodes) - {query.cause, query.effect}
        )
        for name in (*query.path, *query.through):
            if name in self.results:
                raise ValueError(
                    f"'{field}' names '{name}', which comes of the sessions and cannot be held: "
                    f"name one of {listing(between)}"
                )
            self._named(field, name, self.nodes)
            if name not in between:
                raise ValueError(
                    f"'{field}' names '{name}', which no path from '{query.cause}' to "
                    f"'{query.effect}' meets: name one of {listing(between)}"
                )
        for name, after in pairwise(query.path):
            if after not in self.reach.below([name]):
                raise ValueError(
                    f"'path' goes against the arrows: '{name}' does not move '{after}'"
                )

    def _kind(self, name: str) -> str:
        return str(self.nodes[name].kind) if name in self.nodes else "event"

    def _level(self, name: str, value: str) -> None:
        arms = self.nodes[name].arms if name in self.nodes else ()
        if arms:
            self._named(f"{name}", value, arms)
            return
        if value == NEVER and name in self.events:
            return
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not abs(number) < float("inf"):
            words = f"a session's number or '{NEVER}'" if name in self.events else "a number"
            raise ValueError(f"'{name}' takes {words}, not '{value}'")
        if name in self.events and (number < 0 or number % 1):
            raise ValueError(f"'{name}' happens at a whole session, or '{NEVER}', not at {value}")

    def _named(self, field: str, name: str, allowed: Any) -> None:
        if name not in allowed:
            raise ValueError(
                f"'{field}' names '{name}', which is not declared.{did_you_mean(name, allowed)} "
                f"There are: {listing(allowed, most=30)}"
            )
