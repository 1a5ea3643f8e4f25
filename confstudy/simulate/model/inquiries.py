"""What may be asked of vignettes and tests: the effect of a level, how common a belief is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationInfo, model_validator

from confstudy.errors import StructureError, did_you_mean, listing
from confstudy.simulate.measure.amce import Outcome, amce
from confstudy.simulate.measure.knowledge import KnowledgeTest, option_chances
from confstudy.simulate.measure.vignettes import Vignettes
from confstudy.simulate.model.parts import Part

__all__ = ["Belief", "Component"]

Floats = NDArray[np.float64]


class Component(Part):
    """The average marginal component effect of one level of a vignette rather than another.

    ``reference`` is the attribute's first level unless named; ``outcome`` is ``rating`` or
    ``choice``.
    """

    claim: str = ""
    vignettes: str
    attribute: str
    level: str
    reference: str = ""
    outcome: Outcome = "rating"

    @model_validator(mode="after")
    def _is_among_the_vignettes(self, info: ValidationInfo) -> Self:
        known = _declared(info, "vignettes")
        if known is None:
            return self
        _require("vignettes", self.vignettes, known)
        try:
            self.value(known[self.vignettes].vignettes)
        except StructureError as error:
            raise ValueError(str(error).removesuffix(".")) from None
        return self

    def value(self, vignettes: Vignettes) -> float:
        """The effect, by enumerating every vignette."""
        return amce(vignettes, self.attribute, self.level, self.reference or None, self.outcome)

    @property
    def words(self) -> str:
        """What is compared with what."""
        than = f" rather than {self.reference}" if self.reference else ""
        return f"{self.outcome} of '{self.vignettes}' with {self.attribute} = {self.level}{than}"


class Belief(Part):
    """How common an answer to a test of knowledge is.

    ``misconception``: how often it is chosen where an item offers it; ``item``: the share that
    knows the right answer.
    """

    claim: str = ""
    test: str
    misconception: str = ""
    item: str = ""

    @model_validator(mode="after")
    def _is_in_the_test(self, info: ValidationInfo) -> Self:
        if bool(self.misconception) == bool(self.item):
            raise ValueError("a belief needs either a 'misconception' or an 'item'")
        known = _declared(info, "tests")
        if known is None:
            return self
        _require("test", self.test, known)
        test = known[self.test].test
        if self.item:
            _require("item", self.item, test.items)
        else:
            _require("misconception", self.misconception, test.misconceptions)
        return self

    def shares(self, test: KnowledgeTest, knowledge: Floats) -> Floats:
        """(n,) the chance of the answer at these levels of knowledge (n,)."""
        role = self.misconception or "right"
        found = []
        for name, item in test.items.items():
            chosen = [place for place, given in enumerate(item.options.values()) if given == role]
            if chosen and (not self.item or name == self.item):
                found.append(option_chances(test, name, knowledge)[:, chosen].sum(axis=1))
        return np.asarray(np.mean(found, axis=0))

    @property
    def words(self) -> str:
        """What the share is of."""
        if self.item:
            return f"share that knows the right answer to '{self.item}' of test '{self.test}'"
        return f"share of '{self.misconception}' where test '{self.test}' offers it"


def _declared(info: ValidationInfo, field: str) -> Mapping[str, Any] | None:
    """What the model declares before its questions; None where a question stands alone."""
    known = info.context or info.data
    return known.get(field) if known else None


def _require(field: str, name: str, known: Mapping[str, Any]) -> None:
    if name not in known:
        raise ValueError(
            f"'{field}' names '{name}', which is not declared.{did_you_mean(name, known)} "
            f"There are: {listing(known, most=30)}"
        )
