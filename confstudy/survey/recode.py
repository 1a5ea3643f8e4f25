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

from confstudy.codebook.schema import CODED_REASONS, Codebook, Variable, plain

__all__ = ["MISSING_REASONS", "Decoded", "decode"]

#: Why a cell has no value. The first four are coded in the codebook, the others are found.
MISSING_REASONS = (*CODED_REASONS, "blank", "out_of_range", "unlisted", "suppressed")
_BLANK = {"", "NA", "N/A", "NaN", "nan", "<NA>", "#N/A"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


class Cell(NamedTuple):
    """What one distinct cell comes to: a value, or the reason why there is none."""

    value: str | float | None
    reason: str = ""
    recoded: bool = False


@dataclass(frozen=True, repr=False)
class Decoded:
    """One column after its codebook entry.

    ``reasons`` holds 0 where there is a value, else 1 + the position in MISSING_REASONS.
    ``refused`` counts cells that no rule covers, ``recoded`` those mapped to another value,
    ``spellings`` the distinct answers in the file.
    """

    decoded: pd.Series[Any]
    reasons: NDArray[np.int8]
    refused: int
    spellings: int
    recoded: int


def decode(column: pd.Series[Any], name: str, codebook: Codebook) -> Decoded:
    """Apply a variable's codebook entry to its column of the file."""
    variable = codebook.variables[name]
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    rules = _Rules.of(variable, codebook, name)
    cells = [rules.cell(text) for text in map(_text, distinct)]
    rows = np.bincount(codes, minlength=len(cells))
    reasons = np.array([_reason_code(cell) for cell in cells], dtype=np.int8)
    refused = sum(int(n) for cell, n in zip(cells, rows, strict=True) if cell.reason == "refuse")
    recoded = sum(int(n) for cell, n in zip(cells, rows, strict=True) if cell.recoded)
    spellings = sum(cell.reason != "blank" for cell in cells)
    values = _typed([cell.value for cell in cells], codes, variable, name)
    return Decoded(values, reasons[codes], refused, spellings, recoded)


def _reason_code(cell: Cell) -> int:
    return MISSING_REASONS.index(cell.reason) + 1 if cell.reason in MISSING_REASONS else 0


@dataclass(frozen=True)
class _Rules:
    variable: Variable
    levels: Mapping[str, str]
    spellings: Mapping[str, str]
    missing: tuple[tuple[str, str], ...]
    span: tuple[float, float] | None

    @classmethod
    def of(cls, variable: Variable, codebook: Codebook, name: str) -> _Rules:
        levels = {plain(code): label for code, label in variable.levels.items()}
        spelled = {plain(s): level for level, listed in variable.recode.items() for s in listed}
        spelled |= {plain(level): level for level in variable.recode if plain(level) not in spelled}
        codes = [
            (plain(code), reason)
            for source in (variable.missing, codebook.missing)
            for reason, listed in source.items()
            for code in listed
        ]
        scales = [scale.points for scale in codebook.scales.values() if name in scale.items]
        span = variable.range or (scales[0] if scales else None)
        return cls(variable, levels, spelled, tuple(codes), span)

    def cell(self, text: str) -> Cell:
        key = plain(text)
        if key in self.levels:
            return Cell(self._coded(key))
        for code, reason in self.missing:
            if key == code or (code.endswith("*") and key.startswith(code[:-1])):
                return Cell(None, reason)
        if key in self.spellings:
            level = self.spellings[key]
            return Cell(self._number_or_label(level), recoded=text != level)
        if text in _BLANK:
            return Cell(None, "blank")
        if self.variable.bands or self.variable.type in ("numeric", "item"):
            return self._number(text)
        if self.variable.type == "code":
            return Cell(text)
        return self._unlisted()

    def _coded(self, key: str) -> str | float:
        """A declared level: its label, or the code itself where labels name numbers."""
        return float(key) if self.variable.type in ("numeric", "item") else self.levels[key]

    def _number_or_label(self, level: str) -> str | float:
        return float(level) if self.variable.type in ("numeric", "item") else level

    def _number(self, text: str) -> Cell:
        if _NUMBER.fullmatch(text) is None:
            return self._unlisted()
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

    def _unlisted(self) -> Cell:
        if self.variable.unlisted == "missing":
            return Cell(None, "unlisted")
        if self.variable.unlisted == "refuse":
            return Cell(None, "refuse")
        return Cell(self.variable.unlisted, recoded=True)


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
