"""Variables of a structural model: their kinds, the paths into them, what each adds itself."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.population import Level
from confstudy.simulate.model.terms import Alike, Spread, Term

__all__ = ["Name", "Node", "Share"]

Share = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, BeforeValidator(str)]


class Node(Part):
    """One variable: what kind it is, the paths into it, what it adds itself.

    A ``count`` is Poisson with the exponential of its paths as mean, more spread where it has
    noise; with ``of: 10`` it is how many of ten equal chances come true, each by its link. A
    binary or ordinal variable cuts a latent one with normal noise (``link: probit``)
    or with logistic noise of scale 1 (``link: logit``). An ``arm`` is assigned in equal
    numbers: among all, ``within`` each therapist, or to whole units of its ``level``.
    """

    label: str = ""
    level: Level = "client"
    kind: Literal["latent", "binary", "ordinal", "count", "category", "arm"] = "latent"
    link: Literal["probit", "logit"] = "probit"
    intercept: float = 0.0
    paths: dict[str, float] = Field(default_factory=dict)
    therapist: Spread | Alike = 0.0
    practice: Spread | Alike = 0.0
    noise: Spread = 0.0
    share: Share | None = None
    shares: tuple[Share, ...] = ()
    cuts: tuple[float, ...] = ()
    arms: tuple[Name, ...] = ()
    of: PositiveInt | None = None
    within: Literal["", "therapist"] = ""

    @property
    def terms(self) -> list[Term]:
        """The paths, parsed."""
        return [Term.parse(text, coefficient) for text, coefficient in self.paths.items()]

    @property
    def levels(self) -> int:
        """How many values it takes; none is counted where it is latent."""
        counts = {
            "arm": len(self.arms),
            "category": len(self.shares),
            "ordinal": len(self.cuts) + 1,
            "count": (self.of or -1) + 1,
        }
        return 2 if self.kind == "binary" else counts.get(self.kind, 0)

    @property
    def own(self) -> float:
        """The scale of the noise: the declared one, or 1 where it is logistic."""
        return 1.0 if self.link == "logit" else self.noise

    @property
    def shared(self) -> dict[Level, float]:
        """The standard deviations of the effects of therapist and practice."""
        declared: dict[Level, float | Alike] = {
            "therapist": self.therapist,
            "practice": self.practice,
        }
        spreads: dict[Level, float] = {
            level: effect.spread(self.noise) if isinstance(effect, Alike) else effect
            for level, effect in declared.items()
        }
        return {level: spread for level, spread in spreads.items() if spread}

    @property
    def parents(self) -> set[str]:
        """The variables that point here."""
        return {name for term in self.terms for name in term.names}

    @model_validator(mode="after")
    def _has_what_its_kind_needs(self) -> Self:
        if self.kind == "arm" and len(self.arms) < 2:
            raise ValueError("an arm needs two 'arms' or more")
        if self.kind == "category" and abs(sum(self.shares) - 1) > 1e-9:
            raise ValueError(f"the 'shares' of a category sum to 1, not {sum(self.shares):g}")
        if self.kind == "ordinal" and not self.cuts:
            raise ValueError("an ordinal variable needs 'cuts'")
        if list(self.cuts) != sorted(set(self.cuts)):
            raise ValueError("'cuts' go up")
        if self.of is not None and self.kind != "count":
            raise ValueError("only a count is 'of' so many")
        chances = self.kind in ("binary", "ordinal") or self.of is not None
        if self.link == "logit" and not chances:
            raise ValueError(
                "only a binary or ordinal variable, or a count 'of', has 'link: logit'"
            )
        if self.of is not None and self.noise:
            raise ValueError("a count 'of' so many takes no 'noise'")
        if self.link == "logit" and self.noise:
            raise ValueError("with 'link: logit' the noise is logistic: leave 'noise' out")
        if self.kind in ("binary", "ordinal") and self.paths and not self.own:
            raise ValueError("a variable that is cut needs 'noise' above 0, or 'link: logit'")
        if self.level != "client" and self.shared:
            raise ValueError(f"a {self.level}'s variable has no effect of therapist or practice")
        if self.kind == "binary" and (self.share is None) == (not self.paths):
            raise ValueError("a binary variable needs either a 'share' or 'paths'")
        return self
