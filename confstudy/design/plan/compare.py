"""What a fit was, and where it differs from the model that was planned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confstudy.design.plan.formulas import Meaning, read_formula, same_random
from confstudy.design.plan.schema import Model
from confstudy.errors import AnalysisError

__all__ = ["Change", "Done", "distance", "done_of", "model_changes", "readable"]

_CLUSTERED = re.compile(r"(CR\d) by (.+?)(?:, (Satterthwaite df|p-values and intervals by .*))?")
_PLAIN = re.compile(r"nonrobust|HC\d")


@dataclass(frozen=True)
class Change:
    """One thing that was done otherwise than planned."""

    what: str
    planned: str
    done: str


@dataclass(frozen=True, repr=False)
class Done:
    """What an analysis says of itself.

    Attributes
    ----------
    errors
        The kind of standard errors in words; empty where the analysis does not say.
    rows, dropped
        Respondents that the analysis was given, and those of them who lacked an answer.
    """

    formula: str
    family: str
    errors: str
    random: str
    level: float
    n: int
    rows: int
    dropped: int
    weighted: bool
    offset: bool
    imputed: bool

    @property
    def meaning(self) -> Meaning:
        """The formula, however it was written."""
        return read_formula(self.formula)


def done_of(analysis: Any) -> Done | None:
    """What an analysis was; None where it does not name its formula and its family.

    Fits of ``cs.fit`` and ``cs.mixed``, and those pooled over imputations, do.
    """
    single = getattr(analysis, "fits", (analysis,))[0]
    design: Any = getattr(single, "design", None)
    family = getattr(single, "family", None)
    formula = getattr(single, "formula", None)
    if formula is None or family is None or not hasattr(design, "used"):
        return None
    return Done(
        formula=str(formula),
        family=str(getattr(family, "name", family)),
        errors=str(getattr(single, "errors", "")),
        random=str(getattr(single, "random", "")),
        level=float(analysis.level),
        n=int(analysis.n),
        rows=len(design.used),
        dropped=int(design.dropped),
        weighted=getattr(single, "weights", None) is not None,
        offset=design.offset is not None,
        imputed=hasattr(analysis, "imputations"),
    )


def model_changes(model: Model, done: Done) -> Iterator[Change]:
    """Where a fit differs from its model: formula, family, errors, weights, missing answers."""
    planned, found = read_formula(model.formula), done.meaning
    if planned.outcome != found.outcome:
        yield Change("outcome", planned.outcome, found.outcome)
    for what, before, after in (
        ("term", planned.terms, found.terms),
        ("term of the zeros", planned.zeros, found.zeros),
    ):
        yield from (Change(f"{what} removed", name, "") for name in _names(before - after))
        yield from (Change(f"{what} added", "", name) for name in _names(after - before))
    if model.family != done.family:
        yield Change("family", model.family, done.family)
    if not same_random(model.random, done.random):
        yield Change("random", model.random or "none", done.random or "none")
    if not model.random and not done.random and not _same_errors(model, done.errors):
        yield Change("errors", _errors(model), done.errors)
    weighted = bool(model.weights) or model.survey_design
    if weighted != done.weighted:
        yield Change(
            "weights", model.weights or ("design" if weighted else "none"), _any(done.weighted)
        )
    if bool(model.offset) != done.offset:
        yield Change("offset", model.offset or "none", _any(done.offset))
    if (model.missing == "impute") != done.imputed:
        words = {False: "complete cases", True: "multiple imputation"}
        yield Change("missing answers", words[model.missing == "impute"], words[done.imputed])


def _any(there: bool) -> str:
    return "some" if there else "none"


def _names(terms: frozenset[frozenset[str]]) -> list[str]:
    return sorted(":".join(sorted(term)) for term in terms)


def _errors(model: Model) -> str:
    if model.survey_design:
        return "by the survey's design"
    kind = model.cov or ("CR2 or CR1 by number of clusters" if model.cluster else "nonrobust")
    return f"{kind} by {model.cluster}" if model.cluster else kind


def _same_errors(model: Model, errors: str) -> bool:
    clustered = _CLUSTERED.fullmatch(errors)
    if model.survey_design:
        return not clustered and not _PLAIN.fullmatch(errors)
    if not model.cluster:
        return errors == (model.cov or "nonrobust")
    if not clustered or clustered[2] != model.cluster:
        return False
    wild = (clustered[3] or "").startswith("p-values")
    if model.cov == "wild" or wild:
        return wild and model.cov == "wild"
    return not model.cov or clustered[1] == model.cov


def distance(model: Model, done: Done) -> float:
    """How far a fit is from a planned model, 0 to 1: the share of terms that differ."""
    planned, found = read_formula(model.formula), done.meaning
    if planned.outcome != found.outcome:
        return 1.0
    union = planned.terms | found.terms
    return len(planned.terms ^ found.terms) / max(len(union), 1)


def readable(done: Done) -> bool:
    """Whether its formula is one that plans have."""
    try:
        return bool(done.meaning)
    except AnalysisError:
        return False
