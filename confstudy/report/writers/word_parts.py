"""Runs of words, links and captions in a Word document."""

from __future__ import annotations

from typing import Any

from confstudy.report.writers.formula import formula
from confstudy.report.writers.nodes import Child, Node, text_of
from confstudy.report.writers.word_math import word_math

__all__ = ["Runs", "caption", "element"]

_LOOKS = {"em": "italic", "i": "italic", "strong": "bold", "b": "bold"}
_FONT_LOOKS = {"sup": "superscript", "sub": "subscript", "del": "strike", "s": "strike"}
_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def element(docx: Any, tag: str, /, **attributes: str) -> Any:
    """An element of Word's own with attributes of its own."""
    made = docx.oxml.OxmlElement(f"w:{tag}")
    for key, value in attributes.items():
        made.set(docx.oxml.ns.qn(f"w:{key}"), value)
    return made


class Runs:
    """Writes nodes that stand in a line into a paragraph.

    Parameters
    ----------
    docx, part
        The module python-docx, and the part of the document that keeps addresses of links.
    """

    def __init__(self, docx: Any, part: Any) -> None:
        self.docx, self.part = docx, part

    def __call__(
        self, paragraph: Any, nodes: tuple[Child, ...], looks: tuple[str, ...] = ()
    ) -> None:
        """Add nodes to a paragraph; ``looks`` are the elements around them."""
        for node in nodes:
            if isinstance(node, str):
                self._run(paragraph, node, looks)
            elif node.has("math"):
                self._formula(paragraph, node)
            elif node.tag == "note":
                self._run(paragraph, node.attrs["number"], (*looks, "sup"))
            elif node.tag == "br":
                paragraph.add_run().add_break()
            elif node.tag == "img":
                self._run(paragraph, f"[picture: {node.attrs.get('alt', '')}]", ("em",))
            elif node.tag == "a" and node.attrs.get("href", "#") != "#":
                self._link(paragraph, node)
            else:
                self(paragraph, node.children, (*looks, node.tag))

    def _run(self, paragraph: Any, text: str, looks: tuple[str, ...]) -> Any:
        run = paragraph.add_run(text)
        for look in looks:
            if look in _LOOKS:
                setattr(run, _LOOKS[look], True)
            elif look in _FONT_LOOKS:
                setattr(run.font, _FONT_LOOKS[look], True)
            elif look == "code":
                run.font.name = "Courier New"
        return run

    def _link(self, paragraph: Any, node: Node) -> None:
        address, qn = node.attrs["href"], self.docx.oxml.ns.qn
        link = element(self.docx, "hyperlink")
        if address.startswith("#"):
            link.set(qn("w:anchor"), address[1:])
        else:
            link.set(qn("r:id"), self.part.relate_to(address, _LINK, is_external=True))
        run = self._run(paragraph, text_of(node), ())
        run.font.underline = True
        link.append(run._r)
        paragraph._p.append(link)

    def _formula(self, paragraph: Any, node: Node) -> None:
        latex = text_of(node)
        made = formula(latex, node.has("display"))
        if made is None:
            self._run(paragraph, latex, ("code",))
        else:
            paragraph._p.append(self.docx.oxml.parse_xml(word_math(made)))


def caption(
    docx: Any, word: Any, runs: Runs, kind: str, number: str, words: tuple[Child, ...]
) -> Any:
    """A caption that Word numbers itself and that links can lead to."""
    paragraph = word.add_paragraph(style="Caption")
    mark = f"{len(kind)}{number}"
    start = element(docx, "bookmarkStart", id=mark, name=f"{kind.lower()}-{number}")
    paragraph._p.append(start)
    paragraph.add_run(f"{kind} ")
    field = element(docx, "fldSimple", instr=f" SEQ {kind} \\* ARABIC ")
    field.append(paragraph.add_run(number)._r)
    paragraph._p.append(field)
    paragraph._p.append(element(docx, "bookmarkEnd", id=mark))
    if text_of(*words).strip():
        paragraph.add_run(". ")
        runs(paragraph, words)
    return paragraph
