"""The computations behind the power report: one question in full, and what each claim takes."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from confstudy.claims.power import PLANNED, Needed, needed, planned
from confstudy.claims.registry import claims
from confstudy.design.batch import Answer
from confstudy.design.curve import Curve, power_curve
from confstudy.design.declare import Design
from confstudy.design.diagnose import diagnose
from confstudy.design.estimands import Inquiry
from confstudy.design.find import Size, find_n
from confstudy.design.parts import mnar
from confstudy.design.read import read_design
from confstudy.design.result import Diagnosis
from confstudy.errors import AnalysisError, DeclarationError

__all__ = ["Power", "claim_power", "design_power", "sizes"]

_SHARES = (0.25, 0.5, 1, 1.5, 2)


@dataclass(frozen=True, repr=False)
class Power:
    """One question to one design: its diagnosis, its curve over sizes, the size it takes.

    Attributes
    ----------
    question
        The claim's hypothesis, or the name of the estimand.
    by_hand
        Whether its names come from a file that somebody wrote.
    """

    design: Design
    asked: Inquiry
    answer: Answer
    wanted: float
    found: Diagnosis
    curve: Curve
    size: Size
    question: str = ""
    by_hand: bool = False


def claim_power(
    claim: str,
    n: int,
    *,
    response: float = 1.0,
    wanted: float = 0.8,
    replications: int = 1_000,
    seed: int = 2026,
) -> Power:
    """Diagnose the test of a claim with ``n`` clients over the model ``therapy``.

    Parameters
    ----------
    response
        The share who answer; below 1, those who perceive less privacy answer less.
    """
    plan = planned(claim)
    design = _therapy(response, seed).population(n=n)
    power = _power(design, plan.estimand, plan.answer, wanted, replications)
    return replace(power, question=f"{claims(claim).id} {claims(claim).hypothesis}")


def design_power(path: str | Path, *, wanted: float = 0.8, replications: int = 1_000) -> Power:
    """Diagnose the first estimand and analysis of a design written in YAML."""
    read = read_design(path)
    power = _power(read.design, read.estimands[0], read.answers[0], wanted, replications)
    return replace(power, question=power.asked.name, by_hand=True)


def _therapy(response: float, seed: int) -> Design:
    """The bundled model with 20 clients of each therapist."""
    design = Design("therapy", seed=seed)
    return design.missing(unit=mnar("P", slope=0.4, rate=1 - response)) if response < 1 else design


def sizes(
    *, response: float = 1.0, wanted: float = 0.8, replications: int = 1_000, seed: int = 2026
) -> tuple[Needed, ...]:
    """What each claim takes, of those that can be planned and reach the wanted power."""
    design, found = _therapy(response, seed), []
    for claim in PLANNED:
        with suppress(DeclarationError, AnalysisError):
            found.append(needed(claim, design, power=wanted, replications=replications))
    return tuple(found)


def _power(
    design: Design, asked: Inquiry, answer: Answer, wanted: float, replications: int
) -> Power:
    over = {"n": sorted({round(share * design.n) for share in _SHARES})}
    return Power(
        design,
        asked,
        answer,
        wanted,
        diagnose(design, asked, answer, replications=replications, progress=False),
        power_curve(
            design, asked, answer, over=over, target=wanted, replications=replications,
            progress=False,
        ),
        find_n(design, asked, answer, power=wanted, replications=replications),
    )  # fmt: skip
