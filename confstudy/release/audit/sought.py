"""Whom an audit looks for: the respondents of a survey, or of the file that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from confstudy.release.audit.records import Records, records_of
from confstudy.survey.load import Book, read_tables
from confstudy.survey.protect import admitted
from confstudy.survey.stack import stacked
from confstudy.survey.survey import Survey

__all__ = ["Sought", "sought"]


@dataclass(frozen=True, repr=False)
class Sought:
    """Indexes of respondents, made once for several audits; in memory only, and never shown."""

    records: Sequence[Records] = ()

    def __repr__(self) -> str:
        return f"Sought({len(self.records)} indexes)"


def sought(
    survey: Survey | pd.DataFrame | str | Path | Sought | None, codebook: Book | None = None
) -> Sought:
    """Index those whom an audit looks for.

    A survey and a data frame are looked for as they are. Of a file, which has to pass the gate
    as ever, the rows are looked for as they stood before anything was suppressed or dropped:
    words that respondents wrote, dates and identifiers too.

    Parameters
    ----------
    survey
        The data, or the file that they are in.
    codebook
        For a file, its codebook where it is not beside it.

    Raises
    ------
    UnreadableFile, CodebookError, CodebookMismatch, IdentifiedData
        As :func:`confstudy.load` says.

    Examples
    --------
    >>> sought("data_synthetic/therapy.parquet")
    Sought(2 indexes)
    """
    if isinstance(survey, Sought):
        return survey
    if isinstance(survey, Survey):
        return Sought((records_of(survey.frame, survey.codebook),))
    if isinstance(survey, pd.DataFrame):
        return Sought((records_of(survey),))
    if survey is None:
        return Sought()
    tables, book = read_tables(survey, codebook)
    stack = stacked(tables, book)
    admitted(stack)
    raw = [Records(_numbered(table.frame)) for _, table in tables]
    return Sought((Records(stack.frame, stack.codebook), *raw))


def _numbered(frame: pd.DataFrame) -> pd.DataFrame:
    """A file's columns, numbers as numbers where every filled cell is one."""
    columns = {}
    for place, name in enumerate(frame.columns):
        column = frame.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(column):
            column = column.where(column.astype(str).str.strip() != "")
            numbers = pd.to_numeric(column, errors="coerce")
            column = numbers if numbers.notna().equals(column.notna()) else column
        columns[f"{name}" if name not in columns else f"{name} {place}"] = column
    return pd.DataFrame(columns)
