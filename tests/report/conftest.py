"""A study folder of its own, with notebooks made for the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from confstudy.report.build import Built, build
from confstudy.report.config import Config, read_config
from confstudy.report.engine.warm import Warm
from confstudy.report.plan import Plan, plans

ROOT = Path(__file__).parents[2]
OPENING = """\
import confstudy as cs
report = cs.Report(cs.load(data))
"""


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm | None]:
    """Forks the kernels of most tests, so that each need not import everything."""
    started = Warm.started()
    yield started
    if started:
        started.close()


@pytest.fixture(scope="session")
def _built_study(tmp_path_factory, warm) -> Path:
    """A folder with the synthetic survey and one report, ``one``, built once."""
    tmp_path = tmp_path_factory.mktemp("built")
    (tmp_path / "reports").mkdir()
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "data_synthetic", tmp_path / "data_synthetic")
    (tmp_path / "reports" / "reports.toml").write_text(
        'schema = 1\nkeep = 2\ntimeout = 60\n[report.one]\nnotebook = "notebooks/one.ipynb"\n'
        'title = "One"\n'
    )
    write_notebook(tmp_path, 'report.title("A finding")', "report.provenance()")
    assert build(plan_of(tmp_path), warm=warm).status == "built"
    return tmp_path


@pytest.fixture
def study(_built_study, tmp_path) -> Path:
    """A study of the test's own, whose report has been built and is fresh."""
    return Path(shutil.copytree(_built_study, tmp_path / "study", symlinks=True))


def write_notebook(study: Path, *cells: str) -> None:
    notebook = nbformat.v4.new_notebook()
    declared = nbformat.v4.new_code_cell('data: str = "../data_synthetic/therapy.parquet"')
    declared.metadata["tags"] = ["parameters"]
    code = [nbformat.v4.new_code_cell(cell) for cell in (OPENING, *cells)]
    notebook.cells = [declared, nbformat.v4.new_markdown_cell("## Words"), *code]
    nbformat.write(notebook, study / "notebooks" / "one.ipynb")


@pytest.fixture
def build_one(study, warm) -> Callable[..., Built]:
    """Build the report, with other cells if they are given, unless it is fresh."""

    def run(*cells: str, force: bool = False) -> Built:
        if cells:
            write_notebook(study, *cells)
        return build(plan_of(study), force=force, warm=warm)

    return run


def config_of(study: Path) -> Config:
    return read_config(study / "reports" / "reports.toml")


def plan_of(study: Path, name: str = "one", **given: object) -> Plan:
    return plans(config_of(study), name, given, study)[0]
