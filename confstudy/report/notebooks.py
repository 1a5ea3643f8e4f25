"""Notebook files and what runs them, imported without the second that it would cost.

jsonschema compiles some thirty grammars when it finds ``rfc3987_syntax``, which notebooks
do not need; it does without when the module is not there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from confstudy.errors import ReportError

_FOUND = sys.modules.get("rfc3987_syntax")
sys.modules["rfc3987_syntax"] = None  # type: ignore[assignment]
try:
    import nbclient
    import nbformat
    import papermill
    from nbformat import NotebookNode
finally:
    del sys.modules["rfc3987_syntax"]
    if _FOUND is not None:
        sys.modules["rfc3987_syntax"] = _FOUND

__all__ = ["NotebookNode", "nbclient", "nbformat", "papermill", "read_notebook"]


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook file."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except Exception:
        raise ReportError(f"'{path.name}' is not a notebook, or it is damaged.") from None
    return notebook
