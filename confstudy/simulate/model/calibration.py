"""Where the numbers of a model come from: value, source, and whether somebody has read it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from confstudy.codebook.lines import Document
from confstudy.errors import StructureError, did_you_mean, listing

__all__ = ["Calibration", "calibration_table", "without_sources"]

_FIELDS = ("value", "source", "verified", "note")
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Calibration:
    """One number of a model.

    ``verified`` says that the source's own text was read; what is not verified is an
    assumption, and said to be one wherever the model is used.
    """

    place: str
    value: float
    source: str
    verified: bool
    note: str = ""


def without_sources(document: Document) -> tuple[Document, tuple[Calibration, ...]]:
    """A declaration with plain numbers, and the sources of those that stood as mappings.

    A number may be written ``{value: 0.45, source: Ford 1997, verified: true, note: …}``.

    Raises
    ------
    StructureError
        A source is missing or a field is not known, with its line.
    """
    found: list[Calibration] = []

    def plain(content: Any, place: Place) -> Any:
        if isinstance(content, list):
            return [plain(part, (*place, number)) for number, part in enumerate(content)]
        if not isinstance(content, dict):
            return content
        if "value" in content and not isinstance(content["value"], dict | list):
            found.append(_read(content, document, place))
            return content["value"]
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
    return Calibration(words, float(number), source, verified, str(content.get("note", "")))


def calibration_table(calibration: tuple[Calibration, ...]) -> pd.DataFrame:
    """One row a number: place, value, source, verified, note."""
    names = ["place", "value", "source", "verified", "note"]
    rows = [[getattr(entry, name) for name in names] for entry in calibration]
    return pd.DataFrame(rows, columns=names)
