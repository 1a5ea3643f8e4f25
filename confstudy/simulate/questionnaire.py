"""A questionnaire shorter than the model's: some columns and scales of its codebook."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path

from confstudy.codebook.read import read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.errors import StructureError, listing, unknown
from confstudy.simulate.model.structure import Structure

__all__ = ["questionnaire"]


def questionnaire(structure: Structure, columns: Collection[str] | None = None) -> Codebook:
    """The codebook of a survey that asks for these columns only; use it to plan a short one.

    Parameters
    ----------
    structure
        The model, whose codebook it is.
    columns
        Names of columns, and of scales for all their items; None for the whole codebook. The
        cluster is always kept, and so are columns that lead to one that is kept (`asked_if`).

    Returns
    -------
    Codebook
        With the scales all of whose items are kept.

    Raises
    ------
    StructureError
        When a name is neither a column nor a scale of the codebook, or none is given.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> short = questionnaire(read_structure("therapy"), ["arm", "stigma"])
    >>> list(short.variables), list(short.scales)
    (['therapist', 'arm', 'stigma_1', 'stigma_2', 'stigma_3', 'stigma_4'], ['stigma'])
    """
    path = Path(structure.codebook)
    whole = _read((structure.codebook, path.stat().st_mtime_ns if path.is_file() else 0))
    if columns is None:
        return whole
    known = [*whole.scales, *whole.kept]
    if not columns:
        raise StructureError(
            f"A questionnaire asks something: name at least one of {listing(known)}."
        )
    strange = [name for name in columns if name not in known]
    if strange:
        where = f"codebook '{whole.name}'"
        raise StructureError(unknown("Columns and scales", strange, known, where))
    kept = _kept(whole, columns)
    protection = whole.protection.model_copy(
        update={"suppress": tuple(n for n in whole.protection.suppress if n in kept)}
    )
    design = whole.design.model_copy(
        update={
            part: "" for part, name in whole.design if isinstance(name, str) and name not in kept
        }
    )
    changed = {
        "variables": {name: v for name, v in whole.variables.items() if name in kept},
        "scales": {name: s for name, s in whole.scales.items() if set(s.items) <= kept},
        "impossible": {n: c for n, c in whole.impossible.items() if set(c) <= kept},
        "protection": protection,
        "design": design,
    }
    return whole.model_copy(update=changed)


@lru_cache(maxsize=16)
def _read(version: tuple[str, int]) -> Codebook:
    """A codebook, read once until its file changes."""
    return read_codebook(version[0])


def _kept(whole: Codebook, columns: Collection[str]) -> set[str]:
    """The columns asked for, the cluster, and what leads to them."""
    items = {item for name in columns if name in whole.scales for item in whole.scales[name].items}
    wanted = [*items, *(name for name in columns if name in whole.kept), whole.design.cluster]
    kept: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name in kept or name not in whole.kept:
            continue
        kept.add(name)
        variable = whole.kept[name]
        for part in (variable, *variable.by_wave.values()):
            wanted += part.asked_if
    return kept
