"""What each term of a model is called, what it is compared with, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from confstudy.codebook.schema import Codebook
from confstudy.show.tables.source import Model

__all__ = ["Group", "Labels", "Term", "described", "outcome_label"]

Labels = Codebook | Mapping[str, str] | None
Group = Literal["", "Part for zeros", "Thresholds", "Dispersion"]
_SPLIT = re.compile(r":(?![^\[(]*[\])])")
_LEVEL = re.compile(r"^(?P<factor>.*?)\[(?:T\.)?(?P<level>.*)\]$", re.DOTALL)
_CALLED = re.compile(r"^C\(\s*(\w+)\s*(?:,.*)?\)$", re.DOTALL)


@dataclass(frozen=True)
class Term:
    """A row of a table.

    Attributes
    ----------
    name
        As the model has it.
    label
        As a reader is told, with the reference level of a category.
    references
        What each category in it is compared with: a term compared with something else is
        another term.
    group
        The part of the model, "" for predictors.
    """

    name: str
    label: str
    references: tuple[str, ...]
    group: Group

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same row in several models."""
        return (self.group, self.name, *self.references)

    @property
    def ratio(self) -> bool:
        """Whether its exponent is a ratio that compares respondents."""
        return self.group in ("", "Part for zeros") and not self.name.endswith("Intercept")


def described(model: Model, labels: Labels) -> list[Term]:
    """The terms of a model in its own order."""
    names = [str(term) for term in model.table["term"]]
    return [_term(name, names, model, labels) for name in names]


def outcome_label(model: Model, labels: Labels) -> str:
    """The outcome in words; where it is one of two levels, the one that counts."""
    if model.family == "cox":
        return f"time to {_named(model.outcome.rpartition('+')[2].strip(), labels)}"
    said = _named(str(getattr(model.design, "name", model.outcome)), labels)
    levels = tuple(getattr(model.design, "levels", ()))
    two = len(levels) == 2 and not model.family.startswith("ordered")
    return said if not two or levels[-1].casefold() in ("yes", "true") else f"{said}: {levels[-1]}"


def _term(name: str, names: list[str], model: Model, labels: Labels) -> Term:
    if name.startswith("zero."):
        rest = [other[5:] for other in names if other.startswith("zero.")]
        inner = _term(name[5:], rest, model, labels)
        return Term(name, inner.label, inner.references, "Part for zeros")
    if name == "log(theta)":
        return Term(name, "log θ", (), "Dispersion")
    # Thresholds are named by the levels they stand between, and are no predictor of the formula.
    if " | " in name and name not in tuple(getattr(model.design, "terms", ())):
        return Term(name, name, (), "Thresholds")
    parts = [_part(part, names, model, labels) for part in _SPLIT.split(name)]
    references = tuple(reference for _, reference in parts)
    label = " × ".join(label for label, _ in parts)
    if len(parts) == 1 and references[0]:
        label = f"{label} (vs {references[0]})"
    return Term(name, label, references, "")


def _part(part: str, names: list[str], model: Model, labels: Labels) -> tuple[str, str]:
    """The label of a variable or level, and the level it is compared with."""
    if part == "Intercept":
        return "Intercept", ""
    found = _LEVEL.match(part)
    if found is None or found["factor"].startswith(("poly(", "bs(", "cs(", "cc(")):
        return _expression(part, labels), ""
    called = _CALLED.match(found["factor"])
    variable = called[1] if called else found["factor"]
    label = _expression(variable, labels)
    return f"{label}: {found['level']}", _reference(variable, found["factor"], names, model)


def _reference(variable: str, factor: str, names: list[str], model: Model) -> str:
    """The level of a category that has no term, where just one has none."""
    frame = getattr(model.design, "frame", pd.DataFrame())
    if variable not in frame:
        return ""
    column = frame[variable]
    levels = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else None
    values = column.drop_duplicates().sort_values() if levels is None else levels
    parts = {part for name in names for part in _SPLIT.split(name)}
    own = {str(match["level"]) for part in parts if (match := _factor(part, factor))}
    rest = [str(value) for value in values if str(value) not in own]
    return rest[0] if len(rest) == 1 else ""


def _factor(part: str, factor: str) -> re.Match[str] | None:
    found = _LEVEL.match(part)
    return found if found is not None and found["factor"] == factor else None


def _expression(text: str, labels: Labels) -> str:
    """A variable's label, or an expression with labels in place of its variables."""
    plain = re.fullmatch(r"I\((.*)\)", text, re.DOTALL)
    inside = plain[1].strip() if plain else text
    powered = re.fullmatch(r"(\w+)\s*\*\*\s*([23])", inside)
    if powered:
        return f"{_named(powered[1], labels)}, {'squared' if powered[2] == '2' else 'cubed'}"
    if re.fullmatch(r"\w+", inside):
        return _named(inside, labels)
    known = _known(labels)
    return re.sub(r"\b[A-Za-z_]\w*\b(?!\s*\()", lambda word: known(word[0]) or word[0], inside)


def _named(name: str, labels: Labels) -> str:
    return _known(labels)(name) or name.replace("_", " ")


def _known(labels: Labels) -> Callable[[str], str]:
    """What gives a name's label, or nothing."""
    if labels is None:
        return lambda _: ""
    if isinstance(labels, Codebook):
        names = {*labels.variables, *labels.scales}
        return lambda name: labels.label(name) if name in names else ""
    table: Mapping[str, Any] = labels
    return lambda name: str(table.get(name, ""))
