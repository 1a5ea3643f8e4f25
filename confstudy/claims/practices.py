"""What practices do and what becomes known in them: C14, C15 and C16."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from confstudy.claims.happened import (
    TRUST,
    after_the_event,
    arms_in,
    coded,
    normal_scores,
    within_arms,
)
from confstudy.claims.result import ClaimResult
from confstudy.claims.sample import Sample, Test, Theta, require, result
from confstudy.errors import AnalysisError
from confstudy.survey.scoring import Scores

__all__ = ["TESTS"]

Floats = NDArray[np.float64]
#: Share of an audit's rating (before it is cut into five) that is the security of the records.
_AUDIT = 0.81
_FEWEST = 8
_SPILL, _KNOWN = 30, 4


def _secured(claim: str, sign: str, scores: Scores) -> ClaimResult:
    scores = coded(scores, "audit")
    clients, practices = _practices(claim, scores, ["audit", "privacy", "breach"])
    practices = _security(practices)
    causes = ["security", *_training(practices)]
    unit = _AUDIT**0.5
    breach, privacy = (
        practices.slopes(name, causes)["security"] / unit for name in ("breach", "privacy")
    )
    rows = [
        breach.row("Chance of a breach per SD of security", "probability", "security_on_breach"),
        (privacy / clients.true_sd("privacy")).row(
            "Perceived privacy per SD of security", "SD of privacy", "security_on_privacy"
        ),
    ]
    return result(
        claim,
        sign,
        rows,
        clients.n,
        assumes="training is the only common cause of security and breaches; the audit's "
        f"reliability is {_AUDIT}, which the survey cannot tell; chances change about linearly",
        does_not_show="which safeguard matters",
    )


def _recognised(claim: str, sign: str, scores: Scores) -> ClaimResult:
    sample, trust = after_the_event(claim, scores, ["recognised"])
    rows = [
        _grapevine(claim, scores, "recognised").row(
            "Chance to be recognised per SD of talk among peers",
            "probability",
            "grapevine_on_recognition",
        ),
        trust["recognised"].row(
            "Trust at the end after being recognised",
            TRUST,
            "recognition_on_trust",
        ),
    ]
    clients = Sample.of(coded(scores, "fit"), ["fit", "supervised"])
    fits = clients.slopes("fit", ["supervised"])["supervised"]
    rows.append(fits.row("Fit, supervised or not", "points (1 to 7)", "supervision_on_fit"))
    return result(
        claim,
        sign,
        rows,
        sample.n,
        assumes="training is the only common cause of talk among peers and being recognised; "
        "what clients of a practice hear differs by chance alone; supervision has no cause that "
        "moves the fit of treatment",
        does_not_show="who talked, or of whom",
    )


def _spread(claim: str, sign: str, scores: Scores) -> ClaimResult:
    _require_spread(claim, scores)
    scores = coded(scores, "rumour", "audit")
    asked = ["known_breach", "rumour", "recognised", "privacy", "topics", "audit"]
    clients, practices = _practices(claim, scores, [*asked, *arms_in(scores)])
    practices = _security(practices)
    sd = within_arms(clients, "privacy").true_sd("spread")
    low, high = (_spillover(practices, name) for name in ("privacy", "topics"))
    breach = _grapevine(claim, scores, "breach")
    rows = [
        (low / sd).row(
            "Privacy where a breach is known",
            "SD of privacy at the same assurance",
            "known_breach_on_privacy",
        ),
        high.row("Topics told where a breach is known", "topics of 10", "known_breach_on_topics"),
        breach.row("Chance of a breach per SD of talk", "probability", "grapevine_on_breach"),
    ]
    return result(
        claim,
        sign,
        rows,
        clients.n,
        assumes="talk among peers, training and security as audited are the common causes; being "
        "recognised depends on talk alone, and what is heard on talk and the known breach",
        does_not_show="how other clients came to know",
    )


def _require_spread(claim: str, scores: Scores) -> None:
    require(scores, "practice", "known_breach")
    known = scores.frame.groupby("practice", observed=True)["known_breach"].first() == "Yes"
    if len(known) < _SPILL or not _KNOWN <= known.sum() <= len(known) - _KNOWN:
        raise AnalysisError(
            f"{claim} compares practices: it needs {_SPILL} or more, {_KNOWN} at least in which a "
            f"breach became known and {_KNOWN} in which none did, and this survey has fewer."
        )


def _grapevine(claim: str, scores: Scores, outcome: str) -> Theta:
    """The change of an outcome's chance per SD of a practice's talk, where no breach is known.

    What a practice's clients say they heard differs by chance; the practice's mean is
    corrected for that by the variance within practices.
    """
    require(scores, "rumour", outcome)
    numbers = scores if scores.frame["rumour"].dtype == float else coded(scores, "rumour")
    if "known_breach" in numbers.frame:
        numbers = numbers.where(numbers.frame["known_breach"] == "No", "No breach became known")
    _, practices = _practices(claim, numbers, ["rumour", outcome])
    try:
        slopes = practices.slopes(outcome, ["rumour", *_training(practices)])
    except AnalysisError:
        raise AnalysisError(
            f"{claim} compares practices by what their clients heard, and that differs no more "
            "than by chance: ask in more practices."
        ) from None
    return slopes["rumour"] * practices.true_sd("rumour")


def _spillover(practices: Sample, outcome: str) -> Theta:
    """The effect of a known breach, less what talk among peers, a cause of both, adds.

    Rumours r and recognitions w both show the talk, but a known breach moves r alone. With
    slopes on r and on the known breach k, τ = p_k − p_r w_k / w_r (Miao, Geng and
    Tchetgen Tchetgen 2018).
    """
    causes = ["known_breach", "rumour", "security", *_training(practices)]
    found, seen = (practices.slopes(name, causes) for name in (outcome, "recognised"))
    return found["known_breach"] - found["rumour"] * seen["known_breach"] / seen["rumour"]


def _practices(claim: str, scores: Scores, names: Sequence[str]) -> tuple[Sample, Sample]:
    """Clients grouped by practice, and practices as rows of their means."""
    require(scores, "practice", *names)
    if len(scores.frame["practice"].dropna().unique()) < _FEWEST:
        raise AnalysisError(f"{claim} compares practices, and needs {_FEWEST} or more of them.")
    known = [name for name in ("training",) if name in scores.frame]
    varied = [name for name in known if scores.frame[name].nunique() > 1]
    clients = Sample.of(scores, [*names, *varied], cluster="practice")
    size = np.bincount(clients.groups)
    means, errors = {}, {}
    for name, column in clients.columns.items():
        means[name] = np.bincount(clients.groups, column) / size
        within = ((column - means[name][clients.groups]) ** 2).sum() / (clients.n - len(size))
        errors[name] = float(within / size.mean())
    return clients, Sample(means, errors, clients.levels, np.arange(len(size)))


def _security(practices: Sample) -> Sample:
    """With the audit as normal scores, which have a variance near 1."""
    scores = normal_scores(practices.columns["audit"])
    return replace(practices, columns={**practices.columns, "security": scores})


def _training(practices: Sample) -> list[str]:
    return [name for name in practices.columns if name.startswith("training")]


TESTS: dict[str, Test] = {"C14": _secured, "C15": _recognised, "C16": _spread}
