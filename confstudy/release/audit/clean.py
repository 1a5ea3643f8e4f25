"""Text as a reader sees it, whatever stands between its letters."""

from __future__ import annotations

import html
import re
import unicodedata
from html.parser import HTMLParser

__all__ = ["has_tags", "hidden_parts", "plain", "visible"]

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_BARE_ANSI = re.compile(r"(?<![\w\]])\[(?:\d{1,3};)*\d{1,3}m")
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]"
)
_TAG = re.compile(r"<(?:!--|/?[a-zA-Z][^<>]{0,2000}>|!doctype)", re.IGNORECASE)
_ESCAPE = re.compile(
    r"\\{1,4}x([0-9a-fA-F]{2})|\\{1,4}u([0-9a-fA-F]{4})|\\U(0[0-9a-fA-F]{7})"
    r"|\\(0?[0-7]{3})"
)
#: Letters of other scripts that look like those of the Latin one.
_ALIKE = str.maketrans(
    "аеорсухіјѕԁԛԝһАВЕКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧοаɡı․‧∙⁃‐‑‒−﹣＠﹫：",
    "aeopcyxijsdqwhABEKMHOPCTXABEZHIKMNOPTYXoagi...------@@:",
)
_DIGIT = re.compile(r"(?![0-9])\d")
_BLOCKS = frozenset(
    "p div br tr td th li ul ol table thead tbody tfoot caption h1 h2 h3 h4 h5 h6 pre section "
    "article header footer dt dd dl hr title desc text option label summary details".split()
)
#: Attributes that only say how something looks or where it stands.
_LOOKS = re.compile(
    r"x\d?|y\d?|[cdr][xy]?|f[xy]|width|height|points|transform|viewbox|version|xmlns.*|fill.*"
    r"|stroke.*|font.*|text-.*|color.*|clip.*|id|style|(?:row|col)span|type|rel|lang|dir|role"
    r"|target|offset|opacity|overflow|preserve.*|marker.*|border|align|valign|cell(?:padding|spacing)"
)
#: What of a style sheet may hold words: comments, texts and values of variables.
_STYLED = re.compile(
    r"(?s)/\*.*?\*/|\"[^\"\n]{3,}\"|'[^'\n]{3,}'"
    r"|--[\w-]+:\s*(?:'[^']*'|\"[^\"]*\"|[^;}\n]{3,})"
)


_KNOWN = _BLOCKS | frozenset(
    "span a img svg g path rect circle line text use b i em strong code button input form meta "
    "link script iframe html body head video audio source area canvas nav main figure".split()
)


class _Reader(HTMLParser):
    """Words of a page, and apart from them what a page holds without showing it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[str] = []
        self.hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.seen.append("\t" if tag in ("td", "th") else "\n")
        told = [(name, value) for name, value in attrs if value and not _LOOKS.fullmatch(name)]
        self.hidden += [value for name, value in told if name != "class" or ":" in value]
        self.hidden += [
            part
            for name, value in attrs
            if value and name == "style"
            for part in _STYLED.findall(value)
        ]
        own = [(name, value) for name, value in told if "-" in name or tag not in _KNOWN]
        if len(own) > 1:
            self.hidden.append("; ".join(f"{name.removeprefix('data-')}: {v}" for name, v in own))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and tag not in ("td", "th", "br"):
            self.seen.append("\n")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem == "style":
            self.hidden += _STYLED.findall(data)
        else:
            (self.hidden if self.cdata_elem == "script" else self.seen).append(data)

    def handle_comment(self, data: str) -> None:
        self.hidden.append(data)

    def unknown_decl(self, data: str) -> None:
        self.hidden.append(data)


def has_tags(text: str) -> bool:
    """Whether a text looks like HTML or SVG."""
    return _TAG.search(text) is not None


def _read(text: str) -> _Reader:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader


def visible(text: str) -> str:
    """What a page shows: tags gone, entities read, cells and lines apart.

    >>> visible("ann&#64;<wbr>ex<b>am</b>ple.org").strip()
    'ann@example.org'
    """
    return "".join(_read(text).seen)


def hidden_parts(text: str) -> list[str]:
    """What a page holds without showing it: comments, tooltips, alternative texts, data."""
    return _read(text).hidden


def plain(text: str) -> str:
    r"""A text without colours, unseen signs, look-alike letters and escapes.

    >>> plain("a\x1b[31mn\x1b[0mn\u200b\\x40example.org")
    'ann@example.org'
    """
    text = re.sub(r"<(?=[^<>\s]{1,80}@)", " ", _ANSI.sub("", text))
    if "\x1b" not in text:
        text = _BARE_ANSI.sub("", text)
    if "\\" in text:
        text = _ESCAPE.sub(_character, text)
    if "&" in text:
        text = html.unescape(text)
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(_ALIKE)
        text = _DIGIT.sub(lambda found: str(unicodedata.digit(found[0])), text)
    return _overstruck(text)


def _character(found: re.Match[str]) -> str:
    two, four, eight, octal = found.groups()
    code = int(octal, 8) if octal else int(two or four or eight, 16)
    return chr(code) if code <= 0x10FFFF else found[0]


def _overstruck(text: str) -> str:
    """Backspaces take back the letter before them."""
    while "\b" in text:
        shorter = re.sub(r"[^\x08]\x08|^\x08+", "", text)
        if shorter == text:
            return text.replace("\b", "")
        text = shorter
    return text.replace("\x00", "")
