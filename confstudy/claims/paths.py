"""Claims on paths among what clients feel, say and gain: from C04 to C23."""

from __future__ import annotations

from dataclasses import dataclass, replace

from confstudy.claims.legs import Leg, Path, Paths
from confstudy.claims.result import ClaimResult, Verdict
from confstudy.claims.sample import Test, result
from confstudy.models.equivalence import equivalence
from confstudy.survey.scoring import Scores

__all__ = ["PATHS", "TESTS"]

_OPEN = ("sensitive_topic", "alliance", "phq_before")
_FELT = ("privacy", "stigma")
_SCALES = "the reliabilities are right"
_RATING = f"{_SCALES}, that of the one rating being assumed"


@dataclass(frozen=True)
class _Claim:
    paths: tuple[Path, ...]
    assumes: str
    does_not_show: str
    unit: str = "SD"
    cluster: str = ""
    events: tuple[str, ...] = ()


def _path(key: str, words: str, *legs: Leg, unit: str = "", contrast: bool = False) -> Path:
    return Path(key, words, legs, unit, contrast)


_ONE_TIME = "which comes first: all was asked at once"
PATHS: dict[str, _Claim] = {
    "C04": _Claim(
        (
            _path(
                "openness_on_fit",
                "Rating of the treatment's fit per SD of openness",
                Leg("fit as given", "openness", ("sensitive_topic",)),
                unit="points (1 to 7)",
            ),
            _path(
                "openness_on_tailoring",
                "Tailoring per SD of openness",
                Leg("fit", "openness", ("sensitive_topic",)),
            ),
            _path(
                "openness_on_symptoms_through_tailoring",
                "Openness → tailoring → symptoms",
                Leg("fit", "openness", ("sensitive_topic",)),
                Leg("phq_after", "fit", ("openness", *_OPEN)),
            ),
        ),
        f"the topic is the only common cause of openness and tailoring, and openness, topic, "
        f"trust and severity those of tailoring and symptoms; {_RATING}",
        f"that the therapist tailored: the client rated the fit; {_ONE_TIME}",
    ),
    "C05": _Claim(
        (
            _path(
                "trust_on_sessions",
                "Sessions per SD of trust",
                Leg("sessions", "alliance", (*_FELT, "phq_before", "limits"), within=True),
                unit="sessions",
            ),
            *(
                _path(
                    f"openness_on_{name}",
                    f"{words} per SD of openness",
                    Leg(column, "openness", (*_OPEN, *_FELT), within=True),
                    unit=unit,
                )
                for name, column, words, unit in (
                    ("symptoms", "phq_after", "Symptoms", ""),
                    ("homework", "homework", "Tasks done", "tasks of 8"),
                    ("resilience", "resilience", "Resilience", "points (1 to 5)"),
                    ("breakthrough", "breakthrough", "Chance of a breakthrough", "probability"),
                )
            ),
        ),
        "among a therapist's clients, privacy, stigma, severity and understanding of limits are "
        "the only common causes of trust and staying, and privacy, stigma, topic, trust and "
        f"severity those of openness and its outcomes; {_SCALES}",
        f"what those who left early would have gained; {_ONE_TIME}",
        events=("breakthrough",),
    ),
    "C06": _Claim(
        (
            _path(
                "privacy_on_engagement",
                "Engagement per SD of perceived privacy",
                Leg("engagement", "privacy", ("stigma", "knowledge"), within=True),
            ),
            _path(
                "privacy_on_sessions",
                "Sessions per SD of perceived privacy",
                Leg("sessions", "privacy", ("stigma", "knowledge"), within=True),
                unit="sessions",
            ),
        ),
        "among a therapist's clients, stigma and awareness of rights are the only common "
        f"causes; {_SCALES}",
        "that clients are in fact protected",
    ),
    "C09": _Claim(
        (
            _path(
                "trust_on_symptoms_through_concealment",
                "Trust → concealment → symptoms",
                Leg("concealment", "alliance", (*_FELT, "sensitive_topic"), within=True),
                Leg("phq_after", "concealment", ("openness", *_OPEN)),
            ),
        ),
        "among a therapist's clients, privacy, stigma and topic are the only common causes of "
        "trust and concealment, and "
        "openness, topic, trust and severity those of concealment and symptoms; no "
        f"interactions; {_SCALES}",
        "that concealment never harms: the path is short and needs thousands of clients",
        events=("concealment",),
    ),
    "C13": _Claim(
        (
            _path(
                "setting_on_privacy",
                "Perceived privacy per SD of the setting's privacy",
                Leg("privacy", "setting", ("stigma",)),
            ),
        ),
        f"practices with private rooms differ in nothing else that clients notice; {_RATING}",
        "which feature of the setting matters; with few practices, hardly anything",
        cluster="practice",
    ),
    "C18": _Claim(
        (
            _path(
                "choice_on_trust_through_control",
                "Choice over access → control → trust",
                Leg("control_felt", "control"),
                Leg("alliance", "control_felt", ("access", *_FELT), within=True),
                contrast=True,
            ),
        ),
        "choice was assigned at random; among a therapist's clients, access, privacy and "
        f"stigma block other paths from control to trust; {_SCALES}",
        f"that choice acts in no other way; {_ONE_TIME}",
    ),
    "C21": _Claim(
        (
            _path(
                "stigma_on_help_seeking",
                "Help-seeking per SD of later stigma",
                Leg("help_seeking", "stigma_after", ("privacy",)),
            ),
            _path(
                "privacy_on_stigma",
                "Later stigma per SD of perceived privacy",
                Leg("stigma_after", "privacy", ("stigma",)),
            ),
        ),
        "earlier stigma is the only common cause of privacy and later stigma, and privacy that "
        f"of later stigma and help-seeking; {_SCALES}",
        "that people seek help who never came: only clients were asked",
    ),
    "C22": _Claim(
        (
            _path(
                "boundaries_on_trust",
                "Trust per SD of clear boundaries",
                Leg("alliance", "boundaries", ("training", *_FELT, "phq_before")),
            ),
            _path(
                "boundaries_on_dropout",
                "Chance of dropping out per SD of clear boundaries",
                Leg("dropout", "boundaries", ("training",)),
                unit="probability",
            ),
        ),
        f"nothing but training makes therapists differ in boundaries and in trust; {_SCALES}",
        "that secrecy is what makes boundaries clear",
        events=("dropout",),
    ),
    "C23": _Claim(
        (
            _path(
                "warmth_on_openness_through_trust",
                "Warmth → trust → openness",
                Leg("alliance", "warmth", (*_FELT, "phq_before")),
                Leg("openness", "alliance", (*_FELT, "sensitive_topic"), within=True),
            ),
        ),
        "warm therapists differ in nothing else that makes trust; among a therapist's clients, "
        "privacy, stigma and topic are the only common causes of trust and openness; "
        f"{_SCALES}",
        f"that warmth acts in no other way; {_ONE_TIME}",
    ),
}
_FEAR = _path(
    "stigma_on_openness_through_fear",
    "Stigma → fear of exposure → openness",
    Leg("fear", "stigma"),
    Leg("openness", "fear", ("stigma", "privacy", "alliance", "sensitive_topic")),
)
_TALK = _path(
    "openness_on_talk_outside",
    "Tellings elsewhere per SD of openness",
    Leg("outside", "openness", ("sensitive_topic",)),
    unit="tellings",
)
_MARGIN = 0.1


def _along(claim: str, sign: str, scores: Scores) -> ClaimResult:
    asked = PATHS[claim]
    names = set().union(*(path.names for path in asked.paths))
    if any(path.contrast for path in asked.paths):
        names |= {"arm"}
    paths = Paths.of(scores, sorted(names), cluster=asked.cluster)
    for name in asked.events:
        paths.require_events(claim, name)
    rows = [paths.row(path, asked.unit) for path in asked.paths]
    return result(
        claim,
        sign,
        rows,
        paths.sample.n,
        assumes=asked.assumes,
        does_not_show=asked.does_not_show,
    )


def _sensitive_topics(claim: str, sign: str, scores: Scores) -> ClaimResult:
    """Privacy's effect on openness with a sensitive topic less that without, and by fear."""
    paths = Paths.of(scores, sorted({"arm", "knowledge"} | _FEAR.names))
    paths.require_events(claim, "sensitive_topic")
    split = paths.split(_FELT, "sensitive_topic")
    held = ("stigma without", "stigma with", "sensitive_topic", "knowledge")
    sides = ("privacy with", "privacy without")
    with_topic, without = (
        split.slope(Leg("openness", side, (*set(sides) - {side}, *held), within=True))
        for side in sides
    )
    arms = paths.sample.arms
    unit = paths.sd("privacy", arms) / paths.sd("openness", arms)
    words = "Openness per SD of privacy, sensitive topic less others"
    rows = [
        ((with_topic - without) * unit).row(words, "SD", "privacy_on_openness_by_topic"),
        paths.row(_FEAR, "SD"),
    ]
    return result(
        claim,
        sign,
        rows,
        paths.sample.n,
        assumes="among a therapist's clients, stigma, topic and awareness of rights are the only "
        "common causes of privacy and openness; stigma is that of fear and openness; "
        f"{_SCALES}, and the same for every topic",
        does_not_show="fear as such: clients were asked how they felt, not tested",
    )


def _talk_outside(claim: str, sign: str, scores: Scores) -> ClaimResult:
    """Whether openness goes with less talk elsewhere: a test against a margin below zero."""
    paths = Paths.of(scores, sorted(_TALK.names))
    row = paths.row(_TALK)
    estimate, error, df = (float(str(row[name])) for name in ("estimate", "std_error", "df"))
    tested = equivalence((estimate, error, df), _MARGIN)
    low, high = tested.conf_low, tested.conf_high
    verdict: Verdict = "inconclusive"
    if low > -_MARGIN:
        verdict = "supported"
    elif high < 0:
        verdict = "against"
    found = result(
        claim,
        sign,
        [row],
        paths.sample.n,
        assumes=f"the topic is the only common cause of telling inside and outside; {_SCALES}; "
        f"a loss of {_MARGIN:g} tellings per SD of openness would not matter (two one-sided "
        "tests at .05)",
        does_not_show="that clients feel free to talk: the number of tellings was counted",
    )
    return replace(found, verdict=verdict)


TESTS: dict[str, Test] = {
    **dict.fromkeys(PATHS, _along),
    "C08": _sensitive_topics,
    "C20": _talk_outside,
}
