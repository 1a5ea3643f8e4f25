"""Rules on summaries: extremes, percentiles, degrees of freedom, saturated models."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.grid import Grid, is_number, value_of
from confstudy.release.audit.vocabulary import EXTREME
from confstudy.release.decision import THRESHOLD

__all__ = ["model_hits", "summary_hits"]

_QUANTILE = re.compile(
    r"(?:p|q|pct|percentile|quantile)? ?(\d{1,2}(?:\.\d+)?) ?(?:%|th|st|nd|rd"
    r"|percentile)?(?: percentile)?|(0?\.\d+)"
)
_NOT_DATA = re.compile(
    r"possible|points|allowed|range of the scale|anchors|codebook|parameter|bounds|type"
    r"|package|label|wording|levels",
    re.I,
)
_DF = re.compile(
    r"(?:Df Residuals|df_resid|residual df|resid(?:ual)? degrees of freedom|df resid"
    r"|df_residual)\W{1,40}(\d+(?:\.\d+)?)|\bon (\d+) (?:residual )?degrees of freedom"
    r"|^\s*(?:Residuals?|Error|Within)\s+(\d+(?:\.0+)?)\s+\d",
    re.I | re.MULTILINE,
)
_REPORTED = re.compile(r"\bt\(([1-9])\)\s*=|\bF\(\d+, ?([1-9])\)\s*=")
_NOBS = re.compile(r"No\.? (?:of )?Observations:\s*(\d+)|\bnobs\W{1,9}(\d+)", re.I)
_TERM = re.compile(r"^\s*(\S*\[T\.[^\]]*\]\S*)\s+-?\d", re.MULTILINE)
_SLOPE = re.compile(
    r"^\s*(?!Intercept|const|Group Var)([A-Za-z_][\w.]*(?::[\w.]+)*)\s+-?\d+\.\d+\s+\d+\.\d+\s",
    re.MULTILINE,
)


def summary_hits(grid: Grid, known: Sequence[int]) -> Iterator[Hit]:
    """Smallest and largest values, and percentiles with few respondents beyond."""
    about = " ".join([*grid.names, grid.context])
    if not _NOT_DATA.search(about) and _extremes(grid):
        yield Hit("extremes", "a smallest or largest value is one respondent's")
    if _percentiles(grid, known):
        yield Hit("percentiles", f"a percentile with fewer than {THRESHOLD} respondents beyond it")


def _extremes(grid: Grid) -> bool:
    rows = [
        row
        for row, label in zip(grid.rows, grid.labels, strict=True)
        if EXTREME.fullmatch(label) and any(map(is_number, row[1:]))
    ]
    columns = [
        place
        for place, name in enumerate(grid.names)
        if EXTREME.fullmatch(name) and grid.numeric(place)
    ]
    return bool(rows or columns)


def _share(word: str) -> float:
    found = _QUANTILE.fullmatch(word.strip().casefold())
    if not found:
        return 0.0
    share = float(found[2]) if found[2] else float(found[1]) / 100
    return min(share, 1 - share)


def _percentiles(grid: Grid, known: Sequence[int]) -> bool:
    """Percentiles in rows (below counts) or in columns (beside counts), or of a printed number."""
    if not grid.heads or re.search(
        r"confidence|interval|coef|\[0\.025", grid.context + " ".join(grid.heads)
    ):
        return False
    marked = re.compile(r"%|\bp\d|\bq\d|th\b|quantile|percentile", re.I)
    rows = [
        (row, _share(row[0]))
        for row in grid.rows
        if marked.search(row[0]) or "quantile" in grid.context
    ]
    rows = [(row, share) for row, share in rows if share > 0]
    if len(rows) >= 2:
        counts = [
            row
            for row, label in zip(grid.rows, grid.labels, strict=True)
            if label in ("count", "n")
        ]
        smallest = min((value_of(c) for row in counts for c in row[1:] if is_number(c)), default=0)
        smallest = smallest or min(known, default=0)
        return 0 < smallest * min(share for _, share in rows) < THRESHOLD
    tops = [_share(head) for head in grid.heads if marked.search(head) and _share(head) > 0]
    places = [
        p for p, name in enumerate(grid.names) if name in ("count", "n", "nobs", "respondents")
    ]
    if len(tops) >= 2 and places:
        sizes = [value_of(cell) for cell in grid.column(places[0]) if is_number(cell)]
        return 0 < min(sizes, default=0) * min(tops) < THRESHOLD
    return len(tops) >= 2 and 0 < min(known, default=0) * min(tops) < THRESHOLD


def model_hits(text: str) -> Iterator[Hit]:
    """Few residual degrees of freedom, few observations, a model that repeats a table."""
    if any(
        0 < float("".join(found)) < THRESHOLD for found in _DF.findall(text)
    ) or _REPORTED.search(text):
        yield Hit("residual df", f"a model with fewer than {THRESHOLD} residual degrees of freedom")
    sizes = [int(a or b) for a, b in _NOBS.findall(text)]
    if any(size < THRESHOLD for size in sizes):
        yield Hit("threshold", f"a model of fewer than {THRESHOLD} respondents")
    terms = _TERM.findall(text)
    crossed = [term for term in terms if ":" in re.sub(r"\[[^\]]*\]", "", term)]
    if sizes and crossed and not _SLOPE.search(text) and min(sizes) < 50 * (len(terms) + 1):
        yield Hit("saturated", "a model of dummies and all their products is a table of cells")
