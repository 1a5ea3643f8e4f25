import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from confstudy.errors import ConfigError, ParameterError
from confstudy.report.source import parameters_in, read_cells
from confstudy.study.fill import require_template, with_parameters

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "confstudy" / "study" / "templates" / "practice"
BUNDLED = [
    ROOT / "notebooks" / "reports" / f"{name}.ipynb" for name in ("data_quality", "outcomes")
]
EXPLORE = TEMPLATE / "notebooks" / "01_explore.ipynb"


@pytest.mark.parametrize("path", [*BUNDLED, EXPLORE], ids=lambda path: path.name)
def test_only_defaults_of_parameters_change(path, tmp_path):
    text = path.read_text("utf-8")
    assert with_parameters(text, {}, path.name) == text
    changed = with_parameters(text, {"data": "é\"'.csv", "adjust": ["a", "b"]}, path.name)
    (tmp_path / "n.ipynb").write_text(changed, "utf-8")
    before, after = (parameters_in(read_cells(p), p.name) for p in (path, tmp_path / "n.ipynb"))
    assert after["data"].default == "é\"'.csv"
    kept = [name for name in before if name not in ("data", "adjust")]
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert [p.help for p in after.values()] == [p.help for p in before.values()]


def test_a_default_over_several_lines_becomes_one():
    source = 'adjust: list[str] = [\n    "a",\n]  # é\nn: str = "x"\n'
    cell = {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": [source]}
    made = with_parameters(json.dumps({"cells": [cell]}), {"adjust": ["b"], "n": "y"}, "n")
    written = "".join(json.loads(made)["cells"][0]["source"])
    assert written == 'adjust: list[str] = ["b"]  # é\nn: str = "y"\n'


def test_a_notebook_without_parameters_is_an_error():
    with pytest.raises(ParameterError, match=r"n\.ipynb needs one cell"):
        with_parameters('{"cells": []}', {}, "n.ipynb")


def test_an_unknown_template_is_told_with_the_nearest():
    with pytest.raises(ConfigError, match="Did you mean 'practice'"):
        require_template("practise")


def test_the_notebook_to_explore_with_keeps_the_rules_of_notebooks():
    cells = json.loads(EXPLORE.read_text("utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    text = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
    lengths = sorted(len(source.splitlines()) for source in code)
    assert lengths[len(lengths) // 2] <= 5
    assert lengths[-1] <= 20
    assert not any(re.search(r"^\s*(def|class) ", source, re.M) for source in code)
    assert all(20 <= len(words.split()) <= 60 for words in text)


@pytest.mark.validate
def test_the_wheel_has_every_template_and_the_notebooks(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    files = [path for path in TEMPLATE.rglob("*") if path.is_file()]
    assert {str(path.relative_to(ROOT)) for path in files} <= names
    assert {f"confstudy/study/notebooks/{path.name}" for path in BUNDLED} <= names
