"""Whether a design can answer its question, said before anything runs."""

from __future__ import annotations

from collections.abc import Collection

from confstudy.design.declare import Design
from confstudy.design.estimands import Inquiry
from confstudy.design.scales import scale_of
from confstudy.errors import DeclarationError, listing, unknown
from confstudy.simulate.model.graph import adjustment_sets, is_valid_adjustment
from confstudy.simulate.model.names import UNITS

__all__ = ["doubts", "require_answerable"]


def require_answerable(design: Design, asked: Inquiry, columns: Collection[str]) -> None:
    """Raise DeclarationError where the columns of an analysis cannot give the estimand.

    Parameters
    ----------
    columns
        What the analysis uses: outcome, predictors, groupings.

    Examples
    --------
    >>> from confstudy.design.declare import Design
    >>> from confstudy.design.estimands import ate
    >>> require_answerable(Design("therapy", seed=1), ate("ret", A=("absolute", "none")), ["ret"])
    Traceback (most recent call last):
    confstudy.errors.DeclarationError: 'ATE of A on ret' cannot be estimated: no column shows ...
    """
    strange = [name for name in columns if name not in design.columns]
    if strange:
        raise DeclarationError(unknown("Columns", strange, design.columns, "the design"))
    # Working the estimand out tells of causes and levels that the model does not have.
    asked.value(design)
    sources = _sources(design, columns)
    for what, name in (("outcome", asked.outcome), ("cause", asked.cause)):
        source = next(iter(_sources(design, [name]))) if name else ""
        if source and source not in sources:
            there = [n for n in design.columns if source in _sources(design, [n])]
            raise DeclarationError(
                f"'{asked.name}' cannot be estimated: no column shows its {what}, '{name}'. "
                f"Name one of {listing(there)} in the analysis."
            )
    node = design.structure.variables.get(design.variable(asked.cause))
    units = {"client": design.n, "therapist": design.therapists}
    if node is not None and node.arms:
        least = units.get(node.level, design.therapists // 5)
        if least < 2 * len(node.arms):
            raise DeclarationError(
                f"'{asked.cause}' has {len(node.arms)} arms for {least} "
                f"{node.level}{'s' if least != 1 else ''}: each arm needs two. Plan more."
            )


def doubts(design: Design, asked: Inquiry, columns: Collection[str]) -> list[str]:
    """What a reader of the plan should know: back doors left open, scales in place of latents."""
    if asked.kind == "prevalence" or asked.through:
        return []
    structure, told = design.structure, list[str]()
    cause = design.variable(asked.cause)
    outcome = next(iter(_sources(design, [asked.outcome])))
    node = structure.variables.get(cause)
    given = sorted(_sources(design, columns) & set(structure.variables) - {cause, outcome})
    known = cause in structure.variables and outcome in structure.variables
    randomised = node is not None and bool(node.arms)
    if known and not is_valid_adjustment(structure, cause, outcome, given):
        seen = _sources(design, design.columns) & set(structure.variables)
        sets = [] if randomised else adjustment_sets(structure, cause, outcome, seen)
        advice = f"Adjusting for {listing(sets[0])} would do." if sets and sets[0] else ""
        why = (
            f"the analysis adjusts for what '{asked.cause}' itself changes"
            if randomised
            else f"common causes of '{asked.cause}' and '{asked.outcome}' are not adjusted for"
        )
        told.append(f"{asked.name}: {why}: expect bias. {advice}".strip())
    for name in columns:
        scale = scale_of(design, name)
        if scale is not None and scale.of == cause:
            told.append(
                f"{asked.name}: '{name}' measures '{cause}' with error and in points: its "
                "coefficient is not the effect of the variable itself."
            )
    return told


def _sources(design: Design, columns: Collection[str]) -> set[str]:
    """The variables that columns show or measure."""
    found = set()
    for name in columns:
        if name in UNITS:
            continue
        scale = scale_of(design, name)
        found.add(scale.of if scale is not None else design.variable(name))
    return found
