"""Two runs of a report compared: number by number, and which tables and figures changed."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd

from confstudy.errors import ReportError
from confstudy.release.piece import MIME
from confstudy.words import number, percent

__all__ = ["Comparison", "compare", "numbers_table", "read_values"]

_COLUMNS = ["name", "old", "new", "change", "relative", "intervals"]
_SHOWN = ("table", "model", "figure")


@dataclass(frozen=True, repr=False)
class Comparison:
    """What differs between two runs.

    Attributes
    ----------
    numbers
        One row a recorded number; see :func:`numbers_table`.
    pieces
        One row a table, model or figure: ``name`` and ``what`` (same, changed, new, gone).
    """

    numbers: pd.DataFrame
    pieces: pd.DataFrame

    @property
    def words(self) -> str:
        """The comparison for a terminal: what is the same is only counted."""
        moved = self.numbers[~(self.numbers["change"] == 0)]
        lines = [_line(row) for row in moved.to_dict("records")]
        other = self.pieces[self.pieces["what"] != "same"]
        lines += [f"{name}: {what}" for name, what in other.to_numpy()]
        same = len(self.numbers) - len(moved), len(self.pieces) - len(other)
        return "\n".join([*lines, f"the same: {same[0]} numbers, {same[1]} tables and figures"])


def compare(old: Path, new: Path) -> Comparison:
    """Compare the folders of two runs.

    Raises
    ------
    ReportError
        A run has no values, or they cannot be read.
    """
    before, now = _pieces(old), _pieces(new)
    rows = [(name, _what(before.get(name), now.get(name))) for name in {**before, **now}]
    pieces = pd.DataFrame(rows, columns=["name", "what"])
    return Comparison(numbers_table(read_values(old), read_values(new)), pieces)


def read_values(run: Path) -> dict[str, Mapping[str, Any]]:
    """The recorded numbers of a run: name, value, conf_low, conf_high, by name.

    Raises
    ------
    ReportError
        There are none, or they cannot be read.
    """
    try:
        content = json.loads((run / "values.json").read_bytes())
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict) or not all(isinstance(v, dict) for v in content.values()):
        raise ReportError(
            f"The run '{run.name}' has no values that can be read: `confstudy report verify` "
            "says what is wrong with it."
        )
    return content


def numbers_table(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    """The recorded numbers of two runs side by side.

    Returns
    -------
    DataFrame with ``name``, ``old``, ``new``, ``change`` (new − old), ``relative`` (change over
    the size of the old one) and ``intervals``: overlap, apart, or unknown where a run has none.
    What is not there is NaN.

    Examples
    --------
    >>> before = {"or": {"value": 1.5, "conf_low": 1.2, "conf_high": 1.9}}
    >>> now = {"or": {"value": 1.2, "conf_low": 0.9, "conf_high": 1.6}}
    >>> numbers_table(before, now).round(2).to_dict("records")[0]
    {'name': 'or', 'old': 1.5, 'new': 1.2, 'change': -0.3, 'relative': -0.2, 'intervals': 'overlap'}
    """
    rows = []
    for name in {**old, **new}:
        was, now = old.get(name, {}), new.get(name, {})
        first, last = _number(was.get("value")), _number(now.get("value"))
        change = last - first
        relative = change / abs(first) if first else (0.0 if change == 0 else math.nan)
        rows.append((name, first, last, change, relative, _intervals(was, now)))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _what(before: str | None, now: str | None) -> str:
    if before is None or now is None:
        return "new" if before is None else "gone"
    return "same" if before == now else "changed"


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return math.nan
    return float(value) if math.isfinite(value) else math.nan


def _intervals(was: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    ends = [_number(run.get(end)) for run in (was, now) for end in ("conf_low", "conf_high")]
    if any(map(math.isnan, ends)):
        return "unknown"
    return "overlap" if ends[0] <= ends[3] and ends[2] <= ends[1] else "apart"


def _line(row: Mapping[Any, Any]) -> str:
    if math.isnan(row["old"]) or math.isnan(row["new"]):
        gone = math.isnan(row["new"])
        return (
            f"{row['name']}: {number(row['old' if gone else 'new'])}, {'gone' if gone else 'new'}"
        )
    sign = "+" if row["change"] > 0 else ""
    relative = "" if math.isnan(row["relative"]) else f", {sign}{percent(row['relative'], 1)}"
    change = f"{sign}{number(row['change'], 3)}"
    told = {"overlap": "; the intervals overlap", "apart": "; the intervals are apart"}
    span = f"{number(row['old'], 3)} → {number(row['new'], 3)}"
    return f"{row['name']}: {span} ({change}{relative}{told.get(row['intervals'], '')})"


def _pieces(run: Path) -> dict[str, str]:
    """The hash of every table, model and figure, by what it is called."""
    try:
        cells = json.loads((run / "report.ipynb").read_bytes())["cells"]
        bundles = [out["data"] for cell in cells for out in cell.get("outputs", [])]
    except (OSError, ValueError, KeyError, TypeError):
        raise ReportError(f"The notebook of run '{run.name}' cannot be read.") from None
    return dict(_hashed(bundles))


def _hashed(bundles: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for bundle in bundles:
        piece, html = bundle.get(MIME, {}), "".join(bundle.get("text/html", ""))
        if piece.get("kind") not in _SHOWN:
            continue
        found = re.search(r"<(?:fig)?caption[^>]*>(.*?)</(?:fig)?caption>", html, re.DOTALL)
        called = unescape(re.sub(r"<[^>]+>", "", found[1])).strip() if found else ""
        name = f"{piece['kind']} “{called}”" if called else str(piece["kind"])
        seen[name] += 1
        text = json.dumps([html, piece], sort_keys=True)
        place = f" ({seen[name]})" if seen[name] > 1 else ""
        yield name + place, hashlib.sha256(text.encode()).hexdigest()
