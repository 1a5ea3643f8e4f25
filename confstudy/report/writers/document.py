"""One report before it is written: what stands in it, numbered, in the order of reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from confstudy.release.decision import Decision
from confstudy.release.piece import MIME, decision_of
from confstudy.report.notebooks import NotebookNode
from confstudy.report.writers.markdown import markdown
from confstudy.report.writers.nodes import Child, clean, find, parse, text_of
from confstudy.report.writers.numbering import Heading, Numbering, linked

__all__ = ["Block", "Document", "document"]

_FIRST = ("title", "strip", "numbers")
_UNCHECKED = "disclosure check at build"


@dataclass(frozen=True, repr=False)
class Block:
    """A part of a report.

    Attributes
    ----------
    kind
        ``markdown``, or the kind of a released piece.
    nodes
        What stands in it.
    data
        What the piece says of itself, such as ``alt``.
    """

    kind: str
    nodes: tuple[Child, ...]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, repr=False)
class Document:
    """A report, the same for all writers.

    Attributes
    ----------
    title, language
        The finding, and the language of the words as a tag such as ``en``.
    eyebrow
        The study, above the title.
    strip
        What a reader must know first: blocks of strip and numbers.
    blocks
        Everything else. Headings go from 2 without a gap, figures and tables have numbers,
        and words such as "Figure 1" are links.
    headings, notes
        The contents list, and the footnotes in their order.
    code
        The source of each code cell.
    built, decision
        When, in UTC, and what the disclosure check said of all outputs.
    """

    title: str
    language: str
    eyebrow: str
    strip: tuple[Block, ...]
    blocks: tuple[Block, ...]
    headings: tuple[Heading, ...]
    notes: tuple[tuple[Child, ...], ...]
    code: tuple[str, ...]
    built: datetime
    decision: Decision

    @property
    def day(self) -> str:
        """When it was built, in words."""
        return f"{self.built.day} {self.built:%B %Y, %H:%M} UTC"


def document(
    notebook: NotebookNode,
    pieces: Sequence[dict[str, Any]],
    fallback: str,
    built: datetime,
    *,
    language: str = "en",
) -> Document:
    r"""Collect a report from its executed notebook.

    Parameters
    ----------
    notebook
        Executed; every output is a released piece. Markdown cells tagged ``hide`` are left out.
    pieces
        What the pieces say of themselves, for the decision on all of them.
    fallback
        The title where the notebook shows none.
    built
        When, in UTC.
    language
        Of the report's words, as a tag such as ``nl``.

    Examples
    --------
    >>> import nbformat
    >>> from datetime import UTC, datetime
    >>> words = nbformat.v4.new_markdown_cell("#### First\n\nText.")
    >>> notebook = nbformat.v4.new_notebook(cells=[words])
    >>> document(notebook, [], "A report", datetime(2026, 1, 2, tzinfo=UTC)).headings
    (Heading(level=2, anchor='section-1', text='First'),)
    """
    decision = decision_of(pieces)
    numbering = Numbering()
    found = [_numbered(block, numbering) for block in _blocks(notebook)]
    titles = [block for block in found if block.kind == "title"]
    shown = f"disclosure check: {decision.status} ({len(pieces)} outputs)"
    rest = (block for block in found if block.kind not in _FIRST)
    first = (b for kind in _FIRST[1:] for b in found if b.kind == kind)
    return Document(
        title=clean(titles[0].data.get("title") or fallback) if titles else clean(fallback),
        language=language,
        eyebrow=_eyebrow(titles),
        strip=tuple(Block(b.kind, _told(b.nodes, shown), b.data) for b in first),
        blocks=tuple(Block(b.kind, linked(b.nodes, numbering.anchors), b.data) for b in rest),
        headings=tuple(numbering.headings),
        notes=tuple(linked(note, numbering.anchors) for note in numbering.notes),
        code=tuple(clean(cell.source) for cell in notebook.cells if _is_code(cell)),
        built=built,
        decision=decision,
    )


def _blocks(notebook: NotebookNode) -> list[Block]:
    blocks: list[Block] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "hide" not in cell.metadata.get("tags", []):
            blocks.append(Block("markdown", markdown(cell.source)))
        for output in cell.get("outputs", []):
            data = output.data[MIME]
            blocks.append(Block(data["kind"], parse(output.data["text/html"]), data))
    return [block for block in blocks if block.kind == "title" or _shown(block)]


def _shown(block: Block) -> bool:
    pictures = list(find(block.nodes, "img", "hr"))
    return bool(text_of(*block.nodes).strip() or pictures)


def _numbered(block: Block, numbering: Numbering) -> Block:
    return block if block.kind in _FIRST else Block(block.kind, numbering(block.nodes), block.data)


def _told(nodes: tuple[Child, ...], shown: str) -> tuple[Child, ...]:
    """The strip with what the disclosure check found."""
    return tuple(
        (shown if node == _UNCHECKED else node)
        if isinstance(node, str)
        else node.with_children(*_told(node.children, shown))
        for node in nodes
    )


def _eyebrow(titles: Sequence[Block]) -> str:
    above = (n for block in titles[:1] for n in find(block.nodes, "p") if n.has("eyebrow"))
    return " ".join(text_of(node) for node in above)


def _is_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())
