"""What is assigned at random: claims C07, C11, C12, C17, C19, C27 and C28."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from confstudy.claims.latent import regressed_ability
from confstudy.claims.result import ClaimResult
from confstudy.claims.sample import Sample, Test, Theta, require, result
from confstudy.errors import AnalysisError
from confstudy.survey.items import keyed
from confstudy.survey.scoring import Scores

__all__ = ["TESTS"]

Floats = NDArray[np.float64]
_ASSIGNED = ("arm", "consent", "timing", "control", "access", "rights", "training")
_TEACHES = {"limits": ("consent", "timing"), "knowledge": ("rights",)}
_REPORTED = 8
_RANDOM = "who was in which group was decided at random, and who answered does not depend on it"


def _holding_back(claim: str, sign: str, scores: Scores) -> ClaimResult:
    sample = _compared(scores, "arm", ["concealment", "topics_kept_back"])
    assured = sample.arms[-1]
    rows = [
        (sample.slopes(outcome, _arms(sample))[assured] * -1.0).row(
            f"{what}, no assurance less {assured.removeprefix('arm=')}", unit, key
        )
        for outcome, what, unit, key in [
            ("concealment", "Chance of concealing", "probability", "no_assurance_on_concealment"),
            (
                "topics_kept_back",
                "Topics kept back",
                "topics of ten",
                "no_assurance_on_topics_kept_back",
            ),
        ]
    ]
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes=f"{_RANDOM}; clients say whether they conceal as truly with assurance as without",
        does_not_show="how many hold back where nothing was said of confidentiality at all",
    )


def _informed_consent(claim: str, sign: str, scores: Scores) -> ClaimResult:
    sample = _compared(scores, "consent", ["alliance", "told_risk"])
    rows = [
        _knowledge(scores, "limits", "consent").row(
            "Understanding of the limits, full less brief consent",
            "SD of understanding",
            "consent_on_understanding",
        ),
        _moved(sample, "alliance", "consent").row(
            "Trust, full less brief consent", "SD of trust", "consent_on_trust"
        ),
        sample.slopes("told_risk", _arms(sample))["consent"].row(
            "Chance of telling of a danger, full less brief consent",
            "probability",
            "consent_on_telling_of_a_danger",
        ),
    ]
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes=f"{_RANDOM}; the questions on the limits work alike in both groups",
        does_not_show="what clients in danger do: they were asked what they would tell",
    )


def _told_up_front(claim: str, sign: str, scores: Scores) -> ClaimResult:
    reports = [name for name in ("report_others", "report_abuse") if _varies(scores, name)]
    sample = _compared(scores, "timing", ["alliance", "trust_now", "report_self", *reports])
    _require_reports(claim, sample)
    early = sample.columns["timing"]
    products = {
        f"{name}:timing": sample.columns[name] * early for name in ("report_self", *reports)
    }
    sample = sample.with_columns(products)
    slopes = sample.slopes(
        "trust_now", ["alliance", *_arms(sample), "report_self", *reports, *products]
    )
    point = slopes["alliance"] * sample.true_sd("alliance", _arms(sample))
    rows = [
        (slopes["report_self:timing"] / point).row(
            "Trust after a report of risk to self, limits told first less later",
            "SD of trust",
            "report_on_trust_by_timing",
        ),
        (slopes["report_self"] / point).row(
            "Trust after such a report, limits told later", "SD of trust"
        ),
        _knowledge(scores, "limits", "timing").row(
            "Understanding of the limits, told first less later",
            "SD of understanding",
            "timing_on_understanding",
        ),
    ]
    if "surprised" in scores.frame:
        rows += _surprise(scores)
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="when limits were told was decided at random; which reports are made does not "
        "depend on it; without events, trust at the end follows trust before one to one",
        does_not_show="what a report does to those who had left before it",
    )


def _require_reports(claim: str, sample: Sample) -> None:
    reported = sample.columns["report_self"]
    first = (reported * sample.columns["timing"]).sum()
    if min(first, reported.sum() - first) < _REPORTED:
        raise AnalysisError(
            f"{claim} compares clients on whom a risk to self was reported, {_REPORTED} or more "
            "in each group, and there are too few. Where one client in twenty-five has such a "
            "report, 1,000 respondents give enough."
        )


def _surprise(scores: Scores) -> list[dict[str, object]]:
    """How much less often a report surprises where limits were told first."""
    reported = scores.where(scores["report_self"] == "Yes", "A risk to self was reported")
    if not all(_varies(reported, name) for name in ("surprised", "timing")):
        return []
    sample = Sample.of(reported, ["surprised", "timing"])
    return [
        sample.slopes("surprised", ["timing"])["timing"].row(
            "Chance that a report surprises, limits told first less later", "probability"
        )
    ]


def _own_records(claim: str, sign: str, scores: Scores) -> ClaimResult:
    sample = _compared(scores, "access", ["alliance", "control_felt", "engagement"])
    rows = [
        _moved(sample, scale, "access").row(f"{what}, portal less none", unit, key)
        for scale, what, unit, key in [
            ("alliance", "Trust", "SD of trust", "access_on_trust"),
            ("control_felt", "Control over information", "SD of control", "access_on_control"),
            ("engagement", "Engagement", "SD of engagement", "access_on_engagement"),
        ]
    ]
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes=f"{_RANDOM}; the reliabilities are right",
        does_not_show="what reading does: some who have access never open the record",
    )


def _code_training(claim: str, sign: str, scores: Scores) -> ClaimResult:
    sample = _compared(scores, "training", ["boundaries", "privacy", "audit"], cluster="practice")
    rows = [
        _moved(sample, "boundaries", "training").row(
            "Boundaries, trained less usual practices",
            "SD of boundaries",
            "training_on_boundaries",
        ),
        sample.slopes("audit", _arms(sample))["training"].row(
            "Record audit, trained less usual practices", "points (0 to 4)", "training_on_audit"
        ),
        _moved(sample, "privacy", "training").row(
            "Perceived privacy, trained less usual practices",
            "SD of privacy",
            "training_on_privacy",
        ),
    ]
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="practices were assigned at random; practices answer independently of each other",
        does_not_show="through which practice training reaches the clients: what therapists do to "
        "keep confidences is not measured as such",
    )


def _knowing_rights(claim: str, sign: str, scores: Scores) -> ClaimResult:
    rows = [
        _knowledge(scores, "knowledge", "rights").row(
            "Awareness of rights, informed less not", "SD of awareness", "rights_on_awareness"
        )
    ]
    for scale, what, key in [
        ("privacy", "privacy", "rights_on_privacy_through_awareness"),
        ("control_felt", "control", "rights_on_control_through_awareness"),
    ]:
        estimand = f"Information → awareness → {what}"
        rows.append(_through_knowledge(scores, scale).row(estimand, f"SD of {what}", key))
    sample = _compared(scores, "rights", ["privacy", "control_felt"])
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="information was given at random; awareness and what it moves have no common "
        "cause but the groups; the questions work alike in both groups",
        does_not_show="what those do with their rights who know them",
    )


def _knowledge(scores: Scores, test: str, arm: str) -> Theta:
    """Effect of an arm on what a test measures, in its standard deviations within arms."""
    others = [name for name in _TEACHES[test] if name != arm and _varies(scores, name)]
    arms = [arm, *others]
    sample, right = _tested(scores, test, arms)
    covariates = np.column_stack([sample.columns[name] for name in arms])
    return regressed_ability(right, covariates, sample.groups, arms)[arm]


def _through_knowledge(scores: Scores, scale: str) -> Theta:
    """Indirect effect of information on rights on a scale, in its true standard deviations.

    With what the arms leave of the scale, u, among the covariates, θ = βx + γu + ε: β is what
    information does to θ, and γv / (1 + γ²v) the slope of u on θ, where v is u's variance.
    """
    assigned = [name for name in _ASSIGNED if _varies(scores, name)]
    sample, right = _tested(scores, "knowledge", [*assigned, scale])
    given = _arms(sample)
    outcome = sample.without(scale, given)
    spread = Sample({"y": outcome}, {}, {}, sample.groups).true_sd("y")
    covariates = np.column_stack([sample.columns["rights"], outcome - outcome.mean()])
    found = regressed_ability(right, covariates, sample.groups, ["rights", scale])
    shared = found[scale] * spread * spread
    slope = shared / (found[scale] * shared + 1.0)
    return found["rights"] * slope / sample.true_sd(scale, given)


def _tested(scores: Scores, test: str, names: list[str]) -> tuple[Sample, Floats]:
    """Those with an answer in every column, and their answers to a test."""
    require(scores, *names, *scores.codebook.scales[test].items)
    answered = keyed(scores.frame, scores.codebook.scales[test])
    kept = scores.frame[names].notna().all(axis=1).to_numpy()
    return Sample.of(scores, names), answered[kept]


def _compared(scores: Scores, arm: str, outcomes: list[str], cluster: str = "") -> Sample:
    """The respondents with an arm and its outcomes, and the other arms they were in."""
    require(scores, arm, *outcomes)
    if not _varies(scores, arm):
        raise AnalysisError(f"The claim compares groups of '{arm}', and everybody was in the same.")
    others = [name for name in _ASSIGNED if name != arm and _varies(scores, name)]
    return Sample.of(scores, [arm, *others, *outcomes], cluster=cluster)


def _arms(sample: Sample) -> list[str]:
    return [column for name in _ASSIGNED for column in sample.levels.get(name, ())]


def _moved(sample: Sample, scale: str, arm: str) -> Theta:
    """Difference between arms, in true standard deviations of the scale within them."""
    arms = _arms(sample)
    return sample.slopes(scale, arms)[arm] / sample.true_sd(scale, arms)


def _varies(scores: Scores, name: str) -> bool:
    return name in scores.frame and scores.frame[name].nunique() > 1


TESTS: dict[str, Test] = {
    "C07": _holding_back,
    "C11": _informed_consent,
    "C12": _told_up_front,
    "C19": _own_records,
    "C27": _code_training,
    "C28": _knowing_rights,
}
