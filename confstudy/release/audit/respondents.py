"""Rules on tables with one row a respondent, or what a model says of each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from confstudy.release.audit.finding import Hit
from confstudy.release.audit.grid import Grid, is_number, value_of
from confstudy.release.audit.vocabulary import (
    ATTRIBUTE,
    COUNT,
    INFLUENCE,
    ITEM,
    PERSON_KEY,
    STATISTIC,
)

__all__ = ["respondent_hits"]

_RECORDS = Hit("records", "rows that are single respondents")
_ONE = Hit("records", "the answers of one respondent")
_EACH = Hit("residuals", "one number of a model for each respondent")
_CORE = re.compile(
    r"\b(?:age|alter|leeftijd|âge|edad|gender|sex|geslacht|geschlecht|sexe|sexo|birth|dob|name"
    r"|income|occupation|religion|diagnosis|concern|region|comments?)\b"
)
_ROW = re.compile(r"Name: \w+, dtype: object")
_NAMED_ITEM = re.compile(r"[a-z]{3,}(?: [a-z]+)* \d{1,2}")
_LONG = re.compile(r"Length: \d{2,}, dtype: (?:float|int|bool|object|str|category)")


def respondent_hits(grid: Grid, source: str = "") -> Iterator[Hit]:
    """Data frames, single records, residuals and influence, random effects of respondents."""
    heads = grid.names
    influence = [p for p, name in enumerate(heads) if INFLUENCE.fullmatch(name) and name != "r hat"]
    if influence and len(grid.rows) >= 3 and not _statistic_rows(grid):
        yield _EACH
        return
    if grid.kind == "series":
        yield from _series(grid, source)
        return
    personal = [name for name in heads if ATTRIBUTE.fullmatch(name) or ITEM.fullmatch(name)]
    if grid.kind == "pairs" and not (len(personal) >= 3 and any(map(_CORE.search, personal))):
        return
    if _keyed(grid):
        yield _RECORDS
        return
    if _aggregate(grid):
        return
    framed = grid.indexed and grid.width >= 3 and (personal or _mixed(grid))
    headed = len(personal) >= 2 and len(personal) >= 0.4 * sum(map(bool, heads))
    if framed or (headed and _answers(grid)) or _turned(grid):
        yield _RECORDS


def _aggregate(grid: Grid) -> bool:
    """Whether a head says statistic or count, or rows are named by statistics."""
    told = any(STATISTIC.fullmatch(name) or COUNT.fullmatch(name) for name in grid.names if name)
    personal = sum(bool(ATTRIBUTE.fullmatch(n) or ITEM.fullmatch(n)) for n in grid.names)
    return (told and personal < 3) or _statistic_rows(grid)


def _statistic_rows(grid: Grid) -> bool:
    stats = [label for label in grid.labels if label]
    if stats and all(map(_NAMED_ITEM.fullmatch, stats)) and _all_decimals(grid):
        return True
    known = ("mean", "std", "count", "min", "max", "25", "50", "75", "sd", "intercept")
    return sum(label in known for label in stats) >= 2


def _series(grid: Grid, source: str) -> Iterator[Hit]:
    """A column of a data frame, or one of its rows."""
    if _ROW.search(grid.context) and len(grid.rows) >= 2:
        yield _ONE
        return
    cells = [row[0] for row in grid.rows if row[0] not in ("...", "..")]
    numbered = bool(cells) and all(cell.isdigit() for cell in cells)
    if re.search(r"dtype: int64", grid.context) and re.search(
        r"value_counts|size\(|Name: count", source + grid.context
    ):
        return
    named = re.search(
        r"Name: (\w+), dtype: (?:float|object|str|category|bool"
        r"|int)",
        grid.context,
    )
    grouped = grid.axis and not PERSON_KEY.fullmatch(grid.names[0])
    if grouped and not _LONG.search(grid.context):
        return
    if numbered and (_LONG.search(grid.context) or named or len(cells) >= 5):
        yield _RECORDS if named else _EACH


def _keyed(grid: Grid) -> bool:
    """A column that names single respondents, each once or nearly."""
    for place, name in enumerate(grid.names):
        counts = name.endswith("s") and COUNT.fullmatch(name)
        if PERSON_KEY.fullmatch(name) and not counts and len(grid.rows) >= 1 and grid.width >= 2:
            cells = [cell for cell in grid.column(place) if cell.strip()]
            coded = sum(bool(re.search(r"\d", cell)) for cell in cells)
            whole = all("." not in cell for cell in cells)
            if (
                cells
                and coded >= 0.8 * len(cells)
                and whole
                and len(set(cells)) >= 0.9 * len(cells)
            ):
                return True
    return False


def _mixed(grid: Grid) -> bool:
    """Columns of words beside columns of numbers, or whole numbers of few values."""
    kinds = {grid.numeric(place) for place in range(1, grid.width)}
    return len(kinds) == 2 or (grid.width >= 4 and len(grid.rows) >= 5)


def _answers(grid: Grid) -> bool:
    """Whether cells look like answers: hardly any long sentence, a number or a short word."""
    cells = [cell for row in grid.rows for cell in row if cell]
    short = sum(len(cell.split()) <= 6 for cell in cells)
    ids = [p for p in range(grid.width) if grid.numeric(p)]
    numbers = [value_of(cell) for place in ids for cell in grid.column(place) if is_number(cell)]
    small = sum(0 < abs(number) < 1 for number in numbers) > 0.6 * sum(map(bool, numbers))
    return bool(cells) and short >= 0.6 * len(cells) and not (ids and small) and bool(ids)


def _turned(grid: Grid) -> bool:
    """A data frame on its side: numbered columns, variables in the rows."""
    tops = [head for head in grid.heads[1:] if head not in ("...", "..")]
    years = all(re.fullmatch(r"(?:19|20)\d\d", head) for head in tops)
    if not tops or years or not all(head.isdigit() for head in tops) or grid.heads[0]:
        return False
    if _all_decimals(grid) or _terms(grid.column(0)):
        return False
    personal = sum(bool(ATTRIBUTE.fullmatch(x) or ITEM.fullmatch(x)) for x in grid.labels)
    return personal >= 2 and personal >= 0.4 * len(grid.labels)


def _all_decimals(grid: Grid) -> bool:
    """Whether all cells but the labels are numbers with decimals, as estimates are."""
    cells = [cell for row in grid.rows for cell in row[1:] if cell.strip()]
    return bool(cells) and all("." in cell and is_number(cell) for cell in cells)


def _terms(labels: Sequence[str]) -> bool:
    """Whether rows are the terms of a model."""
    return any(re.match(r"\(?(?:intercept|const|_cons)\b|C\(|.*\[T\.", x, re.I) for x in labels)
