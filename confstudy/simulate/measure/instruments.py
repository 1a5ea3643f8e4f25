"""Instruments as declarations: scales, knowledge tests, indirect questions, vignettes."""

from __future__ import annotations

from typing import Annotated, Any, Self, TypeVar

from pydantic import BeforeValidator, PositiveInt, model_validator

from confstudy.simulate.measure.items import Likert
from confstudy.simulate.measure.knowledge import KnowledgeTest
from confstudy.simulate.measure.vignettes import Vignettes
from confstudy.simulate.model.parts import Part, read_part
from confstudy.simulate.sample.questions import Direct, Question

__all__ = ["Asked", "Measure", "Rated", "Tested"]

P = TypeVar("P", bound=Part)


def _named(kind: type[P]) -> BeforeValidator:
    """A declaration that may also be the name of a bundled one, or a file."""

    def read(given: Any) -> Any:
        return read_part(kind, given) if isinstance(given, str) else given

    return BeforeValidator(read)


class Measure(Likert):
    """A scale of the codebook as the reflection of a latent variable.

    Its items have the declared α on as many points as the codebook gives them; ``cuts`` or
    ``shares`` say how common each answer is, ``items`` what is different for one of them.
    """

    of: str


class Tested(Part):
    """A test of knowledge, and the latent variable that is known; columns ``<test>_<item>``."""

    of: str
    test: Annotated[KnowledgeTest, _named(KnowledgeTest)]


class Asked(Part):
    """A question for a binary variable: one column, ``0`` and ``1`` or a count.

    A list experiment has another column, ``<question>_list``: who got the long list.
    """

    of: str
    question: Question

    @property
    def causes(self) -> set[str]:
        """The variables that admitting depends on."""
        admits = self.question.admits if isinstance(self.question, Direct) else None
        paths = admits.paths if admits is not None else {}
        return {name.strip() for path in paths for name in path.split(":")}

    @model_validator(mode="after")
    def _is_the_same_in_every_window(self) -> Self:
        admits = self.question.admits if isinstance(self.question, Direct) else None
        if admits is not None and admits.intercept is None:
            raise ValueError("in a model, 'admits' has an 'intercept' rather than a 'rate'")
        return self


class Rated(Part):
    """Vignettes of which each client rates so many.

    Columns ``<set>_<number>_<attribute>`` and ``<set>_<number>_rating``.
    """

    vignettes: Annotated[Vignettes, _named(Vignettes)]
    each: PositiveInt = 3
