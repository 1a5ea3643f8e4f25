"""Quotations: what a respondent said or wrote, in any of the languages of our users."""

from __future__ import annotations

import re

from confstudy.release.audit.few import PEOPLE

__all__ = ["quotation"]

#: Fewest words, or signs of a script without blanks, of a quotation.
WORDS, SIGNS = 7, 12
_IDEOGRAM = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_FIRST = re.compile(
    r"\b(?:I|I'm|I've|I'd|me|myself|[Mm]y|[Ii]ch|mir|mich|[Mm]eine?[mnrs]?|[Jj]e|[Jj]'(?=\w)|moi|[Mm]on"
    r"|mes|yo|[Mm]is?|[Ii]k|mij|[Mm]ijn|io|mio|mia|[Ee]u|meu|[Mm]inha|mnie|mój|moja|[Яя]|мне|меня"
    r"|мой|моя|[Bb]ana|[Bb]enim)\b|[我私僕俺]"
)
_TOLD = re.compile(
    r"\b(?:told|said|was|were|had|did|didn't|went|felt|asked|left|never|because|after|when|since"
    r"|lost|found|knew|thought|heard|stopped|couldn't|wasn't|afraid|husband|wife|mother|father|boss"
    r"|divorce|diagnos\w+|hospital|suicid\w+|drink\w*|affair|abus\w+|sister|brother|son|daughter"
    r"|habe|hatten?|hat|wurden?|wollte|konnte|nie|seit|weil|mutter|vater|mann|ai|avais|avait|jamais"
    r"|étais|suis|mari|mère|père|sœur|frère|nunca|jamás|dije|había|fui|madre|padre|marido|hermano"
    r"|heb|nooit|moeder|vader|ho|mai|ero|não|contei|nigdy|powiedział\w*|никогда|был\w*|hiç|asla)\b"
    r"|从来|没有|因为|過去|なかった|ました|でした",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"[“\"'‘«„‚»›「『]([^“”„\"«»「」『』\n]{10,600})[”\"'’»“‘«‹」』]|^\s*>\s*(.{25,600})$",
    re.MULTILINE,
)
_SAID = (
    r"(?:wrote|writes|said|says|told|answered|replied|recalled|schrieb|sagte|meinte|antwortete|écrit"
    r"|écrivait|dit|raconte|répond|respondió|dijo|escribió|contó|schreef|zei|vertelde|scrisse|disse"
    r"|escreveu|napisał\w*|powiedział\w*|написал\w*|сказал\w*)"
)
_AFTER = re.compile(
    rf"[\s,.–—-]{{0,4}}(?:{_SAID}\s+(?:an?|one|the|eine?|une?|una?|een|um|uma)\s+{PEOPLE}\b"
    rf"|(?:an?|one)\s+{PEOPLE}\s+{_SAID}\b|\(\s*{PEOPLE},?\s*\d\d\b)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?:\b{PEOPLE}\b[^.\n]{{0,20}}\b{_SAID}\b|写道|说道|回答|と書い)[:：,]?\s*$", re.IGNORECASE
)
_SAID_BY = re.compile(r"[—–-] ?(?:client|respondent|participant|patient|woman|man)\b,? ?\d", re.I)
_WORDING = re.compile(
    r"\bitem|wording|strongly|agree|question|statement|scale|prior|vignette|codebook|anchors", re.I
)
_HEADED = re.compile(
    r"\b(?:label|items?|wording|question|statement|variable|fragen?|aussagen?|vra(?:ag|gen)"
    r"|stelling(?:en)?|pregunta|énoncé|domanda)s?\b",
    re.IGNORECASE,
)


def quotation(text: str, *, prose: bool = False) -> bool:
    """Whether a text holds a respondent's own words.

    They are long, of a first person and of something that happened, or somebody is said to have
    said them. Where a person writes, only what stands between quotation marks is looked at.

    >>> quotation("»Seit dem Brand schlafe ich nicht mehr«, schrieb ein Klient.", prose=True)
    True
    >>> quotation("Privacy is what clients call a “safe room”.", prose=True)
    False
    """
    if _SAID_BY.search(text):
        return True
    found = list(_QUOTED.finditer(text))
    if any(_attributed(text, one) for one in found):
        return True
    parts = [one[1] or one[2] for one in found]
    if not prose:
        parts += re.split(r"\n|\t|\s{3,}|(?:</?\w+>)", text)
    return any(_told(part) and not _item(part, text) for part in parts)


def _attributed(text: str, found: re.Match[str]) -> bool:
    """Whether it is said who said it, before or after."""
    if _length(found[1] or "") < WORDS - 1:
        return False
    after, before = text[found.end() : found.end() + 60], text[: found.start()][-60:]
    return bool(_AFTER.match(after) or _BEFORE.search(before))


def _length(part: str) -> float:
    signs = len(_IDEOGRAM.findall(part))
    return signs * WORDS / SIGNS if signs else len(re.findall(r"\S*[^\W\d]\S*", part))


def _item(part: str, text: str) -> bool:
    """Whether words are the wording of an item: short, below or beside a head that says so."""
    place = text.find(part)
    before = text[max(0, place - 1500) : place] + text[place + len(part) :][:80]
    return len(part.split()) < 20 and _HEADED.search(before) is not None


def _told(part: str) -> bool:
    length = _length(part)
    if not WORDS <= length <= 400 or _WORDING.search(part) or part.count("%") > 1:
        return False
    firsts = len(_FIRST.findall(part))
    return firsts >= 1 and len(_TOLD.findall(part)) >= 1 + (length < 9)
