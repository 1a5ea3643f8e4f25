"""A synthetic survey with its report: what it keeps, what it risks, whether it may leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from confstudy.codebook.write import as_yaml
from confstudy.errors import DisclosureRefused
from confstudy.release.decision import Decision, worst
from confstudy.release.synthesis.risk import Risks
from confstudy.release.synthesis.utility import Utility
from confstudy.survey.save import write_survey
from confstudy.survey.survey import Survey

__all__ = ["Synthetic", "joint"]


@dataclass(frozen=True, repr=False)
class Synthetic:
    """Synthetic respondents and the report that belongs to them.

    Attributes
    ----------
    survey
        As loaded: the source's codebook, marked synthetic, with provenance that says so.
    utility, risk
        What is kept and what is given away; both have a ``.table``.
    decision
        ``fail`` where the risk is over the limit: :meth:`save` refuses. ``review`` where a
        target is missed, or not shown to be met: :meth:`save` wants ``accept=True``.
    redrawn, left_out
        Candidates that repeated a unique respondent, or stood in a group under the codebook's
        ``k``: how many were set aside, and in how many places none was left.
    """

    survey: Survey
    utility: Utility
    risk: Risks
    decision: Decision
    redrawn: int
    left_out: int

    @property
    def table(self) -> pd.DataFrame:
        """Utility and risk together: part, measure, value."""
        risk = self.risk.table[["attack", "risk"]].set_axis(["measure", "value"], axis=1)
        repeats = pd.DataFrame(
            {"measure": ["replicated uniques"], "value": [float(self.risk.replicated)]}
        )
        parts = {"utility": [self.utility.table], "risk": [repeats, risk]}
        tables = [one.assign(part=part) for part, some in parts.items() for one in some if len(one)]
        return pd.concat(tables, ignore_index=True)[["part", "measure", "value"]]

    def save(
        self, path: str | Path, *, force: bool = False, accept: bool = False
    ) -> tuple[Path, ...]:
        """Write data, codebook and ``<name>.report.yaml`` beside each other.

        Parameters
        ----------
        path
            Ends in .parquet, .csv, .sav or .dta, as for :func:`confstudy.save`.
        force
            Replace files that exist.
        accept
            Write although the decision is ``review``: somebody has read the reason and answers
            for it. The report says so.

        Raises
        ------
        DisclosureRefused
            The decision is ``fail``, or ``review`` and not accepted; nothing is written.
        UnwritableFile
            A file exists already, or cannot be written.
        """
        decision = self.decision
        decision.require("A synthetic survey")
        if decision.status == "review" and not accept:
            raise DisclosureRefused(
                f"A synthetic survey is for a person to judge ({decision.rule}): "
                f"{decision.reason}. Read its report; then save it with accept=True (--accept), "
                "or do not release it."
            )
        told = {"report": as_yaml(self._told(accepted=decision.status == "review"))}
        return write_survey(self.survey, Path(path), told, force=force)

    def _told(self, accepted: bool) -> dict[str, Any]:
        decision = self.decision
        told = {"status": decision.status, "rule": decision.rule, "reason": decision.reason}
        told |= {"accepted": "by whoever saved it"} if accepted else {}
        rows = self.table.round(4).to_dict("records")
        return {
            "synthetic": self.survey.codebook.name,
            "method": "sequential CART, minimum leaf and smoothing; no row is a respondent",
            "respondents": self.survey.n,
            "decision": told,
            "measures": [{**row, "value": float(row["value"])} for row in rows],
            "not compared": list(self.utility.left_out),
        }

    def __repr__(self) -> str:
        risk = self.risk.table.drop(columns=["attacks"])
        lines = [
            f"Synthetic '{self.survey.codebook.name}': {self.survey.n:,} respondents, "
            f"{self.survey.frame.shape[1]} variables, {self.survey.provenance.gate}",
            f"decision: {self.decision.status} ({self.decision.reason})",
            "",
            self.utility.table.to_string(index=False, float_format="%.3f"),
        ]
        if len(risk):
            lines += ["", risk.to_string(index=False, float_format="%.3f")]
        lines += ["", f"replicated uniques: {self.risk.replicated}"]
        if self.utility.left_out:
            lines.append(f"models that could not be compared: {len(self.utility.left_out)}")
        return "\n".join(lines)

    __str__ = __repr__


def joint(decisions: Sequence[Decision]) -> Decision:
    """The gravest decision, with the reasons of all that are as grave.

    >>> joint([Decision("review", "a", "x"), Decision("pass", "b", "y")]).reason
    'x'
    """
    status = worst(decisions).status
    same = [one for one in decisions if one.status == status]
    rules, reasons = [one.rule for one in same], [one.reason for one in same]
    return Decision(status, ", ".join(rules), "; ".join(reasons))
