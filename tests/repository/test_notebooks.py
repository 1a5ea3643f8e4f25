"""The notebooks that people open run from start to end."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
OPENED = [*(ROOT / "notebooks" / "research").glob("*.ipynb")]
OPENED += [*(ROOT / "notebooks" / "teaching").glob("*.ipynb")]


@pytest.mark.parametrize("path", sorted(OPENED), ids=lambda path: path.name)
def test_a_notebook_runs_as_it_is(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, resources={"metadata": {"path": path.parent}}, timeout=120)
    client.execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert outputs
    assert not [output for output in outputs if output.output_type in ("stream", "error")]
