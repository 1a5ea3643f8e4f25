"""Numbers for headings, figures, tables and footnotes, and links to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from confstudy.report.writers.nodes import Child, Node, find, text_of

__all__ = ["Heading", "Numbering", "linked"]

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_CAPTIONED = frozenset({"a", "caption", "code", "figcaption", "pre", *_HEADINGS})
_NAMED = re.compile(r"\b(Figure|Table)[ \u00a0](\d{1,3})\b")


@dataclass(frozen=True)
class Heading:
    """A line of the contents list; ``level`` is 2 or more."""

    level: int
    anchor: str
    text: str


@dataclass
class Numbering:
    """Goes through a report from top to bottom and numbers what it meets.

    A call takes the nodes of one block and gives them back with numbers: headings have an
    ``id`` and no gap between their levels; figures and tables an ``id`` and ``number``, and
    tables stand in a ``div`` of class ``table``; footnotes leave their block as elements
    ``note``. Ids that a block brought along are gone.
    """

    headings: list[Heading] = field(default_factory=list)
    notes: list[tuple[Child, ...]] = field(default_factory=list)
    figures: int = 0
    tables: int = 0

    def __call__(self, nodes: tuple[Child, ...]) -> tuple[Child, ...]:
        """The nodes of one block, numbered."""
        before = len(self.notes)
        return tuple(self._walk(nodes, before))

    @property
    def anchors(self) -> AbstractSet[str]:
        """The figures and tables that can be linked to."""
        figures = {f"figure-{n}" for n in range(1, self.figures + 1)}
        return figures | {f"table-{n}" for n in range(1, self.tables + 1)}

    def _walk(self, nodes: tuple[Child, ...], before: int) -> Iterator[Child]:
        for node in nodes:
            if isinstance(node, str):
                yield node
            elif node.tag == "section" and node.has("footnotes"):
                self._keep(node)
            elif node.has("footnote-ref"):
                yield Node("note", {"number": str(before + int(text_of(node)))})
            elif node.tag in _HEADINGS:
                yield self._heading(node, before)
            elif node.tag == "table" or node.has("table"):
                yield self._table(node, before)
            elif node.tag == "figure":
                self.figures += 1
                number = str(self.figures)
                named = replace(node, attrs={"id": f"figure-{number}", "number": number})
                yield self._inside(named, before)
            else:
                yield self._inside(node, before)

    def _inside(self, node: Node, before: int) -> Node:
        kept = {name: value for name, value in node.attrs.items() if name != "id"}
        if "number" in node.attrs:
            kept = dict(node.attrs)
        return Node(node.tag, kept, tuple(self._walk(node.children, before)))

    def _heading(self, node: Node, before: int) -> Node:
        last = self.headings[-1].level if self.headings else 1
        level = min(max(int(node.tag[1]), 2), last + 1)
        anchor = f"section-{len(self.headings) + 1}"
        self.headings.append(Heading(level, anchor, text_of(node).strip()))
        return Node(f"h{level}", {"id": anchor}, tuple(self._walk(node.children, before)))

    def _table(self, node: Node, before: int) -> Node:
        self.tables += 1
        number = str(self.tables)
        inner = (node,) if node.tag == "table" else node.children
        parts = tuple(
            _scoped(part) if isinstance(part, Node) and part.tag == "table" else part
            for part in inner
        )
        walked = (self._inside(part, before) if isinstance(part, Node) else part for part in parts)
        attrs = {"class": "table", "id": f"table-{number}", "number": number}
        return Node("div", attrs, tuple(walked))

    def _keep(self, section: Node) -> None:
        for item in find(section.children, "li"):
            if item.attrs.get("id", "").startswith("fn-"):
                self.notes.append(_without_return(item.children))


def _without_return(nodes: tuple[Child, ...]) -> tuple[Child, ...]:
    return tuple(
        node if isinstance(node, str) else node.with_children(*_without_return(node.children))
        for node in nodes
        if isinstance(node, str) or not (node.tag == "a" and node.has("footnote"))
    )


def _scoped(table: Node) -> Node:
    """Heads say of which way they are: of a column in the head, else of a row."""

    def walk(node: Node, way: str) -> Node:
        way = "col" if node.tag == "thead" else way
        children = [walk(c, way) if isinstance(c, Node) else c for c in node.children]
        attrs = {"scope": way, **node.attrs} if node.tag == "th" else node.attrs
        return Node(node.tag, attrs, tuple(children))

    return walk(table, "row")


def linked(nodes: tuple[Child, ...], anchors: AbstractSet[str]) -> tuple[Child, ...]:
    """Words such as "Figure 2" as links, where there is such a figure.

    >>> linked(("See Figure 2.",), {"figure-2"})[1].attrs
    {'href': '#figure-2'}
    """
    made: list[Child] = []
    for node in nodes:
        if isinstance(node, str):
            made += _links(node, anchors)
        elif node.tag in _CAPTIONED:
            made.append(node)
        else:
            made.append(node.with_children(*linked(node.children, anchors)))
    return tuple(made)


def _links(text: str, anchors: AbstractSet[str]) -> list[Child]:
    parts: list[Child] = []
    done = 0
    for found in _NAMED.finditer(text):
        anchor = f"{found[1].lower()}-{int(found[2])}"
        if anchor in anchors:
            parts += [text[done : found.start()], Node("a", {"href": f"#{anchor}"}, (found[0],))]
            done = found.end()
    return [part for part in (*parts, text[done:]) if part]
