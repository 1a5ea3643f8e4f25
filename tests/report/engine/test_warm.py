"""Kernels forked from a warm process: the same outputs as cold ones, and nothing shared."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import papermill
import pytest

from confstudy.report.engine.warm import Warm
from confstudy.report.run import run_notebook

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture(scope="module")
def warm():
    with Warm.started() as started:
        yield started


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    study = tmp_path_factory.mktemp("study")
    for folder in ("notebooks", "data_synthetic"):
        shutil.copytree(ROOT / folder, study / folder)
    return study


def shown(study, name, warm, place):
    environment = {"CONFSTUDY_LEDGER": str(place), "CONFSTUDY_STAGE": str(place / "stage.jsonl")}
    notebook = study / "notebooks" / "reports" / f"{name}.ipynb"
    ran = run_notebook(notebook, {}, 120, name, environment, warm=warm, progress=lambda _: None)
    return [json.dumps(cell.get("outputs"), sort_keys=True) for cell in ran.notebook.cells]


@pytest.mark.parametrize(
    "name", [pytest.param("outcomes", marks=pytest.mark.validate), "data_quality"]
)
def test_a_warm_kernel_shows_what_a_cold_one_shows_byte_for_byte(study, warm, name, tmp_path):
    cold = shown(study, name, None, tmp_path / "cold")
    assert sum(map(len, cold)) > 10_000
    assert shown(study, name, warm, tmp_path / "warm") == cold


def values(tmp_path, warm, *cells):
    """What notebooks find, each run after the one before; a cell writes ``found``."""
    parameters = nbformat.v4.new_code_cell("word: str = ''", metadata={"tags": ["parameters"]})
    for number, source in enumerate(cells):
        folder = tmp_path / str(number)
        folder.mkdir(exist_ok=True)
        path = folder / "one.ipynb"
        code = nbformat.v4.new_code_cell(f"HERE = {str(folder)!r}\n{source}")
        nbformat.write(nbformat.v4.new_notebook(cells=[parameters, code]), path)
        run_notebook(path, {}, 60, "one", {}, warm=warm, progress=lambda _: None)
    return json.loads((folder / "found").read_text())


WRITE = "\nimport json, pathlib\npathlib.Path(HERE, 'found').write_text(json.dumps(found));"
STATE = {
    "a variable": ("kept = 1", "found = 'kept' in globals()"),
    "a monkeypatch": (
        "import numpy\nnumpy.mean = None",
        "import numpy\nfound = numpy.mean is None",
    ),
    "an environment variable": (
        "import os\nos.environ['KEPT'] = '1'",
        "import os\nfound = 'KEPT' in os.environ",
    ),
    "a folder": (
        "import os\nos.makedirs('deep', exist_ok=True)\nos.chdir('deep')",
        "import os\nfound = os.getcwd().endswith('deep')",
    ),
    "a setting of Matplotlib": (
        "import matplotlib\nmatplotlib.rcParams['font.size'] = 77",
        "import matplotlib\nfound = matplotlib.rcParams['font.size'] == 77",
    ),
    "an option of pandas": (
        "import pandas\npandas.set_option('display.max_rows', 7)",
        "import pandas\nfound = pandas.get_option('display.max_rows') == 7",
    ),
    "a filter of warnings": (
        "import warnings\nwarnings.simplefilter('error', ResourceWarning)",
        "import warnings\nfound = ('error', None, ResourceWarning, None, 0) in warnings.filters",
    ),
    "a temporary folder": (
        "import tempfile\ntempfile.tempdir = '/'",
        "import tempfile\nfound = tempfile.gettempdir() == '/'",
    ),
}


@pytest.mark.parametrize("what", STATE)
def test_nothing_of_one_notebook_is_seen_by_the_next(tmp_path, warm, what):
    first, second = STATE[what]
    assert values(tmp_path, warm, second + WRITE) is False
    assert values(tmp_path, warm, f"{first}\n{second}{WRITE}") is True
    assert values(tmp_path, warm, first, second + WRITE) is False


def test_every_kernel_draws_numbers_of_its_own(tmp_path, warm):
    draw = "import random, numpy\nfound = [random.random(), numpy.random.random()]" + WRITE
    first, second = (values(tmp_path, warm, draw) for _ in range(2))
    assert all(a != b for a, b in zip(first, second, strict=True))


SURROUNDINGS = """\
import os, sys, matplotlib, pathlib
found = {
    "environment": {k: v for k, v in os.environ.items() if k not in OWN},
    "folder": os.getcwd(), "path": sys.path, "leads": os.getpgrp() == os.getpid(),
    "backend": matplotlib.get_backend(), "size": matplotlib.rcParams["font.size"],
    "sets": str(set("abcdef")), "main": sys.modules["__main__"].__dict__ is globals(),
    "core": __import__("resource").getrlimit(4), "flags": str(sys.flags),
}"""
OWN = "OWN = ('TMPDIR', 'JPY_PARENT_PID', 'JPY_SESSION_NAME')\n"


def test_a_warm_kernel_stands_where_a_cold_one_would(tmp_path, warm):
    (tmp_path / "0").mkdir()
    (tmp_path / "0" / "matplotlibrc").write_text("font.size: 13\n")
    cold, forked = (values(tmp_path, how, OWN + SURROUNDINGS + WRITE) for how in (None, warm))
    assert forked == cold
    assert cold["size"] == 13
    assert cold["leads"]


def test_the_process_has_one_thread_and_everything_imported(warm):
    task = f"/proc/{warm._process.pid}"
    warm.ended(1)
    assert len(list(Path(task, "task").iterdir())) == 1
    loaded = Path(task, "maps").read_text()
    for name in ("numpy", "pandas", "scipy", "statsmodels", "matplotlib"):
        assert f"/{name}/" in loaded


def test_where_the_process_is_gone_kernels_start_cold(tmp_path):
    gone = Warm.started()
    gone._process.kill()
    gone._process.wait()
    assert values(tmp_path, gone, "found = 1" + WRITE) == 1


OWNER = """\
import time
from confstudy.report.engine.warm import Warm
warm = Warm.started()
warm.ended(1)
print(warm._process.pid, flush=True)
time.sleep(60)
"""


def test_the_process_ends_with_its_owner(warm):
    with subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE) as owner:
        pid = int(owner.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        owner.send_signal(signal.SIGKILL)
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail("the warm process outlived its owner")


def test_papermill_finds_the_engine_by_its_name(tmp_path):
    cell = nbformat.v4.new_code_cell("import sys\n'numpy' in sys.modules, __name__")
    source = nbformat.v4.new_notebook(cells=[cell])
    path = tmp_path / "in.ipynb"
    nbformat.write(source, path)
    out = tmp_path / "out.ipynb"
    papermill.execute_notebook(
        path, out, engine_name="confstudy", kernel_name="python3", progress_bar=False
    )
    (output,) = nbformat.read(out, as_version=4).cells[0].outputs
    assert output.data["text/plain"] == "(True, '__main__')"
