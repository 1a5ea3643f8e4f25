"""The load gate: identified data do not get in."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd

from confstudy.codebook.schema import Codebook
from confstudy.errors import IdentifiedData
from confstudy.privacy.identifiers import RULES, Column, header_is_data
from confstudy.privacy.risk import KAnonymity

__all__ = ["Finding", "GateResult", "inspect_columns"]


@dataclass(frozen=True)
class Finding:
    """One reason to refuse: the column, the rule, how many distinct cells, what to do."""

    column: str
    rule: str
    count: int
    why: str
    remedy: str


@dataclass(frozen=True)
class GateResult:
    """What the load gate found. Truthy when the data may come in."""

    findings: tuple[Finding, ...]
    columns: int
    anonymity: KAnonymity | None = None

    def __bool__(self) -> bool:
        return not self.findings and (self.anonymity is None or bool(self.anonymity))

    @property
    def table(self) -> pd.DataFrame:
        """One row a finding: column, rule, count, why, remedy."""
        names = ["column", "rule", "count", "why", "remedy"]
        rows = [[getattr(finding, name) for name in names] for finding in self._all()]
        return pd.DataFrame(rows, columns=names)

    def require(self, file: str) -> None:
        """Raise IdentifiedData unless the data may come in."""
        if self:
            return
        lines = [
            f"  {f.column}: {f.rule} ({f.count:,} {_counted(f)}), because {f.why}.\n"
            f"    → {f.remedy}."
            for f in self._all()
        ]
        raise IdentifiedData(
            f"'{file}' is refused: it could point to a person.\n" + "\n".join(lines)
        )

    def _all(self) -> list[Finding]:
        return [*self.findings, *_of_anonymity(self.anonymity)]

    def __repr__(self) -> str:
        verdict = "accepted" if self else f"refused ({len(self._all())} findings)"
        return f"GateResult: {verdict}, {self.columns} columns looked at"


def inspect_columns(frame: pd.DataFrame, codebook: Codebook | None = None) -> GateResult:
    """Look for identified data in every column that the codebook does not drop.

    Parameters
    ----------
    frame
        The file as it is, one row a respondent.
    codebook
        Columns it drops are not looked at, since they never come in. A column that is
        decoded into declared levels is not refused for its header or for long answers.

    Examples
    --------
    >>> export = pd.DataFrame({"Q1": ["Yes", "No"], "contact": ["a@example.org", "b@example.org"]})
    >>> inspect_columns(export).table[["column", "rule", "count"]]
        column            rule  count
    0  contact  e-mail address      2
    """
    dropped, declared, weights = _declared(codebook)
    findings: list[Finding] = []
    looked_at = 0
    for position, header in enumerate(map(str, frame.columns), start=1):
        if header in dropped:
            continue
        looked_at += 1
        name = (
            f"column {position} (its header looks like an answer)"
            if header_is_data(header)
            else header
        )
        distinct = _distinct(frame[header])
        column = Column(header, distinct, len(frame))
        skipped = {"telling header", "free text"} if header in declared else set()
        skipped |= {"running number"} if header in weights else set()
        for rule in RULES:
            count = 0 if rule.name in skipped else rule.matches(column)
            if count:
                findings.append(Finding(name, rule.name, count, rule.why, rule.remedy))
                break
    return GateResult(tuple(findings), looked_at)


def _declared(
    codebook: Codebook | None,
) -> tuple[Collection[str], Collection[str], Collection[str]]:
    if codebook is None:
        return (), (), ()
    headers = {name: codebook.header(name) for name in codebook.variables}
    used = {headers[name] for name in codebook.kept}
    dropped = {headers[n] for n, v in codebook.variables.items() if v.drop} - used
    levelled = {headers[n] for n, v in codebook.kept.items() if v.categories}
    roles = ("weight", "replicate_weight", "strata", "cluster")
    weights = {headers[n] for n, v in codebook.kept.items() if set(roles) & set(v.role)}
    return dropped, levelled, weights


def _distinct(column: pd.Series[Any]) -> list[str]:
    return list(dict.fromkeys("" if pd.isna(v) else str(v).strip() for v in column.unique()))


def _counted(finding: Finding) -> str:
    return "respondents" if finding.rule == "k-anonymity" else "distinct cells"


def _of_anonymity(anonymity: KAnonymity | None) -> list[Finding]:
    if anonymity is None or anonymity:
        return []
    quasi = " × ".join(anonymity.quasi_identifiers)
    return [
        Finding(
            column=quasi,
            rule="k-anonymity",
            count=anonymity.respondents_below,
            why=f"they share their {quasi} with fewer than {anonymity.required - 1} others "
            f"(k is {anonymity.k})",
            remedy="coarsen with `bands` or `recode`, or list quasi-identifiers under "
            "`protection: {suppress: […]}`",
        )
    ]
