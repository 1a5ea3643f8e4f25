"""Whether a design can answer its question, said before anything runs."""

from __future__ import annotations

from collections.abc import Collection

from confstudy.design.batch import Answer
from confstudy.design.declare import WEIGHT, Design
from confstudy.design.estimands import Inquiry
from confstudy.design.scales import scale_of
from confstudy.errors import DeclarationError, listing, unknown
from confstudy.simulate.model.graph import adjustment_sets, descendants, is_valid_adjustment
from confstudy.simulate.model.names import UNITS

__all__ = ["doubts", "require_answerable", "require_kinds"]


def require_kinds(design: object, asked: object, answer: object) -> None:
    """Raise DeclarationError where something else stands for a design, an estimand, an answer."""
    if not isinstance(design, Design):
        raise DeclarationError("A design is what 'Design' gives, several, or name → design.")
    if not isinstance(asked, Inquiry):
        raise DeclarationError(
            "An estimand is what 'ate', 'att', 'ame', 'natural_effect', 'interaction' or "
            "'prevalence' give, or a list of them."
        )
    if not callable(getattr(answer, "estimates", None)):
        raise DeclarationError(
            "An answer is what 'spec', 'difference' or 'indirect' give, or a list of them."
        )


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


def doubts(design: Design, asked: Inquiry, answer: Answer) -> list[str]:
    """What a reader of the plan should know.

    Back doors left open, weights left out, scales in place of latents, units that differ.

    Examples
    --------
    >>> from confstudy.design.answers import spec
    >>> from confstudy.design.estimands import ate
    >>> from confstudy.design.simple import two_shares
    >>> effect, answer = ate("y", arm=("treated", "control")), spec("y ~ arm", "logit")
    >>> print(doubts(two_shares(0.3, 0.5, 90, seed=1), effect, answer)[0])
    ATE of arm on y: 'y ~ arm, logit' estimates a coefficient of a logit model, which has ...
    """
    told = [*_of_units(asked, answer), *_of_mediators(design, asked)]
    if design.sampling is not None and WEIGHT not in answer.columns:
        told.append(
            f"A sample is drawn, and {listing(answer.columns)} leave its '{WEIGHT}' out: an "
            "analysis uses it by spec(…, design=SurveyDesign(weights='weight'))."
        )
    if asked.kind == "prevalence" or asked.through:
        return told
    return [*told, *_of_back_doors(design, asked, answer.columns)]


def _of_units(asked: Inquiry, answer: Answer) -> list[str]:
    family, effect = getattr(answer, "family", "ols"), getattr(answer, "effect", "")
    if family == "ols" or asked.kind == "prevalence" or effect != "coefficient":
        return []
    return [
        f"{asked.name}: '{answer.name}' estimates a coefficient of a {family} model, which has "
        "other units than the estimand: bias and coverage compare them only with "
        "effect='average'."
    ]


def _of_mediators(design: Design, asked: Inquiry) -> list[str]:
    tangled = _tangled(design, asked)
    if not tangled:
        return []
    return [
        f"{asked.name}: '{asked.cause}' changes {listing(tangled)}, which change a mediator "
        "and also the outcome: no product of coefficients is this effect, with or without them."
    ]


def _of_back_doors(design: Design, asked: Inquiry, columns: Collection[str]) -> list[str]:
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


def _tangled(design: Design, asked: Inquiry) -> list[str]:
    """What the cause changes, and what changes both a mediator and, past all, the outcome."""
    nodes, cause = design.structure.variables, design.variable(asked.cause)
    through = _sources(design, asked.through)
    if not through or cause not in nodes:
        return []
    past, waiting = set[str](), [*_sources(design, [asked.outcome])]
    while waiting:
        node = nodes.get(waiting.pop())
        more = node.parents - through - past if node is not None else set[str]()
        past |= more
        waiting += more
    changed = descendants(design.structure, cause) & past
    return sorted(name for name in changed if descendants(design.structure, name) & through)


def _sources(design: Design, columns: Collection[str]) -> set[str]:
    """The variables that columns show or measure."""
    found = set()
    for name in columns:
        if name in UNITS:
            continue
        scale = scale_of(design, name)
        found.add(scale.of if scale is not None else design.variable(name))
    return found
