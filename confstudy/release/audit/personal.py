"""One respondent told by names of variables and values, in any notation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from confstudy.release.audit.vocabulary import ATTRIBUTE, ITEM

__all__ = ["one_person"]

_GENDER = (
    r"(?:woman|man|female|male|non-?binary|frau|mann|vrouw|femme|homme|mujer|hombre|donna|uomo)"
)
_QUOTE = r"['\"]?"
_YEARS = r"(?:1[6-9]|[2-8]\d|9[0-6])"
_BESIDE = re.compile(
    rf"\b{_GENDER}{_QUOTE},\s*{_YEARS}{_QUOTE},\s*{_QUOTE}[^\W\d]"
    rf"|(?<![\w.,:-])(?<!, ){_YEARS}{_QUOTE},\s*{_QUOTE}{_GENDER}{_QUOTE}"
    rf"(?:,\s*{_QUOTE}[^\W\d]|[:.)])",
    re.IGNORECASE,
)
_PIECE = re.compile(r"\W*([A-Za-z]\w*)\s+['\"]?([\w.+-]{1,25})['\"]?\W*")
_LINE = re.compile(r"\W*([A-Za-z]\w*?)\s*(?:<\w+\s.*|[\s:].*?)?\s['\"]?([\w-]{1,25})['\"]?\s*")
_KIND = re.compile(
    r"(?:u?int|float|str|object|category|bool|string|num|chr|fct|dbl|null|true|false)\d*"
)


def one_person(text: str) -> bool:
    """Whether variables and values of a person follow each other, in a line or one a line.

    >>> one_person("age 41; gender woman; income 32206")
    True
    >>> one_person("age, gender and income were asked")
    False
    """
    if _BESIDE.search(text):
        return True
    lines = text.splitlines()[:5000]
    return any(map(_inline, lines)) or any(map(_telling, _runs(lines)))


def _inline(line: str) -> bool:
    if not re.search(r"\d", line) or len(line) > 3000:
        return False
    pieces = [_PIECE.fullmatch(piece) for piece in re.split(r"[;,|]", line)]
    found = [(piece[1], piece[2]) for piece in pieces if piece]
    return len(found) >= 0.6 * len(pieces) and _telling(found)


def _runs(lines: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """Names at the start and values at the end of neighbouring lines; R puts them below."""
    joined = re.sub(r"\n\[1\] ", " ", "\n".join(line for line in lines if line.strip()))
    run: list[tuple[str, str]] = []
    for line in [*joined.splitlines(), ""]:
        found = _LINE.fullmatch(line) if len(line) < 100 and len(line.split()) <= 6 else None
        if found and _personal(found[1]):
            run.append((found[1], found[2]))
        elif run:
            yield run
            run = []


def _telling(pairs: Sequence[tuple[str, str]]) -> bool:
    """Three variables of persons, with a whole number and a word among their values."""
    own = {name: value for name, value in pairs if _personal(name)}
    numbers = [value for value in own.values() if re.fullmatch(r"\d{1,7}", value)]
    words = [
        v for v in own.values() if re.match(r"[^\W\d]", v) and not _KIND.fullmatch(v.casefold())
    ]
    return len(own) >= 3 and len(own) >= 0.5 * len(pairs) and bool(numbers and words)


def _personal(name: str) -> bool:
    bare = " ".join(name.casefold().split("_"))
    return bool(ATTRIBUTE.fullmatch(bare) or ITEM.fullmatch(bare))
