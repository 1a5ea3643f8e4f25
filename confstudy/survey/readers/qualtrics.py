"""Exports of Qualtrics: two or three header rows, and answers given while previewing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from confstudy.survey.readers.grid import Grid

__all__ = ["from_qualtrics"]

_IMPORT_ID = re.compile(r"\s*\{\s*['\"]+ImportId['\"]+\s*:")
_KNOWN = {
    "StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished",
    "RecordedDate", "ResponseId", "ResponseID", "ResponseSet", "RecipientLastName",
    "RecipientFirstName", "RecipientEmail", "ExternalReference", "ExternalDataReference",
    "LocationLatitude", "LocationLongitude", "DistributionChannel", "UserLanguage",
}  # fmt: skip
_DATES = ("StartDate", "EndDate", "RecordedDate")
#: Codes of `Status` in numeric exports; of these, preview, test, preview spam, offline preview.
_STATUS = {"0", "1", "2", "4", "8", "9", "12", "16", "17", "32", "40", "48"}
_PREVIEW = {"1", "2", "9", "17"}


def from_qualtrics(grid: Grid) -> Grid | None:
    """The grid without further header rows and preview answers; None for other platforms.

    Modern exports have a row of question texts and a row of import ids under the header, legacy
    ones a row of question texts only.
    """
    first, second = grid.row(0), grid.row(1)
    ids = next(
        (n for n, row in enumerate((first, second)) if any(map(_IMPORT_ID.match, row))), None
    )
    legacy = {"ResponseID", "ResponseSet"} <= set(first)
    if ids is None and not legacy and len(_KNOWN & set(grid.header)) < 3:
        return None
    further = ids + 1 if ids is not None else int(legacy or _texts(grid))
    texts = first if further and ids != 0 else []
    names = [
        text if legacy else name
        for name, text in zip(grid.header, texts or grid.header, strict=True)
    ]
    grid = grid.labelled(texts) if texts else grid
    grid = grid.without_rows(set(range(further)), "further header row")
    grid = grid.without_rows(_previews(grid, names), "preview row")
    return replace(grid, platform="Qualtrics")


def _texts(grid: Grid) -> bool:
    """Whether the first row holds question texts: words where dates or ids belong."""
    dates = [grid.column(name)[:1] for name in _DATES if name in grid.header]
    if dates:
        return any(cell and not re.search(r"\d", cell) for (cell,) in filter(None, dates))
    ids = grid.column("ResponseId") or grid.column("ResponseID")
    return bool(ids) and ids[0].replace(" ", "") == "ResponseID"


def _previews(grid: Grid, names: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for name, column in zip(names, grid.columns, strict=True):
        if name == "DistributionChannel":
            found |= {n for n, cell in enumerate(column) if cell.lower() in ("preview", "test")}
        elif name == "Status":
            coded = {cell for cell in column if cell} <= _STATUS
            found |= {n for n, cell in enumerate(column) if _is_preview(cell, coded)}
    return found


def _is_preview(status: str, coded: bool) -> bool:
    said = status.lower()
    return status in _PREVIEW if coded else "preview" in said or said == "survey test"
