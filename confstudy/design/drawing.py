"""Replications of a design, many at once: what the clients who answer would answer."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.design.batch import Batch
from confstudy.design.declare import WEIGHT, Design
from confstudy.design.presence import answering, causes_of_answering, numbered, sampled
from confstudy.design.reference import reference_of
from confstudy.design.scales import questionnaire_of, scale_of
from confstudy.errors import DeclarationError, unknown
from confstudy.simulate.model.names import UNITS
from confstudy.simulate.model.world import World

__all__ = ["draw", "draw_batch", "levels_of"]

Floats = NDArray[np.float64]


def draw_batch(
    design: Design, first: int, count: int, columns: Collection[str], *, null: str = ""
) -> Batch:
    """Draw ``count`` replications from ``first`` on, and of them what is named.

    Each is the same whatever else is drawn with it.

    Parameters
    ----------
    columns
        Columns of the model's questionnaire, scales, variables, ``therapist``, ``practice``,
        and ``weight`` where a sample is drawn.
    null
        A variable without effect: what it causes is drawn as if it were the same for
        everybody (an arm's first, else its mean), while its own column is as it is.

    Examples
    --------
    >>> from confstudy.design.declare import Design
    >>> planned = Design("therapy", seed=1).population(therapists=3, clients=5)
    >>> whole = draw_batch(planned, 0, 8, ["arm", "privacy"])
    >>> alone = draw_batch(planned, 5, 1, ["privacy"])
    >>> bool((whole.columns["privacy"][5] == alone.columns["privacy"][0]).all())
    True
    """
    strange = [name for name in columns if name not in design.columns]
    if strange:
        raise DeclarationError(unknown("Columns", strange, design.columns, "the design"))
    people = design.people(first, count)
    world, needed = World(design.structure, people), _needed(design, columns)
    natural = world.values(wanted=needed) if needed else {}
    cause = design.variable(null)
    values = natural
    if null and needed:
        values = world.values({cause: reference_of(design, cause)}, needed)
    levels = levels_of(design, [*columns, *causes_of_answering(design)])
    weight, came = sampled(design, people, values, levels), answering(design, people, values)
    if weight is not None:
        asked = ~np.isnan(weight)
        came = asked if came is None else came & asked
    drawn: dict[str, Floats] = {}
    groups: dict[str, NDArray[np.intp]] = {}
    for name in columns:
        if name in UNITS:
            codes = numbered(people, name)
            groups[name] = codes if came is None else np.where(came, codes, -1)
            continue
        scale = scale_of(design, name)
        if name == WEIGHT and weight is not None:
            column = weight
        elif scale is not None:
            column = people.rows(scale.scores(design, people, values[scale.of]))
        else:
            variable = design.variable(name)
            column = people.rows((natural if variable == cause else values)[variable])
        drawn[name] = column if came is None else np.where(came, column, np.nan)
    shown = {name: levels[name] for name in drawn if name in levels}
    return Batch(first, drawn, shown, groups, _ordered(design, shown))


def draw(design: Design, replication: int = 0, columns: Collection[str] = ()) -> pd.DataFrame:
    """The respondents of one replication, exactly as it was analysed.

    Returns
    -------
    DataFrame
        One row a respondent; a categorical column for what has levels, ordered where they are.

    Examples
    --------
    >>> from confstudy.design.declare import Design
    >>> planned = Design("therapy", seed=1).population(therapists=3, clients=5)
    >>> draw(planned, 317, ["arm", "privacy"]).shape
    (15, 2)
    """
    return frame_of(draw_batch(design, replication, 1, list(columns) or _shown(design)), 0)


def frame_of(batch: Batch, place: int) -> pd.DataFrame:
    """One replication of a batch as a frame, without those who did not answer."""
    found: dict[str, pd.Series] = {}
    for name, column in batch.columns.items():
        words = batch.levels.get(name)
        if words is None:
            found[name] = pd.Series(column[place])
            continue
        codes = np.nan_to_num(column[place], nan=-1).astype(np.int8)
        kind = pd.CategoricalDtype(list(words), ordered=name in batch.ordered)
        found[name] = pd.Series(pd.Categorical.from_codes(codes, dtype=kind))
    for name, codes in batch.groups.items():
        found[name] = pd.Series(codes[place]).where(codes[place] >= 0)
    return pd.DataFrame(found).dropna(how="all").reset_index(drop=True)


def levels_of(design: Design, columns: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The levels of the columns that have some, the reference first."""
    found = {}
    book = questionnaire_of(design) if design.structure.columns else None
    for name in columns:
        node = design.structure.variables.get(design.variable(name))
        if node is not None and node.arms:
            found[name] = node.arms
        elif book is not None and name in book.variables and book.variables[name].categories:
            found[name] = tuple(map(str, book.variables[name].categories))
        elif node is not None and node.kind == "category":
            found[name] = tuple(map(str, range(1, node.levels + 1)))
    return found


def _ordered(design: Design, names: Collection[str]) -> frozenset[str]:
    if not design.structure.columns:
        return frozenset()
    asked = questionnaire_of(design).variables
    return frozenset(name for name in names if name in asked and asked[name].type == "ordinal")


def _shown(design: Design) -> list[str]:
    scales = [*design.structure.scales, *design.measures]
    named = [*design.structure.columns, *scales] or [*design.structure.variables, *scales]
    weight = [WEIGHT] if design.sampling is not None else []
    return list(dict.fromkeys([*named, *UNITS, *weight]))


def _needed(design: Design, columns: Collection[str]) -> set[str]:
    """The variables that fill the columns and decide who answers."""
    needed = causes_of_answering(design)
    for name in columns:
        scale = scale_of(design, name)
        needed.add(scale.of if scale is not None else design.variable(name))
    return needed - {*UNITS, WEIGHT}
