"""Files of SPSS, Stata and SAS with labels and declared missing values, through pyreadstat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from confstudy.errors import UnreadableFile
from confstudy.survey.readers.extras import needed
from confstudy.survey.readers.grid import clean, counted, unique
from confstudy.survey.readers.raw import Described
from confstudy.survey.readers.trial import readable

__all__ = ["STATISTICAL", "read_statistical"]

#: Suffix → format for people, and the reader's name in pyreadstat.
STATISTICAL = {
    ".sav": ("SPSS", "read_sav"),
    ".zsav": ("SPSS, compressed", "read_sav"),
    ".por": ("SPSS portable", "read_por"),
    ".dta": ("Stata", "read_dta"),
    ".sas7bdat": ("SAS", "read_sas7bdat"),
    ".xpt": ("SAS transport", "read_xport"),
}
_WITHOUT_MISSING = (".por", ".xpt")


def read_statistical(
    path: Path, encoding: str = ""
) -> tuple[pd.DataFrame, dict[str, Described], tuple[str, ...], str]:
    """The columns of a file, what it says about them, notes and the format in words.

    Numbers stay numbers and dates become ISO text. Tagged missing values of Stata and SAS
    are cells such as ``.a`` or ``.A``. A SAS catalog is read where one with the file's stem
    stands beside it.

    Raises
    ------
    UnreadableFile
        The file is damaged or of another kind, or its encoding is not the one it names.
    """
    kind = path.suffix.lower()
    shown, reader = STATISTICAL[kind]
    options: dict[str, Any] = {} if kind in _WITHOUT_MISSING else {"user_missing": True}
    if encoding and kind != ".por":
        options["encoding"] = encoding
    frame, meta = _parsed(reader, path, options)
    if meta.missing_user_values:
        # pyreadstat 1.3 reads blanks after a tag in a column of whole numbers as 0.
        blanks, _ = _parsed(reader, path, options | {"user_missing": False})
        for name in meta.missing_user_values:
            tag = frame[name].map(lambda cell: isinstance(cell, str))
            frame[name] = frame[name].astype(object).mask(blanks[name].isna() & ~tag)
    frame = frame.set_axis(unique([str(name) for name in frame.columns]), axis=1)
    labels, notes = dict(meta.variable_value_labels), []
    catalog = _catalog(path)
    if catalog is not None:
        _, formats = _parsed("read_sas7bcat", catalog, {})
        wanted = meta.variable_to_label.items()
        labels |= {n: formats.value_labels[f] for n, f in wanted if f in formats.value_labels}
        notes.append(
            f"labels of {counted(len(labels), 'column')} read from the catalog '{catalog.name}'"
        )
    if kind in _WITHOUT_MISSING:
        notes.append(f"values that a {kind} file declares missing come as blanks or plain codes")
    text = {n for n, stored in meta.readstat_variable_types.items() if stored == "string"}
    described = {
        name: _described(
            frame[name],
            name in text,
            meta.column_names_to_labels.get(name) or "",
            labels.get(name, {}),
            meta.missing_ranges.get(name, ()),
        )
        for name in frame.columns
    }
    cells = {name: _cells(frame[name], name in text) for name in frame.columns}
    told = {name: found for name, found in described.items() if found != Described()}
    return pd.DataFrame(cells, index=frame.index), told, tuple(notes), shown


def _parsed(reader: str, path: Path, options: Mapping[str, Any]) -> tuple[pd.DataFrame, Any]:
    pyreadstat = needed("pyreadstat", "files of SPSS, Stata and SAS")
    if not readable(reader, path, options):
        raise UnreadableFile(_worded(path, encoding=False))
    try:
        frame, meta = getattr(pyreadstat, reader)(str(path), **options)
    except (UnicodeError, LookupError):
        raise UnreadableFile(_worded(path, encoding=True)) from None
    # The library raises its own errors and whatever dates out of range or damage lead to.
    except Exception as problem:
        told = str(problem).lower()
        raise UnreadableFile(_worded(path, "byte sequence" in told or "encoding" in told)) from None
    return frame, meta


def _worded(path: Path, encoding: bool) -> str:
    if encoding:
        return (
            f"'{path.name}' holds text in another encoding than it says. Name the right one, "
            'such as `encoding="cp1252"`.'
        )
    kind = STATISTICAL.get(path.suffix.lower(), ("SAS catalog", ""))[0]
    return f"'{path.name}' is not a file of the kind {kind}, or it is damaged."


def _catalog(path: Path) -> Path | None:
    if path.suffix.lower() != ".sas7bdat":
        return None
    beside = (path.with_suffix(suffix) for suffix in (".sas7bcat", ".SAS7BCAT"))
    return next((found for found in beside if found.is_file()), None)


def _described(
    column: pd.Series[Any],
    text: bool,
    label: str,
    labels: Mapping[Any, str],
    ranges: Iterable[Mapping[str, Any]],
) -> Described:
    """What the file says of one column; ranges are told by the codes that occur or have a label."""
    tags = {value for value in [*column.unique(), *labels] if isinstance(value, str) and not text}
    seen = {value for value in [*column.unique(), *labels] if not isinstance(value, str) or text}
    declared: set[Any] = set(tags)
    for span in ranges:
        low, high = span["lo"], span["hi"]
        declared |= {value for value in seen if _comparable(value, low) and low <= value <= high}
        declared |= {low} if low == high else set()
    named = {_code(value, text): clean(str(said)) for value, said in labels.items()}
    missing = {_code(v, text): named.get(_code(v, text), "") for v in sorted(declared, key=str)}
    levels = {code: said for code, said in named.items() if code not in missing}
    return Described(label=clean(label), levels=levels, missing=missing)


def _comparable(value: Any, bound: Any) -> bool:
    return isinstance(value, str) == isinstance(bound, str) and not isinstance(
        value, dt.date | dt.time
    )


def _code(value: Any, text: bool) -> str:
    """A code as the cells have it: whole numbers without decimals, tags after a point."""
    if isinstance(value, str):
        return value if text else f".{value}"
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def _cells(column: pd.Series[Any], text: bool) -> pd.Series[Any]:
    if text:
        return column.fillna("").astype("str")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.map(_moment, na_action="ignore").fillna("").astype("str")
    if pd.api.types.is_numeric_dtype(column):
        return column
    if any(isinstance(value, dt.date | dt.time | dt.timedelta) for value in column.unique()):
        return column.map(_moment, na_action="ignore").fillna("").astype("str")
    tagged = {value: f".{value}" for value in column.unique() if isinstance(value, str)}
    return column.astype(object).replace(tagged) if tagged else column


def _moment(value: Any) -> str:
    """A date or time as ISO text."""
    if isinstance(value, str):
        return f".{value}"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
