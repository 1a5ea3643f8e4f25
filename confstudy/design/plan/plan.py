"""Registered plans: what will be analysed and how, fixed before the data are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
from pydantic import ValidationError

from confstudy.codebook.lines import Document
from confstudy.codebook.read import read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.design.declare import Design
from confstudy.design.estimands import Inquiry
from confstudy.design.plan.formulas import needed
from confstudy.design.plan.problems import validated
from confstudy.design.plan.rules import rule_words
from confstudy.design.plan.schema import Content, Hypothesis, Model
from confstudy.design.plan.seal import Seal
from confstudy.design.result import Diagnosis
from confstudy.design.soundness import require_answerable
from confstudy.errors import DeclarationError
from confstudy.survey.survey import Survey

if TYPE_CHECKING:
    from confstudy.design.plan.check import Checked
    from confstudy.design.plan.deviations import Deviations

__all__ = ["Plan", "hypothesis", "plan"]


@dataclass(frozen=True, repr=False)
class Plan:
    """A plan; a draft until it has a seal.

    Attributes
    ----------
    content
        Everything that it fixes.
    seal
        Who signed it and when, or None.
    file
        Where it was read or written, or None.
    """

    content: Content
    seal: Seal | None = None
    file: Path | None = None

    @property
    def hash(self) -> str:
        """SHA-256 of the content, whatever the order of its keys."""
        return self.content.hash

    @property
    def version(self) -> int:
        """1, and one more for every amendment."""
        return self.content.version

    @property
    def table(self) -> pd.DataFrame:
        """One row a hypothesis, one column a field; the model's fields beside them."""
        rows = [
            {**each.model_dump(exclude={"model"}), **each.model.model_dump()}
            for each in self.content.hypotheses
        ]
        return pd.DataFrame(rows)

    def write(self, path: str | Path) -> Path:
        """Write a draft as YAML; a file that exists is not replaced."""
        from confstudy.design.plan.write import write_plan

        return write_plan(self, Path(path))

    def sign(
        self, path: str | Path, *, key: Path | None = None, now: datetime | None = None
    ) -> Plan:
        """Sign the plan and write it; see :func:`confstudy.design.plan.write.sign_plan`."""
        from confstudy.design.plan.write import sign_plan

        return sign_plan(self, Path(path), key=key, now=now)

    def amend(self, reason: str, **changes: Any) -> Plan:
        """A draft of the next version, which names this signed one and says why.

        Parameters
        ----------
        reason
            Why the plan changes.
        **changes
            As :func:`plan` takes them.
        """
        from confstudy.design.plan.write import amended

        return amended(self, reason, changes)

    def check(self, survey: Survey) -> Checked:
        """Whether a survey has what the plan needs, and how many respondents are left."""
        from confstudy.design.plan.check import check

        return check(self, survey)

    def deviations(
        self,
        analyses: Mapping[str, Any] | Sequence[Any],
        survey: Survey | None = None,
        *,
        multiplicity: str | None = None,
    ) -> Deviations:
        """What was done otherwise; see :func:`confstudy.design.plan.deviations.deviations`."""
        from confstudy.design.plan.deviations import deviations

        return deviations(self, analyses, survey, multiplicity=multiplicity)

    def __repr__(self) -> str:
        content = self.content
        state = "draft"
        if self.seal is not None:
            state = f"signed {self.seal.signed} (verify tells whether it is whole)"
        lines = [
            f"Plan '{content.title}', version {content.version}, {state}, hash {self.hash[:12]}",
            f"  n = {content.n:,}, {content.stopping}; codebook '{content.codebook.name}'",
            f"  level {content.level:g}, many tests: {content.multiplicity}",
            *(f"  left out: {rule_words(rule)}" for rule in content.exclusions),
        ]
        if content.amends is not None:
            lines.append(f"  amends '{content.amends.file}': {content.amends.reason}")
        return "\n".join([*lines, *map(_words, content.hypotheses)])


def _words(each: Hypothesis) -> str:
    rank = "primary" if each.primary else "secondary"
    claim = f", {each.claim}" if each.claim else ""
    least = "" if each.smallest is None else f", smallest of interest {each.smallest:g}"
    model = each.model
    parts = [model.formula, model.family, model.random, model.cov]
    parts.append(f"by {model.cluster}" if model.cluster else "")
    parts.append("survey design" if model.survey_design else "")
    told = f"  {each.id} ({rank}{claim}): {each.estimand}, {each.sign}{least}"
    return f"{told}\n      {', '.join(part for part in parts if part)}"


def hypothesis(
    name: str,
    *,
    estimand: str | Inquiry,
    model: Mapping[str, Any] | Model | Any,
    sign: Literal["positive", "negative", "any"] = "any",
    smallest: float | None = None,
    term: str = "",
    claim: str = "",
    statement: str = "",
    primary: bool = False,
) -> dict[str, Any]:
    """One hypothesis of a plan.

    Parameters
    ----------
    name
        A short one, such as ``H1``.
    estimand
        What is estimated, in words, or an estimand such as ``cs.ate(…)``.
    model
        What ``cs.fit`` or ``cs.mixed`` will be given: ``formula``, ``family``, ``cluster``,
        ``cov``, ``random``, ``weights``, ``offset``, ``survey_design``, ``missing`` (``drop``
        or ``impute``); or a ``cs.spec``.
    sign
        The direction that is expected.
    smallest
        The smallest effect of interest, above 0, in the estimand's units.
    term
        The coefficient that decides.
    claim, statement
        The claim it bears on, and the hypothesis as a sentence.

    Examples
    --------
    >>> hypothesis("H1", estimand="slope of trust", model={"formula": "trust ~ privacy"})["id"]
    'H1'
    """
    spec = model
    if not isinstance(model, Mapping | Model):
        names = [name for name in Model.model_fields if getattr(model, name, None)]
        spec = {name: getattr(model, name) for name in names}
        term = term or getattr(model, "term", None) or ""
    given = {
        "id": name, "claim": claim, "statement": statement, "estimand": estimand, "sign": sign,
        "smallest": smallest, "term": term, "model": spec, "primary": primary,
    }  # fmt: skip
    return {name: part for name, part in given.items() if part not in ("", None, False)}


def plan(
    *,
    title: str,
    hypotheses: Sequence[Mapping[str, Any]],
    n: int,
    codebook: str | Path | Codebook,
    exclusions: Sequence[Mapping[str, Any]] = (),
    level: float = 0.05,
    multiplicity: str = "holm",
    stopping: str = "at the planned number of respondents",
    design: Design | None = None,
    power: Diagnosis | None = None,
    notes: str = "",
) -> Plan:
    """Write down what will be analysed, before the data are; ``.sign`` then fixes it.

    Parameters
    ----------
    hypotheses
        Of :func:`hypothesis`, one or more.
    n
        Respondents to be analysed, after exclusions; 10 or more.
    codebook
        Of the data: a bundled name, a file or a codebook. Its hash becomes part of the plan.
    exclusions
        Rules, each ``{variable: what}`` with a level, levels, ``"missing"`` or a comparison
        such as ``"< 3"``. A rule of several variables leaves out those to whom all apply.
    level
        Of the tests; intervals are of 1 − ``level``.
    multiplicity
        How many primary tests are allowed for, as :func:`confstudy.adjust` calls it.
    stopping
        When data collection ends, in words.
    design, power
        The design that was simulated, and what its diagnosis found.

    Raises
    ------
    DeclarationError
        Every mistake at once; also an estimand that the design cannot give.

    Examples
    --------
    >>> made = plan(
    ...     title="Privacy and trust",
    ...     hypotheses=[hypothesis("H1", estimand="slope of privacy", sign="positive",
    ...         model={"formula": "alliance ~ privacy", "cluster": "therapist"}, primary=True)],
    ...     n=600, codebook="therapy", exclusions=[{"arm": "none", "privacy": "< 2"}])
    >>> made.version, made.content.multiplicity
    (1, 'holm')
    """
    book = read_codebook(codebook)
    name = book.name if isinstance(codebook, Codebook) else str(codebook)
    listed = [dict(each) for each in hypotheses]
    for each in listed:
        asked = each.get("estimand")
        if isinstance(asked, Inquiry):
            if design is not None:
                require_answerable(design, asked, _columns(each))
            each["estimand"] = asked.name
        if isinstance(each.get("model"), Model):
            each["model"] = each["model"].model_dump(exclude_defaults=True)
    content = {
        "title": title, "codebook": name, "n": n, "stopping": stopping, "level": level,
        "multiplicity": multiplicity, "exclusions": list(exclusions), "hypotheses": listed,
        "notes": notes,
    }  # fmt: skip
    if design is not None:
        content["design"] = {"sha256": design.key, "words": repr(design)}
    if power is not None:
        content["power"] = _power(power)
    return Plan(validated(Document("the plan", content, {}), book))


def _columns(given: Mapping[str, Any]) -> list[str]:
    """The columns that a hypothesis' model needs."""
    try:
        model = Model.model_validate(given["model"])
    except (ValidationError, KeyError):
        raise DeclarationError(f"Hypothesis '{given.get('id', '')}' has no model.") from None
    return needed(model)


def _power(found: Diagnosis) -> list[dict[str, Any]]:
    return [
        {
            "estimand": each.estimand,
            "answer": each.answer,
            "clients": each.clients,
            "replications": len(each.found.failed),
            "power": round(each.diagnosands["power"].value, 4),
            "mcse": round(each.diagnosands["power"].mcse, 4),
        }
        for each in found.findings
        if np.isfinite(each.diagnosands["power"].value)
    ]
