"""A report as Typst code, in which every word is a string and nothing is markup."""

from __future__ import annotations

import json
import re
from base64 import b64decode

from confstudy.report.writers.document import Block, Document
from confstudy.report.writers.formula import formula
from confstudy.report.writers.grid import Cell, Grid, grid_of
from confstudy.report.writers.nodes import Child, Node, find, right_to_left, text_of
from confstudy.report.writers.typst_math import typst_math

__all__ = ["Source", "string"]

_WRAPPED = {
    "em": "emph", "i": "emph", "strong": "strong", "b": "strong", "del": "strike", "s": "strike",
    "sup": "super", "sub": "sub", "ol": "enum", "ul": "list",
}  # fmt: skip
_LISTS = ("ol", "ul")
#: Tables of so many rows stay on one page.
_TOGETHER = 14
#: Longer than a line: such words may break anywhere.
_LONG = re.compile(r"\S{50,}")


def string(text: str) -> str:
    r"""Words as a Typst string.

    >>> string('a "b" #c')
    '"a \\"b\\" #c"'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\r", "").replace("\t", "  ") + '"'


class Source:
    """Writes a document's Typst code, part by part."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.said: set[str] = set()

    def text(self) -> str:
        """The arguments of the template's ``report`` function."""
        made = self.document
        strip = [block for block in made.strip if block.kind == "strip"]
        numbers = [block for block in made.strip if block.kind != "strip"]
        facts = [_words(n) for b in strip for n in find(b.nodes, "ul") if n.has("strip")]
        warned = [_words(n) for b in strip for n in find(b.nodes, "ul") if n.has("warnings")]
        body = "\n".join(self.block(block) for block in made.blocks)
        contents = "true" if len(made.headings) > 2 else "false"
        return (
            f"#report(title: {string(made.title)}, language: {string(made.language)}, "
            f"eyebrow: {string(made.eyebrow)}, day: {string(made.day)}, contents: {contents}, "
            f"strip: {_array(facts)}, warned: {_array(warned)}, "
            f"numbers: {_numbers(numbers)}, {{ []\n{body}\n}})\n"
        )

    def block(self, block: Block) -> str:
        """One block."""
        return self.inside(block.nodes)

    def inside(self, nodes: tuple[Child, ...]) -> str:
        """Nodes one after another."""
        return "; ".join(filter(None, (self._child(node) for node in nodes))) or "[]"

    def braced(self, nodes: tuple[Child, ...]) -> str:
        """Nodes as one piece of content."""
        return f"{{ []; {self.inside(nodes)} }}"

    def _child(self, node: Child) -> str:
        if isinstance(node, str):
            broken = _LONG.sub(lambda m: "\u200b".join(re.findall(r".{1,8}", m[0])), node)
            return string(broken)
        if node.has("math"):
            return self._formula(node)
        if node.has("table") and "number" in node.attrs:
            return self._table(grid_of(node))
        special = getattr(self, f"_{node.tag}", None)
        if special is not None:
            return str(special(node))
        if re.fullmatch(r"h[2-6]", node.tag):
            return self._heading(node)
        if node.tag in _WRAPPED and node.tag not in _LISTS:
            return f"{_WRAPPED[node.tag]}({self.braced(node.children)})"
        return self.inside(node.children)

    def _p(self, node: Node) -> str:
        if node.has("notes"):
            return f"note({self.braced(node.children)})"
        words = f"par({self.braced(node.children)})"
        return f"{{ set text(dir: rtl); {words} }}" if right_to_left(node) else words

    def _heading(self, node: Node) -> str:
        level = int(node.tag[1]) - 1
        return f"[#heading(level: {level}, {self.braced(node.children)}) <{node.attrs['id']}>]"

    def _ul(self, node: Node) -> str:
        items = [n for n in node.children if isinstance(n, Node) and n.tag == "li"]
        start = f"start: {node.attrs.get('start', 1)}, " if node.tag == "ol" else ""
        inner = "".join(f"{self.braced(item.children)}, " for item in items)
        return f"{_WRAPPED[node.tag]}({start}{inner})"

    _ol = _ul

    def _dl(self, node: Node) -> str:
        terms, said = find(node.children, "dt"), find(node.children, "dd")
        pairs = (
            f"({self.braced(term.children)}, {self.braced(words.children)}), "
            for term, words in zip(terms, said, strict=False)
        )
        return f"facts(({''.join(pairs)}))"

    def _br(self, _: Node) -> str:
        return "linebreak()"

    def _hr(self, _: Node) -> str:
        return "line(length: 100%, stroke: 0.5pt)"

    def _code(self, node: Node) -> str:
        return f"raw({string(text_of(node))})"

    def _pre(self, node: Node) -> str:
        return f"raw({string(text_of(node))}, block: true)"

    def _blockquote(self, node: Node) -> str:
        return f"quote(block: true, {self.braced(node.children)})"

    def _a(self, node: Node) -> str:
        address = node.attrs.get("href", "")
        if not address:
            return self.inside(node.children)
        target = f"label({string(address[1:])})" if address[0] == "#" else string(address)
        return f"link({target}, {self.braced(node.children)})" if len(address) > 1 else '""'

    def _note(self, node: Node) -> str:
        number = int(node.attrs["number"])
        name = f"note-{number}"
        if name in self.said:
            return f"footnote(label({string(name)}))"
        self.said.add(name)
        words = self.document.notes[number - 1]
        flat = tuple(
            part
            for one in words
            for part in (one.children if isinstance(one, Node) and one.tag == "p" else (one,))
        )
        return f"[#footnote({self.braced(flat)}) <{name}>]"

    def _img(self, node: Node) -> str:
        source, alt = node.attrs.get("src", ""), node.attrs.get("alt", "").strip()
        if not source:
            return f"emph({string(f'[picture: {alt}]')})"
        kind, _, encoded = source.removeprefix("data:image/").partition(";base64,")
        kind = {"svg+xml": "svg", "jpeg": "jpg"}.get(kind, kind)
        said = string(alt or "A picture")
        data = _bytes(kind, b64decode(encoded))
        return f"image({data}, format: {string(kind)}, alt: {said})"

    def _figure(self, node: Node) -> str:
        caption = next((n.children for n in find(node.children, "figcaption")), ())
        body = self.braced(tuple(find(node.children, "img", "pre")))
        words = self.braced(caption) if text_of(*caption).strip() else "[]"
        return f"[#figure({body}, kind: image, caption: {words}) <{node.attrs['id']}>]"

    def _formula(self, node: Node) -> str:
        latex, display = text_of(node), node.has("display")
        made = formula(latex, display)
        if made is None:
            return f"raw({string(latex)})"
        block = "true" if display else "false"
        return f"math.equation(block: {block}, alt: {string(latex)}, ${typst_math(made)}$)"

    def _table(self, grid: Grid) -> str:
        heads = "".join(self._cells(row, head=True) for row in grid.heads)
        rows = "".join(self._cells(row, head=False) for row in grid.rows)
        head = f"table.header({heads}), rule-thin, " if heads else ""
        body = f"table(columns: {_widths(grid)}, rule-thick, {head}{rows}rule-thick)"
        if sum(grid.weights) > 110:
            body = f"{{ set text(size: 7pt); {body} }}"
        words = self.braced(grid.caption) if text_of(*grid.caption).strip() else "[]"
        if grid.notes:
            body = f"{{ {body}; {self.inside(grid.notes)} }}"
        whole = "true" if len(grid.rows) > _TOGETHER else "false"
        figure = f"[#figure({body}, kind: table, caption: {words}) <table-{grid.number}>]"
        return f"block(breakable: {whole}, {figure})"

    def _cells(self, row: tuple[Cell, ...], *, head: bool) -> str:
        made = ""
        for cell in row:
            words = self.braced(cell.children)
            words = f"strong({words})" if head else words
            side = ", align: right" if cell.number else ""
            span = f", colspan: {cell.span}" if cell.span > 1 else ""
            made += f"table.cell({words}{side}{span}), "
        return made


def _widths(grid: Grid) -> str:
    """Columns as wide as their words; where that is too wide, long ones share what is left."""
    weights = grid.weights
    if sum(weights) + 3 * len(weights) <= 84:
        return f"({'auto, ' * len(weights)})"
    tracks = (f"{min(weight, 60)}fr, " if weight > 16 else "auto, " for weight in weights)
    return f"({''.join(tracks)})"


def _bytes(kind: str, data: bytes) -> str:
    if kind == "svg":
        return f"bytes({string(data.decode('utf-8', 'replace'))})"
    return f"bytes({json.dumps(list(data)).replace('[', '(').replace(']', ',)')})"


def _words(node: Node) -> list[str]:
    return [text_of(item) for item in find(node.children, "li")]


def _array(lists: list[list[str]]) -> str:
    return f"({''.join(f'{string(word)}, ' for words in lists for word in words)})"


def _numbers(blocks: list[Block]) -> str:
    """Label, value and interval of each number."""
    cards = ""
    for block in blocks:
        for card in find(block.nodes, "div"):
            parts = [
                " ".join(text_of(n) for n in find(card.children, tag))
                for tag in ("dt", "strong", "span")
            ]
            cards += f"({', '.join(map(string, parts))}), "
    return f"({cards})"
