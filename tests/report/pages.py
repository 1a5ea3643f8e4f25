"""Small reports to write, without a notebook that runs."""

from base64 import b64encode
from datetime import UTC, datetime

import nbformat

from confstudy.release.piece import MIME
from confstudy.report.writers.document import Document, document

BUILT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
PASSED = {"status": "pass", "rule": "none", "reason": ""}
_SVG = 'xmlns="http://www.w3.org/2000/svg" width="9" height="9"'
_SQUARE = b64encode(f'<svg {_SVG}><rect width="9" height="9"/></svg>'.encode()).decode()
DRAWING = (
    f'<figure><img alt="A square." src="data:image/svg+xml;base64,{_SQUARE}">'
    "<figcaption>A square, n = 40.</figcaption></figure>"
)


def piece(kind, html, **data):
    """A cell that shows one released output."""
    bundle = {"text/html": html, MIME: {"kind": kind, "decision": PASSED, **data}}
    output = nbformat.v4.new_output("display_data", data=bundle)
    return nbformat.v4.new_code_cell("show()", outputs=[output])


def cell(html):
    """A cell that shows a figure."""
    return piece("figure", html, alt="A square.")


def report(*parts, language="en") -> Document:
    """A report of cells; text is Markdown."""
    cells = [nbformat.v4.new_markdown_cell(p) if isinstance(p, str) else p for p in parts]
    notebook = nbformat.v4.new_notebook(cells=cells)
    shown = [o.data[MIME] for c in cells for o in c.get("outputs", [])]
    return document(notebook, shown, "A report", BUILT, language=language)
