"""What an event costs in trust, among those to whom it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from confstudy.claims.sample import Sample, Theta, require
from confstudy.errors import AnalysisError
from confstudy.survey.scoring import Scores

__all__ = [
    "EVENTS",
    "TRUST",
    "after_the_event",
    "arms_in",
    "clusters",
    "coded",
    "enough",
    "normal_scores",
    "within_arms",
    "yes",
]

Floats = NDArray[np.float64]
TRUST = "SD of trust at the same assurance"
#: Events that may move trust, and the columns that have to be "Yes" for them to happen.
EVENTS: Mapping[str, tuple[str, ...]] = {
    "breach": (),
    "recognised": (),
    "family_contact": (),
    "report_self": ("risk_self", "told_risk"),
    "report_others": ("risk_others", "told_risk"),
    "report_abuse": ("risk_abuse", "told_risk"),
    "court_order": ("disclosure",),
}
_FEWEST, _THERAPISTS = 10, 3


def after_the_event(
    claim: str,
    scores: Scores,
    events: Sequence[str],
    *,
    also: Sequence[str] = (),
    leave_out: str = "",
) -> tuple[Sample, dict[str, Theta]]:
    """How much trust at the end each event cost those to whom it happened, in SD of trust.

    Parameters
    ----------
    events, also
        The claim's events, and other columns it needs. The rest of the survey's events are
        adjusted for where they happened often enough.
    leave_out
        An event that is not adjusted for.

    Returns
    -------
    Sample and dict
        The complete rows; event → its effect on the treated.

    Raises
    ------
    AnalysisError
        The survey lacks a column, or the event happened to too few.

    Notes
    -----
    The answer on trust now gets normal scores, since its points are no unit. Its slope on trust
    before, corrected for the alliance's unreliability, says how many scores one unit of trust
    is; the ratio of an event's slope to it is in units of trust.

    Estimand: mean effect on the treated, SD of trust among clients given the same assurance.
    Assumes: the alliance was asked before, and is the only cause that the event and later
    trust share besides the other events. Does not show: what comes after the end.
    """
    require(scores, *events, *also, "alliance", "trust_now")
    for event in events:
        enough(claim, scores, event)
    others = [
        name
        for name in EVENTS
        if name not in (*events, leave_out) and name in scores.frame and _often(scores, name)
    ]
    asked = [*events, *others, *also, "alliance", "trust_now", *arms_in(scores)]
    sample = Sample.of(scores, asked)
    sample = within_arms(sample, "alliance")
    end = normal_scores(sample.columns["trust_now"])
    sample = replace(sample, columns={**sample.columns, "end": end})
    slopes = sample.slopes("end", ["alliance", *events, *others])
    unit = slopes["alliance"] * sample.true_sd("spread")
    return sample, {name: slopes[name] / unit for name in (*events, *others)}


def arms_in(scores: Scores) -> list[str]:
    """The column of the assurance arm, if there are two arms."""
    there = "arm" in scores.frame and len(scores.frame["arm"].dropna().unique()) > 1
    return ["arm"] if there else []


def coded(scores: Scores, *names: str) -> Scores:
    """The scores with ordered answers as numbers from 0 up."""
    require(scores, *names)
    frame = scores.frame
    numbers = {
        name: frame[name].cat.codes.astype(float).where(frame[name].notna()) for name in names
    }
    return replace(scores, frame=frame.assign(**numbers))


def enough(claim: str, scores: Scores, event: str) -> None:
    """Refuse a survey in which an event happened to too few for an interval to hold."""
    if not _often(scores, event):
        raise AnalysisError(
            f"{claim} needs {_FEWEST} clients or more of {_THERAPISTS} therapists or more to whom "
            f"'{event}' happened, and this survey has fewer: ask more clients, or wait."
        )


def _often(scores: Scores, event: str) -> bool:
    rows = scores.frame.loc[yes(scores.frame, event)]
    units = min((rows[name].nunique() for name in clusters(scores)), default=_THERAPISTS)
    return len(rows) >= _FEWEST and units >= _THERAPISTS


def clusters(scores: Scores) -> list[str]:
    """The column of the design's clusters, if there is one."""
    return [scores.design.cluster] if scores.design.cluster else []


def yes(frame: pd.DataFrame, name: str) -> NDArray[np.bool_]:
    """(n,) whether a column says that it happened; not, where it says nothing."""
    return frame[name].isin(["Yes", 1.0]).to_numpy(dtype=bool)


def within_arms(sample: Sample, name: str) -> Sample:
    """The sample with a column ``spread``: a scale less its mean in the same arm."""
    arms = sample.levels.get("arm", [])
    design = np.column_stack([np.ones(sample.n), *(sample.columns[arm] for arm in arms)])
    scale = sample.columns[name]
    spread = scale - design @ np.linalg.lstsq(design, scale, rcond=None)[0]
    return replace(
        sample,
        columns={**sample.columns, "spread": spread},
        errors={**sample.errors, "spread": sample.errors[name]},
    )


def normal_scores(answers: Floats) -> Floats:
    """Each answer as the mean of the normal variable that it is a cut of."""
    _, place, counts = np.unique(answers, return_inverse=True, return_counts=True)
    edges = stats.norm.ppf(np.concatenate([[0], counts.cumsum()]) / counts.sum())
    return np.asarray((-np.diff(stats.norm.pdf(edges)) * counts.sum() / counts)[place])
