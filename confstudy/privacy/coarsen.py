"""Coarser answers: numbers into bands, levels into groups, extremes to a limit."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Variable
from confstudy.codebook.words import plain
from confstudy.errors import RecipeError, did_you_mean, listing
from confstudy.privacy.recipe import Coarsening, Limit

__all__ = ["MOST_BANDS", "Coarse", "capped", "coarsened", "fits"]

#: More bands than that are a slip of the pen.
MOST_BANDS = 200
#: A percentile that fewer respondents are beyond says what they answered.
FEWEST = 5


class Coarse(NamedTuple):
    """A column with fewer different values, and its entry in the codebook."""

    column: pd.Series[Any]
    variable: Variable


def fits(name: str, variable: Variable, change: Coarsening) -> Iterator[str]:
    """What stands against coarsening a variable in this way."""
    number = variable.type in ("numeric", "item")
    if number and not change.numeric:
        yield f"'{name}' holds numbers: coarsen it by 'bands' or 'width'."
    if not number and change.numeric:
        yield f"'{name}' holds no numbers: coarsen it by 'groups' of its levels."
    if variable.type == "code" and not change.rest:
        yield f"'{name}' is an open set of codes: its groups need a 'rest' for all others."
    if number or variable.type == "code":
        return
    known = {plain(level) for level in variable.categories}
    named = [level for levels in change.groups.values() for level in levels]
    strange = [level for level in named if plain(level) not in known]
    if strange:
        hint = did_you_mean(strange[0], variable.categories)
        there = listing(variable.categories)
        yield f"levels not found in '{name}': {listing(strange)}.{hint} There are: {there}."


def coarsened(column: pd.Series[Any], variable: Variable, change: Coarsening) -> Coarse:
    """Coarsen one column as a recipe says.

    Numbers that no band holds come out missing. Groups of an ordinal variable stay in order
    where each takes neighbours; otherwise the variable becomes categorical.

    Examples
    --------
    >>> ages = pd.Series([18.0, 29, 40, None])
    >>> change = Coarsening(width=20, start=10)
    >>> coarsened(ages, Variable(type="numeric"), change).column.tolist()
    ['10–29', '10–29', '30–49', nan]
    """
    if change.numeric:
        return _banded(column, variable, change)
    return _grouped(column, variable, change)


def _banded(column: pd.Series[Any], variable: Variable, change: Coarsening) -> Coarse:
    numbers = column.to_numpy(dtype=float)
    if change.bands:
        labels = list(change.bands)
        places = np.full(len(numbers), -1)
        for place, (low, high) in enumerate(change.bands.values()):
            places[(numbers >= low) & (numbers <= high)] = place
    else:
        first, count = _span(numbers, variable, change)
        if count > MOST_BANDS:
            raise RecipeError(f"'{column.name}' would have over {MOST_BANDS} bands: widen them.")
        labels = _labels(first, count, change)
        with np.errstate(invalid="ignore"):
            step = np.floor((numbers - change.start) / (change.width or 1)) - first
        inside = (step >= 0) & (step < count)
        places = np.where(inside, step, -1).astype(int)
    return _made(column, places, labels, variable, ordered=True)


def _span(numbers: np.ndarray[Any, Any], variable: Variable, change: Coarsening) -> tuple[int, int]:
    """The first band and how many: those of the declared range, else those with respondents."""
    known = np.array(variable.range) if variable.range else numbers[~np.isnan(numbers)]
    if not known.size:
        return 0, 1
    width = change.width or 1
    first, last = (math.floor((edge - change.start) / width) for edge in (known.min(), known.max()))
    return first, last - first + 1


def _labels(first: int, count: int, change: Coarsening) -> list[str]:
    width = change.width or 1
    edges = [change.start + (first + place) * width for place in range(count + 1)]
    whole = width >= 1 and all(float(edge).is_integer() for edge in edges)
    if whole and width == 1:
        return [f"{edge:.0f}" for edge in edges[:-1]]
    pairs = list(itertools.pairwise(edges))
    if whole and edges[0] >= 0:
        return [f"{low:.0f}–{high - 1:.0f}" for low, high in pairs]
    return [f"{low:.12g} to under {high:.12g}" for low, high in pairs]


def _grouped(column: pd.Series[Any], variable: Variable, change: Coarsening) -> Coarse:
    old = [str(level) for level in column.cat.categories]
    into = {plain(level): group for group, levels in change.groups.items() for level in levels}
    became = [into.get(plain(level), change.rest or level) for level in old]
    named = [*change.groups, change.rest] if variable.type == "code" else became
    labels = [label for label in dict.fromkeys(named) if label]
    ordered = variable.type == "ordinal" and _neighbours(became)
    position = {label: place for place, label in enumerate(labels)}
    table = np.array([*(position[label] for label in became), -1])
    return _made(column, table[column.cat.codes.to_numpy()], labels, variable, ordered=ordered)


def _neighbours(labels: Sequence[str]) -> bool:
    runs = [label for place, label in enumerate(labels) if labels[place - 1 : place] != [label]]
    return len(set(runs)) == len(runs)


def _made(
    column: pd.Series[Any],
    places: np.ndarray[Any, Any],
    labels: list[str],
    variable: Variable,
    *,
    ordered: bool,
) -> Coarse:
    binary = variable.type == "binary" and len(labels) == 2
    dtype = pd.CategoricalDtype(labels, ordered=ordered)
    values = pd.Categorical.from_codes(places, dtype=dtype)
    entry = Variable(
        label=variable.label,
        short=variable.short,
        role=variable.role,
        type="ordinal" if ordered else "binary" if binary else "categorical",
        levels={label: label for label in labels},
    )
    return Coarse(pd.Series(values, index=column.index, name=column.name), entry)


def capped(column: pd.Series[Any], variable: Variable, limit: Limit, *, top: bool) -> Coarse:
    """Let a limit stand for all numbers beyond it.

    Examples
    --------
    >>> income = pd.Series([10.0, 20, 900])
    >>> capped(income, Variable(type="numeric"), Limit(value=90), top=True).column.tolist()
    [10.0, 20.0, 90.0]
    """
    known = column.dropna()
    if limit.value is not None:
        edge = limit.value
    elif len(known):
        edge = float(np.percentile(known, limit.percentile or 0))
        held = int((known >= edge).sum() if top else (known <= edge).sum())
        if held < FEWEST:
            raise RecipeError(
                f"'{column.name}': fewer than {FEWEST} respondents are beyond its percentile "
                f"{limit.percentile:g}, so that it would tell their numbers: take one nearer to 50."
            )
    else:
        return Coarse(column, variable)
    done = column.clip(upper=edge) if top else column.clip(lower=edge)
    if variable.range and limit.value is not None:
        low, high = variable.range
        span = (min(low, edge), min(high, edge)) if top else (max(low, edge), max(high, edge))
        variable = variable.model_copy(update={"range": span})
    return Coarse(done, variable)
