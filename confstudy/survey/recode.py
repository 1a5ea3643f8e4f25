"""From the cells of one column to values, each missing one with its reason.

Every rule is applied to the distinct cells of a column and then spread over its rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from confstudy.codebook.schema import CODED_REASONS, Codebook, Variable
from confstudy.codebook.words import plain
from confstudy.survey.repair import from_date, from_wrong_encoding

__all__ = ["MISSING_REASONS", "Decoded", "decode", "never_asked"]

#: Why a cell has no value. The first four are coded in the codebook, the others are found.
MISSING_REASONS = (*CODED_REASONS, "blank", "out_of_range", "unlisted", "suppressed")
_BLANK = {"", "NA", "N/A", "NaN", "nan", "<NA>", "#N/A"}
_REFUSED = "refuse:"
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_WITH_COMMA = re.compile(r"[-+]?\d*,\d+")
#: A box that was left empty: nobody answered anything.
_UNTICKED = {"unchecked", "not checked", "not selected", "not chosen"}


class Cell(NamedTuple):
    """What one distinct cell comes to: a value, or the reason why there is none.

    ``read_as`` names the declared rule that changed it: the spelling, or what was repaired.
    """

    value: str | float | None
    reason: str = ""
    read_as: str = ""


@dataclass(frozen=True, repr=False)
class Decoded:
    """One column after its codebook entry.

    ``reasons`` holds 0 where there is a value, else 1 + the position in MISSING_REASONS.
    ``refused`` counts cells that no rule covers, by what they look like; ``recodes`` the
    respondents by (what a declared rule read, what it made of it), ``spellings`` the distinct
    answers in the file, which never leave this floor. ``idle`` marks values that a blank or an
    empty box stands for, which nobody gave.
    """

    decoded: pd.Series[Any]
    reasons: NDArray[np.int8]
    refused: dict[str, int]
    recodes: dict[tuple[str, str], int]
    spellings: frozenset[str] = frozenset()
    idle: NDArray[np.bool_] | None = None


def decode(column: pd.Series[Any], name: str, codebook: Codebook) -> Decoded:
    """Apply a variable's codebook entry to its column of the file."""
    variable = codebook.variables[name]
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    rules = _Rules.of(variable, codebook, name)
    texts = [_text(cell) for cell in distinct]
    cells = [rules.cell(text, str(raw)) for text, raw in zip(texts, distinct, strict=True)]
    rows = np.bincount(codes, minlength=len(cells)).tolist()
    refused: dict[str, int] = {}
    recodes: dict[tuple[str, str], int] = {}
    for cell, count in zip(cells, rows, strict=True):
        if cell.reason.startswith(_REFUSED):
            kind = cell.reason.removeprefix(_REFUSED)
            refused[kind] = refused.get(kind, 0) + count
        elif cell.read_as:
            change = (cell.read_as, _made(cell))
            recodes[change] = recodes.get(change, 0) + count
    reasons = np.array([_reason_code(cell) for cell in cells], dtype=np.int8)
    values = _typed([cell.value for cell in cells], codes, variable, name)
    spellings = frozenset(str(raw) for raw, text in zip(distinct, texts, strict=True) if text)
    idle = np.array([_idle(cell, text) for cell, text in zip(cells, texts, strict=True)])
    return Decoded(values, reasons[codes], refused, recodes, spellings, idle[codes])


def never_asked(name: str, codebook: Codebook, rows: int) -> Decoded:
    """The column of a variable that a wave did not ask."""
    nothing = _typed([None], np.zeros(rows, dtype=np.intp), codebook.variables[name], name)
    asked = np.full(rows, MISSING_REASONS.index("not_asked") + 1, dtype=np.int8)
    return Decoded(nothing, asked, {}, {})


def _made(cell: Cell) -> str:
    number = isinstance(cell.value, float)
    return f"({cell.reason})" if cell.value is None else f"{cell.value:{'g' if number else ''}}"


def _idle(cell: Cell, text: str) -> bool:
    return cell.value is not None and (not text or plain(cell.value) in _UNTICKED)


def _reason_code(cell: Cell) -> int:
    return MISSING_REASONS.index(cell.reason) + 1 if cell.reason in MISSING_REASONS else 0


@dataclass(frozen=True)
class _Rules:
    variable: Variable
    levels: Mapping[str, str]
    spellings: Mapping[str, tuple[str, str]]
    repairs: tuple[str, ...]
    missing: tuple[tuple[str, str], ...]
    span: tuple[float, float] | None

    @classmethod
    def of(cls, variable: Variable, codebook: Codebook, name: str) -> _Rules:
        levels = {plain(code): label for code, label in variable.levels.items()}
        number = variable.type in ("numeric", "item")
        pairs = variable.levels.items()
        spelled = {plain(label): ("", code if number else label) for code, label in pairs}
        spelled |= {plain(label): ("", label) for label in variable.recode}
        for label, listed in variable.recode.items():
            spelled |= {plain(text): (text, label) for text in listed}
        codes = [
            (plain(code), reason)
            for source in (variable.missing, codebook.missing)
            for reason, listed in source.items()
            for code in listed
        ]
        scales = [scale.points for scale in codebook.scales.values() if name in scale.items]
        span = variable.range or (scales[0] if scales else None)
        return cls(variable, levels, spelled, codebook.repairs, tuple(codes), span)

    def cell(self, text: str, raw: str) -> Cell:
        known = self._known(text)
        if known is not None:
            return known
        if self.variable.bands or self.variable.type in ("numeric", "item"):
            if _NUMBER.fullmatch(text):
                return self._number(text)
            if _WITH_COMMA.fullmatch(text):
                return self._with_comma(text.replace(",", "."))
            return self._repaired(text, raw)
        return Cell(text) if self.variable.type == "code" else self._repaired(text, raw)

    def _known(self, text: str) -> Cell | None:
        """What the codebook says of a cell, if it names it."""
        key = plain(text)
        if key in self.levels:
            return Cell(self._coded(key))
        for code, reason in self.missing:
            if key == code or (code.endswith("*") and key.startswith(code[:-1])):
                return Cell(None, reason)
        if key in self.spellings:
            spelling, level = self.spellings[key]
            return Cell(self._number_or_label(level), read_as=spelling)
        return Cell(None, "blank") if text in _BLANK else None

    def _with_comma(self, text: str) -> Cell:
        if "decimal_commas" not in self.repairs:
            return self._unlisted("comma")
        return self._known(text) or self._number(text)

    def _repaired(self, text: str, raw: str) -> Cell:
        """A damaged cell made whole where the codebook allows it."""
        variable = self.variable
        levels = {*variable.levels, *variable.levels.values(), *variable.recode}
        date = self._known(from_date(text, levels) or "\0")
        again = self._known(_text(from_wrong_encoding(raw)) or "\0")
        if date and "spreadsheet_dates" in self.repairs:
            return date._replace(read_as="spreadsheet date")
        if again and "wrong_encoding" in self.repairs:
            return again._replace(read_as="wrong encoding")
        damage = "date" if date else "encoding" if again else ""
        return self._unlisted(damage)

    def _coded(self, key: str) -> str | float:
        """A declared level: its label, or the code itself where labels name numbers."""
        return float(key) if self.variable.type in ("numeric", "item") else self.levels[key]

    def _number_or_label(self, level: str) -> str | float:
        return float(level) if self.variable.type in ("numeric", "item") else level

    def _number(self, text: str) -> Cell:
        number = float(text) + 0.0
        if not math.isfinite(number):
            return Cell(None, "out_of_range")
        if self.span and not self.span[0] <= number <= self.span[1]:
            return Cell(None, "out_of_range")
        if not self.variable.bands:
            return Cell(number)
        for label, (low, high) in self.variable.bands.items():
            if low <= number <= high:
                return Cell(label)
        return Cell(None, "out_of_range")

    def _unlisted(self, damage: str) -> Cell:
        if damage or self.variable.unlisted == "refuse":
            return Cell(None, _REFUSED + damage)
        if self.variable.unlisted == "missing":
            return Cell(None, "unlisted")
        return Cell(self.variable.unlisted, read_as="any other answer")


def _text(value: object) -> str:
    """A cell as text, one space between words; nothing where there is none."""
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return " ".join(str(value).split())


def _typed(
    values: list[str | float | None], codes: NDArray[np.intp], variable: Variable, name: str
) -> pd.Series[Any]:
    if variable.type in ("numeric", "item"):
        numbers = np.array([np.nan if value is None else float(value) for value in values])
        return pd.Series(numbers[codes], name=name)
    categories = list(variable.categories) or sorted({str(v) for v in values if v is not None})
    position = {category: index for index, category in enumerate(categories)}
    places = np.array([-1 if v is None else position[str(v)] for v in values], dtype=np.int64)
    dtype = pd.CategoricalDtype(categories, ordered=variable.type == "ordinal")
    return pd.Series(pd.Categorical.from_codes(places[codes], dtype=dtype), name=name)
