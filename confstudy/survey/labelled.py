"""Surveys for SPSS and Stata: codes with labels, and user-missing codes for the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from confstudy.codebook.schema import Variable
from confstudy.errors import UnwritableFile, listing
from confstudy.survey.decode import REASON_WORDS
from confstudy.survey.recode import MISSING_REASONS
from confstudy.survey.survey import Survey

__all__ = ["LABELLED", "write_labelled"]


class _Format(NamedTuple):
    """What a format allows: bytes of a name, a variable's label, a value's label; its words."""

    name: str
    writer: str
    longest: int
    label: int
    value: int
    reserved: frozenset[str]


_OF_SPSS = "all and by eq ge gt le lt ne not or to with"
_OF_STATA = (
    "_all _b _coef _cons _n _pi _pred _rc _skip _se byte double float if in int long strl using "
    "with"
)
LABELLED = {
    ".sav": _Format("SPSS", "write_sav", 64, 255, 120, frozenset(_OF_SPSS.split())),
    ".dta": _Format("Stata", "write_dta", 32, 80, 32_000, frozenset(_OF_STATA.split())),
}
_MEASURES = {"numeric": "scale", "item": "ordinal", "ordinal": "ordinal"}


class _Column(NamedTuple):
    """Cells, value labels, and the user-missing codes that are used."""

    cells: pd.Series[Any]
    labels: dict[Any, str]
    missing: list[Any]


def write_labelled(survey: Survey, path: Path, kind: str) -> None:
    """Write codes, variable labels, value labels and user-missing codes through pyreadstat."""
    form = LABELLED[kind]
    try:
        pyreadstat = import_module("pyreadstat")
    except ImportError:
        raise UnwritableFile(
            f"Writing for {form.name} needs pyreadstat: pip install 'confstudy[formats]'. "
            "Or write .csv."
        ) from None
    names = [str(name) for name in survey.frame]
    _require_names(names, form)
    columns = {name: _column(survey, name, kind) for name in names}
    labels = {name: _cut(survey.codebook.label(name), form.label) for name in names}
    options: dict[str, Any] = {
        "column_labels": labels,
        "variable_value_labels": {
            name: {code: _cut(label, form.value) for code, label in column.labels.items()}
            for name, column in columns.items()
            if column.labels
        },
    }
    declared = {name: column.missing for name, column in columns.items() if column.missing}
    if kind == ".sav":
        spans = {n: [{"lo": min(codes), "hi": max(codes)}] for n, codes in declared.items()}
        kinds = {name: survey.codebook.variables[name].type for name in names}
        measures = {name: _MEASURES.get(kinds[name], "nominal") for name in names}
        options |= {"missing_ranges": spans, "variable_measure": measures}
    else:
        options["missing_user_values"] = declared
    frame = pd.DataFrame({name: column.cells for name, column in columns.items()})
    try:
        getattr(pyreadstat, form.writer)(frame, str(path), **options)
    except OSError:
        raise
    # The library words its errors itself, and may name cells.
    except Exception:
        raise UnwritableFile(
            f"The survey cannot be written for {form.name}: is a variable named like one of its "
            "reserved words?"
        ) from None


def _require_names(names: Sequence[str], form: _Format) -> None:
    long = [name for name in names if len(name.encode()) > form.longest]
    if long:
        raise UnwritableFile(f"Names too long for {form.name}: {listing(long)}.")
    reserved = [name for name in names if name.casefold() in form.reserved]
    if reserved:
        raise UnwritableFile(
            f"{form.name} keeps these names for itself: {listing(reserved)}. Give the variables "
            "other names in the codebook, or write .csv."
        )


def _column(survey: Survey, name: str, kind: str) -> _Column:
    column, variable = survey.frame[name], survey.codebook.variables[name]
    reasons = np.zeros(len(column), dtype=int)
    if name in survey.reasons:
        reasons = survey.reasons[name].to_numpy().astype(int)
    used = [
        reason
        for code, reason in enumerate(MISSING_REASONS, start=1)
        if reason in REASON_WORDS and (reasons == code).any()
    ]
    if variable.type == "code":
        return _Column(_strings(column, reasons), {}, [])
    numbers = column if variable.type in ("numeric", "item") else column.cat.codes + 1.0
    numbers = numbers.astype(float).where(column.notna())
    codes = _codes(numbers, variable, kind)
    cells: pd.Series[Any] = numbers.astype(object)
    for reason in used:
        cells[reasons == MISSING_REASONS.index(reason) + 1] = codes[reason]
    if kind == ".dta":
        # pyreadstat takes a column for text if its first hundred cells are tags; categories
        # that begin with numbers tell it better.
        known = [*np.unique(numbers.dropna()).tolist(), *(codes[reason] for reason in used)]
        cells = cells.astype(pd.CategoricalDtype(known)) if used else numbers
    else:
        cells = cells.astype(float)
    labels = _value_labels(variable) | {codes[why]: REASON_WORDS[why].strip("()") for why in used}
    return _Column(cells.reset_index(drop=True), labels, [codes[reason] for reason in used])


def _strings(column: pd.Series[Any], reasons: np.ndarray[Any, Any]) -> pd.Series[Any]:
    words = np.array(["", *(REASON_WORDS.get(r, "") for r in MISSING_REASONS)], dtype=object)
    cells = np.where(column.notna(), column.astype(object), words[reasons])
    return pd.Series(cells, dtype=object)


def _value_labels(variable: Variable) -> dict[Any, str]:
    if variable.type in ("numeric", "item"):
        return {float(code): label for code, label in variable.levels.items()}
    return {float(code): label for code, label in enumerate(variable.categories, start=1)}


def _codes(numbers: pd.Series[Any], variable: Variable, kind: str) -> dict[str, Any]:
    """A code for each reason that is no answer: .a to .g, or −91 to −97, −991 to −997 …."""
    if kind == ".dta":
        return dict(zip(REASON_WORDS, "abcdefg", strict=True))
    lowest = min([0.0, *numbers.dropna(), *(variable.range or ()), *_value_labels(variable)])
    nines = 9
    while lowest <= -10 * nines:
        nines = 10 * nines + 9
    return {reason: -(10.0 * nines + place) for place, reason in enumerate(REASON_WORDS, start=1)}


def _cut(text: str, longest: int) -> str:
    """A label that fits, whole letters only."""
    return text.encode()[:longest].decode(errors="ignore")
