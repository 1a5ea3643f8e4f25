"""From an executed notebook to one HTML file that needs nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape
from typing import Any

import mistune
from jinja2 import Environment, PackageLoader, StrictUndefined

from confstudy.release.piece import MIME, decision_of
from confstudy.report.notebooks import NotebookNode

__all__ = ["render_index", "render_report"]

_TEMPLATES = Environment(
    loader=PackageLoader("confstudy.report", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_MARKDOWN = mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])
_FIRST = ("title", "strip", "numbers")


def render_report(
    notebook: NotebookNode, pieces: list[dict[str, Any]], fallback: str, built: datetime
) -> str:
    """The report as self-contained HTML: no script, no outside address.

    Title, strip and numbers come first, wherever the notebook shows them; the code comes
    last, folded.
    """
    blocks = _blocks(notebook)
    decision = decision_of(pieces)
    checked = f"disclosure check: {decision.status} ({len(pieces)} outputs)"
    first = "".join(html for kind, html in blocks if kind in _FIRST)
    title = next((p["title"] for p in pieces if p["kind"] == "title"), fallback)
    return _TEMPLATES.get_template("report.html").render(
        title=title,
        first=first.replace("disclosure check at build", escape(checked)),
        body="".join(html for kind, html in blocks if kind not in _FIRST),
        code=[cell.source for cell in notebook.cells if _is_code(cell)],
        built=_day(built),
    )


def render_index(rows: list[dict[str, Any]]) -> str:
    """The page over all reports."""
    return _TEMPLATES.get_template("index.html").render(rows=rows, built=_day(datetime.now(UTC)))


def _blocks(notebook: NotebookNode) -> list[tuple[str, str]]:
    blocks: list[tuple[str, str]] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and "hide" not in cell.metadata.get("tags", []):
            blocks.append(("markdown", str(_MARKDOWN(cell.source))))
        outputs = cell.get("outputs", [])
        blocks += [(output.data[MIME]["kind"], output.data["text/html"]) for output in outputs]
    return blocks


def _is_code(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y, %H:%M} UTC"
