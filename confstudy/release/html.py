"""Tables as accessible HTML and as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from confstudy.words import number

__all__ = ["Table", "model_table"]

_NUMBER = re.compile(r"–$|masked$|[<−-]?\s?[\d.]")


@dataclass(frozen=True, repr=False)
class Table:
    """A table of released numbers, with its caption and notes.

    ``digits`` gives the decimals of a column where two are not right.
    """

    frame: pd.DataFrame
    caption: str
    notes: str = ""
    digits: Mapping[str, int] | None = None

    @property
    def html(self) -> str:
        """The table as one HTML element: captioned, headed, numbers to the right."""
        heads = [str(name) for name in self.frame.columns]
        # The first column heads the rows, whatever it holds.
        kinds = [False, *(_is_number(self.frame[name]) for name in self.frame.columns[1:])]
        top = "".join(
            f'<th scope="col"{_right(kind)}>{escape(_head(head))}</th>'
            for head, kind in zip(heads, kinds, strict=True)
        )
        body = "".join(self._row(list(row), kinds) for row in self.frame.itertuples(index=False))
        notes = f'<p class="notes">{escape(self.notes)}</p>' if self.notes else ""
        return (
            f'<div class="table"><table><caption>{escape(self.caption)}</caption>'
            f"<thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>{notes}</div>"
        )

    def _row(self, cells: list[Any], kinds: list[bool]) -> str:
        texts = [self._text(cell, place) for place, cell in enumerate(cells)]
        first = f'<th scope="row">{escape(texts[0])}</th>'
        rest = "".join(
            f"<td{_right(kind)}>{escape(text)}</td>"
            for text, kind in zip(texts[1:], kinds[1:], strict=True)
        )
        return f"<tr>{first}{rest}</tr>"

    def _text(self, cell: Any, place: int) -> str:
        if isinstance(cell, bool | np.bool_) or not isinstance(cell, float | int | np.number):
            return "" if cell is None or cell is pd.NA else str(cell)
        name = str(self.frame.columns[place])
        whole = isinstance(cell, int | np.integer)
        return number(float(cell), (self.digits or {}).get(name, 0 if whole else 2))

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"{self.caption}\n{self.frame.to_string(index=False)}\n{self.notes}".rstrip()


def model_table(
    table: pd.DataFrame, labels: Mapping[str, str], *, ratio: str = "", percent: str = "95 %"
) -> pd.DataFrame:
    """A fit's table for readers: labels, estimate with interval, p; exp(estimate) as ``ratio``."""
    shown = pd.DataFrame({"Term": [labels.get(term, term) for term in table["term"]]})
    shown["Coefficient"] = table["estimate"].to_numpy()
    shown["SE"] = table["std_error"].to_numpy()
    if ratio:
        shown[ratio] = np.exp(table["estimate"].to_numpy())
    change = np.exp if ratio else np.asarray
    limits = zip(
        change(table["conf_low"].to_numpy()), change(table["conf_high"].to_numpy()), strict=True
    )
    shown[f"{percent} interval"] = [f"{number(low)} to {number(high)}" for low, high in limits]
    shown["p"] = [_p_value(p) for p in table["p_value"]]
    return shown


def _p_value(p: float) -> str:
    if not np.isfinite(p):
        return "–"
    return "< .001" if p < 0.001 else f"{p:.3f}".removeprefix("0")


def _is_number(column: pd.Series[Any]) -> bool:
    if pd.api.types.is_numeric_dtype(column):
        return True
    return len(column) > 0 and all(_NUMBER.match(str(value)) for value in column)


def _head(name: str) -> str:
    return name.replace("_", " ")


def _right(kind: bool) -> str:
    return ' class="number"' if kind else ""
