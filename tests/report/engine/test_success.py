"""What makes a build fail, though papermill would call it a success."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from confstudy.errors import ReportError
from confstudy.report.engine.success import Judge
from confstudy.report.engine.warm import Warm
from confstudy.report.run import run_notebook

FAILURES = {
    "sys.exit(0)": ("import sys\nsys.exit(0)", r"cell \[[34]\] raised SystemExit"),
    "sys.exit() in a function": ("(lambda: __import__('sys').exit())()", "raised SystemExit"),
    "quit()": ("quit()", r"cell \[[34]\] ended the kernel by exit or quit"),
    "exit()": ("exit()", "ended the kernel by exit or quit"),
    "exit": ("exit", "ended the kernel by exit or quit"),
    "a failing command": ("!exit 3", r"cell \[[34]\] ran a command that ended with status 3"),
    "one of two commands": ("!false\n!true", "ended with status 1"),
    "a command that gives lines": ("lines = !exit 4", "ended with status 4"),
    "bash": ("%%bash\nexit 5", "ended with status 5"),
    "sh by script": ("%%script sh\nexit 6", "ended with status 6"),
    "a thread": (
        "import threading\nt = threading.Thread(target=lambda: int('CANARY'))\nt.start(); t.join()",
        r"a thread raised ValueError by the end of cell \[[34]\]. Its message may hold data",
    ),
    "a thread that fails late": (
        "import threading, time\ndef late():\n    time.sleep(1)\n    int('CANARY')\n"
        "threading.Thread(target=late).start()",
        "a thread raised ValueError by the end of the notebook",
    ),
    "an exit without a word": ("import os\nos._exit(0)", "the kernel died"),
    "a killed kernel": ("import os\nos.kill(os.getpid(), 9)", "the kernel died"),
    "a kernel killed at the very end": (
        "import os, threading\nthreading.Timer(.3, lambda: os.kill(os.getpid(), 9)).start()",
        "the kernel died",
    ),
    "an error that is allowed": ("1 / 0", "raised ZeroDivisionError"),
    "a warning": (
        "import warnings\nwarnings.warn('CANARY')",
        r"cell \[[34]\] warned \(UserWarning\)",
    ),
}


@pytest.fixture(scope="module")
def warm():
    """Tests run warm where they can, for they are many."""
    started = Warm.started()
    yield started
    if started:
        started.close()


@pytest.fixture
def run(tmp_path, warm):
    """Run cells after the parameters; a cell may come with tags."""

    def run(*cells, timeout=60, **options):
        opening = nbformat.v4.new_code_cell("word: str = ''")
        opening.metadata["tags"] = ["parameters"]
        made = []
        for cell in cells:
            source, tags = cell if isinstance(cell, tuple) else (cell, [])
            made.append(nbformat.v4.new_code_cell(source, metadata={"tags": tags}))
        notebook = nbformat.v4.new_notebook(cells=[opening, *made])
        nbformat.write(notebook, tmp_path / "one.ipynb")
        options = {"warm": warm, "progress": lambda _: None, **options}
        return run_notebook(tmp_path / "one.ipynb", {}, timeout, "one", {}, **options)

    return run


@pytest.mark.parametrize("name", FAILURES)
def test_what_is_no_success_fails(run, name):
    cell, expected = FAILURES[name]
    with pytest.raises(ReportError, match=expected) as failed:
        run(cell)
    assert "CANARY" not in str(failed.value)


FINE = {
    "a command": "!true",
    "a thread": "import threading\nthreading.Thread(target=len, args=('',)).start()",
    "a thread that leaves": "import threading, sys\nthreading.Thread(target=sys.exit).start()",
    "a cell without code": "# only words",
    "a command that may fail": ("!false\nlines = !false", ["may-fail"]),
    "bash that may fail": ("%%bash\nfalse", ["may-fail"]),
}


@pytest.mark.parametrize("name", FINE)
def test_what_is_fine_passes(run, name):
    assert run(FINE[name]).pieces == []


def test_a_tag_excuses_commands_and_nothing_else(run):
    with pytest.raises(ReportError, match="raised KeyError"):
        run(("!false\n{}['CANARY']", ["may-fail"]))


OWN = "import warnings\nclass Mine(RuntimeWarning): pass\nwarnings.warn('CANARY', Mine)"
POLICIES = [
    ({"Mine": "show", "*": "fail"}, ("cell [3]: Mine × 1",)),
    ({"RuntimeWarning": "show"}, ("cell [3]: Mine × 1",)),
    ({"*": "show"}, ("cell [3]: Mine × 1",)),
    ({"*": "ignore"}, ()),
    ({"RuntimeWarning": "fail", "Mine": "hide"}, ()),
    ({"RuntimeWarning": "fail", "*": "show"}, None),
    ({"UserWarning": "show"}, None),
    ({}, None),
]


@pytest.mark.parametrize(("policy", "shown"), POLICIES)
def test_warnings_are_as_the_policy_says(run, policy, shown):
    if shown is None:
        with pytest.raises(ReportError, match=r"cell \[3\] warned \(Mine\)") as failed:
            run(OWN, warnings=policy)
        assert "CANARY" not in str(failed.value)
    else:
        assert run(OWN, warnings=policy).warnings == shown


def test_a_notebook_s_own_filter_hides_no_warning_that_is_to_fail(run):
    cells = ("import warnings\nwarnings.filterwarnings('ignore')", OWN)
    with pytest.raises(ReportError, match=r"cell \[4\] warned \(Mine\)"):
        run(*cells, warnings={"Mine": "fail", "*": "show"})
    assert run(*cells, warnings={"*": "show"}).warnings == ()


def test_a_cell_and_a_notebook_have_their_time(run):
    with pytest.raises(ReportError, match="a cell took longer than 1 seconds"):
        run("import time\ntime.sleep(30)", timeout=1)
    sleep = "import time\ntime.sleep(.9)"
    with pytest.raises(ReportError, match="the notebook took longer than 2 seconds in all"):
        run(sleep, sleep, sleep, sleep, timeout=60, total=2)


GROW = "import numpy as np\nkept = [np.ones(2**23) for _ in range({})]\nimport time\ntime.sleep(.3)"


def test_memory_is_limited_by_what_is_used(run):
    limit = 2**30
    reserved = "import numpy as np\nkept = np.empty(2**27)"
    assert run(reserved, memory=limit).pieces == []
    assert run(GROW.format(4), memory=limit).pieces == []
    with pytest.raises(ReportError, match="it used more than 1 GiB of memory and was stopped"):
        run(GROW.format(40), memory=limit)


def test_memory_of_what_a_kernel_starts_is_counted(run):
    child = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', {!r}])"
    with pytest.raises(ReportError, match="it used more than 1 GiB"):
        run(child.format(GROW.format(40)), memory=2**30)


def test_one_allocation_that_no_watcher_could_catch_is_refused(run):
    with pytest.raises(ReportError, match="MemoryError"):
        run("import numpy as np\nnp.ones(2**33)", memory=2**30)


def test_a_reply_without_an_answer_is_no_success():
    with pytest.raises(ReportError, match="cannot be asked"):
        Judge().judge("cell [1]", (), {"status": "ok", "user_expressions": {}})


BUILDER = """\
import sys
from pathlib import Path
from confstudy.report.engine.warm import Warm
from confstudy.report.run import run_notebook
warm = Warm.started() if sys.argv[2] == "warm" else None
run_notebook(Path(sys.argv[1]), {}, 60, "one", {}, warm=warm)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child at once")
@pytest.mark.parametrize("how", ["cold", "warm"])
def test_a_kernel_and_what_it_started_die_with_a_killed_builder(tmp_path, how):
    cell = (
        "import os, json, time\nfrom pathlib import Path\n"
        "Path('pid').write_text(str(os.getpid()))\nsum(iter(int, 1))"
    )
    opening = nbformat.v4.new_code_cell("word: str = ''", metadata={"tags": ["parameters"]})
    notebook = nbformat.v4.new_notebook(cells=[opening, nbformat.v4.new_code_cell(cell)])
    nbformat.write(notebook, tmp_path / "one.ipynb")
    command = [sys.executable, "-c", BUILDER, tmp_path / "one.ipynb", how]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **quiet) as builder:
        kernel = int(awaited(tmp_path / "pid"))
        builder.send_signal(signal.SIGKILL)
    for _ in range(50):
        if not runs(kernel):
            return
        time.sleep(0.1)
    os.kill(kernel, signal.SIGKILL)
    pytest.fail("the kernel outlived its builder")


def awaited(path):
    for _ in range(600):
        if path.is_file() and (text := path.read_text()):
            return text
        time.sleep(0.1)
    raise TimeoutError(path)


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.validate
def test_an_error_in_somebody_s_own_papermill_is_as_ever(tmp_path):
    own = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('kept')\n1 / 0")])
    nbformat.write(own, tmp_path / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "--engine", "confstudy", "-k", "python3"]
    command += ["in.ipynb", "out.ipynb"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode != 0
    assert "ZeroDivisionError" in ended.stderr
    shown = json.loads((tmp_path / "out.ipynb").read_text())
    assert "kept" in json.dumps(shown)
    assert shown["metadata"]["papermill"]["exception"] is True
