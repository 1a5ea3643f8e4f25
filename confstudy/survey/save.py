"""A survey written to a file that loads back as it was, with its codebook beside it."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from confstudy.codebook.read import codebook_path, parse_codebook
from confstudy.codebook.schema import Variable
from confstudy.codebook.words import plain
from confstudy.codebook.write import as_yaml, settled
from confstudy.errors import DataError, UnwritableFile, listing
from confstudy.files import write_text, write_with
from confstudy.privacy.gate import inspect_columns
from confstudy.survey.decode import REASON_WORDS
from confstudy.survey.labelled import LABELLED, write_labelled
from confstudy.survey.protect import require_safe
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.survey import Survey

__all__ = ["as_declared", "save", "write_parquet", "write_survey"]

_KINDS = (".parquet", ".csv", *LABELLED)


def save(survey: Survey, path: str | Path, *, force: bool = False) -> tuple[Path, ...]:
    """Write a survey and its codebook; use it to hand data on to others or to other software.

    Parameters
    ----------
    survey
        As loaded or anonymized. Columns of scales are left out: score again after loading.
    path
        Ends in .parquet, .csv, .sav (SPSS) or .dta (Stata); the last two need pyreadstat.
        ``<name>.codebook.yaml`` is written beside it.
    force
        Replace files that exist.

    Returns
    -------
    tuple of Path
        The data file first.

    Raises
    ------
    UnwritableFile
        A file exists already, or its kind or folder does not allow it; nothing was written.
    DataError
        The survey's columns are not as its codebook says.
    IdentifiedData
        The file would not load again: under its name a column looks identifying, or a part
        of the respondents has smaller groups than all. ``cs.anonymize(part, {})`` suppresses
        what the codebook allows.

    Notes
    -----
    In .parquet and .csv, answers are labels and numbers, a blank is a blank, and other missing
    answers are words such as ``(refused)`` or ``(suppressed)``; a number with such words
    becomes a column of text. In SPSS and Stata answers are 1, 2, 3 … with value labels, and
    each reason is a labelled user-missing code: −91 to −97, or lower where answers are; or .a
    to .g. Labels too long for a format are cut; the codebook has them whole.

    Examples
    --------
    >>> import confstudy as cs, tempfile
    >>> survey = cs.load("data_synthetic/therapy.parquet")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = cs.save(survey, f"{folder}/copy.csv")
    ...     bool(cs.load(files[0]).frame.equals(survey.frame))
    True
    """
    return write_survey(survey, Path(path), {}, force=force)


def write_survey(
    survey: Survey, path: Path, others: Mapping[str, str], *, force: bool
) -> tuple[Path, ...]:
    """Write data, codebook and other texts (by ending); the data take their place last."""
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise UnwritableFile(f"'{path.name}': surveys are written as {listing(_KINDS)}.")
    survey = as_declared(survey)
    book = codebook_path(path)
    beside = {
        book: as_yaml(settled(survey.codebook, coded=kind in LABELLED)),
        **{book.with_name(book.name.replace(".codebook.", f".{n}.")): t for n, t in others.items()},
    }
    taken = [target.name for target in (path, *beside) if target.exists()]
    if taken and not force:
        raise UnwritableFile(
            f"{listing(taken)} exist already: give another name, or force=True (--force)."
        )
    parse_codebook(beside[book], book.name)
    cells = pd.DataFrame(
        {name: _cells(survey, str(name)) for name in survey.frame}, index=survey.frame.index
    )
    gate = inspect_columns(cells, settled(survey.codebook))
    require_safe(survey.frame, survey.codebook, gate, path.name)

    def fill(target: Path) -> None:
        if kind in LABELLED:
            write_labelled(survey, target, kind)
        elif kind == ".csv":
            _write_csv(cells, target)
        else:
            write_parquet(cells, target)
        for other, text in beside.items():
            write_text(other, text)

    write_with(path, fill)
    return (path, *beside)


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame so that the same frame gives the same bytes, without its index."""
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, path, compression="zstd")


def as_declared(survey: Survey) -> Survey:
    """The survey without its scales; an error where its columns are not as the codebook says."""
    codebook = survey.codebook
    kept = [name for name in survey.frame if name in codebook.kept]
    added = [n for n in survey.frame if n not in codebook.kept and n not in codebook.scales]
    if added:
        raise DataError(
            f"The codebook does not describe columns {listing(added)}: leave them out, or add "
            "them to the file and the codebook."
        )
    for name in kept:
        _require_levels(str(name), survey.frame[name], codebook.variables[str(name)])
    reasons = survey.reasons[[name for name in survey.reasons if name in kept]]
    return Survey(survey.frame[kept], reasons, codebook, survey.provenance, survey.flow)


def _require_levels(name: str, column: pd.Series[Any], variable: Variable) -> None:
    """The declared levels, none of which reads like the word of a reason."""
    if variable.type in ("numeric", "item"):
        return
    labels = list(getattr(column.dtype, "categories", ()))
    if variable.type != "code" and labels != list(variable.categories):
        raise DataError(f"'{name}' does not have the levels that its codebook declares.")
    words = set(REASON_WORDS.values())
    if words & {plain(label) for label in labels}:
        raise DataError(
            f"'{name}' has a level that is called like a reason for missing answers, one of "
            f"{listing(sorted(words))}: rename it by `recode`."
        )


def _cells(survey: Survey, name: str) -> pd.Series[Any]:
    """Labels and numbers as they stand in a file, with words for what is missing."""
    column = survey.frame[name]
    number = not isinstance(column.dtype, pd.CategoricalDtype)
    codes = np.asarray(survey.reasons[name]) if name in survey.reasons else np.zeros(len(column))
    words = np.array(
        [None, *(REASON_WORDS.get(reason) for reason in MISSING_REASONS)], dtype=object
    )
    said = words[codes.astype(int)]
    if number and all(word is None for word in said):
        return column.astype(float)
    answers = column.map(_as_text if number else str, na_action="ignore").astype(object)
    values = np.where(column.notna(), answers, said)
    return pd.Series(values, index=column.index, name=name, dtype=object)


def _as_text(number: float) -> str:
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def _write_csv(cells: pd.DataFrame, path: Path) -> None:
    columns = [
        column.map(_as_text, na_action="ignore") if column.dtype == float else column
        for _, column in cells.items()
    ]
    texts = [["" if pd.isna(cell) else cell for cell in column] for column in columns]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(cells.columns)
        writer.writerows(zip(*texts, strict=True))
