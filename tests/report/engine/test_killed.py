"""Builders that are killed at any moment of a whole build: the last good report stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.report.conftest import write_notebook

ROOT = Path(__file__).parents[3]
CELLS = ("report.record('n', n)", "assert n % 5", "report.strip()")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="builders are forked on Linux only")


def with_number(study):
    """The report takes a number, releases it, and fails for every fifth."""
    write_notebook(study, *CELLS)
    path = study / "notebooks" / "one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += "\nn: int = 1"
    nbformat.write(notebook, path)
    return study


def killed(study, kills, seed):
    (study.parent / "tmp").mkdir()
    command = [sys.executable, "-m", "tests.report.engine.killing_builds", str(with_number(study))]
    ended = subprocess.run(
        [*command, str(kills), str(seed)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(study.parent / "tmp")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize(
    ("kills", "seed"), [(6, 2026), pytest.param(1000, 7, marks=pytest.mark.validate)]
)
def test_a_builder_killed_at_any_moment_leaves_the_last_good_report(study, kills, seed):
    found = killed(study, kills, seed)
    assert (found["wrong"], found["left"]) == ([], [])
    assert found["last"] == ["built", "fresh"]
    assert found["interrupted"] > kills / 3
