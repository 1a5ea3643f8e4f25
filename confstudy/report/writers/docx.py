"""A report as a Word document: headings, captioned tables, pictures with words for them."""

from __future__ import annotations

from importlib import import_module
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from confstudy.errors import ReportError
from confstudy.report.writers.document import Document
from confstudy.report.writers.nodes import Child, Node, find, right_to_left, text_of
from confstudy.report.writers.pictures import bitmap
from confstudy.report.writers.word_parts import Runs, caption, element
from confstudy.report.writers.word_table import write_table

__all__ = ["render_docx"]

_PICTURE = 4.6
_INLINE = frozenset("a b br code del em i img note s span strong sub sup".split())


def render_docx(document: Document) -> bytes:
    """The report as a Word document; the same document gives the same bytes.

    The code is left out; footnotes stand at the end.

    Raises
    ------
    ReportError
        python-docx is not installed, or it does not take the report.
    """
    try:
        docx = import_module("docx")
    except ImportError:
        raise ReportError(
            "the Word file could not be written: it needs python-docx: "
            "pip install 'confstudy[tables]'."
        ) from None
    try:
        return _Writer(docx, document).bytes()
    except ReportError:
        raise
    except Exception as problem:  # what python-docx says may quote the report
        name = type(problem).__name__
        raise ReportError(f"the Word file could not be written ({name}).") from None


class _Writer:
    """Fills a Word document part by part."""

    def __init__(self, docx: Any, document: Document) -> None:
        self.docx, self.document = docx, document
        self.word = docx.Document()
        self.runs = Runs(docx, self.word.part)

    def bytes(self) -> bytes:
        self._open()
        for block in self.document.blocks:
            self._all(block.nodes)
        if self.document.notes:
            self.word.add_heading("Notes", 1)
        for place, note in enumerate(self.document.notes, 1):
            paragraph = self.word.add_paragraph(f"{place}. ")
            self.runs(paragraph, note)
        stream = BytesIO()
        self.word.save(stream)
        return _dated(stream.getvalue())

    def _open(self) -> None:
        made, word = self.document, self.word
        core = word.core_properties
        core.title, core.author, core.comments, core.language = made.title, "", "", made.language
        core.created = core.modified = made.built.replace(tzinfo=None)
        core.last_modified_by = ""
        normal = word.styles["Normal"]
        normal.font.name, normal.font.size = "Calibri", self.docx.shared.Pt(11)
        properties = normal.element.get_or_add_rPr()
        properties.append(element(self.docx, "lang", val=made.language))
        if made.eyebrow:
            word.add_paragraph(made.eyebrow)
        word.add_paragraph(made.title, style="Title")
        for block in made.strip:
            if block.kind == "strip":
                lists = find(block.nodes, "ul")
                for facts in lists:
                    words = [text_of(item) for item in find(facts.children, "li")]
                    word.add_paragraph(" · ".join(words))
            else:
                self._numbers(block.nodes)

    def _numbers(self, nodes: tuple[Child, ...]) -> None:
        for card in find(nodes, "div"):
            label, value, limits = (
                " ".join(text_of(n) for n in find(card.children, tag))
                for tag in ("dt", "strong", "span")
            )
            paragraph = self.word.add_paragraph()
            paragraph.add_run(f"{value} {limits}".strip()).bold = True
            paragraph.add_run(f"  {label}")

    def _all(self, nodes: tuple[Child, ...], style: str | None = None) -> None:
        """Blocks one after another; words between them are a paragraph."""
        words: list[Child] = []
        for node in (*nodes, Node("end")):
            if isinstance(node, str) or node.tag in _INLINE:
                words.append(node)
                continue
            if text_of(*words).strip() or list(find(tuple(words), "img")):
                paragraph = self.word.add_paragraph(style=style)
                if right_to_left(*words):
                    paragraph._p.get_or_add_pPr().append(element(self.docx, "bidi"))
                self.runs(paragraph, tuple(words))
            words = []
            self._block(node, style)

    def _block(self, node: Node, style: str | None) -> None:
        if node.tag == "end":
            return
        if node.tag[0] == "h" and node.tag[1:].isdecimal():
            heading = self.word.add_heading(level=int(node.tag[1]) - 1)
            self.runs(heading, node.children)
        elif node.has("table") and "number" in node.attrs:
            write_table(self.docx, self.word, self.runs, node)
        elif node.tag in ("ul", "ol"):
            self._list(node, style)
        elif node.tag == "figure":
            self._figure(node)
        elif node.tag == "dl":
            self._facts(node)
        elif node.tag == "pre":
            self.word.add_paragraph().add_run(text_of(node)).font.name = "Courier New"
        elif node.tag == "blockquote":
            self._all(node.children, "Quote")
        else:
            self._all(node.children, style)

    def _list(self, node: Node, style: str | None) -> None:
        """Items, and lists in them one step further in: Word has three."""
        kind = "List Number" if node.tag == "ol" else "List Bullet"
        depth = int(style[-1]) if style and style[-1].isdecimal() else 1 if style else 0
        name = kind if depth == 0 or not (style or "").startswith("List") else f"{kind} {depth + 1}"
        for item in node.children:
            if isinstance(item, Node):
                self._all(item.children, name if depth < 3 else style)

    def _figure(self, node: Node) -> None:
        for picture in find(node.children, "img"):
            data = bitmap(picture)
            paragraph = self.word.add_paragraph()
            paragraph.paragraph_format.keep_with_next = True
            width = self.docx.shared.Inches(_PICTURE)
            shape = paragraph.add_run().add_picture(BytesIO(data), width=width)
            properties = shape._inline.docPr
            properties.set("descr", picture.attrs.get("alt", "") or "A picture")
        words = next((n.children for n in find(node.children, "figcaption")), ())
        caption(self.docx, self.word, self.runs, "Figure", node.attrs["number"], words)

    def _facts(self, node: Node) -> None:
        terms, said = find(node.children, "dt"), find(node.children, "dd")
        for term, words in zip(terms, said, strict=False):
            paragraph = self.word.add_paragraph()
            paragraph.add_run(f"{text_of(term)}: ").bold = True
            self.runs(paragraph, words.children)


def _dated(data: bytes) -> bytes:
    """The same file without the moment of writing in its parts."""
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(stream, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(ZipInfo(name, (1980, 1, 1, 0, 0, 0)), old.read(name), ZIP_DEFLATED)
    return stream.getvalue()
