"""Shapes that nothing else has: one cell is enough, whatever the header and the other cells."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import AddressValueError, IPv6Address

from confstudy.privacy.columns import Column

__all__ = ["ANY", "Test"]

Test = Callable[[Column], int]


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_EMAIL = _compiled(
    r"[\w.+%'-]+\s?(?:@|[(\[{<]\s?at\s?[)\]}>]|\s+at\s+(?=\S+\s+dot\s))\s?"
    r"[\w-]+(?:\s?(?:\.|[(\[{]\s?dot\s?[)\]}]|\s+dot\s+)\s?[\w-]+)+"
)
_AT = _compiled(r"@|\bat\b")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = re.compile(rf"(?<![\d.])(?:{_OCTET}\.){{3}}{_OCTET}(?![\d.]*\d)")
_IPV6 = _compiled(r"[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*")
_UUID = _compiled(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_PLATFORM = re.compile(
    r"(?:R|MLRP|CID|EMD|UR|CGC|PID|URH)_(?=.*\d)[0-9A-Za-z]{10,20}|[0-9a-f]{24}"
    r"|A(?=\w*\d)[0-9A-Z]{11,13}|A\d[0-9A-Za-z]{11,13}"
)
_HASH = _compiled(
    r"(?:(?:md5|sha\d+)[:$=])?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}"
    r"|[0-9a-f]{128})|\$2[aby]\$\d\d\$[./0-9a-z]{53}|(?=.*\d)[0-9a-z+/]{43}="
)
_MAC = _compiled(r"(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_WEB = _compiled(
    r"https?://\S+|www\.\S+\.\S+|(?<![\w/])@(?=.*[a-z])[a-z0-9_][\w.]{2,}"
    r"|\b(?:[a-z0-9-]{1,40}\.){1,4}(?:com|org|net|edu|io|me|de|nl|fr|uk|es|it|be|at|ch|pl|ru|br|in)/[\w@]\S*"
)
_AGENT = re.compile(
    r"Mozilla/\d|Dalvik/\d|okhttp/|CFNetwork/|(?:iPhone|iPad|Android|Windows NT|Macintosh);"
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b")
_CARD = re.compile(r"(?<!\d)[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?!\d)")


def _email(column: Column) -> int:
    """An address, also with the signs spelt out."""
    return sum(_AT.search(c) is not None and _EMAIL.search(c) is not None for c in column.cells)


def _inside(pattern: re.Pattern[str]) -> Test:
    return lambda column: column.holds(pattern)


def _whole(pattern: re.Pattern[str]) -> Test:
    return lambda column: column.matches(pattern)


def _web(column: Column) -> int:
    """Pages and handles, unless they are a few that many share, as films shown in a study are."""
    hits = column.holds(_WEB)
    return hits if hits > 20 else column.rare(_WEB)


def _address(column: Column) -> int:
    """IPv4 unless a few such texts are shared, as versions are; IPv6 as its standard reads it."""
    return column.rare(_IPV4) + sum(_is_ipv6(cell) for cell in column.cells if ":" in cell)


def _is_ipv6(cell: str) -> bool:
    text = re.sub(r"[%/].*", "", cell.strip("[]"))
    if not _IPV6.fullmatch(text) or max(map(len, re.split(r"[:.]", text))) < 3:
        return False
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _iban(column: Column) -> int:
    return sum(any(_checks(found[0]) for found in _IBAN.finditer(c)) for c in column.cells)


def _checks(text: str) -> bool:
    """ISO 13616: moved to the end and read as a number, the remainder by 97 is 1."""
    text = text.replace(" ", "")
    digits = "".join(str(int(char, 36)) for char in text[4:] + text[:4])
    return int(digits) % 97 == 1


ANY: dict[str, Test] = {
    "e-mail address": _email,
    "IP address": _address,
    "UUID": _inside(_UUID),
    "hash": _whole(_HASH),
    "survey-platform id": _whole(_PLATFORM),
    "MAC address": _whole(_MAC),
    "social security number": _inside(_SSN),
    "IBAN": _iban,
    "card number": _inside(_CARD),
    "web address or handle": _web,
    "browser string": _inside(_AGENT),
}
