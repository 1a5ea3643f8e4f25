"""A study folder of its own, with notebooks made for the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from confstudy.report.build import Built, build, plan
from confstudy.report.config import Config, read_config

ROOT = Path(__file__).parents[2]
OPENING = """\
import confstudy as cs
report = cs.Report(cs.load(data))
"""


@pytest.fixture
def study(tmp_path) -> Path:
    """A folder with the synthetic survey and a reports.toml of one report ``one``."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "data_synthetic", tmp_path / "data_synthetic")
    (tmp_path / "reports" / "reports.toml").write_text(
        'schema = 1\nkeep = 2\ntimeout = 60\n[report.one]\nnotebook = "notebooks/one.ipynb"\n'
        'title = "One"\n'
    )
    write_notebook(tmp_path, 'report.title("A finding")')
    return tmp_path


def write_notebook(study: Path, *cells: str) -> None:
    notebook = nbformat.v4.new_notebook()
    declared = nbformat.v4.new_code_cell('data: str = "../data_synthetic/therapy.parquet"')
    declared.metadata["tags"] = ["parameters"]
    code = [nbformat.v4.new_code_cell(cell) for cell in (OPENING, *cells)]
    notebook.cells = [declared, nbformat.v4.new_markdown_cell("## Words"), *code]
    nbformat.write(notebook, study / "notebooks" / "one.ipynb")


@pytest.fixture
def build_one(study) -> Callable[..., Built]:
    """Build the report, with other cells if they are given."""

    def run(*cells: str, force: bool = True) -> Built:
        if cells:
            write_notebook(study, *cells)
        config = config_of(study)
        return build(plan(config, "one", {}, study), config, force=force)

    return run


def config_of(study: Path) -> Config:
    return read_config(study / "reports" / "reports.toml")
