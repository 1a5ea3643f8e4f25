"""Pictures that stand in a notebook's words, where no check of release has seen them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any

import mistune

from confstudy.errors import DisclosureRefused
from confstudy.report.notebooks import NotebookNode

__all__ = ["picture_in", "require_no_picture"]

#: HTML that a notebook's words may hold: nothing that shows a file, and no attributes.
_PLAIN = (
    "abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li mark "
    "ol p pre q s small span strong sub summary sup table tbody td tfoot th thead tr u ul var"
)
_BARE = re.compile(rf"</?(?:{_PLAIN.replace(' ', '|')})\s*/?>|<!--", re.IGNORECASE)
_TAG = re.compile(r"<([a-z/!?][^\s/>]*)", re.IGNORECASE)
#: Elements that show something; looked for in code too, since readers differ in what is code.
_SHOWING = re.compile(
    r"<(applet|audio|base|body|canvas|embed|frame|iframe|image|img|input|link|math|meta|object|"
    r"picture|script|style|svg|template|video)(?=[\s/>]|$)",
    re.IGNORECASE,
)
_DATA = re.compile(r"data:(?:application|image|text)/", re.IGNORECASE)
_LINK = re.compile(r"(?:https?|mailto):|[^:]*(?:[/#?].*)?$", re.IGNORECASE | re.DOTALL)
_READ = mistune.create_markdown(
    renderer=None, plugins=["table", "strikethrough", "footnotes", "math"]
)


def require_no_picture(notebook: NotebookNode) -> None:
    """Raise DisclosureRefused where words hold what a reader may show as a picture.

    Markdown and HTML are read by many programs, each in its own way. So pictures are refused in
    any spelling, wherever they come from; of HTML, only plain elements without attributes are
    let through; and links lead to pages.
    """
    for place, cell in enumerate(notebook.cells, start=1):
        if cell.get("attachments"):
            raise DisclosureRefused(f"cell {place} has an attachment, which was not released.")
        if cell.cell_type == "markdown" and (found := picture_in(cell.source)):
            raise DisclosureRefused(
                f"cell {place} has {found}: what was not released cannot be shown. Show figures "
                "through report.figure, and write words in Markdown."
            )


def picture_in(words: str) -> str:
    """What in words may be shown as a picture; empty where nothing may.

    >>> picture_in("*Words* with<br> a [link](https://example.org) and $a<b$.")
    ''
    >>> picture_in("![A figure](figure.png)"), picture_in("<svg onload='x'>")
    ('a picture', 'a picture (<svg>)')
    """
    if "![" in words:
        return "a picture"
    if element := _SHOWING.search(words):
        return f"a picture (<{element[1].lower()}>)"
    # Readers undo entities and backslashes in an address, and leave out white space.
    if _DATA.search(re.sub(r"[\s\\\x00-\x20]", "", unescape(words))):
        return "a picture (data:)"
    return next(_unusual(_READ(words)), "")


def _unusual(tokens: Iterable[Mapping[str, Any]] | str) -> Iterator[str]:
    for token in tokens:
        if not isinstance(token, Mapping):
            continue
        kind = token["type"]
        if kind == "image":
            yield "a picture"
        if kind in ("block_html", "inline_html") and _TAG.search(_BARE.sub("", token["raw"])):
            yield "HTML with attributes, or other than plain"
        if kind == "link" and not _LINK.match(str(token["attrs"]["url"]).strip()):
            yield "a link that is no address of a page"
        yield from _unusual(token.get("children") or ())
