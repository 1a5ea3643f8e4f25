"""Numbers and hedged sentences as a reader wants them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Codebook
from confstudy.models.fit import Fit

__all__ = ["about", "interval", "join", "number", "percent", "term_labels", "with_level"]


def number(value: float, digits: int = 2) -> str:
    """A number with a true minus sign; ``–`` for one that is not there.

    >>> number(-0.1234)
    '−0.12'
    """
    if not np.isfinite(value):
        return "–"
    return f"{value:,.{digits}f}".replace("-", "−")


def percent(value: float, digits: int = 0) -> str:
    """A share in percent.

    >>> percent(0.3333)
    '33\u202f%'
    """
    return f"{number(100 * value, digits)}\u202f%" if np.isfinite(value) else "–"


def interval(low: float, high: float, digits: int = 2) -> str:
    """An interval.

    >>> interval(0.5, 1.25)
    '[0.50, 1.25]'
    """
    return f"[{number(low, digits)}, {number(high, digits)}]"


def about(count: int, beside: int | None = None) -> str:
    """A count to the nearest ten; exact where ``beside`` it stands the same or a far count.

    >>> about(1259), about(1259, beside=1252), about(1259, beside=900)
    ('about 1,260', 'about 1,260', '1,259')
    """
    far = beside is not None and (beside == count or abs(beside - count) >= 10)
    return f"{count:,}" if far else f"about {round(count, -1):,}"


def join(words: list[str]) -> str:
    """Words as a list in a sentence.

    >>> join(["age", "gender", "region"])
    'age, gender and region'
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def term_labels(fit: Fit, codebook: Codebook | None) -> dict[str, str]:
    """What each term of a model says, by the codebook: a label, or a level against the first."""
    return {term: _label(term, fit, codebook) for term in fit.terms}


def _label(term: str, fit: Fit, codebook: Codebook | None) -> str:
    parts = re.split(r":(?![^\[]*\])", term)
    return " × ".join(_part(part, fit, codebook) for part in parts)


def _part(part: str, fit: Fit, codebook: Codebook | None) -> str:
    name, bracket, level = part.partition("[T.")
    called = re.fullmatch(r"C\(\s*(\w+)\s*(?:,.*)?\)", name)
    variable = called[1] if called and called[1] in fit.design.frame else name
    label = variable
    if codebook is not None and variable in {*codebook.variables, *codebook.scales}:
        label = codebook.label(variable)
    if not bracket:
        return label
    dtype = fit.design.frame.dtypes.get(variable)
    two = isinstance(dtype, pd.CategoricalDtype) and len(dtype.categories) == 2
    level = level.removesuffix("]")
    return with_level(label, level) if two else f"{label}: {level}"


def with_level(label: str, level: str) -> str:
    """A label with a level, which ``Yes`` needs not be told.

    >>> with_level("Conceals something", "Yes"), with_level("Gender", "woman")
    ('Conceals something', 'Gender: woman')
    """
    return label if level.casefold() == "yes" else f"{label}: {level}"
