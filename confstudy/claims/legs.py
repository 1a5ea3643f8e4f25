"""Effects along paths: legs between measured variables, corrected for measurement error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from confstudy.claims.happened import coded, normal_scores
from confstudy.claims.sample import Sample, Theta
from confstudy.errors import AnalysisError
from confstudy.models.moments import Latent, Moments, moments
from confstudy.survey.scoring import Scores

__all__ = ["ASSUMED", "Leg", "Path", "Paths"]

Floats = NDArray[np.float64]
#: What one rating tells of its variable before it is rounded to its steps: no survey can say.
ASSUMED = {"fit": 0.64, "setting": 0.80}
_OPENNESS = Latent(("depth", "topics", "disclosure"), ("sensitive_topic",))
_FEWEST_EVENTS = 20


@dataclass(frozen=True)
class Leg:
    """One arrow: an outcome, its cause, what is held fixed, and whether within therapists."""

    outcome: str
    cause: str
    given: tuple[str, ...] = ()
    within: bool = False


@dataclass(frozen=True)
class Path:
    """One or more legs in a row, and the model's estimand that their product estimates.

    ``unit`` is the outcome's where it is no scale; ``contrast`` says that the first cause is an
    arm, whose effect is not per standard deviation.
    """

    key: str
    words: str
    legs: tuple[Leg, ...]
    unit: str = ""
    contrast: bool = False

    @property
    def names(self) -> set[str]:
        """Every variable of the path."""
        found = {name for leg in self.legs for name in (leg.outcome, leg.cause, *leg.given)}
        return {name.removesuffix(" as given") for name in found}


@dataclass(frozen=True, repr=False)
class Paths:
    """Complete rows, and their covariances without measurement error."""

    sample: Sample
    columns: Mapping[str, Floats]
    errors: Mapping[str, float]
    latent: Mapping[str, Latent]
    moments: Moments

    @classmethod
    def of(cls, scores: Scores, names: Sequence[str], *, cluster: str = "") -> Paths:
        """Respondents who have an answer in every column; ``openness`` is a latent variable."""
        latent = {"openness": _OPENNESS} if "openness" in names else {}
        wanted = {name: None for name in names if name not in latent}
        for one in latent.values():
            wanted |= dict.fromkeys((*one.indicators, *one.given))
        ordered = [name for name in ("depth", "fit", "setting") if name in wanted]
        sample = Sample.of(coded(scores, *ordered), list(wanted), cluster=cluster)
        columns, errors = dict(sample.columns), dict(sample.errors)
        for name in ordered:
            columns[f"{name} as given"] = columns[name]
            columns[name] = scored = normal_scores(columns[name])
            known = float(scored.var())
            if name in ASSUMED:
                errors[name] = known * (1 - ASSUMED[name] * known)
        found = moments(columns, errors, sample.groups, latent)
        return cls(sample, columns, errors, latent, found)

    def split(self, names: Sequence[str], by: str) -> Paths:
        """With two columns more a name: its values where ``by`` is 1, 0 elsewhere, and reverse.

        Only the slopes of these, held fixed together with ``by``, are slopes within a kind.
        """
        columns, errors = dict(self.columns), dict(self.errors)
        for name in names:
            for side, kept in (("with", columns[by]), ("without", 1 - columns[by])):
                columns[f"{name} {side}"] = columns[name] * kept
                errors[f"{name} {side}"] = errors.get(name, 0.0) * float(kept.mean())
        found = moments(columns, errors, self.sample.groups, self.latent)
        return Paths(self.sample, columns, errors, self.latent, found)

    def slope(self, leg: Leg) -> Theta:
        """The slope of a leg, in the units of its columns."""
        if leg.within and len(np.unique(self.sample.groups)) > self.sample.n - 20:
            raise AnalysisError(
                "The claim compares clients of the same therapist: the survey's design names no "
                "cluster, or hardly any therapist has two."
            )
        found = self.moments.slope(leg.outcome, leg.cause, leg.given, within=leg.within)
        return Theta(float(found[0]), found[1:])

    def sd(self, name: str, given: Sequence[str] = ()) -> Theta:
        """The true standard deviation of a variable, or what is left of it given others."""
        found = self.moments.sd(name, given)
        return Theta(float(found[0]), found[1:])

    def effect(self, path: Path) -> Theta:
        """The product of the legs, per SD of the cause, in SDs of a scale."""
        found = self.slope(path.legs[0])
        for leg in path.legs[1:]:
            found = found * self.slope(leg)
        cause, outcome = path.legs[0].cause, path.legs[-1].outcome
        if path.contrast:
            return found / self.sd(outcome, self.sample.arms)
        found = found * self.sd(cause)
        return found if path.unit else found / self.sd(outcome)

    def row(self, path: Path, unit: str = "") -> dict[str, object]:
        """One row of a claim's table."""
        return self.effect(path).row(path.words, path.unit or unit, path.key)

    def require_events(self, claim: str, name: str) -> None:
        """Refuse a survey in which too few clients have an event."""
        share = float(self.columns[name].mean())
        if min(share, 1 - share) * self.sample.n < _FEWEST_EVENTS:
            raise AnalysisError(
                f"{claim} needs {_FEWEST_EVENTS} clients or more of either kind in '{name}', "
                f"and there are fewer among {self.sample.n:,}. Where one client in ten is of "
                f"the rarer kind, {20 * _FEWEST_EVENTS} clients make that likely."
            )
