"""The front door for data: read, refuse identified data, decode by the codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from confstudy.codebook.read import codebook_beside, read_codebook
from confstudy.codebook.schema import Codebook
from confstudy.errors import CodebookError, UnreadableFile
from confstudy.survey.protect import admitted
from confstudy.survey.read import RawTable, read_table
from confstudy.survey.stack import stacked
from confstudy.survey.survey import Survey

__all__ = ["Book", "Paths", "load", "load_table", "load_tables", "read_tables"]

Paths = str | Path | Sequence[str | Path] | Mapping[str, str | Path]
Book = str | Path | Mapping[str, Any] | Codebook


def load(path: Paths, codebook: Book | None = None, *, encoding: str = "") -> Survey:
    """Load a survey file through its codebook; identified data are refused.

    Parameters
    ----------
    path
        A file, one row a respondent: CSV, Parquet, Excel, SPSS, Stata or SAS. Several waves
        are given as a list of files, whose names hold the wave, or as ``{wave: file}``; they
        are stacked, and ``wave`` tells them apart.
    codebook
        A YAML file, the name of a bundled codebook, a mapping or a Codebook. When it is
        left out, ``<name>.codebook.yaml`` beside the file is used.
    encoding
        Of a text file; detected when it is left out here and in the codebook.

    Returns
    -------
    Survey
        The decoded frame with its codebook, missing reasons and provenance.

    Raises
    ------
    UnreadableFile, CodebookError, CodebookMismatch
        What is wrong and where, without a cell of the data.
    IdentifiedData
        A column, or the quasi-identifiers together, could point to a person; the message
        names column, rule and count and says what to do.

    Examples
    --------
    >>> import confstudy as cs
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> survey.synthetic, survey.codebook.name
    (True, 'therapy')
    """
    return load_tables(*read_tables(path, codebook, encoding))


def read_tables(
    path: Paths, codebook: Book | None = None, encoding: str = ""
) -> tuple[list[tuple[str, RawTable]], Codebook]:
    """Read the files, each with its wave where that is said, and their codebook."""
    files = _files(path)
    if codebook is None and len(files) > 1:
        raise CodebookError("Several files need codebook='…', one codebook for all of them.")
    declared = read_codebook(codebook if codebook is not None else codebook_beside(files[0][1]))
    written = encoding or declared.encoding
    return [(wave, read_table(file, encoding=written)) for wave, file in files], declared


def _files(path: Paths) -> list[tuple[str, Path]]:
    """The files, each with its wave where that is said."""
    if isinstance(path, str | Path):
        return [("", Path(path))]
    if isinstance(path, Mapping):
        files = [(str(wave), Path(file)) for wave, file in path.items()]
    else:
        files = [("", Path(file)) for file in path]
    if not files:
        raise UnreadableFile("No file was given.")
    return files


def load_table(raw: RawTable, codebook: Codebook) -> Survey:
    """Pass one raw table through the gate and its codebook."""
    return load_tables([("", raw)], codebook)


def load_tables(tables: Sequence[tuple[str, RawTable]], codebook: Codebook) -> Survey:
    """Pass raw tables, one a wave, through the gate and their codebook."""
    return admitted(stacked(tables, codebook))
