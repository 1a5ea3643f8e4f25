"""Rules on values, whatever the header: what a cell looks like gives the person away."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from confstudy.privacy.columns import Column
from confstudy.privacy.names import GIVEN_NAMES

__all__ = ["ANY", "MOST", "Test"]

Test = Callable[[Column], int]


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


# One cell is enough: these shapes are made by nothing else.
_EMAIL = _compiled(
    r"[\w.+%-]+\s?(?:@|\(at\)|\[at\]|\s+at\s+(?=\S+\s+dot\s))\s?[\w-]+(?:(?:\.|\s+dot\s+)[\w-]+)+"
)
_IPV4 = _compiled(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?::\d+)?")
_IPV6 = _compiled(r"(?=(?:.*:){2})(?=.*[0-9a-f])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:%\w+)?")
_UUID = _compiled(r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?")
_PLATFORM = re.compile(r"(?:R|MLRP|CID|EMD|UR)_[0-9A-Za-z]{10,20}|[0-9a-f]{24}|A[0-9A-Z]{12,13}")
_HASH = _compiled(
    r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})"
)
_MAC = _compiled(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_SSN = re.compile(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_WEB = _compiled(r"https?://\S+|www\.\S+\.\S+|(?<!\w)@[a-z_]\w{2,}")
_AGENT = re.compile(r"Mozilla/\d|(?:iPhone|iPad|Android|Windows NT|Macintosh);")
_IBAN = re.compile(r"[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}")

# Most cells have to look like it.
_DAY = (
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|\w{3,9}\.? \d{1,2},? \d{4}|\d{1,2}\.? \w{3,9}\.? \d{4})"
)
_TIMESTAMP = _compiled(_DAY + r"[T ,]+(?:at )?\d{1,2}[:.h]\d{2}.*")
_DATE = _compiled(_DAY + r"|(?:19|20)\d{6}")
_PHONE = re.compile(
    r"(?!-?\d+\.\d+$)(?!\d{4}-\d)(?=(?:\D*\d){8,15}\D*$)"
    r"\+?\(?\d[\d()]*(?:[\s./()-]+\d+)+(?: ?(?:x|ext\.?) ?\d+)?"
    r"|\+\d{8,15}|0\d{9,10}"
)
_PAIR = re.compile(r"\(?-?\d{1,3}\.\d{3,}\s*[,; ]\s*-?\d{1,3}\.\d{3,}(?:[,; ].*)?\)?")
_DEGREES = re.compile(r"-?\d{1,3}\.\d{4,15}")
_POSTCODE = re.compile(
    r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[1-9]\d{3} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{5}-\d{4}"
)
_PERSON = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?[^\W\d_][^\W\d_'’.-]*(?:[ '’-][^\W\d_][^\W\d_'’.-]*\.?){1,3}"
    r"|[^\W\d_]+, [^\W\d_]+(?: [^\W\d_]+\.?)?"
)
_CODE = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9_-]{5,40}")
_NATIONAL = re.compile(
    r"[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]|\d{6}[-+A]\d{3}[0-9A-Z]"
    r"|\d{8}-\d{4}|\d{8}[A-Z]|\d{3}\.\d{3}\.\d{3}-\d{2}|\d{3} \d{3} \d{3}"
    r"|\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}"
)
_MEASURED = set(
    "score scores mean sum weight weights wt factor pct percent percentage share ratio rate prob "
    "probability time seconds sec duration latency rt index z t theta se sd residual fit".split()
)


def _any(pattern: re.Pattern[str], *, whole: bool) -> Test:
    return lambda column: column.matches(pattern) if whole else column.holds(pattern)


def _iban(column: Column) -> int:
    return sum(_IBAN.fullmatch(c) is not None and _checks(c.replace(" ", "")) for c in column.cells)


def _checks(text: str) -> bool:
    """ISO 13616: moved to the end and read as a number, the remainder by 97 is 1."""
    digits = "".join(str(int(char, 36)) for char in text[4:] + text[:4])
    return int(digits) % 97 == 1


def _most(pattern: re.Pattern[str], share: float = 0.8) -> Test:
    def matches(column: Column) -> int:
        hits = column.matches(pattern)
        return hits if hits > 1 and hits >= share * len(column.cells) else 0

    return matches


def _shared_by_few(test: Test) -> Test:
    """Only where the values are no small set of categories."""
    return lambda column: 0 if column.is_category_set else test(column)


def _coordinates(column: Column) -> int:
    paired = _most(_PAIR)(column)
    if paired or not column.numeric or set(column.words) & _MEASURED:
        return paired
    degrees = column.share(_DEGREES) >= 0.8 and column.uniqueness > 0.5
    values = np.abs(column.numbers)
    return len(column.cells) if degrees and values.max() <= 180 and np.median(values) >= 10 else 0


def _epoch(column: Column) -> int:
    """Seconds or milliseconds since 1970, between 2000 and 2050."""
    if not column.numeric or column.uniqueness < 0.5:
        return 0
    seconds = np.where(column.numbers > 1e11, column.numbers / 1000, column.numbers)
    inside = (seconds > 946_684_800) & (seconds < 2_524_608_000)
    return int(inside.sum()) if inside.all() and np.ptp(seconds) < 1e9 else 0


def _long_number(column: Column) -> int:
    """Account, insurance and telephone numbers: nine digits and more that nobody shares."""
    hits = column.matches(re.compile(r"\d{9,19}"))
    enough = column.uniqueness >= 0.9 and len(column.cells) > 4
    return hits if enough and hits >= 0.8 * len(column.cells) else 0


def _running_number(column: Column) -> int:
    if len(column.cells) < 20 or column.uniqueness < 1 or not column.numeric:
        return 0
    values = np.sort(column.numbers)
    whole = bool((values == np.round(values)).all())
    return len(values) if whole and values[-1] - values[0] == len(values) - 1 else 0


def _unique_code(column: Column) -> int:
    hits = column.matches(_CODE)
    enough = column.uniqueness >= 0.95 and column.answered >= 10
    return hits if enough and hits >= 0.9 * len(column.cells) else 0


def _person_names(column: Column) -> int:
    """Names in full, or given names alone, that are not a set of categories."""
    if len(column.cells) < 5 or column.uniqueness < 0.3:
        return 0
    full = [cell for cell in column.cells if _PERSON.fullmatch(cell) and cell[:1].isupper()]
    known = [cell for cell in full if set(re.findall(r"[^\W\d_]+", cell.casefold())) & GIVEN_NAMES]
    if len(full) >= 0.6 * len(column.cells) and len(known) >= 0.25 * len(full):
        return len(full)
    alone = [cell for cell in column.cells if cell.casefold() in GIVEN_NAMES]
    return len(alone) if len(alone) >= 0.6 * len(column.cells) else 0


ANY: dict[str, Test] = {
    "e-mail address": _any(_EMAIL, whole=False),
    "IP address": lambda column: column.matches(_IPV4) + column.matches(_IPV6),
    "UUID": _any(_UUID, whole=False),
    "hash": _any(_HASH, whole=True),
    "survey-platform id": _any(_PLATFORM, whole=True),
    "MAC address": _any(_MAC, whole=True),
    "social security number": _any(_SSN, whole=True),
    "IBAN": _iban,
    "web address or handle": _any(_WEB, whole=False),
    "browser string": _any(_AGENT, whole=False),
}
MOST: dict[str, Test] = {
    "timestamp": lambda column: _shared_by_few(_most(_TIMESTAMP))(column) or _epoch(column),
    "date": _shared_by_few(_most(_DATE)),
    "national id number": _shared_by_few(_most(_NATIONAL)),
    "phone number": _shared_by_few(_most(_PHONE)),
    "coordinates": _coordinates,
    "postcode": _shared_by_few(_most(_POSTCODE)),
    "person name": _shared_by_few(_person_names),
    "long number": _long_number,
    "running number": _running_number,
    "unique code": _unique_code,
}
