"""Where the numbers of a model come from: value, source, and whether somebody has read it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from confstudy.codebook.lines import Document
from confstudy.errors import StructureError, did_you_mean, listing

__all__ = ["Calibration", "calibration_table", "without_sources"]

_FIELDS = ("value", "source", "verified", "note", "population")
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Calibration:
    """One number of a model, as its source gives it.

    ``verified`` says that the source's own text was read; what is not verified is an
    assumption, and said to be one wherever the model is used. ``population`` is who it was
    measured on, where the model's ``transport`` says what to multiply it by.
    """

    place: str
    value: float
    source: str
    verified: bool
    note: str = ""
    population: str = ""


def without_sources(document: Document) -> tuple[Document, tuple[Calibration, ...]]:
    """A declaration with plain numbers, and the sources of those that stood as mappings.

    A number may be written ``{value: 0.45, source: Ford 1997, verified: true, note: …}``. With
    ``population: adolescents`` it is multiplied by the model's ``transport`` of adolescents.

    Raises
    ------
    StructureError
        A source is missing or a field is not known, with its line.
    """
    found: list[Calibration] = []
    transport = _transport(document)

    def plain(content: Any, place: Place) -> Any:
        if isinstance(content, list):
            return [plain(part, (*place, number)) for number, part in enumerate(content)]
        if not isinstance(content, dict):
            return content
        if "value" in content and not isinstance(content["value"], dict | list):
            number = _read(content, document, place)
            found.append(number)
            if not number.population:
                return content["value"]
            if number.population not in transport:
                raise StructureError(
                    f"{document.where(place)}: 'transport' says nothing of "
                    f"'{number.population}'.{did_you_mean(number.population, transport)} Add "
                    f"'transport: {{{number.population}: 1}}'."
                )
            return number.value * transport[number.population]
        return {key: plain(part, (*place, str(key))) for key, part in content.items()}

    content = plain(document.content, ())
    return Document(document.name, content, document.lines), tuple(found)


def _read(content: dict[str, Any], document: Document, place: Place) -> Calibration:
    where = document.where(place)
    strange = [str(name) for name in content if name not in _FIELDS]
    if strange:
        hint = did_you_mean(strange[0], _FIELDS)
        raise StructureError(
            f"{where}: a number takes {listing(_FIELDS)}, not [{strange[0]}].{hint}"
        )
    number, source = content["value"], str(content.get("source", "")).strip()
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise StructureError(f"{where}: 'value' is a number.")
    if not source:
        raise StructureError(f"{where}: name the 'source' of the number, or write it alone.")
    verified = content.get("verified", False)
    if not isinstance(verified, bool):
        raise StructureError(f"{where}: 'verified' is true or false.")
    words = ".".join(map(str, place))
    note, population = (str(content.get(name, "")) for name in ("note", "population"))
    return Calibration(words, float(number), source, verified, note, population)


def _transport(document: Document) -> dict[str, float]:
    """Population → what its numbers are multiplied by."""
    content = document.content if isinstance(document.content, dict) else {}
    given = content.get("transport", {})
    factors = {}
    for name, factor in given.items() if isinstance(given, dict) else ():
        number = factor.get("value") if isinstance(factor, dict) else factor
        if isinstance(number, bool) or not isinstance(number, int | float) or number < 0:
            where = document.where(("transport", str(name)))
            raise StructureError(f"{where}: 'transport' of '{name}' is a number of 0 or more.")
        factors[str(name)] = float(number)
    return factors


def calibration_table(calibration: tuple[Calibration, ...]) -> pd.DataFrame:
    """One row a number: place, value, source, verified, note, population."""
    names = ["place", "value", "source", "verified", "note", "population"]
    rows = [[getattr(entry, name) for name in names] for entry in calibration]
    return pd.DataFrame(rows, columns=names)
