"""A report as one page that needs nothing else: no script, nothing from outside."""

from __future__ import annotations

from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined

from confstudy.report.writers.document import Document
from confstudy.report.writers.formula import formula_html
from confstudy.report.writers.nodes import Child, Node, text_of

__all__ = ["TEMPLATES", "markup", "render_html"]

TEMPLATES = Environment(
    loader=PackageLoader("confstudy.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_VOID = ("br", "hr", "img")


def render_html(document: Document) -> bytes:
    """The report as an accessible page: contents list, dark mode, print, phones, folded code."""
    seen: set[str] = set()
    page = TEMPLATES.get_template("report.html").render(
        document=document,
        strip=[markup(block.nodes, seen) for block in document.strip],
        blocks=[markup(block.nodes, seen) for block in document.blocks],
        notes=[_note(place, note, seen) for place, note in enumerate(document.notes, 1)],
    )
    return page.encode()


def markup(nodes: tuple[Child, ...], seen: set[str] | None = None) -> str:
    """Nodes as HTML, every word escaped.

    ``seen`` are footnotes that were pointed to before, which are returned to only once.

    >>> markup((Node("p", {}, ("a < b",)),))
    '<p>a &lt; b</p>'
    """
    seen = set() if seen is None else seen
    return "".join(
        escape(node) if isinstance(node, str) else _element(node, seen) for node in nodes
    )


def _note(place: int, note: tuple[Child, ...], seen: set[str]) -> str:
    back = f'<a href="#note-from-{place}" aria-label="Back to where note {place} stands">↩</a>'
    return f"{markup(note, seen)} {back}"


def _element(node: Node, seen: set[str]) -> str:
    if node.has("math"):
        return _formula(node)
    if node.tag == "note":
        return _reference(node.attrs["number"], seen)
    inner = markup(node.children, seen)
    if node.tag == "img":
        return _picture(node)
    if node.tag == "figure":
        return _figure(node, seen)
    if node.has("table") and "number" in node.attrs:
        return _table(node, seen)
    attrs = "".join(f' {name}="{escape(value)}"' for name, value in node.attrs.items())
    return f"<{node.tag}{attrs}>" + ("" if node.tag in _VOID else f"{inner}</{node.tag}>")


def _picture(node: Node) -> str:
    alt = escape(node.attrs.get("alt", ""))
    source = node.attrs.get("src")
    return f'<img alt="{alt}" src="{source}">' if source else f"<em>[picture: {alt}]</em>"


def _figure(node: Node, seen: set[str]) -> str:
    number = node.attrs["number"]
    parts = (n for n in node.children if not (isinstance(n, Node) and n.tag == "figcaption"))
    words = [n for n in node.children if isinstance(n, Node) and n.tag == "figcaption"]
    caption = _labelled(f"Figure {number}", words, seen)
    inner = markup(tuple(parts), seen)
    return f'<figure id="figure-{number}">{inner}<figcaption>{caption}</figcaption></figure>'


def _table(node: Node, seen: set[str]) -> str:
    """The table in a region of its own, which can be scrolled by keyboard; its notes below."""
    number, parts = node.attrs["number"], []
    for child in node.children:
        if isinstance(child, Node) and child.tag == "table":
            words = [n for n in child.children if isinstance(n, Node) and n.tag == "caption"]
            rest = tuple(n for n in child.children if n not in words)
            caption = _labelled(f"Table {number}", words, seen)
            parts.append(
                f'<div class="scroll" role="region" tabindex="0" '
                f'aria-labelledby="caption-{number}">'
                f'<table><caption id="caption-{number}">{caption}</caption>{markup(rest, seen)}'
                "</table></div>"
            )
        else:
            parts.append(markup((child,), seen))
    return f'<div class="table" id="table-{number}">{"".join(parts)}</div>'


def _labelled(label: str, words: list[Node], seen: set[str]) -> str:
    inner = "".join(markup(node.children, seen) for node in words).strip()
    return f'<span class="label">{label}{"." if inner else ""}</span>' + (inner and f" {inner}")


def _formula(node: Node) -> str:
    latex, display = text_of(node), node.has("display")
    made = formula_html(latex, display)
    if made is None:
        return f"<code>{escape(latex)}</code>"
    if not display:
        return made
    return f'<div class="equation" role="group" tabindex="0" aria-label="Formula">{made}</div>'


def _reference(number: str, seen: set[str]) -> str:
    anchor = "" if number in seen else f' id="note-from-{number}"'
    seen.add(number)
    return f'<sup><a href="#note-{number}"{anchor} aria-label="Note {number}">{number}</a></sup>'
