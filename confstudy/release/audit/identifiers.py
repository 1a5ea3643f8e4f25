"""Identifiers in running text; the shapes are those of the load gate, told from benign ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from confstudy.privacy.names import GIVEN_NAMES
from confstudy.release.audit.finding import Hit

__all__ = ["identifiers", "user_paths"]

_EMAIL = re.compile(
    r"[\w.+%'-]{1,64}@(?:[\w-]{1,63}\.)+[A-Za-z]{2,24}\b"
    r"|\b[\w+-]*[\d.][\w.+-]* at (?:[\w-]+\.)+[a-z]{2,12}\b"
    r"|\b[\w.+-]{2,64} ?(?:\(at\)|\[at\]|\{at\}| at ) ?[\w-]+ ?(?:\(dot\)|\[dot\]"
    r"|\{dot\}| dot ) ?[a-z]{2,12}\b",
    re.IGNORECASE,
)
_SPLIT_EMAIL = re.compile(
    r"\b[\w.+-]{1,64}[ \t]*[@][ \t]*[\w-]+[ \t]*\.[ \t]*(?:com|org|net|edu|io|de|uk|nl|fr)\b"
)
_NO_MAIL = re.compile(r"noreply@|no-reply@|git@|@(?:media|import|font-face|keyframes)")
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_IPV4 = re.compile(rf"(?<![\w.-])(?:{_OCTET}\.){{3}}{_OCTET}(?![\w.-]*\d)")
_LOCAL = re.compile(r"127\.|0\.0\.0\.0|255\.")
_VERSION = re.compile(r"(?:version|v|==|>=|build|release|driver)[\s:=]*$", re.IGNORECASE)
_IPV6 = re.compile(
    r"(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])"
    r"|\b[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){1,6}::[0-9a-f]{1,4}\b",
    re.IGNORECASE,
)
_SSN = re.compile(r"(?<![\w.-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2} ?(?:[A-Z0-9]{4} ?){2,7}[A-Z0-9]{1,4}\b")
_CARD = re.compile(r"(?<![\d.-])[3-6]\d{3}([ -])\d{4}\1\d{4}\1\d{4}(?![\d-])")
_MAC = re.compile(r"(?<![\w:])(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}(?![\w:])", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w.,+/:=-])(?<!\d )(?:"
    r"\+[1-9]\d{0,2}(?:[ ./()-]{1,3}\d{1,9}){2,6}|\+[1-9]\d{9,13}"
    r"|(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([.-]))\d{3}[.-]\d{4}"
    r"|\(0\d{1,4}\)[ /-]?\d[\d -]{4,9}\d|0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,6}"
    r")(?![\d:]|[-/.]\d)"
)
_PLATFORM = re.compile(r"\b(?:R|MLRP|CID|PID)_(?=\w*\d)[0-9A-Za-z]{10,20}\b")
_PANEL = re.compile(r"(?<![0-9a-f])(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{24}(?![0-9a-f])")
_TURK = re.compile(r"\bA(?=\w*\d\w*\d)[0-9A-Z]{12,13}\b")
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_HASH = re.compile(
    r"(?<![0-9A-Za-z/+])(?:[0-9a-f]{128}|[0-9a-f]{96}|[0-9a-f]{64}|[0-9a-f]{56}"
    r"|[0-9a-f]{40}|[0-9a-f]{32})(?![0-9A-Za-z/+])",
    re.IGNORECASE,
)
_OF_FILE = re.compile(
    r"file|data(?!\s*subject)|digest|commit|checksum|sha-?256|package|wheel|build"
    r"|version|image|--hash|ledger|code|"
    r"interpreter|revision|tree|parquet|provenance|entry",
    re.IGNORECASE,
)
_OF_PERSON = re.compile(
    r"e-?mail|respondent|client|patient|participant|person|user|subject|name|phone"
    r"|contact|member|token|pseudonym|\bid\b",
    re.IGNORECASE,
)
_GEO = re.compile(
    r"(?<![\d.])[-+]?(?:[1-8]?\d)\.\d{4,}°?\s*[NS]?\s*[,; /|\t]\s*"
    r"(?:lon\w*[=: ]*)?[-+]?(?:1[0-7]\d|\d{1,2})\.\d{4,}"
)
_PAIRS = re.compile(r"[(\[]-?[1-8]\d\.\d{4,}, -?\d{1,3}\.\d{3,}[)\]]")
_GEO_WORD = re.compile(
    r"\blat(?:itude)?\b|\blon(?:g|gitude)?\b|\bgps\b|coordinates|marker|leaflet|folium"
    r"|°\s*[NS]",
    re.IGNORECASE,
)
_STAMP = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?")
_VISITED = re.compile(
    rf"{_STAMP.pattern}.{{0,20}}\b(?:session|visit|appointment|login|submitted|started)",
    re.IGNORECASE,
)
_BORN = re.compile(
    r"(?:\bdob\b|date of birth|birth_?date|\bborn(?: on)?)\W{0,4}"
    r"(?:(?:19|20)\d\d-\d\d-\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{1,2} [A-Z]\w+ \d{4})",
    re.IGNORECASE,
)
_AGENT = re.compile(r"Mozilla/\d\.\d \(|Dalvik/\d|okhttp/\d")
_NHS = re.compile(
    r"(?:\bNHS|\bMRN|patient (?:no|number|id)|insurance (?:no|number))\W{0,4}\d[\d -]{5,14}\d",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"\b(?:client|patient|respondent|participant|mr|mrs|ms"
    r"|miss)\b\.?,?\s+(?:name[d:=]*\s*)?[A-Z][a-z]+ [A-Z][a-z]{2,}\b"
)
_USER_PATH = re.compile(
    r"(?<![\w.])/(?:(?:export/|usr/)?home|(?:mnt/[a-z]/)?Users)/(?!runner/work\b)[^/\s\"'<>:,)\\]+"
    r"|\b[A-Za-z]:[\\/]{1,4}(?:Users|Documents and Settings)[\\/]{1,4}[^\\/\s\"'<>:]+"
    r"|\\\\{1,2}[\w.-]+\\{1,2}(?:home|users|profiles)\$?\\{1,2}\w+|(?<!\w)~[a-z][\w-]{2,}/\w"
    r"|/roo[t]/[\w.]+|file:///\w+",
    re.IGNORECASE,
)


_PERSON_BESIDE = re.compile(
    r"\b([A-Z][a-zà-ÿ]+)(?:[ -][A-Z]\.?)? ([A-Z][\w'’-]+)\b\W{1,20}(?!(?:19"
    r"|20)\d\d\b)-?\d+(?:\.\d+)?\b"
)


_FULL = re.compile(r"\b([A-Z][a-zà-ÿ]+) ([A-Z][a-zà-ÿ'’-]{2,})\b")


def _person(text: str) -> bool:
    """A known given name and a surname, beside a number that is no year; or with a title."""
    if _NAMED.search(text):
        return True
    listed = {name for name in _FULL.findall(text) if name[0].casefold() in GIVEN_NAMES}
    if len(listed) >= 3 and not re.search(
        r"\b(?:19|20)\d\d\b|doi|et al|author", text, re.IGNORECASE
    ):
        return True
    found = _PERSON_BESIDE.findall(text)
    return any(given.casefold() in GIVEN_NAMES for given, _ in found)


def _several(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.search(text) is not None


def _email(text: str) -> bool:
    if "@" not in text and " at " not in text and "at)" not in text and "at]" not in text:
        return False
    hits = [found[0] for pattern in (_EMAIL, _SPLIT_EMAIL) for found in pattern.finditer(text)]
    return any(not _NO_MAIL.search(hit) for hit in hits)


def _address(text: str) -> bool:
    return any(
        not _LOCAL.match(found[0]) and not _VERSION.search(text[: found.start()][-20:])
        for found in _IPV4.finditer(text)
    ) or bool(_IPV6.search(text))


def _iban(text: str) -> bool:
    return any(_checks(found[0]) for found in _IBAN.finditer(text))


def _checks(text: str) -> bool:
    """ISO 13616: moved to the end and read as a number, the remainder by 97 is 1."""
    text = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def _hash(text: str) -> bool:
    """Hashes of persons: several, or one beside words of persons; not those of files."""
    alone: set[str] = set()
    for found in _HASH.finditer(text):
        if found[0].isdigit() or found[0].isalpha():
            continue
        before = text[max(0, found.start() - 160) : found.start()]
        near = before[-48:] + text[found.end() : found.end() + 24]
        if _OF_PERSON.search(near):
            return True
        if not _OF_FILE.search(before):
            alone.add(found[0])
    return len(alone) > 1


def _uuid(text: str) -> bool:
    """UUIDs, unless they name cells, widgets or kernels."""
    return any(
        not re.search(
            r"model|cell|kernel|widget|div|id=|view|plot|figure|uid|#",
            text[: one.start()][-60:],
            re.IGNORECASE,
        )
        for one in _UUID.finditer(text)
    )


def _place(text: str) -> bool:
    if re.search(r"coordinates\W{1,5}-?\d+\.\d{3,}", text):
        return True
    if len(_PAIRS.findall(text)) >= 3:
        return True
    hits = len(_GEO.findall(text))
    return hits > 0 and _GEO_WORD.search(text) is not None


_TESTS: dict[str, Callable[[str], bool]] = {
    "e-mail address": _email,
    "IP address": _address,
    "social security number": _several(_SSN),
    "IBAN": _iban,
    "card number": _several(_CARD),
    "MAC address": _several(_MAC),
    "phone number": _several(_PHONE),
    "survey-platform id": lambda text: any(p.search(text) for p in (_PLATFORM, _PANEL, _TURK)),
    "UUID": _uuid,
    "hash": _hash,
    "coordinates": _place,
    "date of birth": _several(_BORN),
    "timestamp": lambda text: len(_VISITED.findall(text)) >= 2,
    "browser string": _several(_AGENT),
    "national id number": _several(_NHS),
    "person name": _person,
}


def identifiers(text: str) -> Iterator[Hit]:
    """Rules that match somewhere in a text.

    >>> [hit.rule for hit in identifiers("write to ann@example.org")]
    ['e-mail address']
    >>> list(identifiers("doi 10.1037/0022-006X.65.1.1, version 3.1.0.2"))
    []
    """
    for rule, matches in _TESTS.items():
        if matches(text):
            yield Hit(rule, f"holds what looks like {_worded(rule)}")


def _worded(rule: str) -> str:
    return f"an {rule}" if rule[0] in "aeiIUM" and rule not in ("UUID",) else f"a {rule}"


def user_paths(text: str) -> Iterator[Hit]:
    r"""Paths that name a person's account.

    >>> [hit.rule for hit in user_paths("C:\\Users\\ann\\data.csv")]
    ['user path']
    """
    if _USER_PATH.search(text):
        yield Hit("user path", "holds a path of somebody's own folder")
