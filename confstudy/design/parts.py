"""The pieces a design is declared by: how arms are given out, scales, who answers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from confstudy.codebook.words import as_list
from confstudy.errors import DeclarationError
from confstudy.simulate.measure.items import Likert
from confstudy.simulate.model.parts import Part

__all__ = [
    "Assigned",
    "Reading",
    "Unit",
    "block_ra",
    "cluster_ra",
    "complete_ra",
    "declared",
    "likert",
    "mar",
    "mcar",
    "mnar",
]

Name = Annotated[str, BeforeValidator(str)]
Names = Annotated[tuple[Name, ...], BeforeValidator(as_list)]
P = TypeVar("P", bound=Part)


class Assigned(Part):
    """How the arms of a variable are given out, in equal numbers (to one).

    ``by`` is empty for everybody together, ``therapist`` for within each therapist; ``level``
    says whether clients are assigned, or whole therapists or practices.
    """

    arms: Names
    by: Literal["", "therapist"] = ""
    level: Literal["client", "therapist", "practice"] = "client"

    @model_validator(mode="after")
    def _has_two_arms(self) -> Self:
        if len(set(self.arms)) < 2 or len(set(self.arms)) < len(self.arms):
            raise ValueError("an assignment needs two arms or more, each named once")
        return self


class Reading(Likert):
    """A scale of a design: the latent variable it reflects, its items, its α."""

    of: str
    number: Annotated[int, Field(ge=2, le=60)]
    points: tuple[int, int]
    reverse: tuple[int, ...] = ()
    total: bool = False

    @model_validator(mode="after")
    def _reverses_its_own_items(self) -> Self:
        if not set(self.reverse) <= set(range(1, self.number + 1)):
            raise ValueError(f"'reverse' names items by their number, from 1 to {self.number}")
        return self


class Unit(Part):
    """Who answers the survey: the share that does not, and what it depends on."""

    mechanism: Literal["mcar", "mar", "mnar"]
    rate: Annotated[float, Field(gt=0, lt=1)]
    paths: dict[str, float] = Field(default_factory=dict)


def declared(kind: type[P], **given: Any) -> P:
    """A part of a design; DeclarationError says which of what is given is wrong, and why.

    >>> declared(Unit, mechanism="mcar", rate=1.2)
    Traceback (most recent call last):
    confstudy.errors.DeclarationError: 'rate': input should be less than 1.
    """
    try:
        return kind(**given)
    except ValidationError as failed:
        told = []
        for error in failed.errors(include_url=False, include_input=False):
            words = error["msg"].removeprefix("Value error, ")
            name = (
                {"number": "items"}.get(str(error["loc"][0]), error["loc"][0])
                if error["loc"]
                else ""
            )
            told.append(f"'{name}': {words[0].lower()}{words[1:]}." if name else f"{words}.")
        raise DeclarationError(" ".join(dict.fromkeys(told))) from None


def complete_ra(arms: Sequence[str]) -> Assigned:
    """Complete random assignment: among all clients, in equal numbers.

    >>> complete_ra(["none", "absolute"]).level
    'client'
    """
    return declared(Assigned, arms=arms)


def block_ra(arms: Sequence[str], by: Literal["therapist"] = "therapist") -> Assigned:
    """Random assignment in blocks: among the clients of each therapist, in equal numbers.

    >>> block_ra(["none", "absolute"]).by
    'therapist'
    """
    return declared(Assigned, arms=arms, by=by)


def cluster_ra(arms: Sequence[str], by: Literal["therapist", "practice"] = "therapist") -> Assigned:
    """Cluster-randomized assignment: all clients of a therapist or a practice have one arm.

    >>> cluster_ra(["usual", "training"], by="practice").level
    'practice'
    """
    return declared(Assigned, arms=arms, level=by)


def likert(
    of: str,
    *,
    items: int,
    points: int = 5,
    alpha: float,
    reverse: Collection[int] = (),
    lowest: int = 1,
    total: bool = False,
) -> Reading:
    """A scale of Likert items that reflect a latent variable with a stated reliability.

    Parameters
    ----------
    of
        The latent variable.
    items, points
        How many items, of how many points each; the lowest point is ``lowest``.
    alpha
        Cronbach's α in the reference population.
    reverse
        The reverse-keyed items by number, from 1. Scores are the same with and without them,
        unless respondents have response styles.
    total
        Score by the sum of the items rather than their mean.

    Examples
    --------
    >>> likert("P", items=6, points=5, reverse=[2, 5], alpha=0.85).points
    (1, 5)
    """
    ends = (lowest, lowest + points - 1)
    return declared(
        Reading, of=of, number=items, points=ends, alpha=alpha, reverse=tuple(reverse), total=total
    )


def mcar(rate: float) -> Unit:
    """A share of the clients does not answer, whoever they are.

    >>> mcar(0.35).paths
    {}
    """
    return declared(Unit, mechanism="mcar", rate=rate)


def mar(paths: Mapping[str, float], *, rate: float) -> Unit:
    """Who answers depends on columns that are known of everybody.

    Parameters
    ----------
    paths
        Observed column → by how much a step raises the log odds of answering.
    rate
        The share that does not answer.

    Examples
    --------
    >>> mar({"telehealth": 0.3}, rate=0.35).mechanism
    'mar'
    """
    return declared(Unit, mechanism="mar", rate=rate, paths=dict(paths))


def mnar(cause: str, *, slope: float, rate: float) -> Unit:
    """Who answers depends on what is asked, or on a latent variable.

    Parameters
    ----------
    cause
        The variable.
    slope
        By how much a step of it raises the log odds of answering.
    rate
        The share that does not answer.

    Examples
    --------
    >>> mnar("P", slope=0.4, rate=0.35).paths
    {'P': 0.4}
    """
    return declared(Unit, mechanism="mnar", rate=rate, paths={cause: slope})
