"""Shapes that dates, telephone numbers, official numbers, postcodes and codes have."""

from __future__ import annotations

import re

import numpy as np

from confstudy.privacy.columns import Column
from confstudy.privacy.numbers import coordinates, epoch, long_number, running_number
from confstudy.privacy.people import person_names
from confstudy.privacy.values import Test

__all__ = ["MOST", "is_quantity"]

_YEAR, _MONTH, _DAY = r"(?:18|19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_NAMED = r"(?:de |d'|of )?[^\W\d_]{3,12}\.?"
_ORDINAL = rf"{_DAY}(?:st|nd|rd|th|er|º|\.)?"
_FULL_DATE = (
    r"(?:[^\W\d_]{2,12}\.?,? )?(?:"
    rf"{_YEAR}[-/.] ?{_MONTH}[-/.] ?{_DAY}\.?(?!\d)"
    rf"|{_DAY}[-/.] ?{_DAY}[-/.] ?{_YEAR}"
    rf"|{_ORDINAL}[ /-]?{_NAMED},?[ /-]?(?:de |del )?{_YEAR}"
    rf"|[^\W\d_]{{3,12}}\.?[ -]{_ORDINAL},?[ -]{_YEAR}"
    rf"|{_YEAR}\.?[ -][^\W\d_]{{3,12}}\.?[ -]{_DAY}\.?"
    rf"|{_YEAR} ?[年년] ?{_MONTH} ?[月월] ?{_DAY} ?[日일])"
)
_SHORT_DATE = (
    rf"{_DAY}[-/.] ?{_DAY}[-/.] ?\d\d|{_ORDINAL}[ -]{_NAMED},?[ -]'?\d\d"
    rf"|[^\W\d_]{{3,12}}\.?[ -]{_ORDINAL},?[ -]'?\d\d|\d\d[-/]{_MONTH}[-/]{_DAY}"
)
_CLOCK = r"(?:at |um |à |T|às |a las |\()?\d{1,2} ?[:.hH时点時] ?\d{2}.*"
_STAMP = re.compile(
    rf"(?:{_FULL_DATE}|{_SHORT_DATE})[T ,|;_-]*{_CLOCK}"
    rf"|\d{{1,2}}[:.h]\d{{2}}\S*(?: ?[AaPp]\.?[Mm]\.?)?,?[ -]+(?:{_FULL_DATE}|{_SHORT_DATE})"
    rf"|(?:[^\W\d_]{{2,9}}\.?,? )?{_NAMED} {_DAY},? {_CLOCK}|{_ORDINAL}[ -]{_NAMED},? {_CLOCK}"
    r"|(?:19|20)\d{6}[T _-]?(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?(?:\.\d+)?(?:Z|[+-]\d{4})?"
)
_WHOLE_DATE = re.compile(rf"{_FULL_DATE}|{_SHORT_DATE}|(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-3]\d")
_LONE_DATE = re.compile(rf"^(?:{_FULL_DATE})(?:[T ,].*)?$")

_LONE_PHONE = re.compile(
    r"(?<![\w.,+/:-])(?<!\d )(?:"
    r"(?:\+|00(?=[1-9]\d[ ./(-]))[1-9]\d{0,2}(?:[ ./()-]{0,3}\d){6,12}"
    r"|(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])\d{3}[ .-]\d{4}"
    r"|\(0\d{0,4}\)[ /-]?\d[\d -]{4,9}\d"
    r"|0\d{1,4}[ ./-](?=(?:\D?\d){6,9}(?!\D?\d))\d{2,8}(?:[ .-]\d{2,6}){0,4}"
    r")(?![\d:]|[-/.]\d)"
)
_PHONE = re.compile(
    r"(?!-?\d+[.,]\d+$)(?!\d{4}-\d)(?!\d{1,3}(?:[ .]\d{3})+$)(?=(?:\D*\d){7,15}\D*$)"
    r"(?:[Tt]el\.?:? ?)?\+?\(?\d[\d()]*(?:[\s./()-]+\d+)+(?: ?(?:x|ext\.?) ?\d+)?"
    r"|\+\d{8,15}|0\d{8,10}"
)
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[1-9]\d{3} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}-\d{3,4}"
    r"|\d\d-\d{3}|\d{4}-\d{3}|\d{3} \d\d|\d{3}-\d{4}|[A-Z]\d\d ?[A-Z0-9]{4}|[A-Z]{1,2}-\d{4,5}"
    r"|[A-Z]\d{4}[A-Z]{3}|[1-9]\d{4} [^\W\d_]{3,}.*|\d{3} \d{3}"
)
_NATIONAL = re.compile(
    r"[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|\d{6}[-+A-F]\d{3}[0-9A-Z]"
    r"|(?:19|20)?\d{6}[-+/ ]\d{3,5}|\d{8}-?[A-Z]|[A-Z]-?\d{7,8}-?[A-Z]?|\d{3}[. ]\d{3}[. ]\d{3}"
    r"|\d{3}\.\d{3}\.\d{3}-\d{2}|\d{1,2}\.\d{3}\.\d{3}-[\dkK]|\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"
    r"|\d{4}[ -]\d{4}[ -]\d{4}|756\.\d{4}\.\d{4}\.\d{2}|\d{6}-\d{7}|\d{17}[\dX]"
    r"|[12] ?\d{2} ?\d{2} ?\d{2,3} ?\d{3} ?\d{3}(?: ?\d{2})?|\d{7}[A-Z]{1,2}"
)
_UNITS = (
    "h hr hrs hour hours m min mins minute minutes s sec secs second seconds ms d day days w wk "
    "week weeks mo month months y yr yrs year years std stunden minuten sekunden tage heures "
    "horas uur am pm cm mm km kg g mg ml l lb lbs ft in st bpm mmhg kcal x k eur usd gbp chf e "
    "times sessions points percent % ° c f pt pts st. sek"
)
_UNIT = "|".join(sorted(map(re.escape, _UNITS.split()), key=len, reverse=True))
_QUANTITY = re.compile(
    r"(?>[<>~≥≤=]? ?(?:[$€£¥₹]|[A-Z]{2,3}\$? )?\d++(?:[.,:'’]\d++)*+[,;/ ]*+"
    rf"(?:(?:{_UNIT})(?![^\W\d_])|['\"%°€£$¥])?\.?[,;/ ]*+(?:and|und|et|y|en)? ?)++",
    re.IGNORECASE,
)
_ISO_DURATION = re.compile(r"P(?:\d+[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?")
_AMOUNT = re.compile(r"[^\w]*\d{1,3}(?:[., ']\d{3})+(?:[.,]\d{1,2})?\D{0,5}")
_DECIMAL = re.compile(r"[-+]?\d*[.,]\d+%?")
_RANGE = re.compile(r"\d{1,3} ?- ?\d{1,3}")
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w.:/#+=~$!*-]{2,70}")
_SPACED_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])\w{1,12}(?:[ -]\w{1,8}){1,3}")
_GROUPS = re.compile(r"(?=(?:\D*\d){6})[\dA-Za-z]+(?:[ ./()_-]{1,2}[\dA-Za-z]+)+\)?")
_CAPITALS = re.compile(r"[A-Z]{4,20}")
_ACCOUNT = re.compile(r"[a-z]{1,20}[._][a-z]{2,20}\d*")
_INITIALS = re.compile(r"(?:[^\W\d_]\. ?){2,4}")
#: More different dates are not those of a study's waves.
_WAVES = 24
_WIDTH = re.compile(r"\d{4,8}")
_TIME = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_CLASSIFIED = re.compile(r"[A-Z]\d\d\.\d{1,2}")


def _most(pattern: re.Pattern[str], share: float = 0.8) -> Test:
    """Most cells have the shape, and they are no small set of categories."""

    def matches(column: Column) -> int:
        skip = column.has_decimals or column.is_category_set
        hits = 0 if skip else column.matches(pattern)
        return hits if hits > 1 and hits >= share * len(column.cells) else 0

    return matches


def _date(column: Column) -> int:
    """One full date nobody shares is enough; others have to be most, and no dates of waves."""
    lone = 0 if column.numeric else column.rare(_LONE_DATE)
    several = len(column.cells) > _WAVES and column.share(_WHOLE_DATE) >= 0.8
    return lone or (len(column.cells) if several else _most(_WHOLE_DATE)(column))


def _phone(column: Column) -> int:
    """One separated number in national or international form, or most of any form."""
    lone = 0 if column.numeric else column.rare(_LONE_PHONE)
    return lone or _most(_PHONE)(column)


def _postcode(column: Column) -> int:
    """Codes of a country's form, or digits of one width with noughts before them."""
    if column.has_decimals or column.is_category_set or len(column.cells) <= 12:
        return 0
    ranges = column.matches(_RANGE) == len(column.cells) and column.uniqueness < 0.5
    hits = 0 if ranges else _most(_POSTCODE)(column)
    return hits or _padded(column)


def _padded(column: Column) -> int:
    """Digits of one width with noughts before them, unless they are times of day."""
    noughts = sum(cell[0] == "0" for cell in column.cells) >= 2
    same = len({len(cell) for cell in column.cells}) <= 2 and column.share(_WIDTH) > 0.9
    clock = column.share(_TIME) > 0.9
    own = column.uniqueness > 0.3 and not clock
    return len(column.cells) if noughts and same and own else 0


def is_quantity(cell: str) -> bool:
    """A measurement with units, an amount of money, or decimals only."""
    if _QUANTITY.fullmatch(cell) and not re.match(r"0\d", cell):
        digits_only = re.fullmatch(r"[\d ./()_-]+", cell) and not _AMOUNT.fullmatch(cell)
        return not digits_only or _all_decimals(cell)
    return bool(_AMOUNT.fullmatch(cell) or _ISO_DURATION.fullmatch(cell)) or _all_decimals(cell)


def _all_decimals(cell: str) -> bool:
    parts = [part for part in re.split(r"[ ;/()\[\]±]+|(?<=\d)-", cell) if part]
    return any("." in part or "," in part for part in parts) and all(
        _DECIMAL.fullmatch(part) or part.isdigit() for part in parts
    )


def _unique_code(column: Column) -> int:
    """Letters and digits, or groups of digits, that nobody shares and that measure nothing."""
    few = column.uniqueness < 0.95 or column.answered < 10
    if few or column.numeric or column.share(_CLASSIFIED) > 0.9:
        return 0
    coded = [
        cell
        for cell in column.cells
        if (_CODE.fullmatch(cell) or _SPACED_CODE.fullmatch(cell) or _GROUPS.fullmatch(cell))
        and not is_quantity(cell)
    ]
    if len(coded) >= 0.8 * len(column.cells):
        return len(coded)
    accounts = column.matches(_ACCOUNT)
    if accounts >= 0.9 * len(column.cells):
        return accounts
    capitals = [cell for cell in column.cells if _CAPITALS.fullmatch(cell)]
    one_width = len(set(map(len, capitals))) == 1 and column.answered >= 20
    return len(capitals) if one_width and len(capitals) >= 0.9 * len(column.cells) else 0


def _initials(column: Column) -> int:
    enough = column.uniqueness >= 0.4 and len(column.cells) > 12
    return _most(_INITIALS)(column) if enough else 0


def _several_of_one(column: Column) -> int:
    """Person codes that come back in every wave, such as the same id in three rows."""
    even = len(column.cells) > 40 and np.ptp(column.counts) == 0 and column.counts[0] > 1
    return column.matches(_CODE) if even and column.share(_CODE) > 0.9 else 0


MOST: dict[str, Test] = {
    "timestamp": lambda column: _most(_STAMP)(column) or epoch(column),
    "date": _date,
    "national id number": _most(_NATIONAL),
    "phone number": _phone,
    "coordinates": coordinates,
    "postcode": _postcode,
    "person name": lambda column: person_names(column) or _initials(column),
    "long number": long_number,
    "running number": running_number,
    "unique code": lambda column: _unique_code(column) or _several_of_one(column),
}
