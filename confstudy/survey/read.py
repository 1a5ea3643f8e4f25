"""A data file as it is: every cell of a CSV stays text until a codebook says what it means."""

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from confstudy.errors import UnreadableFile, did_you_mean, listing
from confstudy.files import sha256_of

__all__ = ["RawTable", "read_table"]

_DELIMITERS = ",;\t|"


@dataclass(frozen=True, repr=False)
class RawTable:
    """A file's columns before any codebook, and what is known about the file."""

    frame: pd.DataFrame
    file: str
    sha256: str
    format: str

    def __repr__(self) -> str:
        rows, columns = self.frame.shape
        return f"RawTable {self.file}: {rows:,} rows × {columns:,} columns ({self.format})"


def read_table(path: str | Path) -> RawTable:
    """Read a CSV (also gzipped) or Parquet file without interpreting it.

    Raises
    ------
    UnreadableFile
        The file is missing, empty, damaged, not UTF-8, or of another kind. The message
        holds line and column numbers, never a cell.
    """
    path = Path(path)
    if not path.is_file():
        folder = path.parent
        near = (
            did_you_mean(path.name, [p.name for p in folder.iterdir()]) if folder.is_dir() else ""
        )
        raise UnreadableFile(f"No file '{path.name}' in that folder.{near}")
    kind = (
        "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    )
    if kind in (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt"):
        frame, form = _read_csv(path)
    elif kind == ".parquet":
        frame, form = _read_parquet(path), "Parquet"
    else:
        kinds = [".csv", ".csv.gz", ".tsv", ".parquet"]
        raise UnreadableFile(f"'{path.name}' is not of a kind read here: {listing(kinds)}.")
    if frame.empty:
        raise UnreadableFile(f"'{path.name}' has a header and no respondents.")
    return RawTable(frame, path.name, sha256_of(path), form)


def _read_csv(path: Path) -> tuple[pd.DataFrame, str]:
    text = _decoded(path)
    delimiter = _delimiter(text)
    if delimiter is None:
        raise UnreadableFile(f"'{path.name}' is empty or its first line is.")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[list[str]] = []
    try:
        header = next(rows)
        columns = [[] for _ in header]
        for row in rows:
            if not row and len(header) > 1:
                continue
            cells = row or [""]
            if len(cells) != len(header):
                raise UnreadableFile(
                    f"'{path.name}', line {rows.line_num}: {len(cells)} cells where the header has "
                    f"{len(header)}. Is a quotation mark or delimiter missing there?"
                )
            for column, cell in zip(columns, cells, strict=True):
                column.append(cell)
    except csv.Error:
        where = f"'{path.name}', line {rows.line_num}"
        raise UnreadableFile(f"{where}: not well-formed CSV (an open quotation mark?).") from None
    _check_header(path, header)
    frame = pd.DataFrame(
        {name: pd.Series(column, dtype="str") for name, column in zip(header, columns, strict=True)}
    )
    return frame, f"CSV, UTF-8, delimiter {_DELIMITER_NAMES[delimiter]}"


def _delimiter(text: str) -> str | None:
    """The mark that cuts the first line into most cells, marks inside quotation left out."""
    line = text[: text.find("\n")] if "\n" in text else text
    bare = re.sub(r'"(?:[^"]|"")*"', "", line)
    if not line.strip():
        return None
    return max(_DELIMITERS, key=bare.count)


_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
        content = gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (OSError, EOFError):
        raise UnreadableFile(f"'{path.name}' cannot be read: damaged, or no permission.") from None
    if not content.strip():
        raise UnreadableFile(f"'{path.name}' is empty.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        raise UnreadableFile(
            f"'{path.name}' is not UTF-8 (line {line}). Save it again as 'CSV UTF-8'."
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UnreadableFile(f"'{path.name}' holds a NUL byte (line {line}): not a text file.")
    return text


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError):
        raise UnreadableFile(f"'{path.name}' is not a Parquet file, or it is damaged.") from None
    header = [str(name) for name in table.column_names]
    _check_header(path, header)
    odd = [place for place, kind in enumerate(table.schema.types, start=1) if not _is_plain(kind)]
    if odd:
        raise UnreadableFile(
            f"'{path.name}': columns {listing(odd)} hold lists, records or bytes; a survey file "
            "has one answer a cell."
        )
    frame: pd.DataFrame = table.replace_schema_metadata(None).to_pandas()
    return frame.set_axis(header, axis=1).reset_index(drop=True)


def _is_plain(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not (pa.types.is_nested(inner) or pa.types.is_binary(inner) or _is_bytes(inner))


def _is_bytes(kind: pa.DataType) -> bool:
    return bool(pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind))


def _check_header(path: Path, header: list[str]) -> None:
    first = {name: position for position, name in reversed(list(enumerate(header)))}
    repeated = [position + 1 for position, name in enumerate(header) if first[name] < position]
    if repeated:
        raise UnreadableFile(
            f"'{path.name}': {len(repeated)} columns repeat the header of an earlier one "
            f"(columns {listing(repeated)}). Give each its own header."
        )
    blank = [position + 1 for position, name in enumerate(header) if not name.strip()]
    if blank:
        raise UnreadableFile(f"'{path.name}': columns {listing(blank)} have no header.")
