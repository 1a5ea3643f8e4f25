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
    """The respondents behind a model's coefficients, whatever kind of fit it is.

    Nothing where the fit does not say which rows it used: then it cannot be compared with what
    left before. Several fits, as to imputations, are one model of everybody in any of them.
    """
    fits = getattr(fit, "fits", ())
    several = [one for each in getattr(fits, "values", lambda: fits)() for one in of_model(each)]
    if several:
        rows = several[0].rows
        for one in several[1:]:
            rows = rows.union(one.rows)
        kind = f"{several[0].quantity} {type(fit).__name__.lower()}"
        return (replace(several[0], quantity=kind, rows=rows),)
    inner = getattr(fit, "plain", getattr(fit, "fit", None))
    if getattr(inner, "design", None) is not None:
        named = f" {type(fit).__name__.lower()} {getattr(fit, 'by', '')}".rstrip()
        return tuple(replace(one, quantity=one.quantity + named) for one in of_model(inner))
    design: Any = getattr(fit, "design", None)
    if getattr(design, "frame", None) is not None:
        family = getattr(getattr(fit, "family", None), "name", type(fit).__name__)
        quantity = f"model:{design.formula} ({family})"
        names = tuple(str(name) for name in design.frame)
        return (Cell("the model", quantity, names, design.frame.index.unique()),)
    used = getattr(fit, "used", None)
    if used is None or not len(used):
        return ()
    return (Cell("the model", f"model:{_named(fit)}", (), used.unique()),)


#: What tells results of one kind from each other, and does not hang on who is in them.
_TELLING = ("name", "kind", "formula", "model", "exposure", "outcome", "estimator", "technique",
            "by")  # fmt: skip


def _named(fit: Any) -> str:
    said = [getattr(fit, name, "") for name in _TELLING]
    words = [one for one in said if isinstance(one, str)]
    title = getattr(fit, "words", "")
    words += [title.partition(",")[0]] if isinstance(title, str) else []
    words += sorted({str(term).partition("[")[0] for term in getattr(fit, "terms", ())})
    return f"{'; '.join(filter(None, words))} ({type(fit).__name__})"


def analysed(fit: Any) -> tuple[Cell, ...]:
    """The number of respondents in a model."""
    return tuple(replace(cell, label="all", quantity="count") for cell in of_model(fit))
