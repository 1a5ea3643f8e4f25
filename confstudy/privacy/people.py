"""Rules on people's names, in full, reversed, with initials or alone, in several scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from confstudy.privacy.columns import Column
from confstudy.privacy.names import GIVEN_NAMES
from confstudy.privacy.surnames import FAMILY_NAMES, HAN_FAMILIES, HANGUL_FAMILIES

__all__ = ["known_people", "person_names"]

_TITLE = r"(?:(?:Mrs?|Ms|Miss|Dr|Prof|Herrn?|Frau|Mme|Mlle|Sra?|Sig|Dhr|Mevr|Mw|Dra?)\.? )"
_WORD = r"[^\W\d_]['’]?[^\W\d_’'.-]*\.?"
_PLACE = r"(?!(?:San|Santa|Saint|Sankt|St|São|Port|Fort|Mount|New|North|South|East|West|Los|Las)\b)"
_FULL = re.compile(rf"{_PLACE}{_TITLE}?{_WORD}(?:(?:, ?| |[-'’]){_WORD}){{1,5}}")
_TITLED = re.compile(r"(?:[A-Z][^\W\d_]+|[A-Z]\.?)(?:[ ,'-]+(?:[A-Z][^\W\d_]+|[A-Z]\.?)){1,3}")
_ADDRESSED = re.compile(rf"{_TITLE}{{1,2}}{_WORD}(?:(?:, ?| |[-'’]){_WORD}){{0,4}}")
_SHORTENED = re.compile(
    r"[^\W\d_]\.(?: ?[^\W\d_]\.)* ?(?:v[ao]n |de[rn]? |[A-Z]['’])*[A-Z][^\W\d_]{2,}(?:-[A-Z]\w+)?"
    r"|[A-Z]['’]?[^\W\d_]{2,},? (?:[A-Z]\.? ?){1,2}"
)
_HAN = re.compile(rf"(?:{'|'.join(HAN_FAMILIES)}) ?[\u3040-\u30ff\u4e00-\u9fff]{{1,3}}")
_HANGUL = re.compile(rf"(?:{'|'.join(HANGUL_FAMILIES)}) ?[\uac00-\ud7a3]{{1,2}}")
_NAMES = GIVEN_NAMES | FAMILY_NAMES


def person_names(column: Column) -> int:
    """Match names in full, or given names or surnames alone, that are no set of categories."""
    cells = column.cells
    if len(cells) < 5 or column.mostly_numeric:
        return 0
    full = [cell for cell in cells if " " in cell and _FULL.fullmatch(cell)]
    known = sum(map(_is_known, full))
    many = len(cells) > 12 or column.uniqueness >= 0.3
    if many and len(full) >= 0.6 * len(cells) and known >= _needed(column) * len(full):
        return len(full)
    addressed = column.matches(_ADDRESSED)
    if addressed >= 0.6 * len(cells):
        return addressed
    alone = _known_names(column)
    if alone >= 0.6 * len(cells) and (column.uniqueness >= 0.3 or alone > 12):
        return alone
    asian = max(column.matches(_HAN), column.matches(_HANGUL))
    if len(cells) >= 8 and asian >= 0.8 * len(cells):
        return asian
    shortened = column.matches(_SHORTENED) if column.uniqueness >= 0.2 and len(cells) > 12 else 0
    return shortened if shortened >= 0.7 * len(cells) else 0


def _needed(column: Column) -> float:
    """The share of cells with a known name that is enough; less where nobody shares a cell."""
    if column.uniqueness < 0.8 or column.share(_TITLED) < 0.8:
        return 0.3
    return 0.1


def _parts(cell: str) -> Iterable[str]:
    return re.findall(r"[^\W\d_]+", cell.casefold())


def _is_known(cell: str) -> bool:
    return not _NAMES.isdisjoint(_parts(cell))


def known_people(column: Column) -> int:
    """How many cells are two words and more with a known name among them, or names only."""
    full = (cell for cell in column.cells if " " in cell and _FULL.fullmatch(cell))
    return max(sum(map(_is_known, full)), _known_names(column))


def _known_names(column: Column) -> int:
    """How many cells are one name, or names only."""
    short = (set(_parts(cell)) for cell in column.cells if len(cell) <= 40)
    return sum(bool(parts) and parts <= _NAMES for parts in short)
