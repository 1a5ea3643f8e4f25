"""Paths into a variable, and how alike the clients of one therapist or practice are."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field

from confstudy.errors import StructureError
from confstudy.simulate.measure.reference import variance_of_icc
from confstudy.simulate.model.parts import Part

__all__ = ["Alike", "Spread", "Term"]

_CAUSE = re.compile(r"^(\w+)(?:\[(.+)\])?$")
Spread = Annotated[float, Field(ge=0)]


class Term(Part):
    """One path: a coefficient times the product of its causes, each maybe one arm of it."""

    causes: tuple[tuple[str, str | None], ...]
    coefficient: float

    @classmethod
    @lru_cache(maxsize=4096)
    def parse(cls, text: str, coefficient: float) -> Term:
        """Read ``E:P`` or ``A[absolute]``."""
        causes = []
        for part in text.split(":"):
            match = _CAUSE.match(part.strip())
            if match is None:
                raise StructureError(f"Path '{text}' is not a cause, causes with ':', or A[arm].")
            causes.append((match[1], match[2]))
        return cls(causes=tuple(causes), coefficient=coefficient)

    @property
    def names(self) -> tuple[str, ...]:
        """The variables that cause."""
        return tuple(name for name, _ in self.causes)


class Alike(Part):
    """How alike the clients of one therapist or practice are, on a stated scale.

    ``icc`` is the share of the variance that they have in common: on the scale ``latent`` of
    the variable's noise and this effect, which is the probit's for a binary variable; on the
    scale ``logit`` of the logistic distribution's π²/3.
    """

    icc: Annotated[float, Field(ge=0, lt=1)]
    scale: Literal["latent", "logit"]

    def spread(self, noise: float) -> float:
        """The standard deviation of the effect.

        >>> round(Alike(icc=0.05, scale="logit").spread(1) ** 2, 5)
        0.17315
        """
        if self.scale == "logit":
            return math.sqrt(variance_of_icc(self.icc, "logit"))
        return noise * math.sqrt(variance_of_icc(self.icc, "probit"))
