"""How large a study of each claim has to be, and which claims cannot be planned yet."""

from __future__ import annotations

from dataclasses import dataclass

from confstudy.claims.registry import Claim, claims
from confstudy.design.answers import indirect, spec
from confstudy.design.batch import Answer
from confstudy.design.comparisons import difference
from confstudy.design.declare import Design
from confstudy.design.diagnose import diagnose
from confstudy.design.estimands import Inquiry, ame, ate, natural_effect
from confstudy.design.find import Size, find_n
from confstudy.design.result import Diagnosis
from confstudy.errors import DeclarationError, listing

__all__ = ["NOT_YET", "PLANNED", "Needed", "Planned", "needed", "planned"]


@dataclass(frozen=True)
class Planned:
    """What is planned of a claim: its estimand in ``therapy``, and how it is tested.

    Attributes
    ----------
    least
        Whether the size found is the least: scales are taken as they are, while the claim is
        about what they measure. Correcting for their error adds to the standard error.
    """

    estimand: Inquiry
    answer: Answer
    least: bool = False


@dataclass(frozen=True, repr=False)
class Needed:
    """What a claim takes: a size with its interval, and a diagnosis of the design at that size."""

    claim: Claim
    plan: Planned
    size: Size
    found: Diagnosis


def _slope(outcome: str, cause: str, formula: str, family: str = "ols") -> Planned:
    """A coefficient of a scale, by a regression with clusters."""
    term = formula.partition("~")[2].split("+")[0].strip()
    return Planned(
        ame(outcome, cause),
        spec(formula, "logit", term=term, cluster="therapist", cov="CR1")
        if family == "logit"
        else spec(formula, term=term, cluster="therapist"),
        least=True,
    )


#: Claim → its plan: first randomised comparisons, then what stands on scales.
PLANNED: dict[str, Planned] = {
    "C01": Planned(
        ate("privacy", arm=("absolute", "none")), spec("privacy ~ arm", cluster="therapist")
    ),
    "C07": Planned(
        ate("concealment", arm=("none", "absolute")),
        difference("concealment", by="arm", shares=True),
    ),
    "C11": Planned(
        ate("told_risk", consent=("full", "brief")),
        difference("told_risk", by="consent", shares=True),
    ),
    "C27": Planned(
        ate("privacy", training=("training", "usual")),
        spec("privacy ~ training", cluster="practice"),
    ),
    "C28": Planned(
        ate("privacy", rights=("informed", "none")), spec("privacy ~ rights", cluster="therapist")
    ),
    "C02": Planned(
        ame("T", "P"),
        spec("alliance ~ privacy + stigma", random="1 | therapist", term="privacy"),
        least=True,
    ),
    "C03": _slope(
        "concealment",
        "T",
        "concealment ~ alliance + privacy + stigma + sensitive_topic + training",
        "logit",
    ),
    "C05": _slope(
        "Y", "T", "phq_after ~ alliance + phq_before + privacy + stigma + boundaries + training"
    ),
    "C06": Planned(
        ame("engagement", "P"),
        spec("engagement ~ privacy + stigma", random="1 | therapist", term="privacy"),
        least=True,
    ),
    "C18": Planned(
        natural_effect("T", through=["C"], control=("choice", "usual")),
        indirect("alliance", through="control_felt", by="control"),
        least=True,
    ),
    "C21": _slope("help_seeking", "S_after", "help_seeking ~ stigma_after + privacy"),
    "C22": _slope("T", "W", "alliance ~ boundaries + training"),
}

_OPENNESS = "openness is seen only in what is disclosed: declare a scale of it first"
_EVENTS = "designs analyse no hazards and no event studies"
_VIGNETTES = "designs draw no vignettes"
_RATING = "one rating stands for the cause: declare a scale of it first"
_REASONS = {
    _OPENNESS: ["C04", "C08", "C23"],
    _EVENTS: ["C12", "C15", "C24", "C25a", "C25b", "C25c", "C25d", "C26"],
    _VIGNETTES: ["C10", "C17", "C30"],
    _RATING: ["C13", "C14", "C16"],
    "its mediator is a yes or no, and products of coefficients need a number": ["C09"],
    "its effect on trust is 0 in the model: plan for the smallest effect of interest": ["C19"],
    "power of equivalence tests is not simulated": ["C20"],
    "designs draw no tests of knowledge; its answer is a share, planned by its precision": ["C29"],
}
#: Claim → why it cannot be planned.
NOT_YET: dict[str, str] = {name: why for why, names in _REASONS.items() for name in names}


def planned(claim: str) -> Planned:
    """The estimand and the analysis by which a claim is planned.

    Parameters
    ----------
    claim
        An id of the registry.

    Raises
    ------
    DeclarationError
        There is no such claim, or it cannot be planned yet, and why.

    Examples
    --------
    >>> planned("C07").estimand
    Estimand 'ATE of arm on concealment'
    >>> planned("C20")
    Traceback (most recent call last):
    confstudy.errors.DeclarationError: C20 cannot be planned yet: power of equivalence tests ...
    """
    name = claims(claim).id
    if name in NOT_YET:
        raise DeclarationError(
            f"{name} cannot be planned yet: {NOT_YET[name]}. Claims that can: {listing(PLANNED)}."
        )
    return PLANNED[name]


def needed(claim: str, design: Design, *, power: float = 0.8, replications: int = 1_000) -> Needed:
    """How many clients the test of a claim takes, and what it does with as many.

    Parameters
    ----------
    claim
        An id of the registry.
    design
        Over ``therapy``. Each therapist keeps as many clients; how many therapists there are
        changes.
    power
        The wanted one.
    replications
        1,000 or more: of the search, and again of the diagnosis at the size it finds.

    Notes
    -----
    Estimand: that of the claim in the model. Assumes the model with its effects: where they are
    smaller, more clients are needed. Does not show what correcting for the error of scales
    costs, where ``plan.least`` says so.

    Examples
    --------
    >>> found = needed("C01", Design("therapy", seed=1))
    >>> 80 < found.size.value < 110
    True
    """
    plan = planned(claim)
    size = find_n(design, plan.estimand, plan.answer, power=power, replications=replications)
    at = design.vary(n=size.value)
    found = diagnose(
        at, plan.estimand, plan.answer, replications=replications, null=False, progress=False
    )
    return Needed(claims(claim), plan, size, found)
