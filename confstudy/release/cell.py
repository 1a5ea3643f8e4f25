"""The respondents behind a published number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

__all__ = ["Cell", "analysed", "everybody", "of_model"]


@dataclass(frozen=True, repr=False)
class Cell:
    """A number of an output, and who stands behind it.

    Two cells can be subtracted from each other when they have the same ``quantity`` and are
    ``of`` the same variables: then their difference is that quantity for the respondents who
    are in one of them only.

    Attributes
    ----------
    label
        What the number is of, in levels of variables: ``arm=absolute, disclosed=yes``.
    quantity
        What is counted or added up: ``count``, ``total:trust``, ``model:trust ~ arm (ols)``.
    of
        The variables that respondents must have answered to be in it or beside it.
    rows
        The respondents behind the number, by the index of the survey's frame.
    shown
        Whether the number is published; a suppressed one is kept to see that it stays so.
    exact
        Whether the number is published as it is; a rounded one cannot be subtracted.
    """

    label: str
    quantity: str
    of: tuple[str, ...]
    rows: pd.Index[Any]
    shown: bool = True
    exact: bool = True

    @property
    def n(self) -> int:
        """How many respondents stand behind it."""
        return len(self.rows)

    def __repr__(self) -> str:
        return f"Cell({self.label}: {self.quantity})"


def everybody(frame: pd.DataFrame) -> Cell:
    """The number of all respondents."""
    return Cell("all", "count", (), frame.index)


def of_model(fit: Any) -> tuple[Cell, ...]:
    """The respondents behind a model's coefficients, whatever kind of fit it is."""
    design = getattr(fit, "design", None)
    frame = getattr(design, "frame", None)
    if design is None or frame is None:
        return tuple(cell for one in getattr(fit, "fits", ())[:1] for cell in of_model(one))
    family = getattr(getattr(fit, "family", None), "name", type(fit).__name__)
    names = tuple(str(name) for name in frame)
    quantity = f"model:{design.formula} ({family})"
    return (Cell("the model", quantity, names, frame.index.unique()),)


def analysed(fit: Any) -> tuple[Cell, ...]:
    """The number of respondents in a model."""
    return tuple(replace(cell, label="all", quantity="count") for cell in of_model(fit))
