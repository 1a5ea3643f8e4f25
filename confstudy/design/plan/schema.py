"""The vocabulary of a plan: one small model per idea."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from confstudy.codebook.words import as_list
from confstudy.simulate.model.parts import Part

__all__ = [
    "Amends", "Book", "Content", "Hypothesis", "Model", "Planned", "Power", "Rule", "canonical",
]  # fmt: skip

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][\w.-]*$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Share = Annotated[float, Field(gt=0, lt=1)]
#: Levels, ``missing``, or one comparison such as ``< 3``.
Rule = Annotated[
    tuple[Annotated[str, BeforeValidator(str)], ...], BeforeValidator(as_list), Field(min_length=1)
]


class Model(Part):
    """The analysis of a hypothesis, as :func:`confstudy.fit` or ``cs.mixed`` takes it."""

    formula: Words
    family: str = "ols"
    cluster: str = ""
    cov: str = ""
    random: str = ""
    weights: str = ""
    offset: str = ""
    survey_design: bool = False
    missing: Literal["drop", "impute"] = "drop"


class Hypothesis(Part):
    """One hypothesis, what it is about in numbers, and the model that will test it.

    ``term`` is the coefficient that decides, ``smallest`` the smallest effect of interest, in
    the estimand's units and without its sign.
    """

    id: Id
    claim: str = ""
    statement: str = ""
    estimand: Words
    sign: Literal["positive", "negative", "any"] = "any"
    smallest: Annotated[float, Field(gt=0)] | None = None
    term: str = ""
    model: Model
    primary: bool = False


class Book(Part):
    """The codebook of the data by its name, and the hash of what it says."""

    name: Words
    sha256: str = ""

    @model_validator(mode="before")
    @classmethod
    def _may_be_a_name(cls, given: Any) -> Any:
        return {"name": given} if isinstance(given, str) else given


class Planned(Part):
    """The design that was simulated: its hash, and what it is in words."""

    sha256: str
    words: str


class Power(Part):
    """A diagnosed power, with its Monte Carlo standard error."""

    estimand: str
    answer: str
    clients: int
    replications: int
    power: float
    mcse: float


class Amends(Part):
    """The signed plan that this one takes the place of, and why."""

    file: Words
    sha256: str
    reason: Words


class Content(Part):
    """Everything that a plan fixes."""

    title: Words
    version: Annotated[int, Field(ge=1)] = 1
    amends: Amends | None = None
    codebook: Book
    n: Annotated[int, Field(ge=10)]
    stopping: Words = "at the planned number of respondents"
    level: Share = 0.05
    multiplicity: str = "holm"
    exclusions: tuple[dict[str, Rule], ...] = ()
    hypotheses: tuple[Hypothesis, ...]
    design: Planned | None = None
    power: tuple[Power, ...] = ()
    notes: str = ""

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.hypotheses:
            raise ValueError("a plan has one hypothesis or more")
        if (self.version > 1) != (self.amends is not None):
            raise ValueError("version 1 amends nothing; every later version says what it amends")
        return self

    @property
    def plain(self) -> dict[str, Any]:
        """What was said, without what was left out; the same however it was written."""
        # A field that a later version of confstudy adds leaves the hashes of older plans alone.
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def readable(self) -> dict[str, Any]:
        """What was said, with the defaults that a reader of the plan wants to see."""
        shown = ("title", "version", "codebook", "n", "stopping", "level", "multiplicity")
        told = self.plain
        whole = self.model_dump(mode="json")
        for each, full in zip(told["hypotheses"], whole["hypotheses"], strict=True):
            each["model"] = {"formula": "", "family": full["model"]["family"]} | each["model"]
        first = {name: told.get(name, whole[name]) for name in shown}
        return first | {name: part for name, part in told.items() if name not in shown}

    @property
    def hash(self) -> str:
        """SHA-256 of the content, whatever the order of its keys."""
        return sha256(canonical(self.plain)).hexdigest()


def canonical(part: Mapping[str, Any] | list[Any] | str | float | bool | None) -> bytes:
    """Content as bytes that do not depend on the order of keys.

    >>> canonical({"b": 1, "a": "é"}).decode()
    '{"a":"é","b":1}'
    """
    text = json.dumps(
        part, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
    return text.encode("utf-8", "surrogatepass")
