"""The registry of claims: what each says, how it is measured and tested, whether it works."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from inspect import signature
from typing import TYPE_CHECKING, Literal, overload

import pandas as pd
from pydantic import BaseModel, ConfigDict

from confstudy.claims.result import ClaimResult
from confstudy.codebook.lines import parse_yaml
from confstudy.errors import AnalysisError, DeclarationError, unknown
from confstudy.survey.scoring import Scores, score
from confstudy.survey.survey import Survey

if TYPE_CHECKING:
    from confstudy.claims.evidence import Evidence

__all__ = ["Claim", "Claims", "claims"]


class Claim(BaseModel):
    """One claim of the essays, with everything needed to test it.

    Attributes
    ----------
    sign
        What the essays expect of the estimand; a parameter of the test.
    keys
        The estimands of the bundled model that the test estimates, the deciding one first;
        they stand in the column ``key`` of its table.
    smallest, why
        The smallest effect of interest, in the unit of the first estimand, and why this one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    claim: str
    essays: str
    mechanism: str
    measured_by: str
    hypothesis: str
    estimand: str
    sign: Literal["positive", "negative", "two-sided", "none"]
    model: str
    status: Literal["works", "planned"]
    keys: tuple[str, ...] = ()
    smallest: float | None = None
    why: str = ""

    def test(self, survey: Survey, log: pd.DataFrame | None = None) -> ClaimResult:
        """Estimate what the claim is about; scales are scored when they are not yet.

        Parameters
        ----------
        log
            The sessions of the survey's respondents, as ``cs.simulate(…).sessions`` has them:
            claims about events then know when each happened.

        Raises
        ------
        AnalysisError
            The claim is only planned, or the survey does not measure what it needs.

        Examples
        --------
        >>> import confstudy as cs
        >>> survey = cs.load("data_synthetic/therapy.parquet")
        >>> cs.claims("C01").test(survey).verdict
        'supported'
        """
        from confstudy.claims.working import WORKING

        if self.status != "works":
            working = ", ".join(WORKING)
            raise AnalysisError(
                f"{self.id} is planned, not built yet. Claims that work: {working}."
            )
        scores = survey if isinstance(survey, Scores) else score(survey)
        test = WORKING[self.id]
        if log is None:
            return test(self.id, self.sign, scores)
        if "log" not in signature(test).parameters:
            raise AnalysisError(f"{self.id} is not about events of sessions: leave 'log' out.")
        return test(self.id, self.sign, scores, log=log)

    @property
    def evidence(self) -> Evidence:
        """What has been published on it, for and against; see ``evidence_for``."""
        from confstudy.claims.evidence import evidence_for

        return evidence_for(self.id)

    def __repr__(self) -> str:
        rows = [
            (name, getattr(self, name))
            for name in ("mechanism", "measured_by", "hypothesis", "estimand", "model", "status")
        ]
        lines = [f"  {name.replace('_', ' '):12} {value}" for name, value in rows]
        return "\n".join([f"{self.id} · {self.claim} (essays {self.essays})", *lines])

    __str__ = __repr__


@dataclass(frozen=True, repr=False)
class Claims:
    """All claims, in order."""

    claims: tuple[Claim, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row a claim, one column a field."""
        return pd.DataFrame([claim.model_dump() for claim in self.claims])

    def __len__(self) -> int:
        return len(self.claims)

    def __repr__(self) -> str:
        works = sum(claim.status == "works" for claim in self.claims)
        lines = [f"  {claim.id:5} {claim.status:8} {claim.claim}" for claim in self.claims]
        head = f"{len(self)} claims, {works} of them work"
        return "\n".join([head, *lines])


@overload
def claims(claim: None = None) -> Claims: ...
@overload
def claims(claim: str) -> Claim: ...
def claims(claim: str | None = None) -> Claims | Claim:
    """List the claims of the essays, or give one of them.

    Parameters
    ----------
    claim
        An id, C01 to C30 (C25 has four: C25a to C25d).

    Examples
    --------
    >>> import confstudy as cs
    >>> len(cs.claims())
    33
    >>> cs.claims("C02").mechanism
    'P → T'
    """
    registry = _registry()
    if claim is None:
        return Claims(tuple(registry.values()))
    found = {name.casefold(): entry for name, entry in registry.items()}.get(claim.casefold())
    if found is None:
        raise DeclarationError(unknown("Claims", [claim], registry, "the registry"))
    return found


@lru_cache(maxsize=1)
def _registry() -> dict[str, Claim]:
    text = (files("confstudy.claims") / "claims.yaml").read_text("utf-8")
    content = parse_yaml(text, "claims.yaml", DeclarationError).content
    return {name: Claim(id=name, **entry) for name, entry in content.items()}
