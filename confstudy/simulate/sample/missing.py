"""Nonresponse as a model declares it: who answers, and which answers are skipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, model_validator

from confstudy.errors import StructureError
from confstudy.simulate.model.parts import Part
from confstudy.simulate.model.terms import Term
from confstudy.simulate.sample.chances import Mechanism
from confstudy.simulate.sample.nonresponse import Response, Skips

__all__ = ["Missing", "Nonresponse", "Observed"]


def _as_skips(declared: Any) -> Any:
    """A number is the share of answers that is missing; 0 is none."""
    if isinstance(declared, int | float) and not isinstance(declared, bool):
        return {"rate": declared} if declared else None
    return declared


Skipping = Annotated[Skips | None, BeforeValidator(_as_skips)]


class Observed(Part):
    """Nonresponse that depends on observed columns alone (missing at random, ``mar``)."""

    unit: Response
    item: Skipping = None


@dataclass(frozen=True)
class Missing:
    """One mechanism: who answers, what is skipped, and whether all do so evenly."""

    unit: Response
    item: Skips | None
    evenly: bool = False

    @property
    def variables(self) -> set[str]:
        """What the chances depend on."""
        parts = (self.unit, self.item)
        return {name for part in parts for term in _terms(part) for name in term.names}


class Nonresponse(Part):
    """Who answers at all, and which answers respondents skip.

    Parameters
    ----------
    unit
        The ``rate`` of answering or the ``intercept``, and paths as variables have them.
    item
        The share of the items of scales that is skipped, or :class:`Skips`.
    mar
        ``unit`` and ``item`` once more, with paths from variables that stand in a column: what
        ``nonresponse="mar"`` uses. Without an ``item`` of its own it has the one above.

    Examples
    --------
    >>> declared = Nonresponse.model_validate({"unit": {"rate": 0.65}, "item": 0.02})
    >>> declared.item.rate, declared.under("mcar").evenly
    (0.02, True)
    """

    unit: Response
    item: Skipping = None
    mar: Observed | None = None

    @model_validator(mode="after")
    def _has_items_that_fit(self) -> Self:
        if self.mar and not self.mar.item and self.item and self.item.paths:
            raise ValueError("the 'item' has paths: give 'mar' an 'item' of its own, such as 0.02")
        return self

    @property
    def terms(self) -> list[Term]:
        """Every path, parsed; ``self`` is no variable and left out."""
        return [term for part in (self.unit, self.item) for term in _terms(part)] + self.observed

    @property
    def observed(self) -> list[Term]:
        """The paths under ``mar``, whose causes must stand in columns."""
        parts = (self.mar.unit, self.mar.item) if self.mar else ()
        return [term for part in parts for term in _terms(part)]

    def under(self, mechanism: Mechanism) -> Missing:
        """What is used under a mechanism.

        ``mnar`` is as declared; under ``mcar`` everybody has the mean chance of it.

        Raises
        ------
        StructureError
            When ``mar`` is asked for and not declared.
        """
        if mechanism != "mar":
            return Missing(self.unit, self.item, evenly=mechanism == "mcar")
        if self.mar is None:
            raise StructureError(
                "The model does not say how nonresponse depends on observed columns: declare "
                "'nonresponse: {mar: {unit: {rate: 0.65, paths: {…}}}}' with paths from variables "
                "that stand under 'columns'. Or ask for mcar, mnar or none."
            )
        return Missing(self.mar.unit, self.mar.item or self.item)


def _terms(part: Response | Skips | None) -> Iterator[Term]:
    for text, coefficient in part.paths.items() if part else ():
        term = Term.parse(text, coefficient)
        causes = tuple(cause for cause in term.causes if cause[0] != "self")
        if causes:
            yield Term(causes=causes, coefficient=coefficient)
