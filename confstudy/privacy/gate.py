"""The load gate: identified data do not get in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Self

import pandas as pd

from confstudy.codebook.schema import Codebook, Protection, Variable
from confstudy.errors import IdentifiedData
from confstudy.privacy.columns import Column
from confstudy.privacy.headers import shown_headers
from confstudy.privacy.identifiers import (
    DECODED_EXEMPT,
    DESIGN_EXEMPT,
    DROP,
    NUMBER_EXEMPT,
    RULES,
    WEIGHT_EXEMPT,
)
from confstudy.privacy.risk import Risk
from confstudy.privacy.values import ANY

__all__ = ["Finding", "GateResult", "inspect_columns"]

_OF_HEADERS = {"system field", "telling header"}
_GROUPS = {"strata", "cluster"}
_WEIGHTS = {"weight", "replicate_weight"}


@dataclass(frozen=True)
class Finding:
    """One reason to refuse: the column, the rule, how many cells or people, what to do.

    ``place`` counts the file's columns from 1; it is 0 where several columns are meant.
    """

    column: str
    rule: str
    count: int
    counted: str
    why: str
    remedy: str
    place: int = 0


@dataclass(frozen=True)
class GateResult:
    """What the load gate found. Truthy when the data may come in."""

    findings: tuple[Finding, ...]
    columns: int

    def __bool__(self) -> bool:
        return not self.findings

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding: column, rule, count, counted, why, remedy."""
        names = ["column", "rule", "count", "counted", "why", "remedy"]
        rows = [[getattr(finding, name) for name in names] for finding in self.findings]
        return pd.DataFrame(rows, columns=names)

    def with_risk(self, risk: Risk, protection: Protection) -> Self:
        """The same result with what the quasi-identifiers give away."""
        return replace(self, findings=(*self.findings, *_of_risk(risk, protection)))

    def require(self, file: str) -> None:
        """Raise IdentifiedData unless the data may come in."""
        if self:
            return
        lines = [
            f"  {f.column}: {f.rule} ({f.count:,} {f.counted}), because {f.why}.\n    → {f.remedy}."
            for f in self.findings
        ]
        raise IdentifiedData(
            f"'{file}' is refused: it could point to a person.\n" + "\n".join(lines)
        )

    def __repr__(self) -> str:
        verdict = "accepted" if self else f"refused ({len(self.findings)} findings)"
        return f"GateResult: {verdict}, {self.columns} columns looked at"


def inspect_columns(
    frame: pd.DataFrame,
    codebook: Codebook | None = None,
    coarsened: Collection[str] = (),
    labels: Mapping[str, str] | None = None,
    marked: Collection[str] = (),
) -> GateResult:
    """Look for identified data in every column that the codebook does not drop.

    Parameters
    ----------
    frame
        The file as it is, one row a respondent.
    codebook
        Columns it drops are not looked at, since they never come in. A column that is
        decoded into declared levels or bands is not refused for its header, for long answers
        or for numbers that nobody shares; nor are strata and clusters that respondents share.
    coarsened
        Variables that a recipe reduces to levels or bands.
    labels
        Header → question text, which may name a personal detail where the header does not.
    marked
        Headers that the file marks as identifying.

    Examples
    --------
    >>> export = pd.DataFrame({"Q1": ["Yes", "No"], "contact": ["a@example.org", "b@example.org"]})
    >>> inspect_columns(export).table[["column", "rule", "count"]]
        column            rule  count
    0  contact  e-mail address      2
    """
    exempt = _exempt(codebook, coarsened)
    grouping = _grouping(codebook)
    findings: list[Finding] = []
    looked_at = 0
    shown = shown_headers(frame)
    for place, header in enumerate(map(str, frame.columns)):
        skipped = exempt.get(header, frozenset())
        if skipped is None:
            continue
        looked_at += 1
        column = Column.of(header, frame[header])
        if header in grouping and not column.is_shared:
            skipped -= DESIGN_EXEMPT
        label = (labels or {}).get(header, "")
        found = _inspect(column, shown[place], skipped, label)
        if header in marked and "telling header" not in skipped:
            found = chain(found, [_marked(column, shown[place])])
        findings += (replace(finding, place=place + 1) for finding in islice(found, 1))
    return GateResult(tuple(findings), looked_at)


def _inspect(column: Column, name: str, skipped: frozenset[str], label: str) -> Iterator[Finding]:
    """The first rule that matches; the label counts as a second header.

    Its words may say that numbers measure something, too.
    """
    worded = replace(column, header=f"{column.header} {label}") if label else column
    short_number = column.numeric and max(map(len, column.cells)) < 20
    for rule in RULES:
        if rule.name in skipped or (short_number and rule.name in ANY):
            continue
        count = rule.matches(column if rule.name in _OF_HEADERS else worded)
        if not count and label and rule.name == "telling header":
            count = rule.matches(replace(column, header=label))
        if count:
            yield Finding(name, rule.name, count, "distinct cells", rule.why, rule.remedy)
            return


def _marked(column: Column, name: str) -> Finding:
    why = "the file, or the data dictionary beside it, says so"
    return Finding(name, "marked identifier", len(column.cells), "distinct cells", why, DROP)


def _exempt(
    codebook: Codebook | None, coarsened: Collection[str]
) -> dict[str, frozenset[str] | None]:
    """For each header the rules that do not apply to it, or None where it never comes in."""
    if codebook is None:
        return {}
    exempt: dict[str, frozenset[str] | None] = {}
    for name, variable in codebook.variables.items():
        if variable.drop:
            exempt.setdefault(codebook.header(name), None)
    for name, variable in codebook.kept.items():
        exempt[codebook.header(name)] = _decoded(variable, name in coarsened) | _of_design(variable)
    return exempt


def _decoded(variable: Variable, coarsened: bool) -> frozenset[str]:
    if not (variable.categories or coarsened):
        return frozenset()
    number = variable.type == "numeric" and not variable.bands and not coarsened
    return NUMBER_EXEMPT if number else DECODED_EXEMPT


def _of_design(variable: Variable) -> frozenset[str]:
    if _GROUPS & set(variable.role):
        return DESIGN_EXEMPT
    return WEIGHT_EXEMPT if _WEIGHTS & set(variable.role) else frozenset()


def _grouping(codebook: Codebook | None) -> set[str]:
    """Headers of strata and clusters, whose codes respondents share."""
    if codebook is None:
        return set()
    return {codebook.header(n) for n, v in codebook.kept.items() if _GROUPS & set(v.role)}


def _of_risk(risk: Risk, protection: Protection) -> Iterator[Finding]:
    quasi = " × ".join(risk.quasi_identifiers)
    remedy = (
        "coarsen with `bands` or `recode`, list quasi-identifiers under `protection: {suppress: "
        "[…]}`, or make a recipe for `cs.anonymize` (`confstudy check` prints one to start from)"
    )
    if risk.k < protection.k:
        why = f"they share their {quasi} with fewer than {protection.k - 1} others (k is {risk.k})"
        yield Finding(quasi, "k-anonymity", risk.below, "respondents", why, remedy)
    for name, found in risk.l.items():
        if found < protection.l:
            why = f"a group alike in {quasi} gives it the same answer (l is {found})"
            yield Finding(name, "l-diversity", found, "distinct answers", why, remedy)
    for name, distance in risk.t.items():
        if protection.t is not None and distance > protection.t:
            why = f"a group's answers differ from all by {distance:.2f} (t is {protection.t:g})"
            yield Finding(name, "t-closeness", risk.groups, "groups", why, remedy)
