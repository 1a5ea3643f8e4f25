"""From assurance to openness: claims C01 to C03."""

from __future__ import annotations

import numpy as np

from confstudy.claims.result import ClaimResult
from confstudy.claims.sample import Sample, Test, require, result
from confstudy.errors import AnalysisError
from confstudy.models.fit import fit
from confstudy.survey.scoring import Scores

__all__ = ["TESTS"]


def _assurance_and_privacy(claim: str, sign: str, scores: Scores) -> ClaimResult:
    require(scores, "arm", "privacy")
    asked = scores.frame["arm"].cat.remove_unused_categories()
    reference, *arms = map(str, asked.cat.categories)
    if not arms:
        raise AnalysisError(f"{claim} compares arms, and everybody was in the same.")
    fitted = fit("privacy ~ arm", scores, cluster=scores.design.cluster or None)
    table = fitted.table.set_index("term")
    low, high = scores.codebook.scales["privacy"].points
    rows = [
        {
            "estimand": f"Perceived privacy, {arm} less {reference} assurance",
            **{str(k): v for k, v in table.loc[f"arm[T.{arm}]"].items()},
            "unit": f"points ({low} to {high})",
            "key": "assurance_on_privacy" if (arm, reference) == ("absolute", "none") else "",
        }
        for arm in reversed(arms)
    ]
    return result(
        claim,
        sign,
        rows,
        fitted.n,
        assumes="arms were assigned at random, and who answered does not depend on them",
        does_not_show="that clients who feel private are safer in fact",
    )


def _privacy_and_trust(claim: str, sign: str, scores: Scores) -> ClaimResult:
    sample = Sample.of(scores, ["privacy", "alliance", "stigma"])
    if len(np.unique(sample.groups)) > sample.n - 20:
        raise AnalysisError(
            f"{claim} compares clients of the same therapist: the survey's design names no "
            "cluster, or hardly any therapist has two."
        )
    slope = sample.slopes("alliance", ["privacy", "stigma"], within=True)["privacy"]
    spread = sample.true_sd("privacy") / sample.true_sd("alliance")
    estimand = "Trust per SD of perceived privacy"
    return result(
        claim,
        sign,
        [(slope * spread).row(estimand, "SD of trust", "privacy_on_trust")],
        sample.n,
        assumes="stigma is the only common cause of privacy and trust within a therapist's "
        "clients; the reliabilities are right",
        does_not_show="which comes first: both were asked at once",
    )


def _trust_and_openness(claim: str, sign: str, scores: Scores) -> ClaimResult:
    scales = ["privacy", "alliance", "stigma"]
    sample = Sample.of(scores, [*scales, "arm", "sensitive_topic", "concealment", "disclosure"])
    openness = ["alliance", "privacy", "stigma", "sensitive_topic"]
    concealed = sample.slopes("concealment", openness)["alliance"]
    assured = sample.slopes("privacy", sample.arms)[sample.arms[-1]]
    trusting = sample.slopes("alliance", ["privacy", "stigma"])["privacy"]
    told = sample.slopes("disclosure", openness)["alliance"]
    rows = [
        (concealed * sample.true_sd("alliance")).row(
            "Chance of concealing, per SD of trust", "probability", "trust_on_concealment"
        ),
        (assured * trusting * told).row(
            "Assurance → privacy → trust → disclosure",
            "probability",
            "assurance_on_disclosure_through_trust",
        ),
    ]
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="no common causes but stigma and the topic; chances change about linearly; "
        "the reliabilities are right",
        does_not_show="what clients who did not answer conceal",
    )


TESTS: dict[str, Test] = {
    "C01": _assurance_and_privacy,
    "C02": _privacy_and_trust,
    "C03": _trust_and_openness,
}
