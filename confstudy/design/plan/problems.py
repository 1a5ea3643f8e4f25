"""What the parts of a plan must agree on, told all at once and by line."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from confstudy.codebook.lines import Document
from confstudy.codebook.schema import Codebook
from confstudy.design.plan.formulas import needed, read_formula
from confstudy.design.plan.rules import rule_problems
from confstudy.design.plan.schema import (
    Amends,
    Book,
    Content,
    Hypothesis,
    Model,
    Planned,
    Power,
    canonical,
)
from confstudy.errors import AnalysisError, DeclarationError, did_you_mean, listing
from confstudy.models.families import family_named
from confstudy.models.mixed.result import MixedFamily
from confstudy.models.multiplicity import METHODS
from confstudy.models.uncertainty import chosen_covariance

__all__ = ["codebook_hash", "validated"]

Place = tuple[str | int, ...]
Problem = tuple[Place, str]
_PARTS: dict[str, type[BaseModel]] = {
    "hypotheses": Hypothesis, "model": Model, "codebook": Book, "amends": Amends,
    "design": Planned, "power": Power,
}  # fmt: skip


def codebook_hash(codebook: Codebook) -> str:
    """SHA-256 of what a codebook says, whatever the order in which it is said.

    >>> from confstudy.codebook.read import read_codebook
    >>> len(codebook_hash(read_codebook("therapy")))
    64
    """
    return sha256(canonical(codebook.model_dump(mode="json", exclude_defaults=True))).hexdigest()


def validated(document: Document, codebook: Codebook | None = None) -> Content:
    """The content of a plan.

    Parameters
    ----------
    document
        What was written, with its lines if it was a file.
    codebook
        The codebook whose variables the plan must name; its hash is filled in.

    Raises
    ------
    DeclarationError
        Every mistake, with its line.
    """
    if not isinstance(document.content, dict):
        raise DeclarationError(f"{document.name}, line 1: a plan is a mapping with 'title'.")
    try:
        content = Content.model_validate(document.content)
    except ValidationError as failed:
        errors = failed.errors(include_url=False, include_context=False)
        _refuse(document, [(tuple(error["loc"]), _worded(dict(error))) for error in errors])
    _refuse(document, list(_problems(content, codebook)))
    if codebook is None:
        return content
    book = content.codebook.model_copy(update={"sha256": codebook_hash(codebook)})
    return content.model_copy(update={"codebook": book})


def _refuse(document: Document, found: list[Problem]) -> None:
    if found:
        told = [
            f"{document.where(place) if document.lines else document.name}: {text}"
            for place, text in found
        ]
        raise DeclarationError("\n".join(dict.fromkeys(told)))


def _problems(content: Content, codebook: Codebook | None) -> Iterator[Problem]:
    if content.multiplicity not in METHODS:
        hint = did_you_mean(content.multiplicity, METHODS)
        text = f"'{content.multiplicity}' is no method for many tests.{hint}"
        yield ("multiplicity",), f"{text} There are: {listing(METHODS, most=20)}."
    first: dict[str, int] = {}
    for position, hypothesis in enumerate(content.hypotheses):
        place: Place = ("hypotheses", position)
        if hypothesis.id in first:
            yield (*place, "id"), f"'{hypothesis.id}' is the id of another hypothesis already."
        first.setdefault(hypothesis.id, position)
        yield from _of_model(hypothesis, place, codebook)
    if codebook is not None:
        told = content.codebook.sha256
        if told and told != codebook_hash(codebook):
            yield ("codebook",), "the codebook is not the one that the plan names by its hash."
        yield from rule_problems(content.exclusions, codebook)


def _of_model(hypothesis: Hypothesis, place: Place, codebook: Codebook | None) -> Iterator[Problem]:
    model, who = hypothesis.model, f"{hypothesis.id}: "
    place = (*place, "model")
    try:
        family_named(model.family)
        chosen_covariance(model.cov or None, model.cluster or None)
        names = needed(model)
        meaning = read_formula(model.formula)
    except AnalysisError as problem:
        yield place, who + str(problem)
        return
    if model.survey_design and (model.cluster or model.cov or model.weights):
        yield place, f"{who}a survey design brings its own weights and standard errors."
    mixed = get_args(MixedFamily)
    if model.random and model.family not in mixed:
        yield place, f"{who}families of mixed models are {listing(mixed)}."
    if model.random and (model.cluster or model.cov or model.survey_design):
        yield place, f"{who}a mixed model has 'random', and no cluster, cov or survey design."
    known = [*codebook.kept, *codebook.scales] if codebook else names
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            yield (*place, "formula"), f"{who}'{name}' is not a variable of the codebook.{hint}"
    predictors = {factor for term in meaning.terms for factor in term}
    factor = hypothesis.term.split("[")[0].split(":")[0]
    if factor and not any(factor in each for each in predictors):
        hint = did_you_mean(factor, predictors)
        yield (*place[:-1], "term"), f"{who}'{hypothesis.term}' is no term of its model.{hint}"


def _worded(error: dict[str, Any]) -> str:
    place = [part for part in error["loc"] if isinstance(part, str)]
    path = ".".join(map(str, error["loc"]))
    if error["type"] == "extra_forbidden":
        model = next((_PARTS[part] for part in reversed(place[:-1]) if part in _PARTS), Content)
        allowed = [*model.model_fields]
        hint = did_you_mean(place[-1], allowed)
        return f"'{place[-1]}' is not known.{hint} Allowed: {listing(allowed, most=20)}."
    if error["type"] == "missing":
        return f"'{path}' is missing."
    said = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    hint = ""
    if error["type"] == "literal_error":
        options = str(error["msg"]).replace("'", "").removeprefix("Input should be ")
        hint = did_you_mean(str(error["input"]), options.replace(" or ", ", ").split(", "))
    return f"'{path}': {said}.{hint}" if path else f"{said}.{hint}"
