"""A model with other numbers: coefficients changed by their place, effects transported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from confstudy.errors import StructureError, did_you_mean, unknown
from confstudy.simulate.model.read import read_structure
from confstudy.simulate.model.structure import Structure

__all__ = ["altered", "model", "numbers", "transported"]

#: Where a new name is a new path rather than a slip.
_OPEN = ("paths", "effects")


def model(
    source: str | Path | Structure = "therapy",
    *,
    changes: Mapping[str, float] | None = None,
    transport: Mapping[str, float] | None = None,
) -> Structure:
    """Read a structural model, with other numbers where wanted.

    Parameters
    ----------
    source
        A bundled name, the path of a YAML file, or a model that was read.
    changes
        Place → number, as in :func:`altered`.
    transport
        Population → factor, as in :func:`transported`.

    Examples
    --------
    >>> import confstudy as cs
    >>> harmless = cs.model("therapy", changes={"sessions.events.breach.effects.T": 0.0})
    >>> cs.effect(harmless, "T", contrast={"A": ("absolute", "none")}).value
    0.505
    """
    return altered(transported(read_structure(source), **(transport or {})), changes or {})


def altered(structure: Structure, changes: Mapping[str, float]) -> Structure:
    """The same model with other numbers.

    Parameters
    ----------
    changes
        Place → number; places as in ``structure.sources`` or :func:`numbers`, such as
        ``variables.T.paths.P``. A path that is not there yet is added.

    Raises
    ------
    StructureError
        When no number stands at a place, or the model does not allow the new one.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> reversed_ = altered(read_structure("therapy"), {"variables.T.paths.P": -0.5})
    >>> reversed_.variables["T"].paths["P"]
    -0.5
    """
    content = structure.model_dump(exclude={"calibration"})
    known = dict(_leaves(content, ()))
    for place, number in changes.items():
        parts = tuple(place.split("."))
        if place not in known and (len(parts) < 2 or parts[-2] not in _OPEN):
            raise StructureError(
                f"Model '{structure.name}' has no number at '{place}'."
                f"{did_you_mean(place, known)} The places are listed by "
                "confstudy.simulate.model.alter.numbers(model)."
            )
        holder: Any = content
        for part in parts[:-1]:
            holder = holder[part]
        holder[parts[-1]] = number
    try:
        changed = Structure.model_validate(content)
    except ValidationError as failed:
        problems = [
            error["msg"].removeprefix("Value error, ") for error in failed.errors(include_url=False)
        ]
        raise StructureError(f"{'; '.join(dict.fromkeys(problems))}.") from None
    kept = tuple(entry for entry in structure.calibration if entry.place not in changes)
    return changed.model_copy(update={"calibration": kept})


def transported(structure: Structure, **factors: float) -> Structure:
    """The same model with the numbers of other populations multiplied by other factors.

    Parameters
    ----------
    factors
        Population → factor, in place of the model's ``transport``.

    Examples
    --------
    >>> from confstudy.simulate.model.read import read_structure
    >>> adults = transported(read_structure("therapy"), adolescents=0.5)
    >>> adults.variables["P"].paths["A[absolute]"]
    0.505
    """
    strange = sorted(set(factors) - set(structure.transport))
    if strange:
        where = f"the transport of '{structure.name}'"
        raise StructureError(unknown("Populations", strange, structure.transport, where))
    moved = {
        entry.place: entry.value * factors[entry.population]
        for entry in structure.calibration
        if entry.population in factors
    }
    moved |= {f"transport.{name}": factor for name, factor in factors.items()}
    changed = altered(structure, moved)
    kept = tuple(
        replace(entry, value=factors[entry.place.removeprefix("transport.")])
        if entry.place.removeprefix("transport.") in factors
        else entry
        for entry in structure.calibration
    )
    return changed.model_copy(update={"calibration": kept})


def numbers(structure: Structure) -> dict[str, float]:
    """Every number of a model by its place.

    >>> from confstudy.simulate.model.read import read_structure
    >>> numbers(read_structure("therapy"))["variables.T.paths.P"]
    0.5
    """
    return dict(_leaves(structure.model_dump(exclude={"calibration", "estimands"}), ()))


def _leaves(content: Any, place: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    if isinstance(content, dict):
        for name, part in content.items():
            yield from _leaves(part, (*place, str(name)))
    elif isinstance(content, int | float) and not isinstance(content, bool):
        yield ".".join(place), float(content)
