"""What a study is to find out: numbers defined by potential outcomes, never typed in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

import numpy as np

from confstudy.design.declare import Design
from confstudy.design.reference import at_large
from confstudy.design.scales import scale_of
from confstudy.errors import DeclarationError, StructureError, unknown
from confstudy.simulate.model.effects import answers, clustered_error
from confstudy.simulate.model.query import Query
from confstudy.simulate.model.wording import words_of
from confstudy.simulate.model.world import World

__all__ = ["Inquiry", "ame", "ate", "att", "interaction", "natural_effect", "prevalence"]

Sides = tuple[str | float, str | float]


@dataclass(frozen=True)
class Inquiry:
    """A question to a design's model; its value is worked out, with its Monte Carlo error.

    Attributes
    ----------
    name
        What it is called in tables.
    outcome, cause
        Columns, scales or variables; a prevalence has no cause.
    contrast
        The two levels of the cause that are compared, if it is two.
    kind
        ``contrast``, ``step`` (per unit of the cause), ``treated`` or ``prevalence``.
    """

    name: str
    outcome: str
    cause: str = ""
    contrast: Sides | None = None
    kind: Literal["contrast", "step", "treated", "prevalence"] = "contrast"
    through: tuple[str, ...] = ()
    direct: bool = False
    by: tuple[tuple[str, Sides], ...] = ()

    def named(self, name: str) -> Inquiry:
        """The same by another name."""
        return replace(self, name=name)

    def value(self, design: Design) -> tuple[float, float]:
        """The estimand in the model's population at large, and its Monte Carlo standard error.

        In the outcome's own units: a chance for a binary outcome, places from 0 for an ordered
        one, points for a scale.

        Raises
        ------
        StructureError
            The model cannot be asked this, and what it can be asked.
        """
        return _value(design, replace(self, name=""))

    def words(self, design: Design) -> str:
        """What is compared with what."""
        if self.kind == "prevalence":
            return f"mean of {self.outcome} as things happen"
        return words_of(_query(design, self))

    def __repr__(self) -> str:
        return f"Estimand '{self.name}'"


def ate(outcome: str, **cause: Sides) -> Inquiry:
    """The average treatment effect: E[Y(a)] − E[Y(b)] over all clients.

    Parameters
    ----------
    outcome
        A column, a scale or a variable.
    cause
        One variable with its two levels, such as ``A=("absolute", "none")``.

    Examples
    --------
    >>> from confstudy.design.declare import Design
    >>> value, mcse = ate("T", A=("absolute", "none")).value(Design("therapy", seed=1))
    >>> value, mcse
    (0.505, 0.0)
    """
    name, sides = _one(cause)
    return Inquiry(f"ATE of {name} on {outcome}", outcome, name, sides)


def att(outcome: str, cause: str) -> Inquiry:
    """The effect on the treated: of what happened, among those to whom it happened.

    >>> att("T_last", "breach").kind
    'treated'
    """
    return Inquiry(f"ATT of {cause} on {outcome}", outcome, cause, kind="treated")


def ame(outcome: str, cause: str) -> Inquiry:
    """The average marginal effect: the mean change of the outcome per unit of a variable.

    >>> ame("N", "T").kind
    'step'
    """
    return Inquiry(f"AME of {cause} on {outcome}", outcome, cause, kind="step")


def natural_effect(
    outcome: str, *, through: Collection[str], direct: bool = False, **cause: Sides
) -> Inquiry:
    """The natural indirect effect by some mediators, or the natural direct effect past them.

    >>> natural_effect("D", through=["T"], A=("absolute", "none")).name
    'indirect effect of A on D through T'
    """
    name, sides = _one(cause)
    by = " and ".join(through)
    words = f"direct effect of {name} on {outcome} past {by}"
    if not direct:
        words = f"indirect effect of {name} on {outcome} through {by}"
    return Inquiry(words, outcome, name, sides, through=tuple(through), direct=direct)


def interaction(outcome: str, *, by: Mapping[str, Sides], **cause: Sides) -> Inquiry:
    """How much larger an effect is at one level of another variable than at another.

    >>> interaction("D", by={"E": (1, 0)}, A=("absolute", "none")).name
    'A × E on D'
    """
    name, sides = _one(cause)
    other, levels = _one(by)
    return Inquiry(f"{name} × {other} on {outcome}", outcome, name, sides, by=((other, levels),))


def prevalence(outcome: str) -> Inquiry:
    """How common an outcome is among all clients, or its mean.

    >>> prevalence("concealment").cause
    ''
    """
    return Inquiry(f"prevalence of {outcome}", outcome, kind="prevalence")


def _one(cause: Mapping[str, Sides]) -> tuple[str, Sides]:
    if len(cause) != 1:
        raise DeclarationError("An effect has one cause with two levels, such as A=('full', 'no').")
    ((name, sides),) = cause.items()
    if isinstance(sides, str) or len(sides) != 2:
        raise DeclarationError(f"'{name}' is compared at two levels, such as ('absolute', 'none').")
    return name, (sides[0], sides[1])


@lru_cache(maxsize=256)
def _value(design: Design, asked: Inquiry) -> tuple[float, float]:
    scale = scale_of(design, asked.outcome)
    own = asked.outcome in design.measures
    world = at_large(design)
    if asked.kind == "prevalence":
        return _mean(world, design, asked.outcome)
    if own and scale is not None:
        if asked.kind != "contrast" or asked.through or asked.by:
            raise DeclarationError(
                f"'{asked.outcome}' is a scale of the design: ask for a contrast of it, or for "
                f"'{scale.of}', which it measures."
            )
        cause, sides = design.variable(asked.cause), asked.contrast or ("", "")
        worlds = [world.values({cause: side}, [scale.of])[scale.of] for side in sides]
        change = scale.expected(worlds[0]) - scale.expected(worlds[1])
        return _rounded(float(change.mean()), clustered_error(world, change))
    (answer,) = answers(world, [_query(design, asked)])
    factor = len(scale.solved) if scale is not None and scale.total else 1
    return factor * answer.value, factor * answer.mcse


def _mean(world: World, design: Design, outcome: str) -> tuple[float, float]:
    scale = scale_of(design, outcome)
    if scale is not None:
        each = scale.expected(world.values(wanted=[scale.of])[scale.of])
        return _rounded(float(each.mean()), clustered_error(world, each))
    name = design.variable(outcome)
    node = design.structure.variables.get(name)
    smooth = node is not None and bool(node.paths) and node.kind != "latent"
    wanted = node.parents if smooth and node is not None else [name]
    values = world.values(wanted=wanted)
    each = world.expected(name, values) if smooth else values[name]
    return _rounded(float(np.mean(each)), clustered_error(world, each))


def _rounded(value: float, mcse: float) -> tuple[float, float]:
    return round(value, 6), round(mcse, 6)


def _query(design: Design, asked: Inquiry) -> Query:
    known = [*design.columns]
    names = [asked.outcome, asked.cause, *asked.through, *(name for name, _ in asked.by)]
    strange = [
        n for n in names if n and design.variable(n) == n and n not in known + _events(design)
    ]
    if strange:
        raise DeclarationError(unknown("Names", strange, known, "the design"))
    scales = {name: given.of for name, given in design.measures.items()}
    variable = {name: scales.get(name, design.variable(name)) for name in names if name}
    fields: dict[str, Any] = {
        "effect": asked.outcome
        if asked.outcome in design.structure.scales
        else variable[asked.outcome],
        "through": tuple(variable[name] for name in asked.through),
        "direct": asked.direct,
        "by": {variable[name]: sides for name, sides in asked.by},
    }
    cause = variable[asked.cause]
    if asked.kind == "contrast":
        fields["contrast"] = {cause: asked.contrast}
    elif asked.kind == "step":
        fields |= {"step": cause, "unit": "one"}
    else:
        fields["treated"] = cause
    structure = design.structure
    context = {name: getattr(structure, name) for name in ("variables", "scales", "sessions")}
    try:
        return Query.model_validate(fields, context=context)
    except ValueError as failed:
        told = str(failed).split("Value error, ")[-1].split(" [type=")[0]
        raise StructureError(f"Model '{structure.name}': {told}.") from None


def _events(design: Design) -> list[str]:
    sessions = design.structure.sessions
    return ["dropout", *sessions.events] if sessions is not None else []
