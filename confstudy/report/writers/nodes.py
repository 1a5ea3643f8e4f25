"""Released HTML as a tree of the few elements that a report may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

__all__ = ["Child", "Node", "clean", "find", "parse", "right_to_left", "text_of"]

_INLINE = "a b br code del em i img s span strong sub sup"
_BLOCK = "blockquote dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li ol p pre section ul"
_TABLE = "caption table tbody td tfoot th thead tr"
_BLOCKS = frozenset(f"{_BLOCK} {_TABLE}".split())
_KNOWN = _BLOCKS | frozenset(_INLINE.split())
_VOID = frozenset({"br", "hr", "img"})
_DROPPED = frozenset({"math", "script", "style", "svg", "template", "title"})
_PLAIN = ("alt", "class", "id", "scope")
_WHOLE = ("colspan", "rowspan", "start")
_LINK = re.compile(r"(?:https?:|mailto:|#)", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:svg\+xml|png|jpeg|gif);base64,[A-Za-z0-9+/=]*\Z")
# What neither XML nor a font can hold.
_BROKEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Node:
    """An element: its name, the attributes kept, what is in it.

    >>> parse("<p>a <em>b</em></p>")[0].children
    ('a ', Node(tag='em', attrs={}, children=('b',)))
    """

    tag: str
    attrs: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Child, ...] = ()

    def with_children(self, *children: Child) -> Node:
        """The element with something else in it."""
        return replace(self, children=children)

    def has(self, name: str) -> bool:
        """Whether ``name`` is one of its classes."""
        return name in self.attrs.get("class", "").split()


Child = Node | str


def clean(text: str) -> str:
    r"""Text without the characters that a file format forbids.

    >>> clean("a\x00b")
    'a�b'
    """
    return _BROKEN.sub("\ufffd", text)


def parse(html: str) -> tuple[Child, ...]:
    """HTML as nodes.

    Elements that are not known are left out and what is in them is kept, except for scripts,
    styles and drawings; so are attributes, addresses of pictures, and links inside the machine.
    """
    builder = _Builder()
    builder.feed(html)
    builder.close()
    return builder.finished()


def text_of(*nodes: Child) -> str:
    """All the words in nodes.

    >>> text_of(*parse("<p>a <em>b</em></p>"))
    'a b'
    """
    return "".join(n if isinstance(n, str) else text_of(*n.children) for n in nodes)


def right_to_left(*nodes: Child) -> bool:
    """Whether the first letter that has a direction goes to the left.

    >>> right_to_left("12 (שלום) one"), right_to_left("12 one שלום")
    (True, False)
    """
    ways = (unicodedata.bidirectional(letter) for letter in text_of(*nodes))
    return next((way for way in ways if way in ("L", "R", "AL")), "L") != "L"


def find(nodes: tuple[Child, ...], *tags: str) -> Iterator[Node]:
    """Elements of these names, at any depth, in the order of the page."""
    for node in nodes:
        if isinstance(node, Node):
            if node.tag in tags:
                yield node
            yield from find(node.children, *tags)


class _Builder(HTMLParser):
    """Open elements with what has been read of each."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, dict[str, str], list[Child]]] = [("", {}, [])]
        self.dropping = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.dropping or tag not in _KNOWN:
            if not self.dropping and tag in _DROPPED:
                self.dropping = tag
            return
        kept = _kept(tag, {name: value or "" for name, value in attrs})
        if tag in _VOID:
            self.open[-1][2].append(Node(tag, kept))
        else:
            self.open.append((tag, kept, []))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID or tag in _KNOWN:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.dropping:
            self.dropping = "" if tag == self.dropping else self.dropping
        elif tag not in _VOID and tag in [name for name, _, _ in self.open]:
            while self._shut() != tag:
                continue

    def handle_data(self, data: str) -> None:
        if self.dropping:
            return
        exact = any(name == "pre" for name, _, _ in self.open)
        text = clean(data) if exact else re.sub(r"[ \t\r\n\f]+", " ", clean(data))
        self.open[-1][2].append(text)

    def _shut(self) -> str:
        tag, attrs, children = self.open.pop()
        self.open[-1][2].append(Node(tag, attrs, _tidy(children)))
        return tag

    def finished(self) -> tuple[Child, ...]:
        while len(self.open) > 1:
            self._shut()
        return _tidy(self.open[0][2])


def _tidy(children: list[Child]) -> tuple[Child, ...]:
    """Without the white space between blocks, which is no word."""
    blocks = any(isinstance(child, Node) and child.tag in _BLOCKS for child in children)
    return tuple(c for c in children if not (blocks and isinstance(c, str) and not c.strip()))


def _kept(tag: str, attrs: Mapping[str, str]) -> dict[str, str]:
    kept = {name: clean(attrs[name]) for name in _PLAIN if name in attrs}
    for name in _WHOLE:
        value = attrs.get(name, "")
        if value.isdecimal() and 0 < int(value[:4]) < 1000:
            kept[name] = str(int(value[:4]))
    if tag == "a" and _LINK.match(attrs.get("href", "")):
        kept["href"] = clean(attrs["href"])
    if tag == "img" and _PICTURE.match(attrs.get("src", "")):
        kept["src"] = attrs["src"]
    if "text-align:right" in attrs.get("style", "").replace(" ", ""):
        kept["class"] = "number"
    return kept
