"""A report whose words alone changed: the last run's outputs under the new text."""

from __future__ import annotations

from copy import deepcopy

from confstudy.errors import ReportError
from confstudy.report.notebooks import NotebookNode, nbformat

__all__ = ["retold"]


def retold(published: NotebookNode, source: NotebookNode) -> NotebookNode:
    """The published notebook with the text cells of its source.

    Raises
    ------
    ReportError
        The code cells of both are not the same: the notebook must run again.
    """
    ran = [cell for cell in published.cells if cell.cell_type == "code"]
    asked = [
        cell
        for cell in source.cells
        if cell.cell_type == "code" and "parameters" not in cell.metadata.get("tags", [])
    ]
    # The first code cell of a run holds the parameters.
    opening = ran[: len(ran) - len(asked)]
    if [cell.source for cell in ran[len(opening) :]] != [cell.source for cell in asked]:
        raise ReportError("its code is not what ran: build it with --force.")
    told: NotebookNode = nbformat.v4.new_notebook(metadata=deepcopy(published.metadata))
    outputs = iter(ran[len(opening) :])
    for cell in source.cells:
        tags = cell.metadata.get("tags", [])
        if cell.cell_type == "markdown":
            new = nbformat.v4.new_markdown_cell(cell.source)
            new.metadata["tags"] = [tag for tag in tags if tag == "hide"]
            told.cells.append(new)
        elif "parameters" in tags:
            told.cells += opening
        elif cell.cell_type == "code":
            told.cells.append(next(outputs))
    for place, cell in enumerate(told.cells):
        cell.id = f"cell-{place}"
    return told
