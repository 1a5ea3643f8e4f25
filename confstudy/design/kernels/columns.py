"""From a formula and a batch to predictors: numbers, categories, and products of two."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from confstudy.design.batch import Batch

__all__ = ["Column", "Plan", "columns_of", "complete", "plan_of", "predictors"]

Floats = NDArray[np.float64]
_NAME = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True)
class Plan:
    """A formula of plain columns: an outcome, and terms of one or two columns each."""

    outcome: str
    terms: tuple[tuple[str, ...], ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The predictors, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term))


@dataclass(frozen=True)
class Column:
    """A predictor: the product of its factors, (column, place of the level or −1 for a number)."""

    term: str
    factors: tuple[tuple[str, int], ...]


def plan_of(formula: str) -> Plan | None:
    """The plan of a formula; None where it takes more than names, ``+``, ``:`` and ``*``.

    >>> plan_of("y ~ a * b").terms
    (('a',), ('b',), ('a', 'b'))
    >>> plan_of("y ~ log(a)") is None
    True
    """
    left, tilde, right = (part.strip() for part in formula.partition("~"))
    if not tilde or not _NAME.fullmatch(left):
        return None
    found: dict[tuple[str, ...], None] = {}
    for written in right.split("+"):
        names = [name.strip() for name in re.split(r"[:*]", written)]
        if names == ["1"]:
            continue
        if len(names) > 2 or len(set(names)) < len(names):
            return None
        if not all(_NAME.fullmatch(name) for name in names):
            return None
        if "*" in written:
            found |= {(name,): None for name in names}
        found[tuple(names)] = None
    singles = {term for term in found if len(term) == 1}
    whole = all((name,) in singles for term in found for name in term)
    pairs = [frozenset(term) for term in found if len(term) == 2]
    if not whole or len(set(pairs)) < len(pairs):
        return None
    return Plan(left, tuple(sorted(found, key=len)))


def columns_of(plan: Plan, levels: Mapping[str, tuple[str, ...]]) -> list[Column]:
    """The predictors of a plan, named as ``cs.fit`` names them, the intercept first.

    >>> plan = plan_of("y ~ x * A")
    >>> [column.term for column in columns_of(plan, {"A": ("none", "full")})]
    ['Intercept', 'x', 'A[T.full]', 'x:A[T.full]']
    """
    found = [Column("Intercept", ())]
    for term in plan.terms:
        factors = [
            [(name, place) for place in range(1, len(levels[name]))]
            if name in levels
            else [(name, -1)]
            for name in term
        ]
        for chosen in product(*factors):
            words = [
                name if place < 0 else f"{name}[T.{levels[name][place]}]" for name, place in chosen
            ]
            found.append(Column(":".join(words), chosen))
    return found


def predictors(
    batch: Batch, columns: list[Column], held: Mapping[str, float] | None = None
) -> Floats:
    """(R, p, n) predictors, with some columns held at a number or the place of a level.

    Rows that lack a value have a 0 or NaN; :func:`complete` tells them.
    """
    held = held or {}
    count, n = batch.shape
    found = np.ones((count, len(columns), n))
    for place, column in enumerate(columns):
        for name, level in column.factors:
            values = held.get(name, batch.columns[name])
            found[:, place] *= values if level < 0 else np.equal(values, level)
    return found


def complete(batch: Batch, names: tuple[str, ...]) -> NDArray[np.bool_]:
    """(R, n) whether a client has a value in all these columns and groupings."""
    found = np.ones(batch.shape, dtype=np.bool_)
    for name in names:
        if name in batch.groups:
            found &= batch.groups[name] >= 0
        else:
            found &= ~np.isnan(batch.columns[name])
    return found
