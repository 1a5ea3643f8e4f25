"""The front door for files: any survey export as it is, before a codebook says what it means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from confstudy.errors import UnreadableFile, did_you_mean, listing
from confstudy.files import sha256_of
from confstudy.survey.readers.columnar import read_parquet
from confstudy.survey.readers.delimited import read_delimited
from confstudy.survey.readers.grid import Grid
from confstudy.survey.readers.platforms import recognised
from confstudy.survey.readers.raw import Described, RawTable
from confstudy.survey.readers.sheets import SHEETS, read_sheet
from confstudy.survey.readers.statistical import STATISTICAL, read_statistical

__all__ = ["Described", "RawTable", "read_table"]

_TEXT = (".csv", ".tsv", ".txt", ".tab")


def read_table(
    path: str | Path, *, encoding: str = "", dictionary: str | Path | None = None
) -> RawTable:
    """Read a survey export without interpreting it.

    Parameters
    ----------
    path
        CSV, TSV or TXT (also gzipped), Parquet, Excel (.xlsx, .xls, .xlsb), OpenDocument,
        SPSS (.sav, .zsav, .por), Stata (.dta) or SAS (.sas7bdat, .xpt). Exports of Qualtrics,
        REDCap, LimeSurvey, SurveyMonkey, Google Forms and Microsoft Forms are recognised by
        their headers: further header rows and preview answers are taken off, and question
        texts kept.
    encoding
        The encoding of a text file, where it cannot be told from its bytes.
    dictionary
        A REDCap data dictionary (CSV). Where it is left out, the one file named
        ``*DataDictionary*.csv`` beside a REDCap export is used.

    Returns
    -------
    RawTable
        The columns, what the file says about them, and notes of what was done.

    Raises
    ------
    UnreadableFile
        The file is missing, empty, damaged, of unknown encoding or of another kind. The
        message holds line and column numbers, never a cell.

    Examples
    --------
    >>> read_table("data_synthetic/therapy.parquet").format
    'Parquet'
    """
    path = Path(path)
    _require_file(path)
    inner = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    kind = inner.lower()
    if kind in _TEXT:
        grid, form = read_delimited(path, encoding)
        raw = _tabled(grid, path, form, dictionary)
    elif path.suffix.lower() in SHEETS:
        grid, form = read_sheet(path)
        raw = _tabled(grid, path, form, dictionary)
    elif path.suffix.lower() in STATISTICAL:
        frame, described, notes, form = read_statistical(path, encoding)
        raw = RawTable(frame, path.name, "", form, described=described, notes=notes)
    elif path.suffix.lower() == ".parquet":
        raw = RawTable(read_parquet(path), path.name, "", "Parquet")
    else:
        kinds = [*_TEXT, ".csv.gz", ".parquet", *SHEETS, *STATISTICAL]
        raise UnreadableFile(f"'{path.name}' is not of a kind read here: {listing(kinds, 20)}.")
    if raw.frame.empty:
        raise UnreadableFile(f"'{path.name}' has a header and no respondents.{_left_out(raw)}")
    return replace(raw, sha256=sha256_of(path))


def _tabled(grid: Grid, path: Path, form: str, dictionary: str | Path | None) -> RawTable:
    grid = recognised(grid, path, None if dictionary is None else Path(dictionary)).settled()
    described = {grid.header[place]: told for place, told in grid.described.items()}
    return RawTable(grid.frame(), path.name, "", form, grid.platform, described, grid.notes)


def _left_out(raw: RawTable) -> str:
    return f" ({'; '.join(raw.notes)}.)" if raw.notes else ""


def _require_file(path: Path) -> None:
    if path.is_file():
        return
    folder = path.parent
    names = [found.name for found in folder.iterdir()] if folder.is_dir() else []
    raise UnreadableFile(f"No file '{path.name}' in that folder.{did_you_mean(path.name, names)}")
