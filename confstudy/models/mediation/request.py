"""What a mediation analysis is asked to do, checked before any data are touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confstudy.errors import AnalysisError, did_you_mean, listing
from confstudy.models.mediation.natural import SCALES

__all__ = ["MEDIATOR_FAMILIES", "OUTCOME_FAMILIES", "Request", "chosen", "listed", "quoted"]

OUTCOME_FAMILIES = ("ols", "logit", "probit", "poisson", "ordered")
MEDIATOR_FAMILIES = ("ols", "logit", "probit", "ordered", "poisson")
INTERVALS = ("percentile", "bca", "delta", "montecarlo")
ERRORS = ("model", "ml", "robust")


@dataclass(frozen=True)
class Request:
    """The arguments of :func:`confstudy.models.mediation.mediate.mediate`."""

    exposure: str
    mediators: tuple[str, ...]
    outcome: str
    covariates: tuple[str, ...]
    family: str
    mediator_families: tuple[str, ...]
    levels: tuple[object, object] | None
    interaction: bool
    serial: bool
    within: bool
    scale: str
    at_least: str | None
    cluster: str | None
    weights: str | None
    interval: str
    errors: str | None

    def __post_init__(self) -> None:
        chosen("family", self.family, OUTCOME_FAMILIES)
        for family in self.mediator_families:
            chosen("mediator_family", family, MEDIATOR_FAMILIES)
        chosen("scale", self.scale, SCALES)
        chosen("interval", self.interval, INTERVALS)
        if self.errors is not None:
            chosen("errors", self.errors, ERRORS)
        self._require_distinct()
        if self.within:
            self._require_linear_clusters()
        if self.scale == "odds ratio" and self.family in ("ols", "poisson"):
            raise AnalysisError(f"A family of '{self.family}' has no odds: use scale='difference'.")
        if self.weights and self.errors in ("model", "ml"):
            raise AnalysisError("With weights the standard errors are robust: leave out 'errors'.")
        if self.cluster and self.errors in ("model", "ml"):
            raise AnalysisError(
                "With a cluster the standard errors are robust: leave out 'errors'."
            )

    def _require_distinct(self) -> None:
        roles = [self.exposure, *self.mediators, self.outcome]
        roles += [name for name in (self.weights,) if name]
        twice = sorted({name for name in roles if roles.count(name) > 1})
        if twice:
            raise AnalysisError(f"{listing(twice)} cannot have two roles in one mediation model.")
        if not self.mediators:
            raise AnalysisError("Name a mediator: mediator='privacy'.")
        if len(self.mediator_families) != len(self.mediators):
            raise AnalysisError(
                f"There are {len(self.mediators)} mediators and {len(self.mediator_families)} "
                "families for them: give one for all, or one each."
            )

    def _require_linear_clusters(self) -> None:
        if not self.cluster:
            raise AnalysisError("within=True needs the groups: cluster='therapist'.")
        if not self.linear:
            raise AnalysisError(
                "within=True is for linear models: family='ols' for outcome and mediators, "
                "no interaction, scale='difference'."
            )

    @property
    def linear(self) -> bool:
        """Whether effects are products of coefficients."""
        families = {self.family, *self.mediator_families}
        return families == {"ols"} and not self.interaction and self.scale == "difference"

    @property
    def roles(self) -> tuple[str, ...]:
        """Every column that must be there, but for the covariates'."""
        named = (self.exposure, *self.mediators, self.outcome, self.cluster, self.weights)
        return tuple(name for name in named if name)

    def formula(self, equation: int) -> str:
        """The formula of a mediator, or of the outcome (last)."""
        last = equation == len(self.mediators)
        before = self.mediators[:equation] if self.serial or last else ()
        exposure, *named = map(quoted, (self.exposure, *before))
        mixed = [f"{exposure}:{name}" for name in named] if last and self.interaction else []
        right = " + ".join([exposure, *named, *self.covariates, *mixed])
        return f"{quoted(self.outcome if last else self.mediators[equation])} ~ {right}"


def quoted(name: str) -> str:
    """A column's name as a formula reads it."""
    return name if name.isidentifier() else f"`{name}`"


def chosen(argument: str, given: str, allowed: Sequence[str]) -> None:
    """Refuse an argument that is none of those allowed."""
    if given not in allowed:
        raise AnalysisError(
            f"{argument}='{given}' is not possible.{did_you_mean(str(given), allowed)} "
            f"Possible: {listing(allowed)}."
        )


def listed(names: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several as a tuple."""
    return (names,) if isinstance(names, str) else tuple(names)
