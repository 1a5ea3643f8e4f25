"""Breaches, lawful reports, talk with the family: C24, C25a to C25d, C26; and C14 to C16."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from confstudy.claims import practices
from confstudy.claims.happened import (
    EVENTS,
    TRUST,
    after_the_event,
    clusters,
    coded,
    yes,
)
from confstudy.claims.leaving import Leaving, Left, left_of_it
from confstudy.claims.result import ClaimResult
from confstudy.claims.sample import Test, require, result
from confstudy.survey.scoring import Scores

__all__ = ["TESTS"]

_REPORTS = {
    "C25a": ("report_self", "risk to self"),
    "C25b": ("report_others", "risk to others"),
    "C25c": ("report_abuse", "abuse or neglect"),
    "C25d": ("court_order", "a court's order"),
}
_ASSUMES = (
    "trust before the event, asked as the alliance, and the other events are all that the event "
    "and later trust have in common; without an event trust at the end moves one for one with "
    "trust before"
)
_LEAVING = (
    "; leaving and the event share no cause but trust and boundaries, and the event was equally "
    "likely at each session"
)


def _reported(
    claim: str, sign: str, scores: Scores, log: pd.DataFrame | None = None
) -> ClaimResult:
    event, what = _REPORTS[claim]
    sample, trust = after_the_event(claim, scores, [event])
    left = _left(scores, event, log)
    rows = [
        trust[event].row(f"Trust at the end after {what}", TRUST, f"{event}_on_trust"),
        left.row(f"Left because of {what}", f"{event}_on_dropout"),
    ]
    limits = "what clients to whom it did not happen would have felt"
    assumes = _ASSUMES + _LEAVING
    return result(claim, sign, rows, sample.n, assumes=assumes, does_not_show=limits)


def _breached(
    claim: str, sign: str, scores: Scores, log: pd.DataFrame | None = None
) -> ClaimResult:
    scores = coded(scores, "field_trust")
    sample, trust = after_the_event(claim, scores, ["breach"], also=["complaint", "field_trust"])
    left = _left(scores, "breach", log)
    causes = ["alliance", *trust]
    complaint, field = (
        sample.slopes(name, causes)["breach"] for name in ("complaint", "field_trust")
    )
    rows = [
        trust["breach"].row("Trust at the end after a breach", TRUST, "breach_on_trust"),
        left.row("Left because of a breach", "breach_on_dropout"),
        complaint.row("Complained because of a breach", "probability", "breach_on_complaint"),
        field.row("Trust in the field after a breach", "points (1 to 5)", "breach_on_field_trust"),
    ]
    limits = "harm to clients who never learned of a breach, or who did not answer"
    assumes = _ASSUMES + _LEAVING
    return result(claim, sign, rows, sample.n, assumes=assumes, does_not_show=limits)


def _family(claim: str, sign: str, scores: Scores) -> ClaimResult:
    require(scores, "family_contact", "family_consent")
    contact, consent = (scores.frame[name] for name in ("family_contact", "family_consent"))
    known = contact.notna() & consent.notna()
    split = {
        name: ((contact == "Yes") & (consent == level)).astype(float).where(known)
        for name, level in (("without", "No"), ("with", "Yes"))
    }
    enlarged = replace(scores, frame=scores.frame.assign(**split))
    sample, trust = after_the_event(claim, enlarged, list(split), leave_out="family_contact")
    rows = [
        (trust["without"] - trust["with"]).row(
            "Trust after talk with the family, without less with consent",
            TRUST,
            "family_contact_on_trust_by_consent",
        ),
        trust["without"].row("Trust after talk without consent", TRUST),
        trust["with"].row("Trust after talk with consent", TRUST),
    ]
    limits = "why consent was given or not"
    assumes = f"{_ASSUMES}; consent has no cause that changes what the talk does to trust"
    return result(claim, sign, rows, sample.n, assumes=assumes, does_not_show=limits)


def _left(scores: Scores, event: str, log: pd.DataFrame | None) -> Left:
    requires = [name for name in EVENTS[event] if name in scores.frame]
    causes = [name for name in ("alliance", "boundaries") if name in scores.frame]
    require(scores, "until", "dropout")
    if log is not None:
        first = log.loc[log[event].astype(bool)].groupby("row")["session"].min()
        session = first.reindex(range(len(scores.frame)), fill_value=0).to_numpy()
        scores = replace(scores, frame=scores.frame.assign(session=session))
    else:
        scores = replace(scores, frame=scores.frame.assign(session=0.0))
    frame = scores.frame.dropna(
        subset=[*requires, *causes, event, "until", "dropout", *clusters(scores)]
    )
    happened = yes(frame, event)
    may = np.all([yes(frame, name) for name in requires], axis=0) if requires else happened | True
    levels = frame[causes].to_numpy(dtype=float)
    leaving = Leaving(
        until=frame["until"].to_numpy(dtype=np.intp),
        left=yes(frame, "dropout"),
        happened=happened,
        may=may | happened,
        session=frame["session"].to_numpy(dtype=np.intp),
        causes=(levels - levels.mean(axis=0)) / levels.std(axis=0),
        planned=int(frame["until"].max()),
    )
    cluster = clusters(scores)
    groups = pd.factorize(frame[cluster[0]])[0] if cluster else np.arange(len(frame))
    return left_of_it(leaving, groups)


TESTS: dict[str, Test] = {
    **practices.TESTS,
    "C24": _family,
    **dict.fromkeys(_REPORTS, _reported),
    "C26": _breached,
}
