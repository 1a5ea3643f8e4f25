"""A recipe applied to a decoded frame, and the codebook that goes with what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import Codebook, Scale, Variable
from confstudy.errors import did_you_mean, unknown
from confstudy.privacy.coarsen import Coarse, capped, coarsened, fits
from confstudy.privacy.microaggregate import averaged
from confstudy.privacy.recipe import Place, Problem, Recipe

__all__ = ["Dropped", "Transformed", "dropped", "require_fitting", "transformed"]


@dataclass(frozen=True)
class Dropped:
    """What a recipe drops: variables of the codebook, and columns that it does not name.

    ``coarsened`` are variables that come in with fewer values than they have in the file.
    """

    variables: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()
    coarsened: frozenset[str] = frozenset()


@dataclass(frozen=True, repr=False)
class Transformed:
    """The frame and codebook after a recipe, but for suppression, and the cells it blanked.

    ``blanked`` holds for each reason and variable which rows lost their value.
    """

    frame: pd.DataFrame
    codebook: Codebook
    blanked: dict[tuple[str, str], NDArray[np.bool_]]


def dropped(
    recipe: Recipe, codebook: Codebook, headers: Iterable[str] = (), shown: Iterable[str] = ()
) -> Dropped:
    """Tell variables from columns of the file; a column takes with it what is read from it.

    Only the ``shown`` headers may be repeated in a message.

    Raises
    ------
    RecipeError
        A name is neither.
    """
    there = set(headers)
    sources = {
        name: {header for listed in variable.source.values() for header in listed}
        for name, variable in codebook.variables.items()
    }
    variables: set[str] = set()
    columns: set[str] = set()
    problems: list[Problem] = []
    for place, name in enumerate(recipe.drop):
        read = {variable for variable, named in sources.items() if name in named}
        if name in codebook.variables:
            variables.add(name)
        elif read:
            variables |= read
        elif name in there:
            columns.add(name)
        else:
            hint = did_you_mean(name, [*codebook.variables, *shown])
            text = f"'{name}' is no variable of the codebook and no column of the file.{hint}"
            problems.append((("drop", place), text))
    recipe.refuse(problems)
    return Dropped(frozenset(variables), frozenset(columns), frozenset(recipe.coarsen))


def require_fitting(recipe: Recipe, codebook: Codebook, gone: Dropped) -> None:
    """Raise a RecipeError with every step that the variables do not allow."""
    recipe.refuse(
        [
            *_of_names(recipe, codebook, gone),
            *_of_scales(recipe, codebook, gone),
            *_of_suppression(recipe, codebook, gone),
        ]
    )


def _of_names(recipe: Recipe, codebook: Codebook, gone: Dropped) -> Iterator[Problem]:
    kept = {name: v for name, v in codebook.kept.items() if name not in gone.variables}
    for name, place in recipe.touched.items():
        if name not in kept:
            yield place, unknown("Variables", [name], kept, "what the recipe keeps")
    numbers = {name: place for name, place in recipe.touched.items() if name not in recipe.coarsen}
    for name, place in numbers.items():
        if name in kept and kept[name].type not in ("numeric", "item"):
            yield place, f"'{name}' holds no numbers: coarsen it by 'groups'."
    for name, change in recipe.coarsen.items():
        if name in kept:
            yield from ((("coarsen", name), text) for text in fits(name, kept[name], change))


def _of_scales(recipe: Recipe, codebook: Codebook, gone: Dropped) -> Iterator[Problem]:
    """A scale stays whole or goes as a whole."""
    for scale, part in codebook.scales.items():
        for name, place in recipe.touched.items():
            if name in part.items:
                yield place, f"'{name}' is an item of '{scale}', which would no longer measure it."
        lost = [item for item in part.items if item in gone.variables]
        if lost and len(lost) < len(part.items):
            text = f"'{lost[0]}' is an item of '{scale}': drop all of its items, or none."
            yield ("drop",), text


def _of_suppression(recipe: Recipe, codebook: Codebook, gone: Dropped) -> Iterator[Problem]:
    wanted, asked = recipe.suppress, codebook.protection
    for part in ("k", "l"):
        number, least = getattr(wanted, part), getattr(asked, part)
        if number is not None and number < least:
            text = f"the codebook asks for {part} = {least}; a recipe may ask for more, not less."
            yield ("suppress", part), text
    quasi = [name for name in codebook.with_role("quasi_identifier") if name not in gone.variables]
    for position, name in enumerate(wanted.order):
        if name not in quasi:
            place: Place = ("suppress", "order", position)
            yield place, unknown("Quasi-identifiers", [name], quasi, "what the recipe keeps")


def transformed(
    frame: pd.DataFrame, recipe: Recipe, codebook: Codebook, gone: Dropped
) -> Transformed:
    """Drop, coarsen, cap and average, in this order; the input stays as it is.

    Examples
    --------
    >>> from confstudy.codebook.read import read_codebook
    >>> book = read_codebook({"name": "b", "variables": {"age": {"type": "numeric"}}})
    >>> from confstudy.privacy.recipe import read_recipe
    >>> recipe = read_recipe({"coarsen": {"age": {"bands": {"young": [0, 29]}}}})
    >>> done = transformed(pd.DataFrame({"age": [20.0, 40]}), recipe, book, Dropped())
    >>> done.frame["age"].tolist(), done.codebook.variables["age"].categories
    (['young', nan], ('young',))
    """
    require_fitting(recipe, codebook, gone)
    kept = [name for name in frame if name not in gone.variables]
    columns: dict[Any, pd.Series[Any]] = {name: frame[name] for name in kept}
    entries = {name: v for name, v in codebook.variables.items() if name not in gone.variables}
    blanked: dict[tuple[str, str], NDArray[np.bool_]] = {}

    def put(name: str, done: Coarse) -> None:
        columns[name], entries[name] = done

    for name, change in recipe.coarsen.items():
        put(name, coarsened(columns[name], entries[name], change))
        lost = columns[name].isna() & frame[name].notna()
        blanked["out_of_range", name] = lost.to_numpy()
    for limits, top in ((recipe.top_code, True), (recipe.bottom_code, False)):
        for name, limit in limits.items():
            put(name, capped(columns[name], entries[name], limit, top=top))
    if recipe.microaggregate:
        together = {name: columns[name] for name in recipe.microaggregate.variables}
        done, left = averaged(pd.DataFrame(together), recipe.microaggregate.size)
        columns |= {name: done[name] for name in together}
        blanked |= {("suppressed", name): rows for name, rows in left.items()}
    after = _codebook(recipe, codebook, entries)
    return Transformed(pd.DataFrame(columns, index=frame.index), after, blanked)


def _codebook(recipe: Recipe, codebook: Codebook, entries: dict[str, Variable]) -> Codebook:
    """The codebook of what is left: conditions on what has changed go, empty scales too."""
    sound = {name for name in entries if name not in recipe.touched}
    variables = {
        name: entry if set(entry.asked_if) <= sound else entry.model_copy(update={"asked_if": {}})
        for name, entry in entries.items()
    }
    scales = {name: scale for name, scale in codebook.scales.items() if _whole(scale, variables)}
    impossible = {
        n: condition for n, condition in codebook.impossible.items() if set(condition) <= sound
    }
    wanted, asked = recipe.suppress, codebook.protection
    quasi = {name for name, v in variables.items() if "quasi_identifier" in v.role and not v.drop}
    protection = {
        "k": wanted.k or asked.k,
        "l": wanted.l or asked.l,
        "suppress": wanted.order or tuple(name for name in asked.suppress if name in quasi),
    }
    design = codebook.design
    parts = {part: getattr(design, part) for part in ("weight", "strata", "cluster")}
    whole = design.replicates and set(design.replicates.weights) <= set(variables)
    left = {part: name if name in variables else "" for part, name in parts.items()}
    changes = {
        "variables": variables,
        "scales": scales,
        "impossible": impossible,
        "protection": asked.model_copy(update=protection),
        "design": design.model_copy(
            update={**left, "replicates": design.replicates if whole else None}
        ),
        "waves": codebook.waves if "wave" in variables else {},
    }
    return codebook.model_copy(update=changes)


def _whole(scale: Scale, variables: dict[str, Variable]) -> bool:
    return all(item in variables for item in scale.items)
