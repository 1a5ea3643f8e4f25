"""A notebook without what tells of the machine and the person that ran it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from confstudy.release.piece import KINDS
from confstudy.report.notebooks import NotebookNode, nbformat

__all__ = ["cleaned", "shown"]

_FILES = ("data", "codebook")


def shown(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters without the folders of whoever built the report.

    >>> shown({"data": "/home/ann/wave1.csv", "n": 3})
    {'data': 'wave1.csv', 'n': 3}
    """
    return {name: Path(v).name if name in _FILES and v else v for name, v in parameters.items()}


def cleaned(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """The executed notebook without paths, times, counts and names of the machine."""
    kept: NotebookNode = nbformat.v4.new_notebook(metadata={"language_info": {"name": "python"}})
    values = "\n".join(f"{name} = {value!r}" for name, value in shown(parameters).items())
    for place, cell in enumerate(notebook.cells):
        tags = list(cell.metadata.get("tags", []))
        if "parameters" in tags or cell.cell_type == "raw":
            continue
        source = values if "injected-parameters" in tags else cell.source
        new = _markdown(source) if cell.cell_type == "markdown" else _code(source, cell.outputs)
        new.id = f"cell-{place}"
        new.metadata["tags"] = [tag for tag in tags if tag == "hide"]
        kept.cells.append(new)
    return kept


def _markdown(source: str) -> NotebookNode:
    cell: NotebookNode = nbformat.v4.new_markdown_cell(source)
    return cell


def _code(source: str, outputs: list[NotebookNode]) -> NotebookNode:
    released = [
        nbformat.v4.new_output("display_data", data={kind: output.data[kind] for kind in KINDS})
        for output in outputs
    ]
    cell: NotebookNode = nbformat.v4.new_code_cell(source, outputs=released)
    return cell
