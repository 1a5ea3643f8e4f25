"""A notebook's cells straight from its JSON, without the second that importing nbformat costs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from confstudy.errors import ParameterError, ReportError
from confstudy.report.params import Parameter, parameters_of

__all__ = ["Cell", "cells_of", "parameter_cell", "parameters_in", "read_cells"]


@dataclass(frozen=True)
class Cell:
    """What of a cell a report depends on: no output, id, count or other metadata.

    Attributes
    ----------
    kind
        ``code``, ``markdown`` or ``raw``.
    attachments
        Pictures pasted into a text cell, as JSON; empty without any.
    """

    kind: str
    source: str
    tags: tuple[str, ...] = ()
    attachments: str = ""


def read_cells(path: Path) -> tuple[Cell, ...]:
    """The cells of a notebook file.

    Raises
    ------
    ReportError
        The file is no notebook, or one of a format before 4.

    Examples
    --------
    >>> cells = read_cells(Path("notebooks/reports/outcomes.ipynb"))
    >>> cells[1].kind, cells[1].tags
    ('code', ('parameters',))
    """
    try:
        content = json.loads(path.read_bytes())
        return cells_of(content)
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        raise ReportError(f"'{path.name}' is not a notebook, or it is damaged.") from None


def cells_of(notebook: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The cells of a notebook that is already read.

    >>> cells_of({"cells": [{"cell_type": "code", "source": ["a = 1"], "metadata": {}}]})
    (Cell(kind='code', source='a = 1', tags=(), attachments=''),)
    """
    if "worksheets" in notebook:
        raise ReportError(
            "A notebook of a format before 4 cannot be built: open it in JupyterLab and save it."
        )
    return tuple(_cell(cell) for cell in notebook["cells"])


def parameter_cell(cells: Sequence[Cell], name: str) -> Cell:
    """The one cell tagged ``parameters``; ``name`` is the notebook's, for the error."""
    tagged = [cell for cell in cells if "parameters" in cell.tags and cell.kind == "code"]
    if len(tagged) != 1:
        raise ParameterError(f"{name} needs one cell tagged 'parameters'; it has {len(tagged)}.")
    return tagged[0]


def parameters_in(cells: Sequence[Cell], name: str) -> dict[str, Parameter]:
    """The parameters that a notebook declares.

    >>> cells = read_cells(Path("notebooks/reports/outcomes.ipynb"))
    >>> parameters_in(cells, "outcomes.ipynb")["family"].default
    'auto'
    """
    return parameters_of(parameter_cell(cells, name).source, name)


def _cell(cell: Mapping[str, Any]) -> Cell:
    text = cell["source"]
    tags = sorted({str(tag) for tag in cell.get("metadata", {}).get("tags", [])})
    pasted = cell.get("attachments")
    return Cell(
        str(cell["cell_type"]),
        text if isinstance(text, str) else "".join(text),
        tuple(tags),
        json.dumps(pasted, sort_keys=True) if pasted else "",
    )
